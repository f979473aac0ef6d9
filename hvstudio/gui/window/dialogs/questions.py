"""The few questions that stop the person: which file, and what to do with unsaved changes. Tests answer for them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

OPEN_FILTER: Final = "Compositions and exported pictures (*.hvs *.png *.svg *.pdf);;Compositions (*.hvs);;All files (*)"
SAVE_FILTER: Final = "Compositions (*.hvs)"


class Dialogs:
    """Asks on the screen. Every method gives None or "cancel" when the person changes their mind."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent

    def open_path(self, folder: str) -> Path | None:
        """Which file to open."""
        name, _ = QFileDialog.getOpenFileName(self._parent, "Open composition", folder, OPEN_FILTER)
        return Path(name) if name else None

    def save_path(self, suggestion: str) -> Path | None:
        """Where to save; the ending .hvs is added when none was typed."""
        name, _ = QFileDialog.getSaveFileName(self._parent, "Save composition", suggestion, SAVE_FILTER)
        path = Path(name) if name else None
        return path.with_name(f"{path.name}.hvs") if path and not path.suffix else path

    def export_path(self, suggestion: str, filters: str) -> Path | None:
        """Where to write a picture or a table."""
        name, _ = QFileDialog.getSaveFileName(self._parent, "Export", suggestion, filters)
        return Path(name) if name else None

    def unsaved(self, title: str) -> str:
        """What to do with unsaved changes: "save", "discard" or "cancel"."""
        box = QMessageBox(self._parent)
        box.setObjectName("unsavedQuestion")
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle("Unsaved changes")
        box.setText(f"“{title}” has changes that are not saved.")
        box.setInformativeText("Save them before going on?")
        box.setStandardButtons(
            QMessageBox.StandardButton.Save | QMessageBox.StandardButton.Discard | QMessageBox.StandardButton.Cancel
        )
        box.setDefaultButton(QMessageBox.StandardButton.Save)
        answers = {QMessageBox.StandardButton.Save: "save", QMessageBox.StandardButton.Discard: "discard"}
        return answers.get(QMessageBox.StandardButton(box.exec()), "cancel")
