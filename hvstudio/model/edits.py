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
    """Insert ready-made blocks whose ids are free; roots among them stand at `position` (or the origin)."""
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
        _refuse_cycle(merged, block.id)
    if before is not None and blocks:
        merged = _with_block_before(merged, blocks[0].id, before)
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
    block = _existing(document, block_id)
    _require(document.blocks, rests_on)
    blocks = dict(document.blocks)
    blocks[block_id] = evolve(block, rests_on=rests_on)
    _refuse_cycle(blocks, block_id)
    if before is not None or rests_on != block.rests_on:
        blocks = _with_block_before(blocks, block_id, before)
    positions = dict(document.positions)
    if rests_on is None:
        positions[block_id] = position or positions.get(block_id, (0.0, 0.0))
    else:
        positions.pop(block_id, None)
    return evolve(document, blocks=blocks, positions=positions)


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
    if target == block_id:
        raise EditError("a block cannot be attached to itself", where=block_id)
    return replace_block(document, evolve(_existing(document, block_id), attached_to=target))


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


def _refuse_cycle(blocks: Mapping[BlockId, Block], block_id: BlockId) -> None:
    support = blocks[block_id].rests_on
    steps = 0
    while support is not None:
        if support == block_id or steps > len(blocks):
            raise EditError("a block cannot rest on itself, nor on what rests on it", where=block_id)
        support = blocks[support].rests_on
        steps += 1


def _with_block_before(blocks: dict[BlockId, Block], block_id: BlockId, before: BlockId | None) -> dict[BlockId, Block]:
    """The same blocks with one moved in front of `before`, or to the end."""
    moved = blocks[block_id]
    if before == block_id:
        return blocks
    _require(blocks, before)
    ordered: dict[BlockId, Block] = {}
    for key, block in blocks.items():
        if key == before:
            ordered[block_id] = moved
        if key != block_id:
            ordered[key] = block
    if before is None:
        ordered[block_id] = moved
    return ordered


def _number_of(block_id: BlockId) -> int:
    tail = block_id.rpartition("-")[2]
    return int(tail) if tail.isascii() and tail.isdigit() and len(tail) < 12 else 0
