"""Walking the diagram by keyboard: up is what rests on a block, down what it rests on, sideways its neighbours."""

from __future__ import annotations

from collections.abc import Iterable

from hvstudio.editor.slots import Stage
from hvstudio.model.document import BlockId
from hvstudio.model.geometry import Rect


def neighbour(stage: Stage, block_id: BlockId, direction: str) -> BlockId | None:
    """The block to go to from one: `direction` is "up", "down", "left" or "right"; None at the edge."""
    places = stage.layout.places
    if block_id not in places:
        return None
    if direction == "down":
        return stage.document.block(block_id).rests_on or _nearest(stage, block_id, direction)
    if direction == "up":
        above = [child for child in stage.index.children_of(block_id) if not places[child].is_chip]
        if above:
            middle = _centre(places[block_id].bar)[0]
            return min(above, key=lambda child: abs(_centre(places[child].bar)[0] - middle))
    return _nearest(stage, block_id, direction, _peers(stage, block_id)) or _nearest(stage, block_id, direction)


def following(stage: Stage, block_id: BlockId | None, *, backwards: bool = False) -> BlockId | None:
    """The next block in the order of reading, supports first; around at the end."""
    order = stage.layout.order
    if not order:
        return None
    if block_id not in stage.layout.places:
        return order[-1] if backwards else order[0]
    return order[(order.index(block_id) + (-1 if backwards else 1)) % len(order)]


def _peers(stage: Stage, block_id: BlockId) -> tuple[BlockId, ...]:
    """What stands beside a block on the same support, in the same way."""
    support = stage.document.block(block_id).rests_on
    if support is None:
        return ()
    places = stage.layout.places
    is_chip = places[block_id].is_chip
    return tuple(peer for peer in stage.index.children_of(support) if places[peer].is_chip == is_chip)


def _nearest(stage: Stage, block_id: BlockId, direction: str, among: Iterable[BlockId] | None = None) -> BlockId | None:
    """The nearest block on that side (of all, or of some); being off the straight line counts double."""
    places = stage.layout.places
    here = _centre(places[block_id].bar)
    own = set(stage.index.subtree(block_id))
    own.update(below.id for below in stage.index.below(block_id))
    best: tuple[float, BlockId] | None = None
    for other in places if among is None else among:
        if other in own:
            continue
        there = _centre(places[other].bar)
        across, down = there[0] - here[0], there[1] - here[1]
        along, aside = (across, down) if direction in ("left", "right") else (down, across)
        ahead = along if direction in ("right", "down") else -along
        if ahead <= 1.0:
            continue
        distance = ahead + 2.0 * abs(aside)
        if best is None or distance < best[0]:
            best = (distance, other)
    return best[1] if best else None


def _centre(rect: Rect) -> tuple[float, float]:
    return rect.x + rect.width / 2, rect.y + rect.height / 2
