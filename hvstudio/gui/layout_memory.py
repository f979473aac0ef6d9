"""Where the panels are: the sizes of the three areas and which panels are hidden, kept as a short text.

Qt's own saveState is not used: restoring tabbed docks with it leaves stray tab bars on the window (seen with Qt
6.11). It can be used again when a window restored with it shows one tab bar for each area.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

_AREAS: Final = {"left": "Palette", "right": "Inspector", "bottom": "Problems"}
DEFAULT_SIZES: Final = {"left": 252, "right": 336, "bottom": 276}
_LARGEST: Final = 4000


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
