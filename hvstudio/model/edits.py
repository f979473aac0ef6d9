"""Edits: pure functions from a document to a new one. What can never be is refused with `EditError`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from attrs import evolve

from hvstudio.errors import EditError
from hvstudio.model.document import Block, BlockId, Document, Point, Value
from hvstudio.model.index import index_of

Edit: TypeAlias = Callable[[Document], Document]
"""What the workspace applies: give it the present document, get the next one."""


def fresh_id(document: Document, kind: str) -> BlockId:
    """The id that the next added block of this kind gets."""
    number = document.next_number
    while (block_id := BlockId(f"{kind}-{number}")) in document.blocks:
        number += 1
    return block_id


def free_name(document: Document, wanted: str) -> str:
    """`wanted`, or `wanted 2`, `wanted 3` ... : the first that no block bears yet."""
    taken = {block.name for block in document.blocks.values()}
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted} {number}" in taken:
        number += 1
    return f"{wanted} {number}"


def add_block(
    document: Document,
    *,
    kind: str,
    name: str,
    product: str = "",
    rests_on: BlockId | None = None,
    attached_to: BlockId | None = None,
    parameters: Mapping[str, Value] | None = None,
    position: Point | None = None,
    before: BlockId | None = None,
) -> tuple[Document, BlockId]:
    """Add a block on top of `rests_on` (in front of its sibling `before`), or free at `position`; gives its id too."""
    block_id = fresh_id(document, kind)
    block = Block(
        id=block_id,
        kind=kind,
        name=name,
        product=product,
        rests_on=rests_on,
        attached_to=attached_to,
        parameters=dict(parameters or {}),
    )
    return insert_blocks(document, [block], position=position, before=before), block_id


def insert_blocks(
    document: Document,
    blocks: Sequence[Block],
    *,
    position: Point | None = None,
    before: BlockId | None = None,
) -> Document:
    """Insert ready-made blocks whose ids are free, all of them in front of `before` in document order, else at the end.

    Roots among them stand at `position` (or the origin).
    """
    merged = dict(document.blocks)
    positions = dict(document.positions)
    for block in blocks:
        if block.id in merged:
            raise EditError("a block of this id exists already", where=block.id)
        merged[block.id] = block
        if block.rests_on is None:
            positions[block.id] = position or (0.0, 0.0)
    for block in blocks:
        _require(merged, block.rests_on)
        _require(merged, block.attached_to)
    _refuse_cycles(merged, (block.id for block in blocks))
    _refuse_attachment_rings(merged, (block.id for block in blocks))
    merged = _with_blocks_before(merged, [block.id for block in blocks], before)
    number = max([document.next_number, *(_number_of(block.id) + 1 for block in blocks)])
    return evolve(document, blocks=merged, positions=positions, next_number=number)


def move_block(
    document: Document,
    block_id: BlockId,
    *,
    rests_on: BlockId | None,
    position: Point | None = None,
    before: BlockId | None = None,
) -> Document:
    """Put a block, with all that rests on it, on another block (in front of `before`) or free at `position`."""
    positions = {} if position is None else {block_id: position}
    return move_blocks(document, [block_id], rests_on=rests_on, positions=positions, before=before)


def move_blocks(
    document: Document,
    block_ids: Sequence[BlockId],
    *,
    rests_on: BlockId | None,
    positions: Mapping[BlockId, Point] | None = None,
    before: BlockId | None = None,
) -> Document:
    """Put blocks, each with all that rests on it, on another block (in front of `before`) or free at their positions.

    They keep the order in which they are given; without `before` they go to the end of the row. Blocks that rest on
    nothing and go on doing so keep their place in the order.
    """
    _require(document.blocks, rests_on)
    blocks = dict(document.blocks)
    places = dict(document.positions)
    moved: list[BlockId] = []
    for block_id in dict.fromkeys(block_ids):
        block = _existing(document, block_id)
        if before is not None or rests_on is not None or block.rests_on is not None:
            moved.append(block_id)
        if rests_on != block.rests_on:
            blocks[block_id] = evolve(block, rests_on=rests_on)
        if rests_on is None:
            places[block_id] = (positions or {}).get(block_id, places.get(block_id, (0.0, 0.0)))
        else:
            places.pop(block_id, None)
    _refuse_cycles(blocks, moved)
    return evolve(document, blocks=_with_blocks_before(blocks, moved, before), positions=places)


def move_roots(document: Document, offsets: Mapping[BlockId, Point]) -> Document:
    """Place blocks that rest on nothing; the mapping gives each new position."""
    for block_id in offsets:
        if _existing(document, block_id).rests_on is not None:
            raise EditError("only a block that rests on nothing has a free position", where=block_id)
    return evolve(document, positions={**document.positions, **offsets})


def remove_blocks(document: Document, block_ids: Iterable[BlockId]) -> Document:
    """Remove blocks with everything that rests on them; what was attached to them is attached to nothing."""
    index = index_of(document)
    doomed: set[BlockId] = set()
    for block_id in block_ids:
        _existing(document, block_id)
        if block_id not in doomed:
            doomed.update(index.subtree(block_id))
    if not doomed:
        return document
    blocks = {
        block_id: evolve(block, attached_to=None) if block.attached_to in doomed else block
        for block_id, block in document.blocks.items()
        if block_id not in doomed
    }
    positions = {block_id: point for block_id, point in document.positions.items() if block_id not in doomed}
    return evolve(document, blocks=blocks, positions=positions)


def rename_block(document: Document, block_id: BlockId, name: str) -> Document:
    """Give a block another name; an empty one is refused."""
    if not name.strip():
        raise EditError("a block needs a name", where=block_id, hint="Type at least one visible character.")
    return replace_block(document, evolve(_existing(document, block_id), name=name.strip()))


def set_parameters(document: Document, block_ids: Iterable[BlockId], values: Mapping[str, Value | None]) -> Document:
    """Set parameters of one or many blocks; None takes the value back to the catalogue's default."""
    blocks = dict(document.blocks)
    for block_id in block_ids:
        block = _existing(document, block_id)
        parameters = {**block.parameters, **{name: value for name, value in values.items() if value is not None}}
        for name, value in values.items():
            if value is None:
                parameters.pop(name, None)
        blocks[block_id] = evolve(block, parameters=parameters)
    return evolve(document, blocks=blocks)


def set_product(document: Document, block_ids: Iterable[BlockId], product: str) -> Document:
    """Make blocks another product of their kind; their own parameter values stay."""
    blocks = dict(document.blocks)
    for block_id in block_ids:
        blocks[block_id] = evolve(_existing(document, block_id), product=product)
    return evolve(document, blocks=blocks)


def attach(document: Document, block_id: BlockId, target: BlockId | None) -> Document:
    """Attach a virtual device to what backs it, or to nothing."""
    _require(document.blocks, target)
    attached = replace_block(document, evolve(_existing(document, block_id), attached_to=target))
    _refuse_attachment_rings(attached.blocks, (block_id,))
    return attached


def suppress_rule(document: Document, block_id: BlockId, rule: str, reason: str | None) -> Document:
    """Silence a rule on a block with the person's reason, or with None let it speak again."""
    block = _existing(document, block_id)
    suppressed = {name: text for name, text in block.suppressed.items() if name != rule}
    if reason is not None:
        suppressed[rule] = reason
    return replace_block(document, evolve(block, suppressed=suppressed))


def replace_block(document: Document, block: Block) -> Document:
    """Put a changed block in the place of the one with its id; what it rests on must stay."""
    if _existing(document, block.id).rests_on != block.rests_on:
        raise EditError("moving a block is `move_block`", where=block.id)
    return evolve(document, blocks={**document.blocks, block.id: block})


def set_title(document: Document, title: str, notes: str | None = None) -> Document:
    """Name the document; `notes` says what to look at in it."""
    return evolve(document, title=title, notes=document.notes if notes is None else notes)


def _existing(document: Document, block_id: BlockId) -> Block:
    block = document.blocks.get(block_id)
    if block is None:
        raise EditError("there is no such block", where=block_id, hint="It may have been deleted.")
    return block


def _require(blocks: Mapping[BlockId, Block], block_id: BlockId | None) -> None:
    if block_id is not None and block_id not in blocks:
        raise EditError("there is no such block", where=block_id, hint="It may have been deleted.")


def _refuse_cycles(blocks: Mapping[BlockId, Block], block_ids: Iterable[BlockId]) -> None:
    """Refuse blocks that rest on themselves, directly or not; O(blocks) however many are asked about."""
    grounded: set[BlockId] = set()
    for block_id in block_ids:
        path: dict[BlockId, None] = {}
        current: BlockId | None = block_id
        while current is not None and current not in grounded:
            if current in path:
                raise EditError("a block cannot rest on itself, nor on what rests on it", where=block_id)
            path[current] = None
            current = blocks[current].rests_on
        grounded.update(path)


def _refuse_attachment_rings(blocks: Mapping[BlockId, Block], block_ids: Iterable[BlockId]) -> None:
    """Refuse blocks that are attached to themselves, directly or not."""
    for block_id in block_ids:
        seen: set[BlockId] = set()
        current: BlockId | None = block_id
        while current is not None:
            if current in seen:
                raise EditError("a block cannot be attached to itself, nor to what is attached to it", where=block_id)
            seen.add(current)
            current = blocks[current].attached_to


def _with_blocks_before(
    blocks: dict[BlockId, Block], block_ids: Sequence[BlockId], before: BlockId | None
) -> dict[BlockId, Block]:
    """The same blocks with some moved in front of `before`, or to the end."""
    moved = {block_id: blocks[block_id] for block_id in block_ids if block_id != before}
    _require(blocks, before)
    if not moved:
        return blocks
    ordered: dict[BlockId, Block] = {}
    for key, block in blocks.items():
        if key == before:
            ordered.update(moved)
        if key not in moved:
            ordered[key] = block
    ordered.update(moved)
    return ordered


def _number_of(block_id: BlockId) -> int:
    tail = block_id.rpartition("-")[2]
    return int(tail) if tail.isascii() and tail.isdigit() and len(tail) < 12 else 0
