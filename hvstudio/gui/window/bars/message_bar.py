"""The message bar above the canvas: says what happened and what to do, without stopping anyone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from hvstudio.gui.look.icons import icon, pixmap
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.work.message import Message

_ICONS: Final = {"error": "error", "warning": "warning", "note": "note-mark", "success": "success"}
_SHOWN_MS: Final = 8000
"""How long good news stays; bad news stays until it is closed."""


class MessageBar(QFrame):
    """Shows one message at a time, the newest; older ones come back when it is closed.

    `left` is emitted when what had the keyboard in it goes away.
    """

    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBar")
        self.setAccessibleName("Messages")
        self._theme = theme
        self._messages: list[Message] = []
        self._mark = QLabel()
        self._text = QLabel()
        self._text.setObjectName("messageText")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = QToolButton()
        self._close.setAccessibleName("Close this message")
        self._close.setToolTip("Close this message")
        self._close.setIconSize(QSize(14, 14))
        self._close.clicked.connect(self.dismiss)
        self._buttons = QHBoxLayout()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 8, 6)
        row.setSpacing(9)
        row.addWidget(self._mark)
        row.addWidget(self._text, 1)
        row.addLayout(self._buttons)
        row.addWidget(self._close)
        self.hide()

    @property
    def current(self) -> Message | None:
        """The message that is shown."""
        return self._messages[-1] if self._messages else None

    def show_message(self, message: Message) -> None:
        """Show a message on top of those that are there."""
        if message.key:
            self._messages = [older for older in self._messages if older.key != message.key]
        self._messages = [older for older in self._messages if older.severity in ("error", "warning") or older.lasting]
        self._messages.append(message)
        self._refresh()

    def withdraw(self, key: str) -> None:
        """Take away the message of that key: what it said is no longer so."""
        kept = [message for message in self._messages if message.key != key]
        if len(kept) != len(self._messages):
            self._messages = kept
            self._refresh()

    def dismiss(self) -> None:
        """Close the message shown."""
        if self._messages:
            self._messages.pop()
        self._refresh()

    def apply_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._theme = theme
        self._refresh()

    def _refresh(self) -> None:
        self._timer.stop()
        focused = QApplication.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self.left.emit()
        while (item := self._buttons.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        message = self.current
        self.setVisible(message is not None)
        self._close.setIcon(icon("close", self._theme))
        if message is None:
            return
        self.setProperty("severity", message.severity)
        self.style().unpolish(self)
        self.style().polish(self)
        self._mark.setPixmap(pixmap(_ICONS[message.severity], self._theme, 18, ratio=self.devicePixelRatioF()))
        self._text.setText(message.text)
        for label, action in message.actions:
            self._add_button(label, action)
        if message.severity in ("success", "note") and not message.lasting:
            self._timer.start(_SHOWN_MS)

    def _add_button(self, label: str, action: Callable[[], object]) -> None:
        button = QPushButton(label)

        def act() -> None:
            self.dismiss()
            action()

        button.clicked.connect(act)
        self._buttons.addWidget(button)
