"""The layout of a document that changes: only the stacks an edit touched are laid out again."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from hvstudio.model.change import Change
from hvstudio.model.document import Block, BlockId, Document, Point
from hvstudio.model.index import Index
from hvstudio.model.stacking import Form, Layout, Measure, Place, lay_out_stack, settled, shifted


@frozen(kw_only=True, eq=False)
class _Stack:
    """One stack as it was laid out last: its blocks and where they are, relative to its root and on the canvas."""

    position: Point
    relative: Mapping[BlockId, Place]
    places: Mapping[BlockId, Place]


class Arrangement:
    """Keeps the layout of the present document, stack by stack.

    `forms` and `measure` decide about sizes; tell `forget` when they would answer differently (another font).
    """

    def __init__(self, *, forms: Mapping[str, Form], measure: Measure) -> None:
        self._forms = forms
        self._measure = measure
        self._stacks: dict[BlockId, _Stack] = {}
        self._root_of: dict[BlockId, BlockId] = {}
        self.layout = Layout(places={}, order=(), roots=())

    def forget(self) -> None:
        """Lay everything out again at the next change."""
        self._stacks = {}

    def follow(self, document: Document, index: Index, change: Change | None = None) -> frozenset[BlockId]:
        """Bring the layout up to date; gives the blocks whose place is new or another one than before.

        Without a change everything counts as new.
        """
        old = self.layout.places
        if change is None:
            self._stacks = {}
        stale = self._stale_roots(document, index, change) if change is not None else frozenset[BlockId]()
        relative: dict[BlockId, Mapping[BlockId, Place]] = {}
        for root in index.roots:
            known = self._stacks.get(root)
            relative[root] = known.relative if known and root not in stale else self._laid_out(document, index, root)
        grounds = settled(document, {root: stack[root].column for root, stack in relative.items()}, self._forms)
        stacks: dict[BlockId, _Stack] = {}
        places: dict[BlockId, Place] = {}
        touched: set[BlockId] = set()
        for root, stack in relative.items():
            known = self._stacks.get(root)
            if known is None or known.relative is not stack or known.position != grounds[root]:
                known = _set_down(stack, grounds[root])
                touched.update(block_id for block_id, place in known.places.items() if old.get(block_id) != place)
            stacks[root] = known
            places.update(known.places)
        self._stacks = stacks
        self.layout = Layout(places=places, order=tuple(places), roots=index.roots)
        return frozenset(touched)

    def _laid_out(self, document: Document, index: Index, root: BlockId) -> Mapping[BlockId, Place]:
        relative = lay_out_stack(document, index, root, forms=self._forms, measure=self._measure)
        self._root_of.update(dict.fromkeys(relative, root))
        return relative

    def _stale_roots(self, document: Document, index: Index, change: Change) -> frozenset[BlockId]:
        """The roots of stacks that hold, or held, a block that the change names."""
        if change.restacked and not (change.added or change.removed or change.changed):
            return frozenset(index.roots)
        stale: set[BlockId] = set()
        for block_id in (*change.added, *change.changed, *change.removed):
            former = self._root_of.get(block_id)
            if former is not None:
                stale.add(former)
            if block_id in document.blocks:
                stale.add(index.root_of(block_id))
        if change.restacked:
            stale.update(self._reordered(document, index))
        return frozenset(stale)

    def _reordered(self, document: Document, index: Index) -> set[BlockId]:
        """Roots of stacks whose blocks come in another order now: moving a sibling changes no block, only the order."""
        order = {block_id: number for number, block_id in enumerate(document.blocks)}
        stale: set[BlockId] = set()
        for root, stack in self._stacks.items():
            for siblings in _families(stack.relative, document.blocks):
                numbers = [order[block_id] for block_id in siblings]
                if numbers != sorted(numbers):
                    stale.add(root)
                    break
        return stale & set(index.roots)


def _families(places: Mapping[BlockId, Place], blocks: Mapping[BlockId, Block]) -> list[list[BlockId]]:
    """The blocks of a stack that are still there, grouped by what they rest on, in the order they were laid out."""
    families: dict[tuple[BlockId | None, bool], list[BlockId]] = {}
    for block_id, place in places.items():
        block = blocks.get(block_id)
        if block is not None:
            families.setdefault((block.rests_on, place.is_chip), []).append(block_id)
    return list(families.values())


def _set_down(relative: Mapping[BlockId, Place], position: Point) -> _Stack:
    x, y = position
    places = {block_id: shifted(place, x, y) for block_id, place in relative.items()}
    return _Stack(position=position, relative=relative, places=places)
