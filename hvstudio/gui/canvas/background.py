"""The ground of the canvas: a quiet grid of dots, and on an empty canvas what to do first."""

from __future__ import annotations

from math import floor
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from hvstudio.gui.canvas.painting import Strokes

_STEP: Final = 32.0
_LEAST_PIXELS: Final = 22.0
"""Dots nearer to each other than this are noise."""
_HEADING: Final = "Drag a host from the palette to begin"
_LINES: Final = (
    "Stack an operating system, a hypervisor and virtual machines on it: each block clicks into its slot.",
    "Or open an example, or select a palette entry and press Enter.",
)


def draw_grid(painter: QPainter, rect: QRectF, strokes: Strokes, scale: float) -> None:
    """Dots on the grid, thinned out as one goes away."""
    step = _STEP
    while step * scale < _LEAST_PIXELS:
        step *= 2.0
    left, top = floor(rect.left() / step) * step, floor(rect.top() / step) * step
    across = int((rect.right() - left) / step) + 1
    down = int((rect.bottom() - top) / step) + 1
    if across * down > 12_000:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(strokes.pen("grid", 2.0 / scale))
    painter.drawPoints([QPointF(left + x * step, top + y * step) for x in range(across) for y in range(down)])


def draw_hint(painter: QPainter, area: QRectF, strokes: Strokes) -> None:
    """What to do, in the middle of an empty canvas."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    centre = area.center()
    box = QRectF(centre.x() - 24.0, centre.y() - 86.0, 48.0, 48.0)
    strokes.icon(painter, "host", "text-muted", box)
    _line(painter, strokes, QPointF(centre.x(), centre.y() - 8.0), _HEADING, "text", heading=True)
    for number, text in enumerate(_LINES):
        at = QPointF(centre.x(), centre.y() + 22.0 + 20.0 * number)
        _line(painter, strokes, at, text, "text-muted", heading=False)


def _line(painter: QPainter, strokes: Strokes, at: QPointF, text: str, token: str, *, heading: bool) -> None:
    painter.setFont(strokes.lettering.heading if heading else strokes.lettering.title_plain)
    painter.setPen(strokes.pen(token))
    box = QRectF(at.x() - 600.0, at.y() - 16.0, 1200.0, 32.0)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
