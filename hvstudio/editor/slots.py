"""Which kinds may sit on which block, why not, and which slot is meant when something is held over the canvas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.declaration import Seat
from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.model.document import BlockId, Document, Point
from hvstudio.model.geometry import Rect
from hvstudio.model.index import Index
from hvstudio.model.stacking import Layout, Place

AIR: Final = 56.0
"""So far above the top of a stack, in scene units, a thing held in the air still counts as on it."""
MARGIN: Final = 16.0
"""So far beside a stack it still counts as on it."""
CARET: Final = 5.0
"""Width of the mark between two neighbours."""
LANDING: Final = 34.0
"""Height of the mark above a bar that carries nothing yet."""


@frozen(kw_only=True)
class Target:
    """Where a held thing would go. `support` None means free on the canvas.

    `mark` is the rectangle to highlight: the landing zone, or a caret between two neighbours (`is_caret`).
    `refusal` says in a sentence why the block pointed at has no slot for it; then `support` is None.
    """

    support: BlockId | None = None
    before: BlockId | None = None
    mark: Rect | None = None
    is_caret: bool = False
    refusal: str = ""


@frozen(kw_only=True, eq=False)
class Stage:
    """One document with everything a gesture needs to know about it."""

    document: Document
    index: Index
    layout: Layout
    catalog: Catalog


def has_slot(catalog: Catalog, kind: str, support_kind: str) -> bool:
    """Whether blocks of `kind` may sit on blocks of `support_kind`, sound architecture or not."""
    declared = catalog.kinds.get(kind)
    return declared is not None and support_kind in declared.supports


def is_sound(catalog: Catalog, kind: str, support_kind: str) -> bool:
    """Whether it is a place where architecture has such blocks, and not only possible: what snapping prefers. A VM
    held over the parent partition goes beside it on the hypervisor.
    """
    declared = catalog.kinds.get(kind)
    return declared is not None and support_kind in declared.sound_supports


def refusal(catalog: Catalog, kind: str, support_kind: str) -> str:
    """Why there is no slot, in a sentence that says where there is one; empty when there is a slot."""
    if has_slot(catalog, kind, support_kind):
        return ""
    declared, support = catalog.kinds.get(kind), catalog.kinds.get(support_kind)
    if declared is None or support is None:
        return "This kind of block is not known here."
    label, on = declared.label.lower(), support.label.lower()
    if declared.seat is Seat.FREE:
        return f"{_article(label).capitalize()} stands free on the canvas, never on something else."
    places = _either(sorted(catalog.kind(name).label.lower() for name in declared.supports))
    verb = "is built into" if declared.seat is Seat.BUILT_IN else "sits on"
    return f"{_article(label).capitalize()} {verb} {places}; the {on} has no slot for it."


def kinds_for(catalog: Catalog, support_kind: str) -> tuple[str, ...]:
    """The kinds that have a slot on such a block, sound ones first, each part in catalogue order."""
    fitting = [name for name in catalog.kinds if has_slot(catalog, name, support_kind)]
    return tuple(sorted(fitting, key=lambda name: not is_sound(catalog, name, support_kind)))


def best_support(
    catalog: Catalog, document: Document, index: Index, *, kind: str, pointed_at: BlockId, without: frozenset[BlockId]
) -> BlockId | None:
    """The block meant when one is pointed at: itself or one below it, sound places first, then the nearest possible."""
    chain = [document.block(pointed_at), *index.below(pointed_at)]
    possible = [block for block in chain if block.id not in without and has_slot(catalog, kind, block.kind)]
    for block in possible:
        if is_sound(catalog, kind, block.kind):
            return block.id
    return possible[0].id if possible else None


def suggested_support(catalog: Catalog, document: Document, index: Index, kind: str) -> BlockId | None:
    """Where a block goes when nobody points anywhere: the latest sound place; for systems and workloads the first one
    that still lacks one, inside VMs before outside. None when there is no such place.
    """
    sound = [block.id for block in document.blocks.values() if is_sound(catalog, kind, block.kind)]
    declared = catalog.kinds.get(kind)
    if declared is not None and declared.is_one_each:
        blocks = document.blocks
        lacking = [place for place in sound if all(blocks[child].kind != kind for child in index.children_of(place))]
        guests = [place for place in lacking if _is_in_vm(document, index, place)]
        return next(iter(guests or lacking), None)
    return sound[-1] if sound else None


def _is_in_vm(document: Document, index: Index, block_id: BlockId) -> bool:
    chain = (document.block(block_id), *index.below(block_id))
    return any(role_of(block) is Role.VIRTUAL_MACHINE for block in chain)


def find_target(stage: Stage, kind: str, point: Point, *, without: Iterable[BlockId] = ()) -> Target:
    """Where a block of `kind` held at `point` would go. `without` are blocks that do not count: those being moved."""
    hidden = frozenset(without)
    declared = stage.catalog.kinds.get(kind)
    if declared is None:
        return Target(refusal="This kind of block is not known here.")
    pointed_at = block_at(stage, point, without=hidden, reach=True)
    if pointed_at is None or declared.seat is Seat.FREE:
        return Target()
    support = best_support(
        stage.catalog, stage.document, stage.index, kind=kind, pointed_at=pointed_at, without=hidden
    )  # fmt: skip
    if support is None:
        over = stage.document.block(pointed_at)
        return Target(refusal=refusal(stage.catalog, kind, over.kind))
    return _slot_on(stage, support, point, is_chip=declared.seat is Seat.BUILT_IN, hidden=hidden)


def block_at(
    stage: Stage, point: Point, *, without: frozenset[BlockId] = frozenset(), reach: bool = False
) -> BlockId | None:
    """The block at a point: the innermost whose column contains it. With `reach`, also just above or beside a stack."""
    candidates = list(stage.index.roots)
    margin = (MARGIN, AIR) if reach else (0.0, 0.0)
    found: BlockId | None = None
    while candidates:
        hit = _topmost_hit(stage.layout.places, candidates, point, without, margin)
        if hit is None:
            break
        found, margin = hit, (0.0, AIR) if reach else (0.0, 0.0)
        candidates = list(stage.index.children_of(hit))
    return found


def _topmost_hit(
    places: Mapping[BlockId, Place],
    candidates: list[BlockId],
    point: Point,
    without: frozenset[BlockId],
    margin: tuple[float, float],
) -> BlockId | None:
    """The last of the candidates whose column contains the point, exact hits before near ones."""
    near: BlockId | None = None
    x, y = point
    for candidate in reversed(candidates):
        place = places.get(candidate)
        if place is None or candidate in without:
            continue
        column = place.column
        if column.contains(x, y):
            return candidate
        grown = Rect(
            column.x - margin[0],
            column.y - margin[1],
            column.width + 2 * margin[0],
            column.height + margin[1] + min(margin[0], margin[1]),
        )
        if near is None and not place.is_chip and grown.contains(x, y):
            near = candidate
    return near


def _slot_on(stage: Stage, support: BlockId, point: Point, *, is_chip: bool, hidden: frozenset[BlockId]) -> Target:
    """The slot on a support: held over the bar itself it is the end of the row, over the row it is between two."""
    places = stage.layout.places
    siblings = [
        child
        for child in stage.index.children_of(support)
        if child not in hidden and child in places and places[child].is_chip == is_chip
    ]
    place = places[support]
    if is_chip:
        among = bool(siblings) and point[0] >= places[siblings[0]].bar.x - MARGIN
        return Target(support=support, before=_before(places, siblings, point) if among else None, mark=place.bar)
    if not siblings:
        bar = place.bar
        room = bar.y - place.column.y
        height = max(LANDING, room - 6.0 if room else 0.0)
        return Target(support=support, mark=Rect(bar.x, bar.y - height - 3.0, bar.width, height))
    if place.bar.contains(*point):
        point = (place.bar.right, places[siblings[-1]].column.bottom)
    before = _before(places, siblings, point)
    return Target(support=support, before=before, mark=_caret(places, siblings, before, point), is_caret=True)


def _in_row(places: Mapping[BlockId, Place], siblings: list[BlockId], y: float) -> list[BlockId]:
    """The siblings of the row that the height belongs to: frames may wrap into several."""

    def distance(sibling: BlockId) -> float:
        column = places[sibling].column
        return max(column.y - y, y - column.bottom, 0.0)

    nearest = min(distance(sibling) for sibling in siblings)
    return [sibling for sibling in siblings if distance(sibling) <= nearest + 1.0]


def _before(places: Mapping[BlockId, Place], siblings: list[BlockId], point: Point) -> BlockId | None:
    """The sibling in front of which a thing at the point goes; None for the end."""
    if not siblings:
        return None
    row = _in_row(places, siblings, point[1])
    for sibling in row:
        column = places[sibling].column
        if point[0] < column.x + column.width / 2:
            return sibling
    after = siblings.index(row[-1]) + 1
    return siblings[after] if after < len(siblings) else None


def _caret(places: Mapping[BlockId, Place], siblings: list[BlockId], before: BlockId | None, point: Point) -> Rect:
    row = _in_row(places, siblings, point[1])
    if before is not None and before in row:
        column = places[before].column
        return Rect(column.x - 4.0 - CARET / 2, column.y, CARET, column.height)
    column = places[row[-1]].column
    return Rect(column.right + 4.0 - CARET / 2, column.y, CARET, column.height)


def _either(labels: Iterable[str]) -> str:
    words = [_article(label) for label in labels]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _article(label: str) -> str:
    if label.endswith("hardware"):
        return label
    return f"{'an' if label[:1] in 'aeio' else 'a'} {label}"


def hit(stage: Stage, point: Point) -> BlockId | None:
    """The block a click at the point means: a bar, chip or note, or the frame around it; None for the air between."""
    block_id = block_at(stage, point)
    while block_id is not None:
        place = stage.layout.places[block_id]
        if place.bar.contains(*point) or _is_frame(stage, block_id):
            return block_id
        block_id = stage.document.block(block_id).rests_on
    return None


def _is_frame(stage: Stage, block_id: BlockId) -> bool:
    declared = stage.catalog.kinds.get(stage.document.block(block_id).kind)
    return declared is not None and declared.form.is_frame
