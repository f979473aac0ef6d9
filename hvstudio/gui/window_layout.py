"""Where the parts of the window stand: canvas in the middle, panels around it, menus and status bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hvstudio.gui.docks import add_docks

if TYPE_CHECKING:
    from hvstudio.gui.main_window import MainWindow

LEFT: Final = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT: Final = Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM: Final = Qt.DockWidgetArea.BottomDockWidgetArea


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
    window.setMinimumSize(QSize(960, 620))
