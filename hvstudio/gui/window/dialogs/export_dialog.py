"""How a picture is exported: format, size, theme, ground, and a preview of exactly that."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from hvstudio.gui.look.theme import load_theme
from hvstudio.gui.pictures.export import Look
from hvstudio.gui.widgets.allowing import allow

FORMATS: Final = (("PNG picture", ".png"), ("SVG drawing", ".svg"), ("PDF page", ".pdf"))
_PREVIEW: Final = QSize(460, 340)


class ExportDialog(QDialog):
    """Not modal. `look_changed` asks for another preview; `accepted` means: write it."""

    look_changed = Signal()
    copy_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setWindowTitle("Export picture")
        self.format = QComboBox()
        for label, suffix in FORMATS:
            self.format.addItem(label, suffix)
        self.scale = QComboBox()
        for factor in range(1, 9):
            self.scale.addItem(f"{factor}×", float(factor))
        self.scale.setCurrentIndex(1)
        self.theme = QComboBox()
        for label, name in (("Light", "light"), ("Dark", "dark")):
            self.theme.addItem(label, name)
        self.transparent = QCheckBox("Transparent ground")
        self.title = QCheckBox("Title above the diagram")
        self.legend = QCheckBox("Key to the colours")
        self.badges = QCheckBox("Badges of findings")
        self.size_label = QLabel()
        self.size_label.setProperty("role", "muted")
        self.preview = QLabel()
        self.preview.setAccessibleName("Preview")
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setMinimumSize(_PREVIEW)
        self.preview.setProperty("role", "preview")
        self._lay_out()
        for box in (self.format, self.scale, self.theme):
            box.currentIndexChanged.connect(self._changed)
        for check in (self.transparent, self.title, self.legend, self.badges):
            check.toggled.connect(self._changed)
        self._changed()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(8)
        for name, widget in (("Format", self.format), ("Size", self.scale), ("Theme", self.theme)):
            widget.setAccessibleName(name)
            widget.setObjectName(f"export.{name.lower()}")
            form.addRow(name, widget)
        for check in (self.transparent, self.title, self.legend, self.badges):
            form.addRow("", check)
        note = QLabel("The picture carries the composition: it opens again in the studio.")
        note.setProperty("role", "muted")
        note.setWordWrap(True)
        left = QVBoxLayout()
        left.addLayout(form)
        left.addWidget(self.size_label)
        left.addStretch(1)
        left.addWidget(note)
        row = QHBoxLayout()
        row.setSpacing(18)
        row.addLayout(left)
        row.addWidget(self.preview, 1)
        buttons = QDialogButtonBox()
        export = buttons.addButton("Export…", QDialogButtonBox.ButtonRole.AcceptRole)
        export.setObjectName("exportButton")
        export.setDefault(True)
        copy = QPushButton("Copy")
        copy.clicked.connect(self.copy_requested)
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel).setIcon(QIcon())
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(14)
        column.addLayout(row)
        column.addWidget(buttons)

    @property
    def suffix(self) -> str:
        """The ending of the file's name."""
        return str(self.format.currentData())

    def look(self) -> Look:
        """What was chosen."""
        return Look(
            theme=load_theme(str(self.theme.currentData())),
            scale=float(self.scale.currentData()),
            transparent=self.transparent.isChecked(),
            with_title=self.title.isChecked(),
            with_legend=self.legend.isChecked(),
            with_badges=self.badges.isChecked(),
        )

    def show_preview(self, image: QImage) -> None:
        """Show a picture drawn at 1×."""
        ratio = self.devicePixelRatioF()
        room = self.preview.size() * ratio
        shown = image
        if image.width() > room.width() or image.height() > room.height():
            shown = image.scaled(
                room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )  # fmt: skip
        picture = QPixmap.fromImage(shown)
        picture.setDevicePixelRatio(ratio)
        self.preview.setPixmap(picture)
        factor = float(self.scale.currentData()) if self.suffix == ".png" else 1.0
        self.size_label.setText(f"{image.width() * factor:,.0f} × {image.height() * factor:,.0f} pixels")

    def show_problem(self, text: str) -> None:
        """Say why there is no preview."""
        self.preview.setText(text)

    def _changed(self) -> None:
        allow(self.scale, why_not="" if self.suffix == ".png" else "A drawing is sharp at every size.")
        allow(self.transparent, why_not="" if self.suffix != ".pdf" else "A page has no transparent ground.")
        self.look_changed.emit()
