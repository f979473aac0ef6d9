"""What differs between two documents, found by identity: the only thing a view needs to follow an edit or an undo."""

from __future__ import annotations

from attrs import frozen

from hvstudio.model.document import BlockId, Document

_NOTHING: frozenset[BlockId] = frozenset()


@frozen(kw_only=True)
class Change:
    """Blocks added, removed and changed between two documents, and roots that moved.

    `restacked` is true when any block's support, or the order of the blocks, is no longer the same.
    """

    added: frozenset[BlockId] = _NOTHING
    removed: frozenset[BlockId] = _NOTHING
    changed: frozenset[BlockId] = _NOTHING
    moved: frozenset[BlockId] = _NOTHING
    restacked: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.moved or self.restacked)


def between(old: Document, new: Document) -> Change:
    """The change that leads from `old` to `new`; O(blocks), nearly free for maps shared by both."""
    if old is new:
        return Change()
    added: set[BlockId] = set()
    removed: set[BlockId] = set()
    changed: set[BlockId] = set()
    restacked = False
    if old.blocks is not new.blocks:
        for block_id, block in new.blocks.items():
            before = old.blocks.get(block_id)
            if before is None:
                added.add(block_id)
            elif before is not block:
                changed.add(block_id)
                restacked = restacked or before.rests_on != block.rests_on
        removed.update(block_id for block_id in old.blocks if block_id not in new.blocks)
        restacked = restacked or bool(added or removed) or list(old.blocks) != list(new.blocks)
    moved: set[BlockId] = set()
    if old.positions is not new.positions:
        moved = {block_id for block_id, point in new.positions.items() if old.positions.get(block_id) != point} - added
    return Change(
        added=frozenset(added),
        removed=frozenset(removed),
        changed=frozenset(changed),
        moved=frozenset(moved),
        restacked=restacked,
    )
