"""The two layers of the canvas: the sheet with the diagram, and over it the marks of what is selected or held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from hvstudio.catalog.appearance import Shape
from hvstudio.editor.gestures import Preview
from hvstudio.gui.drawing.diagram import (
    FEW_ATTACHMENTS,
    Picture,
    attached_devices,
    draw_attachments,
    draw_region,
    route_of,
)
from hvstudio.gui.drawing.face import Face
from hvstudio.gui.drawing.painting import RADIUS, Detail, detail_at, rectf
from hvstudio.gui.drawing.signs import draw_signs
from hvstudio.model.document import BlockId
from hvstudio.model.geometry import Rect, around
from hvstudio.model.stacking import Place

FAR_SCALE: Final = 0.12
"""Farther out than this the diagram is one ready picture: blocks are a few pixels, and there are many of them."""
FAR_BLOCKS: Final = 1500
"""Fewer blocks than this are drawn directly at any distance."""
_FAR_PIXELS: Final = 2048
_AROUND: Final = 110.0
"""Signs that are seen from afar reach so far beyond their blocks."""
_HELD_OPACITY: Final = 0.8
_MANY: Final = 300
"""More selected blocks than this get plain marks."""


class Sheet(QGraphicsItem):
    """Draws what is exposed of the diagram, in the detail that the zoom deserves."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.picture = picture
        self.hidden: frozenset[BlockId] = frozenset()
        self._bounds = QRectF()
        self._far: QImage | None = None
        self._has_signs = False
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.show_picture(picture)

    def show_picture(self, picture: Picture, touched: Iterable[Rect] | None = None) -> None:
        """Show another state; only the `touched` rectangles are drawn again, or everything."""
        self.picture = picture
        bounds = rectf(picture.layout.bounds()).adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND)
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
            self._far = None
        if touched is None:
            self._far = None
            self.update()
            return
        areas = list(touched)
        around_it = _AROUND if self._has_signs else 14.0
        for area in areas:
            self.update(rectf(area).adjusted(-around_it, -around_it, around_it, around_it))
        if self._far is not None and areas:
            self._draw_far_part(self._far, around(areas))

    def boundingRect(self) -> QRectF:
        """Everything, with room for badges."""
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the exposed part."""
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        exposed = option.exposedRect  # type: ignore[attr-defined]
        if scale < FAR_SCALE and len(self.picture.layout.places) > FAR_BLOCKS:
            self._draw_far(painter)
            self._has_signs = True
            draw_signs(painter, self.picture, self._landmarks())
            return
        region = Rect(exposed.x(), exposed.y(), exposed.width(), exposed.height())
        detail = detail_at(scale)
        visible = draw_region(painter, self.picture, region, detail)
        self._has_signs = detail is not Detail.FULL
        if self._has_signs:
            draw_signs(painter, self.picture, visible)
        if scale >= 0.28:
            devices = attached_devices(self.picture)
            if len(devices) <= FEW_ATTACHMENTS:
                draw_attachments(painter, self.picture, iter(devices), strong=False)

    def _landmarks(self) -> Iterator[tuple[BlockId, Place]]:
        """Hosts and classified hypervisors: what is named when everything is seen at once."""
        places = self.picture.layout.places
        for block_id in dict.fromkeys((*self.picture.index.roots, *self.picture.marks.classes)):
            if block_id in places:
                yield block_id, places[block_id]

    def overview(self) -> QImage:
        """All of the diagram, small: its areas without letters, as large as `boundingRect`."""
        if self._far is None:
            self._far = self._far_image()
        return self._far

    def _draw_far(self, painter: QPainter) -> None:
        """Draw the ready picture; it is made when first needed, and mended where the diagram changes."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(self._bounds, self.overview())

    def _far_image(self) -> QImage:
        longest = max(self._bounds.width(), self._bounds.height(), 1.0)
        scale = min(FAR_SCALE, _FAR_PIXELS / longest)
        image = QImage(
            max(1, round(self._bounds.width() * scale)),
            max(1, round(self._bounds.height() * scale)),
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        image.fill(Qt.GlobalColor.transparent)
        self._draw_far_part(image, self.picture.layout.bounds())
        return image

    def _draw_far_part(self, image: QImage, region: Rect) -> None:
        painter = QPainter(image)
        painter.scale(image.width() / self._bounds.width(), image.height() / self._bounds.height())
        painter.translate(-self._bounds.topLeft())
        area = rectf(region).adjusted(-14, -14, 14, 14)
        painter.setClipRect(area)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.fillRect(area, Qt.GlobalColor.transparent)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        draw_region(painter, self.picture, Rect(area.x(), area.y(), area.width(), area.height()), Detail.SPECKS)
        painter.end()


class Overlay(QGraphicsItem):
    """Marks over the diagram: selection, pointer, focus, highlights, what is held and where it would go."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.picture = picture
        self.selection: tuple[BlockId, ...] = ()
        self.hovered: BlockId | None = None
        self.highlighted: frozenset[BlockId] = frozenset()
        self.has_focus = False
        self.held: tuple[BlockId, ...] = ()
        self.preview: Preview | None = None
        self.ghost: Face | None = None
        self.is_band = False
        self._bounds = QRectF()
        self.setZValue(10)
        self.refresh()

    def refresh(self) -> None:
        """Work out what the marks cover now, and draw there and where they were."""
        bounds = self._covered()
        self.update()
        self.prepareGeometryChange()
        self._bounds = bounds
        self.update()

    def boundingRect(self) -> QRectF:
        """What the marks cover."""
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the marks, those that matter most last."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        scale = max(option.levelOfDetailFromTransform(painter.worldTransform()), 0.05)
        draw_attachments(painter, self.picture, iter(self._shown_devices()), strong=True)
        for block_id in self.highlighted:
            self._ring(painter, block_id, "warning", 3.0 / scale, 3.0)
        if self.hovered is not None and self.hovered not in self.selection:
            self._ring(painter, self.hovered, "border-strong", 1.4 / scale, 1.0)
        if len(self.selection) > _MANY:
            self._plain_rings(painter, 1.8 / scale)
        else:
            for block_id in self.selection[:-1]:
                self._ring(painter, block_id, "accent", 1.8 / scale, 1.5)
        if self.selection:
            self._ring(painter, self.selection[-1], "focus", (2.8 if self.has_focus else 2.0) / scale, 1.5)
        if self.preview is not None:
            self._draw_preview(painter, self.preview, scale, detail_at(scale))

    def _ring(self, painter: QPainter, block_id: BlockId, token: str, width: float, distance: float) -> None:
        place = self.picture.layout.places.get(block_id)
        if place is None:
            return
        face = self.picture.faces.of(self.picture.document.block(block_id))
        rect = rectf(place.column if face.shape is Shape.FRAME else place.bar)
        rect.adjust(-distance, -distance, distance, distance)
        radius = rect.height() / 2 if face.shape is Shape.CHIP else RADIUS + distance
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.picture.strokes.colour(token), width))
        painter.drawRoundedRect(rect, radius, radius)

    def _plain_rings(self, painter: QPainter, width: float) -> None:
        """The marks of very many selected blocks, in one go."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.picture.strokes.colour("accent"), width))
        places = self.picture.layout.places
        painter.drawRects([rectf(places[block_id].bar) for block_id in self.selection if block_id in places])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _draw_preview(self, painter: QPainter, preview: Preview, scale: float, detail: Detail) -> None:
        strokes = self.picture.strokes
        refused = bool(preview.target.refusal)
        if preview.target.mark is not None:
            painter.setPen(QPen(strokes.colour("accent"), 2.0 / scale))
            painter.setBrush(strokes.brush("accent", 255 if preview.target.is_caret else 46))
            painter.drawRoundedRect(rectf(preview.target.mark), 3.0, 3.0)
        if self.held:
            self._draw_held(painter, preview, detail)
        if preview.ghost is not None:
            token = "error" if refused else "accent"
            pen = QPen(strokes.colour(token), 1.4 / scale)
            if not self.is_band:
                pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(strokes.brush(token, 28))
            painter.drawRoundedRect(rectf(preview.ghost), *((0.0, 0.0) if self.is_band else (RADIUS, RADIUS)))
            if self.ghost is not None and not self.is_band:
                self._draw_ghost(painter, preview.ghost, self.ghost, refused=refused, detail=detail)

    def _draw_ghost(self, painter: QPainter, rect: Rect, face: Face, *, refused: bool, detail: Detail) -> None:
        """What would be put down, under the pointer."""
        painter.save()
        painter.setOpacity(0.45 if refused else _HELD_OPACITY)
        place = Place(rect, rect, 0, face.shape is Shape.CHIP)
        self.picture.strokes.draw(painter, face, place, detail=detail, room=rect.width)
        painter.restore()

    def _draw_held(self, painter: QPainter, preview: Preview, detail: Detail) -> None:
        """The held stacks where they are held, a little transparent."""
        painter.save()
        painter.setOpacity(0.45 if preview.target.refusal else _HELD_OPACITY)
        painter.translate(QPointF(*preview.offset))
        picture = self.picture
        for head in self.held:
            for block_id in picture.index.subtree(head):
                place = picture.layout.places[block_id]
                face = picture.faces.of(picture.document.block(block_id))
                room = min(picture.faces.measure(picture.document.block(block_id))[0] + 8.0, place.bar.width)
                picture.strokes.draw(painter, face, place, detail=detail, room=room)
        painter.restore()

    def _shown_devices(self) -> list[BlockId]:
        """The devices whose connectors are shown: of what is selected or pointed at, either end of them."""
        document, index = self.picture.document, self.picture.index
        devices: dict[BlockId, None] = {}
        for block_id in (*self.selection[-12:], *([self.hovered] if self.hovered else [])):
            if block_id not in document.blocks:
                continue
            family = (block_id, *index.children_of(block_id))
            devices.update((member, None) for member in family if document.block(member).attached_to is not None)
            devices.update((device, None) for device in index.attached_to(block_id))
        return list(devices)

    def _covered(self) -> QRectF:
        """The area of all marks, with room for their pens when far out."""
        places = self.picture.layout.places
        marked = [*self.selection, *self.highlighted, *([self.hovered] if self.hovered else [])]
        rects = [places[block_id].column for block_id in marked if block_id in places]
        for device in self._shown_devices():
            found = route_of(self.picture, device)
            if found is not None:
                rects.extend(Rect(x, y, 0.0, 0.0) for x, y in found)
        preview = self.preview
        if preview is not None:
            rects.extend(rect for rect in (preview.target.mark, preview.ghost) if rect is not None)
            x, y = preview.offset
            held = [places[head].column for head in self.held if head in places]
            rects.extend(Rect(rect.x + x, rect.y + y, rect.width, rect.height) for rect in held)
        if not rects:
            return QRectF()
        return rectf(around(rects)).adjusted(-60, -60, 60, 60)
