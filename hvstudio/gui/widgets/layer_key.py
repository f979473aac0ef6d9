"""The key to the stacked plot: which colour is whose work."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from hvstudio.gui.look.theme import Theme
from hvstudio.gui.plots.layers_plot import LAYER_LABELS, LAYER_TOKENS


class LayerKey(QWidget):
    """Swatches with names, flowing over as many lines as the width asks for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName("Colours of the layers")
        self.setAccessibleDescription(", ".join(LAYER_LABELS))
        self._theme = theme
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def apply_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._theme = theme
        self.update()

    def heightForWidth(self, width: int) -> int:
        """How high it is when it is this wide."""
        return max(top for _label, _left, top in self._places(width)) + self._line()

    def sizeHint(self) -> QSize:
        """Two lines at an ordinary width."""
        return QSize(280, self.heightForWidth(max(self.width(), 200)))

    def minimumSizeHint(self) -> QSize:
        """At least one name."""
        return QSize(120, self._line())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the swatches and names."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self._line()
        for token, (label, left, top) in zip(LAYER_TOKENS, self._places(self.width()), strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.qcolor(f"layer.{token}"))
            painter.drawRoundedRect(QRectF(left, top + line / 2 - 4, 9, 9), 2, 2)
            painter.setPen(self._theme.qcolor("text-muted"))
            painter.drawText(QRectF(left + 14, top, 400, line), Qt.AlignmentFlag.AlignVCenter, label)
        painter.end()

    def _line(self) -> int:
        return self.fontMetrics().height() + 3

    def _places(self, width: int) -> list[tuple[str, int, int]]:
        places: list[tuple[str, int, int]] = []
        left = 4
        top = 0
        for label in LAYER_LABELS:
            needed = 14 + self.fontMetrics().horizontalAdvance(label) + 14
            if left > 4 and left + needed > width:
                left, top = 4, top + self._line()
            places.append((label, left, top))
            left += needed
        return places
