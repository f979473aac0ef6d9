"""About this program: versions, the simulation engine in use, and where the log is."""

from __future__ import annotations

import platform

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hvstudio import __version__
from hvstudio.gui.look.icons import pixmap
from hvstudio.gui.look.theme import Theme
from hvstudio.log import log_file
from hvstudio.settings import config_folder, state_folder
from hvstudio.simulation.kernel.engine import engine_name


def about_text() -> str:
    """Versions and places, one on each line."""
    return "\n".join(
        (
            f"HVStudio {__version__}",
            f"Simulation engine: {engine_name()}",
            f"Python {platform.python_version()}, PySide6 {PySide6.__version__}",
            platform.platform(),
            f"Settings: {config_folder()}",
            f"Log: {log_file(state_folder())}",
        )
    )


def about_dialog(parent: QWidget, theme: Theme) -> QDialog:
    """The dialog, not yet shown."""
    dialog = QDialog(parent)
    dialog.setObjectName("about")
    dialog.setWindowTitle("About HVStudio")
    mark = QLabel()
    mark.setPixmap(pixmap("hvstudio", theme, 64, ratio=parent.devicePixelRatioF()))
    mark.setAlignment(Qt.AlignmentFlag.AlignTop)
    title = QLabel("HVStudio")
    title.setProperty("role", "title")
    claim = QLabel("Compose a virtualization stack, be told its architecture, run it, and watch every VM.")
    claim.setWordWrap(True)
    facts = QLabel(about_text())
    facts.setProperty("role", "muted")
    facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    words = QVBoxLayout()
    for label in (title, claim, facts):
        words.addWidget(label)
    row = QHBoxLayout()
    row.setSpacing(18)
    row.addWidget(mark)
    row.addLayout(words, 1)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(20, 18, 20, 14)
    column.setSpacing(14)
    column.addLayout(row)
    column.addWidget(buttons)
    return dialog


def show_about(window: QWidget, theme: Theme) -> None:
    """Show the dialog beside the work, not in front of it: it is not modal."""
    dialog = about_dialog(window, theme)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()
