"""Where the parts of the window stand: canvas in the middle, panels around it, menus and status bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hvstudio.gui.window.docks import add_docks
from hvstudio.gui.window.menus import ICONS, SMALL_ICONS

if TYPE_CHECKING:
    from hvstudio.gui.window.main_window import MainWindow

LEFT: Final = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT: Final = Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM: Final = Qt.DockWidgetArea.BottomDockWidgetArea
_WIDE: Final = 1600
_SMALL: Final = 1060
"""Below it the palette and the Problems panel do not fit side by side."""
_LEAST_WINDOW: Final = QSize(800, 560)
_LEAST_CANVAS: Final = QSize(240, 120)


def arrange(window: MainWindow) -> None:
    """Put the parts of a window into their places."""
    window.stack.addWidget(window.canvas)
    window.stack.addWidget(window.gallery)
    centre = QWidget()
    column = QVBoxLayout(centre)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(window.messages)
    column.addWidget(window.find_bar)
    column.addWidget(window.stack, 1)
    window.setCentralWidget(centre)
    window.docks = add_docks(
        window,
        {
            LEFT: {"Palette": window.palette_panel, "Outline": window.outline},
            RIGHT: {"Inspector": window.inspector, "Architecture": window.architecture, "Help": window.help_panel},
            BOTTOM: {
                "Problems": window.problems,
                "Run": window.run_panel,
                "Results": window.results,
                "Compare": window.comparison,
            },
        },
    )
    window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
    window.menus.add_docks(list(window.docks.values()))
    window.menus.add_history(window.workspace)
    window.menus.add_themes(window, window.choices.settings.theme, window.choose_theme)
    window.class_label.setObjectName("statusClass")
    for label in (window.class_label, window.zoom_label):
        window.statusBar().addPermanentWidget(label)
    window.statusBar().setSizeGripEnabled(False)
    window.setAcceptDrops(True)
    window.stack.setMinimumSize(_LEAST_CANVAS)
    window.setMinimumSize(_LEAST_WINDOW)


def fit_width(window: MainWindow, width: int) -> bool:
    """Give the corners to the panels that need the width; tells whether anything has changed.

    On a wide screen the inspector has the whole height, on a narrow one the run panel has the width of the canvas
    and the inspector, and on a small one the palette gives way to it, too.
    """
    window.menus.toolbar.setIconSize(SMALL_ICONS if width < _SMALL else ICONS)
    corners = {
        Qt.Corner.BottomLeftCorner: BOTTOM if width < _SMALL else LEFT,
        Qt.Corner.BottomRightCorner: RIGHT if width >= _WIDE else BOTTOM,
    }
    changed = {corner: area for corner, area in corners.items() if window.corner(corner) != area}
    for corner, area in changed.items():
        window.setCorner(corner, area)
    return bool(changed)
