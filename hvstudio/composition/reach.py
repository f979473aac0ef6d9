"""How far an edit reaches: the blocks whose findings can be other than before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.composition.scene import Moves, Scene
from hvstudio.model.change import Change
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.index import Index


def reach_of(
    scene: Scene, document: Document, *, index: Index, change: Change, hypervisors: Iterable[BlockId]
) -> tuple[set[BlockId], set[BlockId]]:
    """Bring the scene to the next document and give the blocks to look at again (some may be gone).

    The second set are blocks under which only the host is another: they need only the rules that read the host.

    A look reads a block, what is above it, its place, and what it is attached to or what is attached to it. So an
    edit reaches: the touched blocks, everything below them, their attachments, blocks whose place changed, and
    hypervisors that stand on or beside any of these.
    """
    touched = change.added | change.removed | change.changed
    reached: set[BlockId] = set(touched)
    climbed: set[BlockId] = set()
    silent = _retuned_disks(change.changed, scene.blocks, document.blocks)
    for blocks, known in ((scene.blocks, scene.index), (document.blocks, index)):
        for block_id in touched:
            _climb(blocks, block_id, climbed)
            _follow(blocks, known, block_id, reached, silently=block_id in silent)
        for block_id in _reattached(touched, scene.blocks, document.blocks):
            for attached in _all_attached(known, block_id):
                _climb(blocks, attached, climbed)
    if change.restacked:
        for block_id in _reordered(scene.index.children, index.children):
            _climb(document.blocks, block_id, climbed)
        reached.update(_reordered(scene.index.attachments, index.attachments))
    reached |= climbed
    _advance(scene, document, index, reached)
    moves = _moved(scene, change)
    reached |= moves.moved
    if _firsts_changed(scene, touched) or change.restacked:
        reached.update(
            block_id for block_id in index.roots if role_of(document.blocks[block_id]) not in (Role.HARDWARE, Role.NOTE)
        )
    reached |= _hypervisors_near(scene, touched, reached | moves.rehosted, hypervisors)
    return reached, moves.rehosted - reached


def _climb(blocks: Mapping[BlockId, Block], start: BlockId, climbed: set[BlockId]) -> None:
    """Add a block and all below it."""
    current: BlockId | None = start
    while current is not None and current not in climbed:
        block = blocks.get(current)
        if block is None:
            return
        climbed.add(current)
        current = block.rests_on


def _retuned_disks(
    changed: frozenset[BlockId], old: Mapping[BlockId, Block], new: Mapping[BlockId, Block]
) -> set[BlockId]:
    """The disks of which only parameters or the product changed: no rule of an attached device reads those."""
    return {
        block_id
        for block_id in changed
        if role_of(new[block_id]) is Role.PHYSICAL_DISK
        and evolve(old[block_id], parameters=new[block_id].parameters, product=new[block_id].product) == new[block_id]
    }


def _follow(
    blocks: Mapping[BlockId, Block], index: Index, start: BlockId, reached: set[BlockId], *, silently: bool
) -> None:
    """Add what a block is attached to, step by step, and all that is attached to it unless it changed silently."""
    block = blocks.get(start)
    if block is None:
        return
    seen: set[BlockId] = {start}
    target = block.attached_to
    while target is not None and target not in seen:
        seen.add(target)
        following = blocks.get(target)
        target = following.attached_to if following else None
    reached.update(seen)
    if not silently:
        reached.update(_all_attached(index, start))


def _all_attached(index: Index, start: BlockId) -> set[BlockId]:
    found: set[BlockId] = set()
    waiting = [start]
    while waiting:
        for attached in index.attachments.get(waiting.pop(), ()):
            if attached not in found:
                found.add(attached)
                waiting.append(attached)
    return found


def _reattached(
    touched: frozenset[BlockId], old: Mapping[BlockId, Block], new: Mapping[BlockId, Block]
) -> list[BlockId]:
    """The touched blocks that came, went, or are attached to something else or as something else."""
    found: list[BlockId] = []
    for block_id in touched:
        before, after = old.get(block_id), new.get(block_id)
        if before is None or after is None or before.attached_to != after.attached_to or before.kind != after.kind:
            found.append(block_id)
    return found


def _reordered(old: Mapping[BlockId, tuple[BlockId, ...]], new: Mapping[BlockId, tuple[BlockId, ...]]) -> list[BlockId]:
    return [block_id for block_id, row in new.items() if old.get(block_id) != row]


def _advance(scene: Scene, document: Document, index: Index, reached: set[BlockId]) -> None:
    scene.document = document
    scene.blocks = document.blocks
    scene.index = index
    for block_id in reached:
        scene.forget(block_id)


def _moved(scene: Scene, change: Change) -> Moves:
    """The blocks whose place is another now, with what is attached to those on another root."""
    moves = Moves()
    for block_id in change.removed:
        scene.places.pop(block_id, None)
    touched = change.added | change.changed
    # A support that carried nothing before has no place for what rests on it yet.
    supports = {support for block_id in touched if (support := scene.blocks[block_id].rests_on) is not None}
    for block_id in sorted(touched | supports, key=lambda item: _depth(scene, item)):
        scene.replace_places(block_id, moves)
    # A device asks of what it is attached to only on which root it stands.
    for block_id in moves.uprooted:
        moves.moved |= _all_attached(scene.index, block_id)
    return moves


def _depth(scene: Scene, block_id: BlockId) -> int:
    return sum(1 for _ in scene.below(scene.blocks[block_id]))


def _firsts_changed(scene: Scene, touched: frozenset[BlockId]) -> bool:
    """Whether the first block of any kind is another, or was touched."""
    before = dict(scene.firsts)
    scene.note_firsts()
    return before != scene.firsts or any(block_id in touched for block_id in scene.firsts.values())


def _hypervisors_near(
    scene: Scene, touched: frozenset[BlockId], reached: set[BlockId], hypervisors: Iterable[BlockId]
) -> set[BlockId]:
    """The hypervisors on a touched block, or beside or under a reached one."""
    near: set[BlockId] = set()
    over: dict[BlockId, bool] = {}
    for block_id in hypervisors:
        block = scene.blocks[block_id]
        if block.rests_on in reached or _stands_over(scene.blocks, block, touched, over):
            near.add(block_id)
            scene.forget(block_id)
    return near


def _stands_over(
    blocks: Mapping[BlockId, Block], block: Block, touched: frozenset[BlockId], known: dict[BlockId, bool]
) -> bool:
    """Whether a block stands on a touched one; `known` keeps the answers, so that long stacks are walked once."""
    walked: list[BlockId] = []
    support = block.rests_on
    while support is not None and support not in known and support not in touched:
        walked.append(support)
        support = blocks[support].rests_on
    answer = support is not None and (support in touched or known[support])
    known.update(dict.fromkeys(walked, answer))
    return answer
