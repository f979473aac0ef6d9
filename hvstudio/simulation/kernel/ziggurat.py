"""The strips under the exponential density that the kernel draws from.

Source: Marsaglia and Tsang, "The ziggurat method for generating random variables" (Journal of Statistical Software,
2000), whose constants for 256 strips these are.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hvstudio.simulation.kernel.codes import STRIPS

Array = NDArray[Any]

_TAIL_START: Final = 7.69711747013104972
_TAIL_START_HEIGHT: Final = 0.0004541343538414966
"""exp(-_TAIL_START)"""
_AREA: Final = 0.0039496598225815571993
_LN_2: Final = 0.6931471805599453


def ziggurat() -> tuple[Array, Array]:
    """(right edges of the strips, heights at them), 257 each, from the bottom strip to the top.

    Uses arithmetic only, because the logarithms of different systems' libraries differ in the last digit.
    """
    edges = [_AREA / _TAIL_START_HEIGHT, _TAIL_START]
    heights = [0.0, _TAIL_START_HEIGHT]
    while len(edges) < STRIPS:
        heights.append(heights[-1] + _AREA / edges[-1])
        edges.append(minus_log(heights[-1]))
    return np.array([*edges, 0.0]), np.array([*heights, 1.0])


def minus_log(x: float) -> float:
    """-ln(x) for 0 < x <= 1, to the last digits: halvings, then the series of artanh."""
    halvings = 0
    while x < 0.7071067811865476:
        x += x
        halvings += 1
    s = (x - 1.0) / (x + 1.0)
    power, total = s, 0.0
    for odd in range(1, 30, 2):
        total += power / odd
        power *= s * s
    return halvings * _LN_2 - 2.0 * total
