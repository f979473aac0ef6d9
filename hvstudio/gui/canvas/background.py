"""The ground of the canvas: a quiet grid of dots, and on an empty canvas what to do first."""

from __future__ import annotations

from math import floor
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from hvstudio.catalog.kinds import KINDS, kind_for
from hvstudio.catalog.role import Role
from hvstudio.gui.drawing.painting import Strokes

_STEP: Final = 32.0
_LEAST_PIXELS: Final = 22.0
"""Dots nearer to each other than this are noise."""
_PICTURE: Final = KINDS[kind_for(Role.HARDWARE)].icon
"""Of what a composition begins with."""
_HEADING: Final = "Drag a host from the palette to begin"
_LINES: Final = (
    "Stack an operating system, a hypervisor and virtual machines on it: each block clicks into its slot.",
    "Or open an example, or select a palette entry and press Enter.",
)
_HINT_MARGIN: Final = 24.0
_HINT_WIDTH: Final = 760.0
_HINT_FLAGS: Final = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)


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
    """What to do, in the middle of an empty canvas; broken into lines where the canvas is narrow."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    centre = area.center()
    width = min(area.width() - 2 * _HINT_MARGIN, _HINT_WIDTH)
    if width < _HINT_MARGIN:
        return
    strokes.icon(painter, _PICTURE, "text-muted", QRectF(centre.x() - 24.0, centre.y() - 92.0, 48.0, 48.0))
    y = centre.y() - 26.0
    for number, text in enumerate((_HEADING, *_LINES)):
        painter.setFont(strokes.lettering.title_plain if number else strokes.lettering.heading)
        painter.setPen(strokes.pen("text-muted" if number else "text"))
        room = QRectF(centre.x() - width / 2, y, width, area.bottom() - y)
        y = painter.drawText(room, _HINT_FLAGS, text).bottom() + (4.0 if number else 10.0)
