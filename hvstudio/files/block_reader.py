"""Blocks out of parsed JSON: types, references and cycles checked, every complaint with its JSON path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from hvstudio.model.document import Block, BlockId, Json, Point, Value, empty_mapping
from hvstudio.units import shortened

BLOCK_FIELDS: Final = frozenset(
    {"id", "kind", "product", "name", "rests_on", "attached_to", "position", "parameters", "suppressed"}
)

_DEEPEST_EXTRA: Final = 64
_FARTHEST: Final = 1e9
"""Positions beyond this cannot be drawn: the screen's coordinates lose their fraction."""


class Misfit(Exception):  # noqa: N818  (becomes a FileError as soon as the file's name is known)
    """Something in the JSON does not fit; `path` says where ("blocks[3].name")."""

    def __init__(self, message: str, *, path: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.hint = hint


def read_blocks(raw_blocks: list[Any]) -> tuple[dict[BlockId, Block], dict[BlockId, Point]]:
    """All blocks by id in file order, and the positions of those that rest on nothing; O(blocks)."""
    blocks: dict[BlockId, Block] = {}
    positions: dict[BlockId, Point] = {}
    for number, raw in enumerate(raw_blocks):
        try:
            block, position = _block(raw)
            if block.id in blocks:
                raise Misfit(f"two blocks have the id “{shortened(block.id)}”.", path="id")
        except Misfit as misfit:
            raise Misfit(misfit.message, path=_path(number, raw, misfit.path), hint=misfit.hint) from None
        blocks[block.id] = block
        if position is not None and block.rests_on is None:
            positions[block.id] = position
    _check_references(blocks)
    _refuse_cycles(blocks)
    return blocks, positions


def text(fields: Mapping[str, Any], name: str, default: str) -> str:
    """A text field, or its default when it is not there."""
    value = fields.get(name, default)
    if not isinstance(value, str):
        raise Misfit(f"“{name}” should be a text, not {_kind_of(value)}.", path=name)
    return value


def next_number(fields: Mapping[str, Any], blocks: Iterable[BlockId]) -> int:
    """The number that the next new block's id will bear; only in the file when it is not the natural one."""
    value = fields.get("next_number")
    if value is None:
        return natural_next_number(blocks)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 2**53:
        raise Misfit("“next_number” should be a whole number from 1 on.", path="next_number")
    return value


def natural_next_number(block_ids: Iterable[BlockId]) -> int:
    """One more than the greatest number that ends a block's id."""
    greatest = 0
    for block_id in block_ids:
        tail = block_id.rpartition("-")[2]
        if len(tail) < 12 and tail.isascii() and tail.isdigit():
            greatest = max(greatest, int(tail))
    return greatest + 1


def extras(fields: Mapping[str, Any], known: frozenset[str]) -> Mapping[str, Json]:
    """The fields that are not `known`, kept as they came."""
    found = {name: value for name, value in fields.items() if name not in known}
    for name, value in found.items():
        if not _is_shallow(value, _DEEPEST_EXTRA):
            raise Misfit("lists or objects are nested too deeply.", path=shortened(name))
    return found or empty_mapping()


def _block(raw: Any) -> tuple[Block, Point | None]:
    if not isinstance(raw, dict):
        raise Misfit(f"a block should be an object, not {_kind_of(raw)}.", path="")
    fields = cast("dict[str, Any]", raw)
    block = Block(
        id=BlockId(_required(fields, "id")),
        kind=(kind := _required(fields, "kind")),
        name=text(fields, "name", kind),
        product=text(fields, "product", ""),
        rests_on=_reference(fields, "rests_on"),
        attached_to=_reference(fields, "attached_to"),
        parameters=_parameters(fields),
        suppressed=_suppressed(fields),
        extras=empty_mapping() if fields.keys() <= BLOCK_FIELDS else extras(fields, BLOCK_FIELDS),
    )
    return block, _position(fields)


def _required(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise Misfit(f"a block needs “{name}”, a text that is not empty.", path=name)
    return value


def _reference(fields: Mapping[str, Any], name: str) -> BlockId | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Misfit(f"“{name}” should be the id of a block, not {_kind_of(value)}.", path=name)
    return BlockId(value)


def _object(fields: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Misfit(f"“{name}” should be an object, not {_kind_of(value)}.", path=name)
    return cast("dict[str, Any]", value)


def _parameters(fields: Mapping[str, Any]) -> Mapping[str, Value]:
    found = _object(fields, "parameters")
    if not found:
        return empty_mapping()
    for name, value in found.items():
        if not isinstance(value, (str, int, float)):
            message = f"a parameter should be a number, a text, true or false, not {_kind_of(value)}."
            raise Misfit(message, path=f"parameters.{shortened(name)}")
    return found


def _suppressed(fields: Mapping[str, Any]) -> Mapping[str, str]:
    found = _object(fields, "suppressed")
    if not found:
        return empty_mapping()
    for name, value in found.items():
        if not isinstance(value, str):
            message = f"the reason should be a text, not {_kind_of(value)}."
            raise Misfit(message, path=f"suppressed.{shortened(name)}")
    return found


def _position(fields: Mapping[str, Any]) -> Point | None:
    value = fields.get("position")
    if value is None:
        return None
    pair = cast("list[Any]", value) if isinstance(value, list) else []
    if len(pair) != 2 or not all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in pair):
        raise Misfit("a position should be two numbers: [x, y].", path="position")
    if max(abs(pair[0]), abs(pair[1])) > _FARTHEST:
        raise Misfit(f"a position should lie within ±{_FARTHEST:,.0f}.", path="position")
    return float(pair[0]), float(pair[1])


def _check_references(blocks: Mapping[BlockId, Block]) -> None:
    for number, block in enumerate(blocks.values()):
        for name, target in (("rests_on", block.rests_on), ("attached_to", block.attached_to)):
            if target is not None and target not in blocks:
                message = f"there is no block with the id “{shortened(target)}”."
                hint = "Add that block or correct the id."
                raise Misfit(message, path=f"blocks[{number}] (“{shortened(block.id)}”).{name}", hint=hint)


def _refuse_cycles(blocks: Mapping[BlockId, Block]) -> None:
    rests_on = {block.id: block.rests_on for block in blocks.values() if block.rests_on is not None}
    attached = {block.id: block.attached_to for block in blocks.values() if block.attached_to is not None}
    for name, relation, verb in (("rests_on", rests_on, "rest on"), ("attached_to", attached, "are attached to")):
        ring = _ring_in(relation)
        if ring:
            shown = " → ".join(f"“{shortened(block_id)}”" for block_id in ring[:6]) + (" → …" if ring[6:] else "")
            message = f"these blocks {verb} each other in a ring: {shown}."
            number = list(blocks).index(ring[0])
            hint = "Take one of them off the other."
            raise Misfit(message, path=f"blocks[{number}] (“{shortened(ring[0])}”).{name}", hint=hint)


def _ring_in(relation: Mapping[BlockId, BlockId]) -> list[BlockId]:
    """The blocks of one ring in "goes to" pairs, or nothing; each block is walked over once."""
    done: set[BlockId] = set()
    for start in relation:
        trail: dict[BlockId, None] = {}
        current: BlockId | None = start
        while current is not None and current not in done:
            if current in trail:
                walked = list(trail)
                return walked[walked.index(current) :]
            trail[current] = None
            current = relation.get(current)
        done.update(trail)
    return []


def _path(number: int, raw: Any, inner: str) -> str:
    block_id = cast("dict[str, Any]", raw).get("id") if isinstance(raw, dict) else None
    named = f" (“{shortened(block_id)}”)" if isinstance(block_id, str) and block_id else ""
    return f"blocks[{number}]{named}" + (f".{inner}" if inner else "")


def _is_shallow(value: Any, depth: int) -> bool:
    if isinstance(value, dict):
        return depth > 0 and all(_is_shallow(item, depth - 1) for item in cast("dict[str, Any]", value).values())
    if isinstance(value, list):
        return depth > 0 and all(_is_shallow(item, depth - 1) for item in cast("list[Any]", value))
    return True


def _kind_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "an object"
