"""How many: a small number field where several copies of a block were dropped with Shift held."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QSpinBox, QWidget

MOST: Final = 100
_SUGGESTED: Final = 4


class CountEditor(QSpinBox):
    """Enter places so many, Esc or looking elsewhere places none.

    Signals: `committed(int)` with the number; `closed()` when the field is no longer needed.
    """

    committed = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget, at: QPoint) -> None:
        super().__init__(parent)
        self._done = False
        self.setRange(1, MOST)
        self.setValue(_SUGGESTED)
        self.setPrefix("How many? ")
        self.setAccessibleName("How many copies to place")
        self.setToolTip("Enter places them, Esc does not.")
        self.adjustSize()
        room = parent.rect()
        self.move(
            min(at.x(), max(0, room.width() - self.width())), min(at.y(), max(0, room.height() - self.height()))
        )  # fmt: skip

    def start(self) -> None:
        """Show it with the number selected."""
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

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
        """Going elsewhere means no."""
        super().focusOutEvent(event)
        self._end(commit=False)

    def _end(self, *, commit: bool) -> None:
        if self._done:
            return
        self._done = True
        self.interpretText()
        self.hide()
        if commit:
            self.committed.emit(self.value())
        self.closed.emit()
        self.deleteLater()
