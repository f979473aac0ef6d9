"""The panels around the canvas: tabbed in three areas; their sizes and which are hidden are kept as a short text.

Qt's own saveState is not used: restoring tabbed docks with it leaves stray tab bars on the window (seen with Qt
6.11). It can be used again when a window restored with it shows one tab bar for each area.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget

from hvstudio.gui.window.parts import Panel, Parts

LEFT: Final = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT: Final = Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM: Final = Qt.DockWidgetArea.BottomDockWidgetArea
_NAMES: Final = {LEFT: "left", RIGHT: "right", BOTTOM: "bottom"}
DEFAULT_SIZES: Final = {"left": 252, "right": 336, "bottom": 276}
_LARGEST: Final = 4000


def add_docks(parts: Parts, panels: Sequence[Panel]) -> None:
    """Put the panels of the table into their areas, those of one area behind each other, the first in front."""
    window = parts.window
    window.setDockNestingEnabled(False)
    window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
    first: dict[Qt.DockWidgetArea, QDockWidget] = {}
    for row in panels:
        dock = parts.docks[row.title] = _dock(window, row.title, parts.panels[row.title])
        window.addDockWidget(row.area, dock)
        if row.area in first:
            window.tabifyDockWidget(first[row.area], dock)
        else:
            first[row.area] = dock
    for dock in first.values():
        dock.raise_()


def _dock(window: QMainWindow, title: str, panel: QWidget) -> QDockWidget:
    dock = QDockWidget(title, window)
    dock.setObjectName(f"dock.{title.lower()}")
    dock.setAccessibleName(title)
    dock.setWidget(panel)
    dock.setTitleBarWidget(QWidget())  # the tab says it already
    dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
    return dock


def layout_text(parts: Parts, panels: Sequence[Panel]) -> str:
    """The present arrangement."""
    docks = parts.docks
    sizes = {
        _NAMES[area]: docks[title].height() if area is BOTTOM else docks[title].width()
        for area, title in _first_titles(panels).items()
    }
    hidden = [title for title, dock in docks.items() if dock.isHidden() and not _is_behind(dock)]
    return json.dumps({"sizes": sizes, "hidden": hidden})


def apply_layout(parts: Parts, panels: Sequence[Panel], text: str) -> None:
    """Arrange the panels as the text says, as far as it makes sense."""
    data = _read(text)
    sizes = {**DEFAULT_SIZES, **_sound_sizes(data.get("sizes"))}
    for area, title in _first_titles(panels).items():
        direction = Qt.Orientation.Vertical if area is BOTTOM else Qt.Orientation.Horizontal
        parts.window.resizeDocks([parts.docks[title]], [sizes[_NAMES[area]]], direction)
    hidden = data.get("hidden")
    if not isinstance(hidden, list):
        hidden = [row.title for row in panels if not row.is_shown_first]
    for title, dock in parts.docks.items():
        if title in hidden:
            dock.hide()


def _first_titles(panels: Sequence[Panel]) -> dict[Qt.DockWidgetArea, str]:
    """The panel of each area that stands in front and tells the size of them all."""
    return {row.area: row.title for row in reversed(panels)}


def hide_stray_tab_bars(window: QMainWindow) -> None:
    """Hide tab bars that Qt left behind while docks were put together; the fullest of each area is the living one.

    Seen with Qt 6.11; can go when a window with three tabbed docks in an area has one tab bar there.
    """
    living: dict[str, QTabBar] = {}
    bars = window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    for bar in sorted((bar for bar in bars if bar.count()), key=lambda bar: bar.count()):
        living[bar.tabText(0).partition(" (")[0]] = bar
    for bar in bars:
        if bar not in living.values():
            bar.hide()


def _is_behind(dock: QDockWidget) -> bool:
    """Whether it is only covered by another tab."""
    return dock.toggleViewAction().isChecked()


def _read(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _sound_sizes(sizes: object) -> dict[str, int]:
    if not isinstance(sizes, dict):
        return {}
    return {
        area: size
        for area, size in sizes.items()
        if area in DEFAULT_SIZES and isinstance(size, int) and 0 < size < _LARGEST
    }
