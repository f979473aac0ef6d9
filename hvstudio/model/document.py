"""A composition as one immutable value: blocks, what each rests on, what each is attached to, where roots stand."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NewType, TypeAlias

from attrs import field, frozen

BlockId = NewType("BlockId", str)
"""Identity of a block inside one document: short, readable and stable (`vm-3`)."""

Value: TypeAlias = bool | int | float | str
"""A parameter's value, in SI base units (bytes, hertz, seconds, fractions)."""

Json: TypeAlias = Any
"""Whatever JSON can hold; only for fields that newer or foreign writers added and we carry along."""

Point: TypeAlias = tuple[float, float]
"""A position on the canvas, in scene units."""

_EMPTY: Mapping[Any, Any] = MappingProxyType({})


def empty_mapping() -> Mapping[Any, Any]:
    """The shared empty mapping, for fields that are nearly always empty."""
    return _EMPTY


@frozen(kw_only=True)
class Block:
    """One thing on the canvas.

    `kind` is a name in the catalogue ("vm"); `product` picks a variant of the kind ("hyper-v-2016") or is empty.
    `rests_on` is the block below it or the block it is built into; `attached_to` is what a virtual device is
    backed by. `parameters` holds only values that differ from the catalogue's defaults. `extras` are fields of
    other writers, kept as they came. `suppressed` maps the id of a rule to the person's reason for silencing it here.
    """

    id: BlockId
    kind: str
    name: str
    product: str = ""
    rests_on: BlockId | None = None
    attached_to: BlockId | None = None
    parameters: Mapping[str, Value] = field(factory=empty_mapping)
    suppressed: Mapping[str, str] = field(factory=empty_mapping)
    extras: Mapping[str, Json] = field(factory=empty_mapping)


@frozen(kw_only=True)
class Document:
    """A whole composition.

    The order of `blocks` is the document order; blocks that rest on the same block stand side by side in that order.
    `positions` is kept for blocks that rest on nothing, in a map of its own so that moving thousands stays cheap.
    `next_number` only grows, so that an id is never used twice, not even after a delete and an undo.
    Mappings are never mutated: an edit copies what it changes and shares the rest, so identity tells "unchanged".
    """

    title: str = "Untitled"
    notes: str = ""
    blocks: Mapping[BlockId, Block] = field(factory=empty_mapping)
    positions: Mapping[BlockId, Point] = field(factory=empty_mapping)
    next_number: int = 1
    extras: Mapping[str, Json] = field(factory=empty_mapping)

    def block(self, block_id: BlockId) -> Block:
        """The block of that id; KeyError if there is none."""
        return self.blocks[block_id]

    def __len__(self) -> int:
        return len(self.blocks)
