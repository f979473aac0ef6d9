"""Meters: how busy each device is, as labelled bars, the fullest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from hvstudio.gui.look.theme import Theme

_ROW: Final = 20
_AT_MOST: Final = 10
_NEARLY_FULL: Final = 0.9


class Meters(QWidget):
    """Bars from 0 to 100 %."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("meters")
        self.setAccessibleName("Utilisation of devices")
        self._theme = theme
        self._rows: tuple[tuple[str, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def apply_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._theme = theme
        self.update()

    def show_values(self, values: Sequence[tuple[str, float]]) -> None:
        """Show these names with their utilisation from 0 to 1, the fullest first."""
        rows = tuple(sorted(values, key=lambda row: -row[1])[:_AT_MOST])
        if len(rows) != len(self._rows):
            self.updateGeometry()
        self._rows = rows
        self.setAccessibleDescription(", ".join(f"{name} {value:.0%}" for name, value in rows))
        self.update()

    def sizeHint(self) -> QSize:
        """High enough for every bar."""
        return QSize(220, max(1, len(self._rows)) * _ROW + 4)

    def minimumSizeHint(self) -> QSize:
        """Narrow is all right, low is not."""
        return QSize(140, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw name, bar and number of each row."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, (name, value) in enumerate(self._rows):
            self._draw_row(painter, 2 + number * _ROW, name, value)
        painter.end()

    def _draw_row(self, painter: QPainter, top: int, name: str, value: float) -> None:
        number_width, name_width = 44, max(70, int(self.width() * 0.42))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self._theme.qcolor("text"))
        shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, name_width - 8)
        painter.drawText(QRectF(0, top, name_width - 8, _ROW), middle | Qt.AlignmentFlag.AlignLeft, shown)
        track = QRectF(name_width, top + _ROW / 2 - 4, max(10, self.width() - name_width - number_width), 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.qcolor("border"))
        painter.drawRoundedRect(track, 4, 4)
        filled = QRectF(track)
        filled.setWidth(track.width() * min(max(value, 0.0), 1.0))
        painter.setBrush(self._theme.qcolor("warning" if value >= _NEARLY_FULL else "accent"))
        if filled.width() > 0.5:
            painter.drawRoundedRect(filled, 4, 4)
        painter.setPen(self._theme.qcolor("text-muted"))
        area = QRectF(track.right(), top, number_width, _ROW)
        painter.drawText(area, middle | Qt.AlignmentFlag.AlignRight, f"{value:.0%}")
