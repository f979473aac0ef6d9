"""What magnitudes a plan may hold, and the refusal that names block and parameter."""

from __future__ import annotations

import math
from typing import Final

from attrs import frozen

from hvstudio.errors import PlanError


@frozen
class Range:
    """Closed interval of sensible values; outside it integer nanoseconds overflow or the run would never end."""

    low: float
    high: float
    unit: str = ""


# A step of 10^15 ns is eleven days; sums of 9000 of them still fit an int64 of nanoseconds.
LONGEST_NS: Final = 1e15

RANGES: Final[dict[str, Range]] = {
    "processors": Range(1, 16_384, "logical processors"),
    "threads_per_core": Range(1, 8),
    "clock_hz": Range(1e6, 1e11, "Hz"),
    "smt_yield": Range(0.5, 8.0),
    "idle_exit_ns": Range(0, 1e9, "ns"),
    "weight": Range(1e-3, 1e9),
    "reserve": Range(0, 16_384, "logical processors"),
    "limit": Range(0, 16_384, "logical processors"),
    "period_ns": Range(1e5, 1e12, "ns"),
    "max_running": Range(0, 16_384),
    "quantum_ns": Range(1_000, 1e12, "ns"),
    "context_quantum_ns": Range(0, 1e12, "ns"),
    "wake_bonus_ns": Range(0, 1e12, "ns"),
    "switch_cycles": Range(0, 1e10, "cycles"),
    "wake_cycles": Range(0, 1e10, "cycles"),
    "refill_ns": Range(0, 1e9, "ns"),
    "leaves": Range(1, 16_384),
    "room": Range(0, 16_384),
    "servers": Range(1, 65_536),
    "bytes_per_s": Range(0, 1e15, "bytes per second"),
    "peer_switch_ns": Range(0, 1e12, "ns"),
    "clients": Range(0, 1_000_000),
    "think_ns": Range(0, LONGEST_NS, "ns"),
    "gap_ns": Range(1.0, LONGEST_NS, "ns between arrivals"),
    "trace_period_ns": Range(0, 2 * LONGEST_NS, "ns until the trace begins again"),
    "scv": Range(0, 10_000),
    "start_ns": Range(0, LONGEST_NS, "ns"),
    "bytes": Range(0, 1e15, "bytes"),
    "cycles": Range(0, 1e16, "cycles"),
    "ns": Range(0, LONGEST_NS, "ns"),
    "probability": Range(0, 1),
    "exits": Range(0, 1e12),
    "purpose": Range(0, 2**31),
    "peer": Range(-(2**31), 2**31),
    "stream": Range(0, 2**62),
    "trace_requests": Range(0, 1_000_000),
}


def checked(value: float, parameter: str, *, where: str, range_name: str = "") -> float:
    """The value, or PlanError naming `where` and `parameter` when it is not a number of a sensible size."""
    allowed = RANGES[range_name or parameter]
    if not math.isfinite(value):
        raise PlanError(f"{parameter} is {value}, not a number.", where=where, hint="Enter a finite value.")
    if not allowed.low <= value <= allowed.high:
        unit = f" {allowed.unit}" if allowed.unit else ""
        raise PlanError(
            f"{parameter} is {value:g}{unit}.",
            where=where,
            hint=f"It must be from {allowed.low:g} to {allowed.high:g}.",
        )
    return value


def checked_int(value: int, parameter: str, *, where: str, range_name: str = "") -> int:
    """Like `checked`, giving a whole number."""
    return round(checked(value, parameter, where=where, range_name=range_name))


def checked_index(index: int, count: int, what: str, *, where: str) -> int:
    """The index, or PlanError when there is no such thing."""
    if not 0 <= index < count:
        raise PlanError(f"{what} {index} does not exist.", where=where, hint=f"There are {count}.")
    return index
