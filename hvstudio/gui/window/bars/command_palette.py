"""The command palette: type what you want to do, insert or find; every action and block by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import frozen
from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

_ROWS: Final = 12
_AT_MOST: Final = 60
_COMMAND_ROLE: Final = Qt.ItemDataRole.UserRole + 1


@frozen(kw_only=True, eq=False)
class Command:
    """One line of the palette. `why_not` is the reason why it cannot be done now."""

    text: str
    act: Callable[[], object]
    detail: str = ""
    icon: QIcon | None = None
    why_not: str = ""


class CommandPalette(QFrame):
    """Opens over the window; Enter does what is chosen, Escape closes it. `closed`: the keyboard is free again."""

    closed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("commandPalette")
        self.setAccessibleName("Command palette")
        self._window = window
        self.collect: Callable[[], list[Command]] = list
        """Gives what can be chosen at this moment."""
        self._commands: list[Command] = []
        self.field = QLineEdit()
        self.field.setPlaceholderText("Type a command, a block to insert, or a name on the canvas")
        self.field.setAccessibleName("Command")
        self.list = QListView()
        self.list.setAccessibleName("Matching commands")
        self.list.setIconSize(QSize(18, 18))
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._model = QStandardItemModel(self)
        self.list.setModel(self._model)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 8)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._run)
        self.hide()

    def open(self) -> None:
        """Show it in the upper middle of the window, ready for typing."""
        self._commands = self.collect()
        width = min(620, self._window.width() - 80)
        self.setFixedSize(width, 430)
        self.move(QPoint((self._window.width() - width) // 2, 70))
        self.field.clear()
        self._filter("")
        self.show()
        self.raise_()
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows walk through the list while one types; leaving the field closes the palette."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._key(event):
            return True
        if event.type() is QEvent.Type.FocusOut:
            self.hide()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS, Qt.Key.Key_PageUp: -_ROWS}
        key = Qt.Key(event.key())
        if key in steps:
            row = min(max(self.list.currentIndex().row() + steps[key], 0), self._model.rowCount() - 1)
            self.list.setCurrentIndex(self._model.index(row, 0))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentIndex())
        elif key == Qt.Key.Key_Escape:
            self.close_palette()
        else:
            return False
        return True

    def close_palette(self) -> None:
        """Hide it and give the keyboard back to the canvas."""
        self.hide()
        self.closed.emit()

    def _run(self, index: QModelIndex) -> None:
        command: Command | None = index.data(_COMMAND_ROLE)
        if command is not None and not command.why_not:
            self.close_palette()
            command.act()

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        found = [item for item in self._commands if all(word in f"{item.text} {item.detail}".lower() for word in words)]
        found.sort(key=lambda item: not item.text.lower().startswith(text.lower().strip()))
        self._model.clear()
        for command in found[:_AT_MOST]:
            detail = command.why_not or command.detail
            item = QStandardItem(command.icon or QIcon(), f"{command.text}    {detail}" if detail else command.text)
            item.setData(command, _COMMAND_ROLE)
            item.setEnabled(not command.why_not)
            self._model.appendRow(item)
        self.list.setCurrentIndex(self._model.index(0, 0))
