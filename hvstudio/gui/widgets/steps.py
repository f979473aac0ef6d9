"""Pieces of the teaching panels: sentences that mark the blocks they speak of, and headings between them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from hvstudio.model.document import BlockId


class StepLabel(QLabel):
    """A sentence. Pointing at it, or stepping on it with the keyboard, marks the blocks it speaks of."""

    pointed_at = Signal(object)

    def __init__(self, text: str, blocks: tuple[BlockId, ...]) -> None:
        super().__init__(text)
        self.blocks = blocks
        self.setTextFormat(Qt.TextFormat.PlainText)  # names are the person's, tags included
        self.setWordWrap(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setProperty("role", "step")
        self.setAccessibleName(text)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Mark the blocks."""
        self.pointed_at.emit(self.blocks)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Mark nothing any more."""
        self.pointed_at.emit(())
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Touching it marks the blocks as well."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.pointed_at.emit(self.blocks)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard marks as the mouse does; not in a panel behind another one, where focus may pass through."""
        if not self.visibleRegion().isEmpty():
            self.pointed_at.emit(self.blocks)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Mark nothing any more."""
        self.pointed_at.emit(())
        super().focusOutEvent(event)


def wrapped_label(role: str = "") -> QLabel:
    """A label of several lines whose text can be copied."""
    label = QLabel()
    label.setWordWrap(True)
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def heading(text: str) -> QWidget:
    """A heading with a fine rule beneath."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 6, 0, 0)
    column.setSpacing(3)
    label = QLabel(text)
    label.setProperty("role", "section")
    rule = QFrame()
    rule.setProperty("role", "rule")
    column.addWidget(label)
    column.addWidget(rule)
    return box


def empty_layout(layout: QVBoxLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


def repolish(widget: QWidget) -> None:
    """Let the style sheet look at the widget's properties again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
