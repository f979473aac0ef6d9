"""Pictures of the diagram: PNG, SVG and PDF, each carrying the document so that it opens again as the model."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from math import ceil
from pathlib import Path
from typing import Final

from attrs import frozen
from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QMarginsF,
    QPointF,
    QRect,
    QRectF,
    QSize,
    QSizeF,
    Qt,
)
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QImageWriter,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.finding import Report
from hvstudio.checks.run import check
from hvstudio.errors import HVStudioError
from hvstudio.files.embedded import embed_in_pdf, embed_in_png, embed_in_svg
from hvstudio.files.native import to_text
from hvstudio.files.store import write_atomically
from hvstudio.gui.clipboard import put_on_clipboard
from hvstudio.gui.drawing.composing import compose
from hvstudio.gui.drawing.diagram import FEW_ATTACHMENTS, Picture, attached_devices, draw_attachments, draw_region
from hvstudio.gui.drawing.lettering import FAMILIES, canvas_font
from hvstudio.gui.drawing.painting import Detail
from hvstudio.gui.look.theme import Theme, block_colour, load_theme, outline_of
from hvstudio.model.document import Document

MARGIN: Final = 24.0
SCALES: Final = (1.0, 8.0)
_TITLE_HEIGHT: Final = 44.0
_LEGEND_HEIGHT: Final = 34.0
_LARGEST_SIDE: Final = 32_000
"""QImage and most programs that show pictures stop at 32,767 pixels."""
_LARGEST_AREA: Final = 200_000_000
_CSS_PIXELS_PER_INCH: Final = 96.0
"""A scene unit is a CSS pixel. Source: CSS Values and Units Level 3, section 5.2: 1in = 96px."""
_PDF_RESOLUTION: Final = 1200
_PDF_LARGEST_INCHES: Final = 200.0
"""Source: ISO 32000-1, annex C.2: pages may measure up to 14,400 units of 1/72 inch."""


_TEXT: Final = re.compile(r"<text\b([^>]*)>([^<]*)</text>")
_FONT: Final = (re.compile(r'font-size="(\d+)"'), re.compile(r'font-weight="(\d+)"'))


@frozen(kw_only=True)
class Look:
    """How an export looks. `scale` counts for PNG only; badges are the marks of findings."""

    theme: Theme | None = None
    scale: float = 2.0
    transparent: bool = False
    with_title: bool = False
    with_legend: bool = False
    with_badges: bool = False


def render_png(
    document: Document,
    catalog: Catalog,
    *,
    report: Report | None = None,
    theme: Theme | None = None,
    scale: float = 2.0,
    transparent: bool = False,
    look: Look | None = None,
) -> bytes:
    """The diagram in pixels, `scale` of them for one scene unit (1 to 8); carries the document.

    `look`, if given, says everything at once. Raises HVStudioError when the picture would be too large.
    """
    look = look or Look(theme=theme, scale=scale, transparent=transparent)
    image = render_image(document, catalog, report=report, look=look)
    return embed_in_png(_encoded(image), to_text(document))


def render_image(
    document: Document, catalog: Catalog, *, report: Report | None = None, look: Look | None = None
) -> QImage:
    """The diagram as an image in memory."""
    look = look or Look()
    _application()
    scale = min(max(look.scale, SCALES[0]), SCALES[1])
    sheet = _Paper(document, catalog, report, look, vector=scale > 3.0)
    size = sheet.size()
    width, height = ceil(size.width() * scale), ceil(size.height() * scale)
    if max(width, height) > _LARGEST_SIDE or width * height > _LARGEST_AREA:
        raise HVStudioError(
            f"a picture of {width:,} × {height:,} pixels is too large",
            where=document.title,
            hint="Choose a smaller scale, or export SVG or PDF.",
        )
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDotsPerMeterX(round(_CSS_PIXELS_PER_INCH * scale / 0.0254))
    image.setDotsPerMeterY(round(_CSS_PIXELS_PER_INCH * scale / 0.0254))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.scale(scale, scale)
    sheet.draw(painter)
    painter.end()
    return image


def render_svg(
    document: Document,
    catalog: Catalog,
    *,
    report: Report | None = None,
    theme: Theme | None = None,
    transparent: bool = False,
    look: Look | None = None,
) -> bytes:
    """The diagram as SVG with real text and nothing external; carries the document."""
    look = look or Look(theme=theme, transparent=transparent)
    _application()
    sheet = _Paper(document, catalog, report, look, vector=True)
    size = sheet.size()
    buffer = _buffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(round(_CSS_PIXELS_PER_INCH))
    generator.setSize(QSize(ceil(size.width()), ceil(size.height())))
    generator.setViewBox(QRect(0, 0, ceil(size.width()), ceil(size.height())))
    generator.setTitle(document.title)
    generator.setDescription("A virtualization stack drawn by HVStudio; open this file there to work on it.")
    painter = QPainter(generator)
    sheet.draw(painter)
    painter.end()
    return embed_in_svg(_portable_text(bytes(buffer.data().data()).decode()).encode(), to_text(document))


def render_pdf(
    document: Document,
    catalog: Catalog,
    *,
    report: Report | None = None,
    theme: Theme | None = None,
    look: Look | None = None,
) -> bytes:
    """The diagram on one page of its own size, as vectors; carries the document."""
    look = look or Look(theme=theme)
    _application()
    sheet = _Paper(document, catalog, report, look, vector=True)
    size = sheet.size()
    inches = max(size.width(), size.height()) / _CSS_PIXELS_PER_INCH
    shrink = min(1.0, _PDF_LARGEST_INCHES / inches)
    points = QSizeF(size.width(), size.height()) * (72.0 / _CSS_PIXELS_PER_INCH * shrink)
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setResolution(_PDF_RESOLUTION)
    writer.setTitle(document.title)
    writer.setCreator("HVStudio")
    page = QPageSize(points, QPageSize.Unit.Point, "Diagram", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF()))
    painter = QPainter(writer)
    factor = _PDF_RESOLUTION / _CSS_PIXELS_PER_INCH * shrink
    painter.scale(factor, factor)
    sheet.draw(painter)
    painter.end()
    return embed_in_pdf(bytes(buffer.data().data()), to_text(document))


def export_file(
    document: Document, catalog: Catalog, path: Path, *, report: Report | None = None, look: Look | None = None
) -> None:
    """Write the diagram to a file; its suffix (.png, .svg, .pdf) decides the format.

    Without a report the document is checked first, so that hypervisors show their class. Raises HVStudioError for
    other suffixes, FileError when the file cannot be written.
    """
    renderers = {".png": render_png, ".svg": render_svg, ".pdf": render_pdf}
    renderer = renderers.get(path.suffix.lower())
    if renderer is None:
        raise HVStudioError("pictures are PNG, SVG or PDF", where=path.name, hint="End the name in .png, .svg or .pdf.")
    write_atomically(path, renderer(document, catalog, report=report or check(document, catalog), look=look or Look()))


def copy_to_clipboard(
    document: Document, catalog: Catalog, *, report: Report | None = None, look: Look | None = None
) -> None:
    """Put the diagram on the clipboard as image, PNG and SVG at once, the last two with the document inside."""
    look = look or Look()
    report = report or check(document, catalog)
    forms = {
        "image/png": render_png(document, catalog, report=report, look=look),
        "image/svg+xml": render_svg(document, catalog, report=report, look=look),
    }
    put_on_clipboard(forms, image=render_image(document, catalog, report=report, look=look))


class _Paper:
    """The diagram with margins, and title and legend if wanted; its upper left corner is the origin."""

    def __init__(
        self, document: Document, catalog: Catalog, report: Report | None, look: Look, *, vector: bool
    ) -> None:
        self.look = look
        theme = look.theme or load_theme("light")
        picture = compose(
            document, catalog, theme=theme, report=report, with_badges=look.with_badges, vector=vector
        )  # fmt: skip
        self.picture: Picture = picture
        self.bounds = picture.layout.bounds()
        self.top = _TITLE_HEIGHT if look.with_title else 0.0
        names = dict.fromkeys(block.kind for block in document.blocks.values())
        self.kinds = [catalog.kinds[name] for name in names if name in catalog.kinds]

    def size(self) -> QSizeF:
        width = max(self.bounds.width, self._title_width(), self._legend_width(), 64.0)
        bottom = _LEGEND_HEIGHT if self.look.with_legend else 0.0
        return QSizeF(ceil(width + 2 * MARGIN), ceil(max(self.bounds.height, 32.0) + 2 * MARGIN + self.top + bottom))

    def draw(self, painter: QPainter) -> None:
        size = self.size()
        if not self.look.transparent:
            painter.fillRect(QRectF(0.0, 0.0, size.width(), size.height()), self.picture.strokes.brush("surface"))
        painter.save()
        painter.translate(MARGIN - self.bounds.x, MARGIN + self.top - self.bounds.y)
        draw_region(painter, self.picture, self.bounds, Detail.FULL)
        devices = attached_devices(self.picture)
        if len(devices) <= FEW_ATTACHMENTS:
            draw_attachments(painter, self.picture, iter(devices), strong=False)
        painter.restore()
        self._draw_title(painter)
        self._draw_legend(painter, size)

    def _draw_title(self, painter: QPainter) -> None:
        if self.look.with_title:
            letters = self.picture.strokes.lettering
            at = QPointF(MARGIN, MARGIN + 18.0)
            self.picture.strokes.text(painter, letters.heading, "text", at, self.picture.document.title)

    def _draw_legend(self, painter: QPainter, size: QSizeF) -> None:
        if not self.look.with_legend:
            return
        strokes = self.picture.strokes
        x, y = MARGIN, size.height() - MARGIN
        for kind in self.kinds:
            fill = block_colour(kind.colour)
            painter.setPen(strokes.pen(outline_of(fill)))
            painter.setBrush(strokes.brush(fill))
            painter.drawRoundedRect(QRectF(x, y - 11.0, 14.0, 12.0), 3.0, 3.0)
            strokes.text(painter, strokes.lettering.facts, "text", QPointF(x + 20.0, y), kind.label)
            x += 20.0 + strokes.lettering.width("facts", kind.label) + 18.0

    def _title_width(self) -> float:
        letters = self.picture.strokes.lettering
        return letters.width("heading", self.picture.document.title) if self.look.with_title else 0.0

    def _legend_width(self) -> float:
        if not self.look.with_legend:
            return 0.0
        letters = self.picture.strokes.lettering
        return sum(38.0 + letters.width("facts", kind.label) for kind in self.kinds)


def _encoded(image: QImage) -> bytes:
    buffer = _buffer()
    if not QImageWriter(buffer, QByteArray(b"PNG")).write(image):
        raise HVStudioError("the picture could not be encoded as PNG", hint="Choose a smaller scale.")
    return bytes(buffer.data().data())


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


def _portable_text(svg: str) -> str:
    """Make lettering fit on systems without our fonts: name the whole list of them, and say how long each text is."""
    families = f'font-family="{", ".join(FAMILIES)}"'
    metrics: dict[tuple[int, int], QFontMetricsF] = {}

    def with_length(match: re.Match[str]) -> str:
        attributes, text = match.groups()
        size, weight = (int(found.group(1)) if (found := pattern.search(attributes)) else 0 for pattern in _FONT)
        if not size or not text.strip():
            return match.group(0)
        if (size, weight) not in metrics:
            metrics[size, weight] = QFontMetricsF(canvas_font(size, QFont.Weight(weight or 400)))
        length = metrics[size, weight].horizontalAdvance(unescape(text))
        return f'<text textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"{attributes}>{text}</text>'

    return re.sub(r'font-family="[^"]*"', families, _TEXT.sub(with_length, svg))


@cache
def _own_application() -> QGuiApplication:
    return QGuiApplication([])


def _application() -> None:
    """Fonts need an application; on the command line there is none yet."""
    if QGuiApplication.instance() is None:
        _own_application()
