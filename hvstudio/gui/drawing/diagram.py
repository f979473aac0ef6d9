"""The whole diagram, or a region of it, drawn with the strokes of a theme: what screen, pictures and paper share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from attrs import field, frozen
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from hvstudio.editor.routes import Route, route
from hvstudio.gui.drawing.face import NO_MARKS, Faces, Marks
from hvstudio.gui.drawing.painting import Detail, Strokes
from hvstudio.model.document import BlockId, Document
from hvstudio.model.geometry import Rect
from hvstudio.model.index import Index
from hvstudio.model.stacking import Layout, Place

FEW_ATTACHMENTS: Final = 8
"""Up to so many attachments are always drawn; more of them only for what is selected or pointed at."""
_OVERHANG: Final = 12.0
"""Badges reach so far beyond the column of their block."""


@frozen(kw_only=True, eq=False)
class Picture:
    """Everything that decides how the diagram looks."""

    document: Document
    index: Index
    layout: Layout
    faces: Faces
    strokes: Strokes
    marks: Marks = NO_MARKS
    heat: Mapping[BlockId, float] = field(factory=dict)
    with_hints: bool = False
    """Whether empty frames say what belongs into them: on the screen, not in pictures."""


def draw_region(
    painter: QPainter, picture: Picture, region: Rect, detail: Detail
) -> list[tuple[BlockId, Place]]:  # fmt: skip
    """Draw what meets the region; gives the blocks that were drawn."""
    blocks = picture.document.blocks
    visible = list(_visible(picture, region))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, detail >= Detail.COMPACT)
    for block_id, place in visible:
        face = picture.faces.of(blocks[block_id])
        room = letters_room(picture, block_id, place) if detail is Detail.FULL else 0.0
        picture.strokes.draw(painter, face, place, detail=detail, room=room)
    if detail >= Detail.COMPACT:
        _draw_tags(painter, picture, visible, detail)
        _draw_marks(painter, picture, visible)
    return visible


def draw_attachments(painter: QPainter, picture: Picture, devices: Iterator[BlockId], *, strong: bool) -> None:
    """Draw the connectors of these devices to what they are attached to."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for device in devices:
        found = route_of(picture, device)
        if found is not None:
            outline = picture.faces.of(picture.document.block(device)).outline
            painter.setPen(picture.strokes.pen(outline, 2.2 if strong else 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(_path(found))
            painter.setBrush(picture.strokes.brush(outline))
            for end in (found[0], found[-1]):
                painter.drawEllipse(QPointF(*end), 1.6, 1.6)


def attached_devices(picture: Picture) -> list[BlockId]:
    """All blocks that are attached to something, in document order."""
    return [block.id for block in picture.document.blocks.values() if block.attached_to is not None]


def route_of(picture: Picture, device: BlockId) -> Route | None:
    """The connector of a device, if it is attached and both ends have a place."""
    target = picture.document.block(device).attached_to
    places = picture.layout.places
    if target is None or device not in places or target not in places:
        return None
    support = picture.document.block(device).rests_on
    frame = places[support].column if support is not None and support in places else places[device].bar
    return route(places[device].bar, places[target].bar, frame, obstacles=_obstacles(picture, device, target))


def _obstacles(picture: Picture, device: BlockId, target: BlockId) -> list[Rect]:
    """What a connector should not cross on its way down: the letters and chips of the layers between."""
    places = picture.layout.places
    found: list[Rect] = []
    for block in list(picture.index.below(device))[1:]:
        if block.id == picture.document.block(target).rests_on:
            break
        bar = places[block.id].bar
        found.append(Rect(bar.x, bar.y, min(picture.faces.measure(block)[0], bar.width), bar.height))
        chips = (child for child in picture.index.children_of(block.id) if places[child].is_chip)
        found.extend(places[chip].bar for chip in chips if chip != target)
    return found


def visible_stacks(picture: Picture, region: Rect) -> Iterator[BlockId]:
    """The roots whose stacks meet the region."""
    for root in picture.index.roots:
        place = picture.layout.places.get(root)
        if place is not None and _grown(place.column).meets(region):
            yield root


def _visible(picture: Picture, region: Rect) -> Iterator[tuple[BlockId, Place]]:
    """What meets the region, supports first; whole columns beside it are skipped at once."""
    places, children = picture.layout.places, picture.index.children
    left, top, right, bottom = region.x - _OVERHANG, region.y - _OVERHANG, region.right, region.bottom
    right, bottom = right + _OVERHANG, bottom + _OVERHANG
    pending = list(visible_stacks(picture, region))
    pending.reverse()
    while pending:
        block_id = pending.pop()
        place = places.get(block_id)
        if place is None:
            continue
        x, y, width, height = place.column
        if x > right or y > bottom or x + width < left or y + height < top:
            continue
        yield block_id, place
        above = children.get(block_id)
        if above:
            pending.extend(reversed(above))


def letters_room(picture: Picture, block_id: BlockId, place: Place) -> float:
    """How much of a bar its letters may take: what chips beside them leave."""
    width = place.bar.width
    for child in picture.index.children_of(block_id):
        other = picture.layout.places.get(child)
        if other is not None and other.is_chip and other.bar.y < place.bar.y + 20.0:
            return min(width, other.bar.x - place.bar.x)
    return width


def _draw_tags(painter: QPainter, picture: Picture, visible: list[tuple[BlockId, Place]], detail: Detail) -> None:
    classes, heat = picture.marks.classes, picture.heat
    for block_id, place in visible:
        if block_id in heat:
            picture.strokes.heat(painter, place, heat[block_id])
        if block_id in classes and detail is Detail.FULL:
            face = picture.faces.of(picture.document.block(block_id))
            picture.strokes.class_tag(painter, place, face, text=classes[block_id])
        if picture.with_hints and detail is Detail.FULL and _holds_nothing(picture, block_id):
            picture.strokes.empty_frame(painter, picture.faces.of(picture.document.block(block_id)), place)


def _holds_nothing(picture: Picture, block_id: BlockId) -> bool:
    places = picture.layout.places
    return all(places[child].is_chip for child in picture.index.children_of(block_id))


def _draw_marks(painter: QPainter, picture: Picture, visible: list[tuple[BlockId, Place]]) -> None:
    severities = picture.marks.severities
    if severities:
        for block_id, place in visible:
            if block_id in severities:
                picture.strokes.badge(painter, place, severities[block_id])


def _grown(rect: Rect) -> Rect:
    return Rect(rect.x - _OVERHANG, rect.y - _OVERHANG, rect.width + 2 * _OVERHANG, rect.height + 2 * _OVERHANG)


def _path(points: Route, radius: float = 6.0) -> QPainterPath:
    """A polyline with rounded corners."""
    path = QPainterPath(QPointF(*points[0]))
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        path.lineTo(QPointF(*_towards(corner, before, radius)))
        path.quadTo(QPointF(*corner), QPointF(*_towards(corner, after, radius)))
    path.lineTo(QPointF(*points[-1]))
    return path


def _towards(start: tuple[float, float], end: tuple[float, float], length: float) -> tuple[float, float]:
    """The point that lies `length` (at most half the way) from start towards end."""
    across, down = end[0] - start[0], end[1] - start[1]
    distance = max(abs(across), abs(down)) or 1.0
    part = min(length / distance, 0.5)
    return start[0] + across * part, start[1] + down * part
