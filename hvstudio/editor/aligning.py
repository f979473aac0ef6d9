"""Aligning and distributing free stacks and notes: what stands nearly in line is put exactly in line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

from hvstudio.editor.gestures import Proposal
from hvstudio.editor.slots import Stage
from hvstudio.model.document import BlockId, Point
from hvstudio.model.edits import move_roots
from hvstudio.model.geometry import Rect, around
from hvstudio.model.stacking import ROOT_GAP

Line: TypeAlias = Literal["left", "centre", "right", "top", "middle", "bottom"]
Direction: TypeAlias = Literal["across", "down"]

_TOLERANCE: Final = 0.5
"""A move of less than this, in scene units, is none."""
_SHIFTS: Final[Mapping[Line, Callable[[Rect, Rect], Point]]] = {
    "left": lambda rect, whole: (whole.x - rect.x, 0.0),
    "centre": lambda rect, whole: (whole.x + whole.width / 2 - rect.x - rect.width / 2, 0.0),
    "right": lambda rect, whole: (whole.right - rect.right, 0.0),
    "top": lambda rect, whole: (0.0, whole.y - rect.y),
    "middle": lambda rect, whole: (0.0, whole.y + whole.height / 2 - rect.y - rect.height / 2),
    "bottom": lambda rect, whole: (0.0, whole.bottom - rect.bottom),
}
_WORDS: Final[Mapping[Line, str]] = {
    "left": "Align left edges",
    "centre": "Align centres",
    "right": "Align right edges",
    "top": "Align tops",
    "middle": "Align middles",
    "bottom": "Align bottoms",
}


def free_among(stage: Stage, block_ids: Sequence[BlockId]) -> tuple[BlockId, ...]:
    """The free blocks (hosts, notes, floating stacks) that are chosen, or carry what is chosen; each once."""
    return tuple(dict.fromkeys(stage.index.root_of(block_id) for block_id in block_ids))


def aligned(stage: Stage, block_ids: Sequence[BlockId], line: Line) -> Proposal | None:
    """Bring the stacks to a common line at the edge or in the middle of them all; None when nothing would move."""
    columns = _columns(stage, block_ids)
    if len(columns) < 2:
        return None
    whole = around(columns.values())
    shifts = {root: _SHIFTS[line](column, whole) for root, column in columns.items()}
    return _moved(stage, block_ids, shifts, _WORDS[line])


def distributed(stage: Stage, block_ids: Sequence[BlockId], direction: Direction) -> Proposal | None:
    """Make the gaps between stacks equal; the outermost stay, unless there is not room enough between them.

    Fewer than three stacks have nothing to distribute.
    """
    columns = _columns(stage, block_ids)
    if len(columns) < 3:
        return None
    is_across = direction == "across"
    starts = {root: column.x if is_across else column.y for root, column in columns.items()}
    sizes = {root: column.width if is_across else column.height for root, column in columns.items()}
    order = sorted(columns, key=lambda root: starts[root])
    first, last = starts[order[0]], max(starts[root] + sizes[root] for root in order)
    gap = max((last - first - sum(sizes.values())) / (len(order) - 1), ROOT_GAP)
    shifts: dict[BlockId, Point] = {}
    place = first
    for root in order:
        shift = place - starts[root]
        shifts[root] = (shift, 0.0) if is_across else (0.0, shift)
        place += sizes[root] + gap
    return _moved(stage, block_ids, shifts, f"Distribute {direction}")


def _columns(stage: Stage, block_ids: Sequence[BlockId]) -> dict[BlockId, Rect]:
    return {root: stage.layout.places[root].column for root in free_among(stage, block_ids)}


def _moved(
    stage: Stage, block_ids: Sequence[BlockId], shifts: Mapping[BlockId, Point], label: str
) -> Proposal | None:  # fmt: skip
    if all(abs(across) < _TOLERANCE and abs(down) < _TOLERANCE for across, down in shifts.values()):
        return None
    places = stage.layout.places
    positions = {root: (places[root].bar.x + x, places[root].bar.bottom + y) for root, (x, y) in shifts.items()}
    return Proposal(label=label, document=move_roots(stage.document, positions), select=tuple(block_ids))
