"""A button that may become narrower than its text: then the text ends in an ellipsis, and the tool tip has it all."""

from __future__ import annotations

from html import escape
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QStylePainter

_LEAST: Final = 80
_MARGINS: Final = 24
"""What the style sheet keeps free left and right of the text."""


class ElidedButton(QPushButton):
    """A button as wide as its text where there is room; it never makes its panel wider than the screen gives."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setToolTip(f"<p>{escape(text)}</p>")

    def minimumSizeHint(self) -> QSize:
        """It may become narrow."""
        hint = super().minimumSizeHint()
        return QSize(min(_LEAST, hint.width()), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much of the text as fits."""
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = self.fontMetrics().elidedText(  # type: ignore[attr-defined]
            self.text(), Qt.TextElideMode.ElideRight, self.width() - _MARGINS
        )
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.end()
