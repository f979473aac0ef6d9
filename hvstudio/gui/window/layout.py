"""Where the parts of the window stand: canvas in the middle, panels around it, menus and status bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QMainWindow, QToolBar, QVBoxLayout, QWidget

from hvstudio.gui.window.docks import BOTTOM, LEFT, RIGHT, add_docks
from hvstudio.gui.window.menus import ICONS, SMALL_ICONS
from hvstudio.gui.window.parts import Panel, Parts

_WIDE: Final = 1600
_SMALL: Final = 1060
"""Below it the palette and the Problems panel do not fit side by side."""
_LEAST_WINDOW: Final = QSize(800, 560)
_LEAST_CANVAS: Final = QSize(240, 120)


def arrange(parts: Parts, panels: Sequence[Panel]) -> None:
    """Put the parts of a window into their places."""
    window = parts.window
    parts.stack.addWidget(parts.canvas)
    parts.stack.addWidget(parts.gallery)
    centre = QWidget()
    column = QVBoxLayout(centre)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(parts.messages)
    column.addWidget(parts.find_bar)
    column.addWidget(parts.stack, 1)
    window.setCentralWidget(centre)
    add_docks(parts, panels)
    window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
    parts.class_label.setObjectName("statusClass")
    for label in (parts.class_label, parts.zoom_label):
        window.statusBar().addPermanentWidget(label)
    window.statusBar().setSizeGripEnabled(False)
    window.setAcceptDrops(True)
    parts.stack.setMinimumSize(_LEAST_CANVAS)
    window.setMinimumSize(_LEAST_WINDOW)


def fit_width(window: QMainWindow, toolbar: QToolBar, width: int) -> bool:
    """Give the corners to the panels that need the width; tells whether anything has changed.

    On a wide screen the inspector has the whole height, on a narrow one the run panel has the width of the canvas
    and the inspector, and on a small one the palette gives way to it, too.
    """
    toolbar.setIconSize(SMALL_ICONS if width < _SMALL else ICONS)
    corners = {
        Qt.Corner.BottomLeftCorner: BOTTOM if width < _SMALL else LEFT,
        Qt.Corner.BottomRightCorner: RIGHT if width >= _WIDE else BOTTOM,
    }
    changed = {corner: area for corner, area in corners.items() if window.corner(corner) != area}
    for corner, area in changed.items():
        window.setCorner(corner, area)
    return bool(changed)
