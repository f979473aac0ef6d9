"""Writing a note in its place: a text field over the note."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

LONGEST: Final = 10_000
"""Characters of a note; the same as the catalogue's declaration allows."""
_LEAST_HEIGHT: Final = 90
_LEAST_WIDTH: Final = 180


class NoteEditor(QPlainTextEdit):
    """Ctrl+Enter or leaving takes the text, Esc keeps the old one.

    Signals: `committed(str)` with another text; `closed()` when the field is no longer needed.
    """

    committed = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget, text: str, area: QRect) -> None:
        super().__init__(text, parent)
        self._text = text
        self._done = False
        self.setAccessibleName("Text of the note")
        self.setPlaceholderText("Write here; Ctrl+Enter ends, Esc undoes.")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setTabChangesFocus(True)
        self.setGeometry(
            area.x(), area.y(), max(area.width(), _LEAST_WIDTH), max(area.height(), _LEAST_HEIGHT)
        )  # fmt: skip

    def start(self) -> None:
        """Show it with the cursor at the end."""
        self.show()
        self.moveCursor(QTextCursor.MoveOperation.End)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def finish(self) -> None:
        """Take what is written and go away."""
        self._end(commit=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter commits, Esc does not, Enter alone begins a line."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self._end(commit=False)
        elif is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._end(commit=True)
        else:
            super().keyPressEvent(event)
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Going elsewhere takes the text; a context menu is not elsewhere."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._end(commit=True)

    def _end(self, *, commit: bool) -> None:
        if self._done:
            return
        self._done = True
        text = self.toPlainText()[:LONGEST]
        self.hide()
        if commit and text != self._text:
            self.committed.emit(text)
        self.closed.emit()
        self.deleteLater()
