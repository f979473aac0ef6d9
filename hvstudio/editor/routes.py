"""The way of a connector from a virtual device to what backs it: straight down, along a lane between layers, and in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from hvstudio.model.document import Point
from hvstudio.model.geometry import Rect
from hvstudio.model.stacking import LAYER_GAP

Route: TypeAlias = tuple[Point, ...]
"""The corners of a polyline of horizontal and vertical pieces; at least two."""

_ENTRY: Final = 12.0
"""Connectors enter a wide target at least so far from its ends."""
_TRIES: Final = 9
"""So many places to enter a target are tried before one that crosses something is taken."""
_CLEARANCE: Final = 4.0


def route(device: Rect, target: Rect, frame: Rect, *, obstacles: Sequence[Rect] = ()) -> Route:
    """The corners from a device in a frame to its target.

    The lane is the gap under the frame, so that no letters are crossed on the way sideways. A target above the lane
    is entered from below, one under it from above, where possible without crossing the `obstacles` between.
    """
    start = (device.x + device.width / 2, device.bottom)
    lane = max(frame.bottom, device.bottom) + LAYER_GAP / 2
    above = target.bottom <= lane
    end_y = target.bottom if above else max(target.y, lane)
    between = () if above else obstacles
    end_x = next((x for x in _entries(start[0], target) if _is_free(x, lane, end_y, between)), _entry(start[0], target))
    if end_x == start[0] and not above:
        return (start, (end_x, end_y))
    return (start, (start[0], lane), (end_x, lane), (end_x, end_y))


def _entry(x: float, target: Rect) -> float:
    """Where to enter: straight from the device if it stands over the target, else at the nearer end."""
    inset = min(_ENTRY, target.width / 2)
    return min(max(x, target.x + inset), target.right - inset)


def _entries(x: float, target: Rect) -> list[float]:
    """Places to enter, the best one first."""
    best = _entry(x, target)
    inset = min(_ENTRY, target.width / 2)
    room = target.width - 2 * inset
    others = [target.x + inset + room * part / (_TRIES - 1) for part in range(_TRIES)]
    return [best, *sorted(others, key=lambda other: abs(other - best))]


def _is_free(x: float, top: float, bottom: float, obstacles: Sequence[Rect]) -> bool:
    return not any(
        rect.x - _CLEARANCE < x < rect.right + _CLEARANCE and rect.y < bottom and top < rect.bottom
        for rect in obstacles
    )  # fmt: skip
