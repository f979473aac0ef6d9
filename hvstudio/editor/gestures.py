"""Gestures as pure state machines: what a hand does on the canvas becomes a preview and, at the end, one edit.

A gesture is started on a `Stage`, told of every movement, and either finished or cancelled. It never changes
anything itself: `finish` gives a `Proposal` for the workspace, or None when there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import evolve, field, frozen

from hvstudio.editor.names import names_of
from hvstudio.editor.slots import Stage, Target, find_target
from hvstudio.editor.starters import Wanted, add_from_palette
from hvstudio.model.document import BlockId, Document, Point
from hvstudio.model.edits import move_blocks, move_roots
from hvstudio.model.geometry import Rect
from hvstudio.model.index import index_of

GRID: Final = 16.0
"""Roots snap to multiples of this, unless told not to."""


@frozen(kw_only=True, eq=False)
class Proposal:
    """One step for the workspace: its label, the document it gives, and what is selected afterwards.

    Consecutive proposals with the same `coalesce` key are one step of undo.
    """

    label: str
    document: Document
    select: tuple[BlockId, ...] = ()
    coalesce: str = ""

    def edit(self, document: Document) -> Document:
        """The edit itself; it was worked out on the document of the stage, which gestures do not outlive."""
        return self.document


@frozen(kw_only=True)
class Preview:
    """What to show while a gesture is under way. `offset` is how far moved blocks are from where they were."""

    target: Target = field(factory=Target)
    offset: Point = (0.0, 0.0)
    ghost: Rect | None = None
    selected: tuple[BlockId, ...] = ()


def snapped(point: Point, *, grid: float = GRID) -> Point:
    """The nearest point of the grid."""
    return round(point[0] / grid) * grid, round(point[1] / grid) * grid


class Placing:
    """Something new is held over the canvas: from the palette, or to be inserted by keyboard."""

    def __init__(self, stage: Stage, wanted: Wanted, *, size: tuple[float, float] = (180.0, 44.0)) -> None:
        self.stage = stage
        self.wanted = wanted
        self.size = size
        self._target = Target()
        self._point: Point = (0.0, 0.0)

    def move(self, point: Point, *, bypass_grid: bool = False) -> Preview:
        """Hold it at a point; `bypass_grid` sets it down exactly there."""
        self._target = find_target(self.stage, self.wanted.kind, point)
        width, height = self.size
        left, top = point[0] - width / 2, point[1] - height / 2
        if self._target.support is None and not bypass_grid:
            left, bottom = snapped((left, top + height))
            top = bottom - height
        self._point = (left, top + height)
        return Preview(target=self._target, ghost=Rect(left, top, width, height))

    def finish(self, count: int = 0) -> Proposal | None:
        """Let go: on the slot, or free where it is held; None over a block that has no slot for it.

        `count` says how many, if it is not what was wanted from the start.
        """
        if self._target.refusal:
            return None
        document, made = add_from_palette(
            self.stage.document,
            self.stage.catalog,
            evolve(self.wanted, count=count) if count else self.wanted,
            support=self._target.support,
            before=self._target.before,
            position=self._point if self._target.support is None else None,
        )
        return Proposal(label=f"Add {names_of(document, made)}", document=document, select=made)


class Moving:
    """Blocks are held and dragged, each with all that rests on it: reordered, restacked, or set down free."""

    def __init__(self, stage: Stage, block_ids: Sequence[BlockId], start: Point) -> None:
        self.stage = stage
        self.start = start
        self.heads = heads_of(stage, block_ids)
        self.held = frozenset(block_id for head in self.heads for block_id in stage.index.subtree(head))
        self._target = Target()
        self._offset: Point = (0.0, 0.0)

    @property
    def are_roots(self) -> bool:
        """Whether everything held already rests on nothing."""
        return all(self.stage.document.block(head).rests_on is None for head in self.heads)

    def move(self, point: Point, *, bypass_grid: bool = False) -> Preview:
        """Hold them at a point. Hosts and notes never dock; other roots do when held over a slot."""
        offset = (point[0] - self.start[0], point[1] - self.start[1])
        self._target = self._target_at(point)
        if self._target.support is None and self.heads and not bypass_grid:
            anchor = self._anchor(self.heads[0])
            landed = snapped((anchor[0] + offset[0], anchor[1] + offset[1]))
            offset = (landed[0] - anchor[0], landed[1] - anchor[1])
        self._offset = offset
        return Preview(target=self._target, offset=offset)

    def finish(self) -> Proposal | None:
        """Let go; None when nothing would change or the place refuses."""
        if not self.heads or self._target.refusal:
            return None
        document = self.stage.document
        support = self._target.support
        if support is not None:
            moved = move_blocks(document, self.heads, rests_on=support, before=self._target.before)
            if _same_stacking(document, moved):
                return None
            return Proposal(label=f"Move {names_of(document, self.heads)}", document=moved, select=self.heads)
        if self._offset == (0.0, 0.0):
            return None
        positions = {
            head: (anchor[0] + self._offset[0], anchor[1] + self._offset[1])
            for head in self.heads
            if (anchor := self._anchor(head))
        }
        if self.are_roots:
            moved = move_roots(document, positions)
        else:
            moved = move_blocks(document, self.heads, rests_on=None, positions=positions)
        return Proposal(label=f"Move {names_of(document, self.heads)}", document=moved, select=self.heads)

    def _target_at(self, point: Point) -> Target:
        kinds = dict.fromkeys(self.stage.document.block(head).kind for head in self.heads)
        targets = [find_target(self.stage, kind, point, without=self.held) for kind in kinds]
        refused = next((target for target in targets if target.refusal), None)
        if refused is not None:
            return refused
        supports = {target.support for target in targets}
        if len(supports) > 1:
            return Target(refusal="These blocks do not all have a slot there.")
        return targets[0] if targets else Target()

    def _anchor(self, block_id: BlockId) -> Point:
        bar = self.stage.layout.places[block_id].bar
        return bar.x, bar.bottom


class RubberBand:
    """A rectangle is drawn over the canvas; what lies wholly inside gets selected."""

    def __init__(self, stage: Stage, start: Point, *, kept: Sequence[BlockId] = ()) -> None:
        self.stage = stage
        self.start = start
        self.kept = tuple(kept)

    def move(self, point: Point) -> Preview:
        """Draw it up to a point."""
        left, right = sorted((self.start[0], point[0]))
        top, bottom = sorted((self.start[1], point[1]))
        band = Rect(left, top, right - left, bottom - top)
        inside = tuple(
            block_id
            for block_id, place in self.stage.layout.places.items()
            if block_id not in self.kept and _lies_in(place.bar, band)
        )
        return Preview(ghost=band, selected=(*self.kept, *inside))


def heads_of(stage: Stage, block_ids: Sequence[BlockId]) -> tuple[BlockId, ...]:
    """Those of the blocks that rest on none of the others, in document order."""
    chosen = set(block_ids)
    heads = {
        block_id
        for block_id in chosen
        if block_id in stage.document.blocks
        and not any(below.id in chosen for below in stage.index.below(block_id))
    }  # fmt: skip
    return tuple(block_id for block_id in stage.document.blocks if block_id in heads)


def _same_stacking(old: Document, new: Document) -> bool:
    """Whether everything rests where it did, in the same order among its siblings."""
    return index_of(old).children == index_of(new).children and old.positions == new.positions


def _lies_in(inner: Rect, outer: Rect) -> bool:
    return (
        outer.x <= inner.x
        and inner.right <= outer.right
        and outer.y <= inner.y
        and inner.bottom <= outer.bottom
    )  # fmt: skip


def moved_by_keys(stage: Stage, block_ids: Sequence[BlockId], step: Point) -> Proposal | None:
    """Nudge free roots by a step, or shift a block one place among its siblings (left or right)."""
    heads = heads_of(stage, block_ids)
    roots = [head for head in heads if stage.document.block(head).rests_on is None]
    if roots and len(roots) == len(heads):
        bars = {root: stage.layout.places[root].bar for root in roots}
        positions = {root: (bar.x + step[0], bar.bottom + step[1]) for root, bar in bars.items()}
        document = move_roots(stage.document, positions)
        label = f"Move {names_of(document, roots)}"
        return Proposal(label=label, document=document, select=heads, coalesce=f"nudge {' '.join(heads)}")
    if len(heads) != 1 or step[0] == 0:
        return None
    support = stage.document.block(heads[0]).rests_on
    siblings = stage.index.children_of(support) if support is not None else ()
    chip = stage.layout.places[heads[0]].is_chip
    peers = [peer for peer in siblings if stage.layout.places[peer].is_chip == chip]
    place = peers.index(heads[0]) + (1 if step[0] > 0 else -1)
    if support is None or not 0 <= place < len(peers):
        return None
    before = peers[place] if step[0] < 0 else (peers[place + 1] if place + 1 < len(peers) else None)
    document = move_blocks(stage.document, heads, rests_on=support, before=before)
    return Proposal(label=f"Move {names_of(document, heads)}", document=document, select=heads)
