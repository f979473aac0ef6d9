"""The panels around the canvas: tabbed in three areas; their sizes and which are hidden are kept as a short text.

Qt's own saveState is not used: restoring tabbed docks with it leaves stray tab bars on the window (seen with Qt
6.11). It can be used again when a window restored with it shows one tab bar for each area.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget

_AREAS: Final = {"left": "Palette", "right": "Inspector", "bottom": "Problems"}
DEFAULT_SIZES: Final = {"left": 252, "right": 336, "bottom": 276}
_LARGEST: Final = 4000


def add_docks(window: QMainWindow, areas: Mapping[Qt.DockWidgetArea, Mapping[str, QWidget]]) -> dict[str, QDockWidget]:
    """Put panels into the areas of a window, those of one area behind each other, the first in front."""
    window.setDockNestingEnabled(False)
    window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
    docks: dict[str, QDockWidget] = {}
    for area, panels in areas.items():
        first: QDockWidget | None = None
        for title, panel in panels.items():
            dock = docks[title] = _dock(window, title, panel)
            if first is None:
                window.addDockWidget(area, dock)
                first = dock
            else:
                window.tabifyDockWidget(first, dock)
        if first is not None:
            first.raise_()
    return docks


def _dock(window: QMainWindow, title: str, panel: QWidget) -> QDockWidget:
    dock = QDockWidget(title, window)
    dock.setObjectName(f"dock.{title.lower()}")
    dock.setAccessibleName(title)
    dock.setWidget(panel)
    dock.setTitleBarWidget(QWidget())  # the tab says it already
    dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
    return dock


def layout_text(docks: Mapping[str, QDockWidget]) -> str:
    """The present arrangement."""
    sizes = {
        area: docks[title].height() if area == "bottom" else docks[title].width() for area, title in _AREAS.items()
    }
    hidden = [title for title, dock in docks.items() if dock.isHidden() and not _is_behind(dock)]
    return json.dumps({"sizes": sizes, "hidden": hidden})


def apply_layout(window: QMainWindow, docks: Mapping[str, QDockWidget], text: str) -> None:
    """Arrange the panels as the text says, as far as it makes sense."""
    data = _read(text)
    sizes = {**DEFAULT_SIZES, **_sound_sizes(data.get("sizes"))}
    window.resizeDocks(
        [docks["Palette"], docks["Inspector"]], [sizes["left"], sizes["right"]], Qt.Orientation.Horizontal
    )
    window.resizeDocks([docks["Problems"]], [sizes["bottom"]], Qt.Orientation.Vertical)
    hidden = data.get("hidden")
    for title, dock in docks.items():
        if isinstance(hidden, list) and title in hidden:
            dock.hide()


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
        area: size for area, size in sizes.items() if area in _AREAS and isinstance(size, int) and 0 < size < _LARGEST
    }
