"""Names and classes from afar: letters of one size on the screen, wherever a block has room for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import frozen
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QTransform

from hvstudio.catalog.appearance import Shape
from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Severity
from hvstudio.gui.drawing.diagram import Picture, letters_room
from hvstudio.gui.drawing.face import BAR_HEIGHT, Face
from hvstudio.gui.drawing.lettering import Lettering
from hvstudio.gui.drawing.painting import SEVERITY_TOKENS, rectf
from hvstudio.model.document import BlockId
from hvstudio.model.geometry import Rect
from hvstudio.model.stacking import Place

SMALLEST_SCALE: Final = 0.06
"""Farther out than this not even hosts are named: signs would hide what they name."""
NEAR: Final = 0.28
"""From here on the letters are one size larger."""
_LINE: Final = 8.5
"""A bar of so many pixels holds a line of letters."""
_MARGIN: Final = 3.0
_PILL: Final = 13.0
_FEWEST_LETTERS: Final = 5
"""A name of which less could be shown, the ellipsis included, says nothing."""
_FEWEST_BEFORE_NUMBER: Final = 3
_STEP: Final = 4
"""Names are cut for rooms in steps of so many pixels: most are then known from the zoom step before."""
_DOT: Final = 3.0
_VEIL: Final = 225
"""How opaque the ground of names is that are written across other blocks."""


@frozen(kw_only=True, eq=False)
class Sign:
    """One text: where it stands, in pixels from the scene's origin, and whether it stands on a pill of its own."""

    block: BlockId
    text: str
    role: str
    rect: Rect
    token: str
    pill: str = ""
    ground: str = ""
    """The ground that it needs where it is written across other blocks; empty where it stands on its own."""


def draw_signs(painter: QPainter, picture: Picture, visible: Iterable[tuple[BlockId, Place]]) -> None:
    """Write on what is visible; the painter's own transform decides where, never how large."""
    world = painter.worldTransform()
    scale = world.m11()
    if scale < SMALLEST_SCALE:
        return
    shown = list(visible)
    painter.save()
    painter.setWorldTransform(QTransform.fromTranslate(world.dx(), world.dy()))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    _draw_dots(painter, picture, shown, scale)
    for sign in signs_of(picture, shown, scale):
        _draw_sign(painter, picture, sign)
    painter.restore()


def signs_of(picture: Picture, visible: Iterable[tuple[BlockId, Place]], scale: float) -> Iterator[Sign]:
    """The signs at a scale, in pixels from the origin of the scene; no two of them overlap."""
    pills: list[Rect] = []
    covered: set[BlockId | None] = set()
    classes = picture.marks.classes
    blocks, faces = picture.document.blocks, picture.faces
    for block_id, place in visible:
        if place.is_chip or place.column.width * scale < _PILL:
            continue
        if blocks[block_id].rests_on in covered:
            covered.add(block_id)
            continue
        face = faces.of(blocks[block_id])
        taken = 0.0
        name = None
        tag = classes.get(block_id, "")
        if tag:
            taken = picture.strokes.lettering.width("sign_tag", tag) + _PILL - 2.0 + _MARGIN
        if _own_height(place, face) * scale >= _LINE or face.shape is Shape.FRAME:
            name = _name_inside(picture, block_id, place, face, scale, taken)
        elif face.role is Role.HARDWARE:
            name = _name_over(picture, block_id, place, face, scale)
        if name is not None and (not name.pill or not _meets_any(name.rect, pills)):
            if name.pill:
                pills.append(name.rect)
            if name.ground:
                covered.add(block_id)
            yield name
        if tag:
            pill = _class_pill(block_id, place, face, scale, text=tag, width=taken - _MARGIN, after=name)
            if pill is not None and not _meets_any(pill.rect, pills):
                pills.append(pill.rect)
                yield pill


def _name_inside(
    picture: Picture, block_id: BlockId, place: Place, face: Face, scale: float, taken: float
) -> Sign | None:
    """The name within the block's own bar; of a frame too low for that, in the middle of all it carries."""
    bar = place.bar
    role = "sign" if scale >= NEAR else "small_sign"
    lettering = picture.strokes.lettering
    height = _own_height(place, face)
    is_low = height * scale < _LINE
    if is_low:
        area = Rect(place.column.x, place.column.y, place.column.width, bar.bottom - place.column.y)
        room = area.width
    else:
        area = Rect(bar.x, bar.y, bar.width, height)
        room = letters_room(picture, block_id, place)
    if area.height * scale < _LINE or (is_low and _carries_machines(picture, block_id)):
        return None
    text = fitted(lettering, role, face.title, room * scale - 2 * _MARGIN - taken)
    if not text:
        return None
    width = lettering.width(role, text)
    left = area.x * scale + ((area.width * scale - width) / 2 if is_low else _MARGIN)
    rect = Rect(left, (area.y + area.height / 2) * scale - _LINE / 2, width, _LINE)
    return Sign(block=block_id, text=text, role=role, rect=rect, token=face.ink, ground=face.fill if is_low else "")


def _own_height(place: Place, face: Face) -> float:
    """How high the part of a bar is that bears its name; the chips in it are beneath."""
    return min(place.bar.height, BAR_HEIGHT) if face.shape in (Shape.FRAME, Shape.NOTE) else place.bar.height


def _carries_machines(picture: Picture, block_id: BlockId) -> bool:
    """Whether others than the guest's own layers stand on a frame: then its middle belongs to them."""
    blocks = picture.document.blocks
    return any(role_of(blocks[other]) is Role.HYPERVISOR for other in picture.index.subtree(block_id))


def _name_over(picture: Picture, block_id: BlockId, place: Place, face: Face, scale: float) -> Sign | None:
    """The name of a host whose bar is lower than a line: on a pill that is a little higher than the bar."""
    bar = place.bar
    lettering = picture.strokes.lettering
    text = fitted(lettering, "small_sign", face.title, bar.width * scale - _PILL)
    if not text:
        return None
    width = lettering.width("small_sign", text) + _PILL - 2.0
    rect = Rect(bar.x * scale, (bar.y + bar.height / 2) * scale - _PILL / 2, width, _PILL)
    return Sign(
        block=block_id, text=text, role="small_sign", rect=rect,
        token=face.ink, pill=face.fill,
    )  # fmt: skip


def _class_pill(
    block_id: BlockId, place: Place, face: Face, scale: float, *, text: str, width: float, after: Sign | None
) -> Sign | None:
    """The class of a hypervisor: after its name, without a name at the right end of the bar."""
    bar = place.bar
    if width > bar.width * scale - 2.0:
        return None
    right = bar.right * scale - width - 2.0
    left = min(after.rect.right + _MARGIN, right) if after is not None else right
    rect = Rect(left, (bar.y + bar.height / 2) * scale - _PILL / 2, width, _PILL)
    return Sign(
        block=block_id, text=text, role="sign_tag", rect=rect,
        token=face.fill, pill=face.outline,
    )  # fmt: skip


def _draw_sign(painter: QPainter, picture: Picture, sign: Sign) -> None:
    strokes = picture.strokes
    left = sign.rect.x
    if sign.pill:
        painter.setPen(Qt.PenStyle.NoPen if sign.role == "sign_tag" else strokes.pen(sign.token))
        painter.setBrush(strokes.brush(sign.pill))
        painter.drawRoundedRect(rectf(sign.rect), _PILL / 2, _PILL / 2)
        left += _PILL / 2 - 1.0
    if sign.ground:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(strokes.brush(sign.ground, _VEIL))
        painter.drawRoundedRect(rectf(sign.rect).adjusted(-2.0, -2.0, 2.0, 2.0), 3.0, 3.0)
    metrics = strokes.lettering.metrics(sign.role)
    baseline = sign.rect.y + sign.rect.height / 2 + metrics.capHeight() / 2
    strokes.text(painter, getattr(strokes.lettering, sign.role), sign.token, QPointF(left, baseline), sign.text)


def _draw_dots(painter: QPainter, picture: Picture, visible: list[tuple[BlockId, Place]], scale: float) -> None:
    """Where errors and warnings are, while their badges would be too small to be seen."""
    if scale >= NEAR:
        return
    severities, strokes = picture.marks.severities, picture.strokes
    painter.setPen(strokes.pen("canvas"))
    for block_id, place in visible:
        severity = severities.get(block_id, Severity.NOTE)
        if severity is Severity.NOTE or place.bar.width * scale < 4 * _DOT:
            continue
        painter.setBrush(strokes.brush(SEVERITY_TOKENS[severity]))
        centre = QPointF(place.bar.right * scale - _DOT, place.bar.y * scale + _DOT)
        painter.drawEllipse(QRectF(centre.x() - _DOT, centre.y() - _DOT, 2 * _DOT, 2 * _DOT))


def fitted(lettering: Lettering, role: str, text: str, room: float) -> str:
    """A name in its room. A long one is cut, but keeps the number at its end, by which alone many machines differ."""
    if lettering.width(role, text) <= room:
        return text
    room = float(int(room) // _STEP * _STEP)
    shown = lettering.cut(role, text, room)
    name = text.rstrip("0123456789")
    number = text[len(name) :]
    if number and name.strip():
        head = lettering.cut(role, name + name, room - lettering.width(role, number))  # twice: it is cut for sure
        if _FEWEST_BEFORE_NUMBER <= len(head) <= len(name):
            shown = head + number
    return shown if len(shown) >= _FEWEST_LETTERS else ""


def _meets_any(rect: Rect, others: list[Rect]) -> bool:
    return any(rect.meets(other) for other in others[-8:])
