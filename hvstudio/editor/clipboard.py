"""The clipboard: whole sub-stacks as text, pasted onto a block or free, with fresh ids and names.

The text is the native format of a document that holds only what was copied, so that it can be saved as a file, too.
What leads out of the copied part (the support of its lowest blocks, devices that other blocks back) is written beside
it and used again where that still exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

from attrs import evolve

from hvstudio.catalog.catalog import Catalog
from hvstudio.editor.names import Names
from hvstudio.editor.slots import best_support
from hvstudio.editor.starters import default_attachment
from hvstudio.errors import EditError, FileError
from hvstudio.files.native import from_text, to_text
from hvstudio.model.document import Block, BlockId, Document, Point
from hvstudio.model.edits import insert_blocks, move_blocks
from hvstudio.model.index import Index, index_of

MIME: Final = "application/x-hvstudio-blocks+json"
LONGEST: Final = 32_000_000
"""Characters of clipboard text that are looked at."""
MOST_BLOCKS: Final = 20_000
_OUTSIDE: Final = "clipboard"
_STEP_ASIDE: Final = 32.0


def copy_text(document: Document, block_ids: Iterable[BlockId]) -> str:
    """The chosen blocks, each with all that rests on it, as text; empty when nothing is chosen."""
    index = index_of(document)
    inside = {member for block_id in block_ids if block_id in document.blocks for member in index.subtree(block_id)}
    if not inside:
        return ""
    supports: dict[str, str] = {}
    attachments: dict[str, str] = {}
    blocks: dict[BlockId, Block] = {}
    positions: dict[BlockId, Point] = {}
    for block_id, block in document.blocks.items():
        if block_id not in inside:
            continue
        if block.rests_on not in inside:
            if block.rests_on is not None:
                supports[block_id] = block.rests_on
            positions[block_id] = document.positions.get(block_id, (0.0, 0.0))
            block = evolve(block, rests_on=None)
        if block.attached_to is not None and block.attached_to not in inside:
            attachments[block_id] = block.attached_to
            block = evolve(block, attached_to=None)
        blocks[block_id] = block
    outside = {"rests_on": supports, "attached_to": attachments}
    number = document.next_number
    return to_text(
        Document(title="Copied blocks", blocks=blocks, positions=positions, next_number=number,
                 extras={_OUTSIDE: outside})
    )  # fmt: skip


def paste(
    document: Document,
    text: str,
    onto: BlockId | None = None,
    position: Point | None = None,
    *,
    catalog: Catalog,
) -> tuple[Document, tuple[BlockId, ...]]:
    """Insert copied blocks; gives the new document and the ids of the lowest of them.

    They go on `onto` or the block under it that has a slot for them; without one, back on what they were copied
    from; free at `position` (or beside the original) when there is no such slot. Hosts and notes always stand free.
    Raises EditError, with the reason, when the text is not ours.
    """
    copied = _read(text, catalog)
    index = index_of(document)
    renamed = _fresh_ids(document, copied)
    outside = _Outside(copied)
    paster = _Paster(document, index, catalog, renamed)
    blocks: list[Block] = []
    heads: list[BlockId] = []
    for block in copied.blocks.values():
        new = evolve(block, id=renamed[block.id], name=paster.names.like(block.name, block.kind))
        if block.rests_on is not None:
            blocks.append(evolve(new, rests_on=renamed[block.rests_on]))
            continue
        support = paster.support(block.kind, onto, outside.support(block.id))
        heads.append(new.id)
        blocks.append(evolve(new, rests_on=support))
    inserted = insert_blocks(document, blocks)
    inserted = _attached(inserted, copied, renamed, outside, catalog=catalog)
    return _set_down(inserted, copied, renamed, heads, position), tuple(heads)


def duplicate(
    document: Document, block_ids: Sequence[BlockId], *, catalog: Catalog, count: int = 1
) -> tuple[Document, tuple[BlockId, ...]]:
    """Copies of blocks with all that rests on them, beside the originals; gives the ids of the lowest new blocks."""
    text = copy_text(document, block_ids)
    if not text:
        return document, ()
    heads: list[BlockId] = []
    for _ in range(count):
        document, made = paste(document, text, catalog=catalog)
        heads.extend(made)
    return _beside(document, block_ids, heads), tuple(heads)


def _beside(document: Document, originals: Sequence[BlockId], copies: Sequence[BlockId]) -> Document:
    """The copies right after the last of the originals, where all of them rest on one block."""
    supports = {document.block(block_id).rests_on for block_id in (*originals, *copies)}
    support = next(iter(supports))
    if len(supports) != 1 or support is None:
        return document
    row = index_of(document).children_of(support)
    after = max(row.index(block_id) for block_id in originals) + 1
    following = next((block_id for block_id in row[after:] if block_id not in copies), None)
    return document if following is None else move_blocks(document, copies, rests_on=support, before=following)


class _Outside:
    """What the copied blocks rested on and were attached to outside of the copied part."""

    def __init__(self, copied: Document) -> None:
        raw: Any = copied.extras.get(_OUTSIDE)
        table: dict[str, Any] = dict(cast("Mapping[str, Any]", raw)) if isinstance(raw, Mapping) else {}
        self._supports = _texts(table.get("rests_on"))
        self._attachments = _texts(table.get("attached_to"))

    def support(self, block_id: BlockId) -> BlockId | None:
        found = self._supports.get(block_id)
        return None if found is None else BlockId(found)

    def attachment(self, block_id: BlockId) -> BlockId | None:
        found = self._attachments.get(block_id)
        return None if found is None else BlockId(found)


class _Paster:
    """Finds the places for what is pasted."""

    def __init__(self, document: Document, index: Index, catalog: Catalog, renamed: Mapping[BlockId, BlockId]) -> None:
        self.document = document
        self.index = index
        self.catalog = catalog
        self.renamed = renamed
        self.names = Names(document, catalog)

    def support(self, kind: str, onto: BlockId | None, former: BlockId | None) -> BlockId | None:
        for wanted in (onto, former):
            if wanted is not None and wanted in self.document.blocks:
                found = best_support(
                    self.catalog, self.document, self.index, kind=kind, pointed_at=wanted, without=frozenset()
                )
                if found is not None:
                    return found
        return None


def _read(text: str, catalog: Catalog) -> Document:
    if len(text) > LONGEST:
        raise EditError("the clipboard holds too much text", hint="Copy fewer blocks at a time.")
    try:
        copied = from_text(text, name="clipboard")
    except FileError as error:
        raise EditError(f"the clipboard holds no blocks: {error.message}", hint="Copy blocks first.") from error
    if not copied.blocks:
        raise EditError("the clipboard holds no blocks", hint="Copy blocks first.")
    if len(copied.blocks) > MOST_BLOCKS:
        raise EditError(f"the clipboard holds {len(copied.blocks):,} blocks", hint=f"At most {MOST_BLOCKS:,} at once.")
    unknown = sorted({block.kind for block in copied.blocks.values()} - set(catalog.kinds))
    if unknown:
        raise EditError(f"the clipboard holds kinds of blocks that are not known here: {', '.join(unknown)}")
    return copied


def _fresh_ids(document: Document, copied: Document) -> dict[BlockId, BlockId]:
    number = document.next_number
    renamed: dict[BlockId, BlockId] = {}
    for block in copied.blocks.values():
        while (fresh := BlockId(f"{block.kind}-{number}")) in document.blocks:
            number += 1
        renamed[block.id] = fresh
        number += 1
    return renamed


def _attached(
    inserted: Document,
    copied: Document,
    renamed: Mapping[BlockId, BlockId],
    outside: _Outside,
    *,
    catalog: Catalog,
) -> Document:
    """Attach what was attached: inside the copy to the copy, outside to the same thing if it is on the same machine."""
    index = index_of(inserted)
    blocks = dict(inserted.blocks)
    for old in copied.blocks.values():
        new = blocks[renamed[old.id]]
        target = renamed[old.attached_to] if old.attached_to is not None else outside.attachment(old.id)
        if target is None:
            continue
        declared = catalog.kinds[new.kind]
        known = inserted.blocks.get(target)
        fits = known is not None and known.kind in declared.attaches_to
        if not fits or (old.attached_to is None and index.root_of(target) != index.root_of(new.id)):
            target = default_attachment(inserted, catalog, index, new)
        blocks[new.id] = evolve(new, attached_to=target)
    return evolve(inserted, blocks=blocks)


def _set_down(
    document: Document,
    copied: Document,
    renamed: Mapping[BlockId, BlockId],
    heads: Sequence[BlockId],
    position: Point | None,
) -> Document:
    """Place free heads: at `position`, keeping their arrangement, or a step aside from where they were copied."""
    former = {renamed[block_id]: point for block_id, point in copied.positions.items() if block_id in renamed}
    free = [head for head in heads if document.block(head).rests_on is None]
    if not free:
        return document
    points = {head: former.get(head, (0.0, 0.0)) for head in free}
    if position is None:
        taken = set(document.positions.values())
        across = _STEP_ASIDE
        while any((x + across, y + across) in taken for x, y in points.values()):
            across += _STEP_ASIDE
        offset = (across, across)
    else:
        first = points[free[0]]
        offset = (position[0] - first[0], position[1] - first[1])
    moved = {head: (x + offset[0], y + offset[1]) for head, (x, y) in points.items()}
    return evolve(document, positions={**document.positions, **moved})


def _texts(table: Any) -> dict[str, str]:
    if not isinstance(table, Mapping):
        return {}
    pairs = cast("Mapping[Any, Any]", table).items()
    return {key: value for key, value in pairs if isinstance(key, str) and isinstance(value, str)}
