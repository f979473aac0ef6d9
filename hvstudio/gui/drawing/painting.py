"""Drawing a block: the same strokes for the screen, for pictures and for paper, without effects or bitmaps."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Final

from PySide6.QtCore import QByteArray, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QImage, QPainter, QPen
from PySide6.QtSvg import QSvgRenderer

from hvstudio.catalog.appearance import Shape
from hvstudio.checks.finding import Severity
from hvstudio.errors import HVStudioError
from hvstudio.gui.drawing.face import BAR_HEIGHT, CHIP_HEIGHT, CHIP_ICON, ICON, INSET, Face
from hvstudio.gui.drawing.lettering import Lettering
from hvstudio.gui.look.theme import Theme
from hvstudio.model.geometry import Rect
from hvstudio.model.stacking import Place
from hvstudio.resources import read_text

RADIUS: Final = 5.0
FRAME_ALPHA: Final = 70
_SOFT: Final = 110
SEVERITY_TOKENS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


class Detail(IntEnum):
    """How much of a block is drawn; decided by how large it appears."""

    SPECKS = 0
    """Strong colours without lines: blocks are a few pixels."""
    BLOCKS = 1
    """Areas with a line around them; names are put over them as signs."""
    COMPACT = 2
    """The same with round corners and with what chips are; names are signs, too."""
    FULL = 3


def detail_at(scale: float) -> Detail:
    """The detail at so many pixels for one scene unit: letters of the diagram under 8 pixels are not worth drawing."""
    if scale < 0.28:
        return Detail.SPECKS if scale < 0.1 else Detail.BLOCKS
    return Detail.COMPACT if scale < 0.62 else Detail.FULL


def rectf(rect: Rect) -> QRectF:
    """The same rectangle for Qt."""
    return QRectF(rect.x, rect.y, rect.width, rect.height)


class Strokes:
    """Pens, brushes and icons of one theme, and the drawing of blocks with them.

    `vector` draws icons as lines instead of ready pixels: for SVG, PDF and large pictures.
    """

    def __init__(self, theme: Theme, lettering: Lettering, *, vector: bool = False) -> None:
        self.theme = theme
        self.lettering = lettering
        self.vector = vector
        self._colours: dict[tuple[str, int], QColor] = {}
        self._pens: dict[tuple[str, float], QPen] = {}
        self._brushes: dict[tuple[str, int], QBrush] = {}
        self._renderers: dict[tuple[str, str], QSvgRenderer | None] = {}
        self._images: dict[tuple[str, str, int], QImage | None] = {}

    def colour(self, token: str, alpha: int = 255) -> QColor:
        """A colour of the theme."""
        key = (token, alpha)
        if key not in self._colours:
            colour = QColor(self.theme.colour(token))
            colour.setAlpha(alpha)
            self._colours[key] = colour
        return self._colours[key]

    def pen(self, token: str, width: float = 1.0) -> QPen:
        """A solid pen."""
        key = (token, width)
        if key not in self._pens:
            pen = QPen(self.colour(token), width)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            self._pens[key] = pen
        return self._pens[key]

    def brush(self, token: str, alpha: int = 255) -> QBrush:
        """A solid brush."""
        key = (token, alpha)
        if key not in self._brushes:
            self._brushes[key] = QBrush(self.colour(token, alpha))
        return self._brushes[key]

    def draw(self, painter: QPainter, face: Face, place: Place, *, detail: Detail, room: float) -> None:
        """Draw one block in its place; its letters take at most `room`, the rest of the bar belongs to its chips."""
        if detail <= Detail.BLOCKS:
            self._area(painter, face, place, detail)
            return
        painter.setPen(self.pen(face.outline, 1.2))
        if face.shape is Shape.FRAME:
            painter.setBrush(self.brush(face.fill, FRAME_ALPHA))
            painter.drawRoundedRect(rectf(place.column), RADIUS, RADIUS)
        painter.setBrush(self.brush(face.fill))
        radius = CHIP_HEIGHT / 2 if face.shape is Shape.CHIP else RADIUS
        painter.drawRoundedRect(rectf(place.bar), radius, radius)
        if detail is Detail.FULL:
            _LETTERS[face.shape](self, painter, face, place, room)
        elif face.shape is Shape.CHIP:
            box = QRectF(place.bar.x + place.bar.width / 2 - 9.0, place.bar.y + 3.0, 18.0, 18.0)
            self.icon(painter, face.icon, face.ink, box)

    def badge(self, painter: QPainter, place: Place, severity: Severity) -> None:
        """The mark of the worst finding, in the upper right corner of the block; for a note only a dot."""
        bar = place.bar
        radius = 5.5 if place.is_chip else 7.5
        inside = 2.0 if place.is_chip else 5.0
        centre = QPointF(bar.right - inside, bar.y + inside)
        painter.setPen(self.pen("canvas", 1.5))
        painter.setBrush(self.brush(SEVERITY_TOKENS[severity]))
        if severity is Severity.NOTE:
            painter.drawEllipse(centre, 3.8, 3.8)
            return
        painter.drawEllipse(centre, radius, radius)
        painter.setFont(self.lettering.tag)
        painter.setPen(self.pen("canvas"))
        text = "!"
        width = self.lettering.width("tag", text)
        painter.drawText(QPointF(centre.x() - width / 2, centre.y() + 3.6), text)

    def class_tag(self, painter: QPainter, place: Place, face: Face, *, text: str) -> None:
        """The class of a hypervisor, beside its name."""
        bar, letters = place.bar, self.lettering
        height = 18.0
        title = max(letters.width("title", face.title), letters.width("facts", face.facts)) + ICON + 8.0
        width = letters.width("tag", text) + height - 4.0
        x = min(bar.x + INSET + title + 12.0, bar.right - width - 10.0)
        pill = QRectF(x, bar.y + bar.height / 2 - height / 2, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.brush(face.outline))
        painter.drawRoundedRect(pill, height / 2, height / 2)
        at = QPointF(x + height / 2 - 2.0, pill.center().y() + 3.6)
        self.text(painter, letters.tag, face.fill, at, text)

    def empty_frame(self, painter: QPainter, face: Face, place: Place) -> None:
        """What belongs into a frame that holds nothing."""
        if not face.empty:
            return
        text = face.empty
        room = QRectF(place.column.x, place.column.y, place.column.width, place.bar.y - place.column.y)
        width = self.lettering.width("facts", text)
        if width < room.width() - 8.0:
            at = QPointF(room.center().x() - width / 2, room.center().y() + 4.0)
            self.text(painter, self.lettering.facts, "text-muted", at, text)

    def heat(self, painter: QPainter, place: Place, value: float) -> None:
        """How busy the block is, 0 to 1, as a strip along its lower edge."""
        bar = place.bar
        inset = 11.0 if place.is_chip else 4.0
        strip = QRectF(bar.x + inset, bar.bottom - 4.5, bar.width - 2 * inset, 3.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.brush("border"))
        painter.drawRect(strip)
        strip.setWidth(strip.width() * min(max(value, 0.0), 1.0))
        painter.setBrush(self.brush("success" if value < 0.6 else "warning" if value < 0.9 else "error"))
        painter.drawRect(strip)

    def icon(self, painter: QPainter, name: str, token: str, box: QRectF) -> None:
        """A line drawing in a colour of the theme; a kind without a drawing gets none."""
        if self.vector:
            renderer = self._renderer(name, token)
            if renderer is not None:
                renderer.render(painter, box)
            return
        transform = painter.transform()
        ratio = painter.device().devicePixelRatioF() if painter.device() else 1.0
        size = max(4, round(box.width() * transform.m11() * ratio))
        image = self._image(name, token, size)
        if image is not None:
            painter.drawImage(box, image, QRectF(0, 0, size, size))

    def text(self, painter: QPainter, font: QFont, token: str, at: QPointF, text: str) -> None:
        """One line of text, `at` is the left end of its baseline."""
        painter.setFont(font)
        painter.setPen(self.pen(token))
        painter.drawText(at, text)

    def _area(self, painter: QPainter, face: Face, place: Place, detail: Detail) -> None:
        if detail is Detail.SPECKS:
            if face.shape is Shape.FRAME:
                painter.fillRect(rectf(place.column), self.brush(face.fill, FRAME_ALPHA))
            painter.fillRect(rectf(place.bar), self.brush(face.outline, 150))
            return
        painter.setPen(self._soft_pen(face.outline))
        if face.shape is Shape.FRAME:
            painter.setBrush(self.brush(face.fill, FRAME_ALPHA))
            painter.drawRect(rectf(place.column))
        painter.setBrush(self.brush(face.fill))
        painter.drawRect(rectf(place.bar))

    def _soft_pen(self, token: str) -> QPen:
        """One pixel wide at any zoom, and so light that many close lines do not darken the diagram."""
        key = (token, 0.0)
        if key not in self._pens:
            self._pens[key] = QPen(self.colour(token, _SOFT), 0.0)
        return self._pens[key]

    def _bar_letters(self, painter: QPainter, face: Face, place: Place, room: float) -> None:
        bar = place.bar
        token = face.ink
        height = min(bar.height, BAR_HEIGHT) if face.shape is Shape.FRAME else bar.height
        middle = bar.y + height / 2
        icon = QRectF(bar.x + INSET, middle - ICON / 2, ICON, ICON)
        self.icon(painter, face.icon, face.outline, icon)
        left = bar.x + INSET + ICON + 8.0
        room -= left - bar.x + INSET - 4.0
        title = self.lettering.cut("title", face.title, room)
        baseline = middle - 2.5 if face.facts else middle + 4.5
        self.text(painter, self.lettering.title, token, QPointF(left, baseline), title)
        if face.facts:
            facts = self.lettering.cut("facts", face.facts, room)
            self.text(painter, self.lettering.facts, token, QPointF(left, middle + 12.5), facts)

    def _chip_letters(self, painter: QPainter, face: Face, place: Place, room: float) -> None:
        bar = place.bar
        middle = bar.y + bar.height / 2
        box = QRectF(bar.x + 7.0, middle - CHIP_ICON / 2, CHIP_ICON, CHIP_ICON)
        self.icon(painter, face.icon, face.outline, box)
        left = bar.x + 7.0 + CHIP_ICON + 3.0
        title = self.lettering.cut("chip", face.title, bar.right - 6.0 - left)
        self.text(painter, self.lettering.chip, face.ink, QPointF(left, middle + 4.0), title)

    def _note_letters(self, painter: QPainter, face: Face, place: Place, room: float) -> None:
        bar = place.bar
        token = face.ink
        left, y = bar.x + INSET, bar.y + INSET + 10.0
        title = self.lettering.cut("title", face.title, bar.width - 2 * INSET)
        self.text(painter, self.lettering.title, token, QPointF(left, y), title)
        step = self.lettering.metrics("note").height()
        y += 4.0
        for line in face.lines:
            y += step
            self.text(painter, self.lettering.note, token, QPointF(left, y), line)

    def _renderer(self, name: str, token: str) -> QSvgRenderer | None:
        key = (name, token)
        if key not in self._renderers:
            try:
                drawing = read_text(f"icons/{name}.svg").replace("currentColor", self.colour(token).name())
            except HVStudioError:
                self._renderers[key] = None
            else:
                self._renderers[key] = QSvgRenderer(QByteArray(drawing.encode()))
        return self._renderers[key]

    def _image(self, name: str, token: str, size: int) -> QImage | None:
        key = (name, token, size)
        if key not in self._images:
            renderer = self._renderer(name, token)
            if renderer is None:
                return None
            if len(self._images) > 400:
                self._images.clear()
            picture = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            renderer.render(painter, QRectF(0, 0, size, size))
            painter.end()
            self._images[key] = picture
        return self._images[key]


_LETTERS: Final[dict[Shape, Callable[[Strokes, QPainter, Face, Place, float], None]]] = {
    Shape.BAR: Strokes._bar_letters,
    Shape.FRAME: Strokes._bar_letters,
    Shape.CHIP: Strokes._chip_letters,
    Shape.NOTE: Strokes._note_letters,
}
