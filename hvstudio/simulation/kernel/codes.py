"""Names of the numbers that the kernel's memory holds.

`kernel.pxd` gives the compiler the same names as constants; `tests/simulation/kernel/test_kernel_codes.py` holds that
names and values agree. The interpreted kernel, and whoever lays out or reads its memory, takes them from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Any, Final

from hvstudio.simulation.plan.plan import LAYER_COUNT as LAYER_COUNT
from hvstudio.simulation.plan.plan import Arrivals as Arrivals
from hvstudio.simulation.plan.plan import Layer as Layer
from hvstudio.simulation.plan.plan import Op as Op

NEVER: Final = 0x3FFFFFFFFFFFFFFF
"""A time in ns that no run reaches, and that may be doubled without overflow."""

# Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014); variant 13 by Stafford.
GOLDEN: Final = 0x9E3779B97F4A7C15
FIRST_MIX: Final = 0xBF58476D1CE4E5B9
SECOND_MIX: Final = 0x94D049BB133111EB
MASK: Final = 0xFFFFFFFFFFFFFFFF

HEAP_ROOT: Final = 3
"""Index of the earliest event: its four children then share a cache line."""

STRIPS: Final = 256
"""Of the ziggurat under the exponential density."""

# Latencies are counted in exact buckets of 1 ns up to 2^EXACT_BITS, then in BUCKETS_PER_DOUBLING for each doubling.
EXACT_BITS: Final = 7
EXACT_BUCKETS: Final = 1 << EXACT_BITS
DOUBLING_BITS: Final = 6
BUCKETS_PER_DOUBLING: Final = 1 << DOUBLING_BITS
LATENCY_BITS: Final = 44
LONGEST_LATENCY: Final = (1 << LATENCY_BITS) - 1
"""Almost five hours in ns; what takes longer is counted in the last bucket."""
BUCKETS: Final = EXACT_BUCKETS + (LATENCY_BITS - EXACT_BITS) * BUCKETS_PER_DOUBLING
"""Latency buckets per VM."""


class Family(IntEnum):
    """What a duration is drawn from: `family` of a step record; parameters by `variates.draw_row`."""

    DETERMINISTIC = 0
    EXPONENTIAL = 1
    SHIFTED_EXPONENTIAL = 2
    HYPEREXPONENTIAL = 3
    ERLANG_MIXTURE = 4


class TokenState(IntEnum):
    """Where a request is. Up to `IN_SERVICE`, the token's next step is a planned event."""

    UNUSED = 0
    THINKING = 1
    DELAYED = 2
    IN_SERVICE = 3
    AT_STATION = 4
    """Waiting in a station's queue."""
    IN_CONTEXT = 5
    """Waiting for a leaf of a context."""
    ON_LEAF = 6
    READY = 7
    """About to go on at this very instant."""


class LeafState(IntEnum):
    """What a virtual processor or thread does."""

    BLOCKED = 0
    WAITING = 1
    """For a processor."""
    RUNNING = 2
    WITHDRAWN = 3
    """Taken away while the run goes on."""


class Barrier(IntEnum):
    """Bits of a node's `blocked`: why nobody below it may run."""

    LIMIT_USED_UP = 1
    """In this period."""
    ENOUGH_RUNNING = 2
    """As many leaves as may run at the same time."""


class Halt(IntEnum):
    """Why `advance` came back."""

    TIME_REACHED = 0
    NOTHING_LEFT = 1
    """The time is reached, and nothing can ever happen again."""
    TOKENS_NEEDED = 2
    """First `grow`, then again."""
    TIME_STANDS_STILL = 3
    EVENTS_DONE = 4
    """As many as were asked for; the clock shows how far it came."""


def plain(*enums: type[IntEnum]) -> Iterator[Any]:
    """The same names on classes that hold bare numbers: Python 3.11 takes four times as long to look up an enum's."""
    return (type(enum.__name__, (), {item.name: item.value for item in enum}) for enum in enums)
