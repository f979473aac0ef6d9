"""Renaming in place: a line editor over the block's title."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

_LONGEST_NAME: Final = 200
_LEAST_WIDTH: Final = 140
_MOST_HEIGHT: Final = 40


class NameEditor(QLineEdit):
    """Enter or leaving takes the name, Esc keeps the old one.

    Signals: `committed(str)` with another, non-empty name; `closed()` when it is no longer needed.
    """

    committed = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget, name: str, area: QRect) -> None:
        super().__init__(name, parent)
        self._name = name
        self._done = False
        self.setMaxLength(_LONGEST_NAME)
        self.setAccessibleName("Name of the block")
        height = max(self.sizeHint().height(), min(area.height(), _MOST_HEIGHT))
        self.setGeometry(QRect(area.x(), area.y(), max(_LEAST_WIDTH, area.width()), height))

    def start(self) -> None:
        """Show it with the whole name selected."""
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def finish(self) -> None:
        """Take what is typed and go away."""
        self._end(commit=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter commits, Esc does not."""
        if event.key() == Qt.Key.Key_Escape:
            self._end(commit=False)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._end(commit=True)
        else:
            super().keyPressEvent(event)
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Going elsewhere takes the name, as file managers do; a context menu is not elsewhere."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._end(commit=True)

    def _end(self, *, commit: bool) -> None:
        if self._done:
            return
        self._done = True
        name = self.text().strip()
        self.hide()
        if commit and name and name != self._name:
            self.committed.emit(name)
        self.closed.emit()
        self.deleteLater()
