"""How requests of a workload come, read once: the checks, the compiler and the estimate all go by it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

ARRIVAL_PARAMETERS: Final = ("arrivals", "clients", "think_s", "rate_per_s", "arrival_pattern", "trace")
"""The parameters of a workload that say how its requests come."""

_PATTERN_SCV: Final = {"poisson": 1.0, "deterministic": 0.0, "bursty": 10.0}
_MOST_TRACE_LINES: Final = 200_000
_NANOSECONDS: Final = 1_000_000_000
_LONGEST_S: Final = 1e6
_MOST_AT_ONCE: Final = 1e6


@frozen(kw_only=True)
class Trace:
    """A list of arrivals: (time in ns, requests) with times rising, and the time in ns after which it begins again.

    `problem` says in a sentence what keeps it from being read; then there are no entries.
    """

    entries: tuple[tuple[int, int], ...] = ()
    period_ns: int = 0
    problem: str = ""

    @property
    def rate_per_s(self) -> float:
        """Mean number of requests per second, over whole periods; 0 where it cannot be read."""
        total = sum(requests for _, requests in self.entries)
        return total * _NANOSECONDS / self.period_ns if self.period_ns else 0.0


_NO_TRACE: Final = Trace()


@frozen(kw_only=True)
class RequestArrivals:
    """How requests of one workload come.

    `clients` circulate, each pausing `think_s` between an answer and its next request; without clients requests come
    by themselves, `rate_per_s` on average: by a list if there is a `trace`, else in gaps of variability `gap_scv`.
    """

    clients: int = 0
    think_s: float = 0.0
    rate_per_s: float = 0.0
    gap_scv: float = 0.0
    trace: Trace = _NO_TRACE
    is_listed: bool = False

    @property
    def is_steady(self) -> bool:
        """Whether requests keep coming however slow the answers are."""
        return self.clients == 0

    @property
    def most_per_s(self) -> float:
        """The rate that is asked for at most; 0 where as much is asked as is given."""
        if self.is_steady:
            return self.rate_per_s
        return self.clients / self.think_s if self.think_s > 0 else 0.0


def read_arrivals(values: Mapping[str, Any]) -> RequestArrivals:
    """How requests come, by the effective values of `ARRIVAL_PARAMETERS`; what the kind does not use is nothing."""
    kind = values["arrivals"]
    if kind == "open":
        return RequestArrivals(
            rate_per_s=float(values["rate_per_s"]), gap_scv=_PATTERN_SCV.get(values["arrival_pattern"], 1.0)
        )
    if kind == "trace":
        trace = read_trace(str(values["trace"]))
        return RequestArrivals(rate_per_s=trace.rate_per_s, trace=trace, is_listed=True)
    think_s = float(values["think_s"]) if kind == "closed" else 0.0
    return RequestArrivals(clients=int(values["clients"]), think_s=think_s)


def read_trace(text: str) -> Trace:
    """Lines of 'seconds,count'; the count may be left out for one request.

    Empty lines, lines that start with # and a heading are passed over, lines may come in any order, and equal times
    are added up. Where the trace ends, the gap before its last time passes once more, then it begins again: so one
    that is evenly spaced goes on evenly. A trace of one time has the gap from 0 to it, or a second where that is 0.
    """
    counts: dict[int, int] = {}
    lines = text.splitlines()
    if len(lines) > _MOST_TRACE_LINES:
        return Trace(problem=f"trace has {len(lines):,} lines; {_MOST_TRACE_LINES:,} at most.")
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if line and not line.startswith("#") and not (number == 1 and line[0].isalpha()):
            entry = _entry(line)
            if entry is None:
                return Trace(problem=f"trace, line {number}: {line[:40]!r} is not 'seconds,count'.")
            counts[entry[0]] = counts.get(entry[0], 0) + entry[1]
    if not any(counts.values()):
        return Trace(problem="trace holds no request.")
    entries = tuple(sorted(counts.items()))
    return Trace(entries=entries, period_ns=_period_ns(entries))


def _period_ns(entries: tuple[tuple[int, int], ...]) -> int:
    last = entries[-1][0]
    gap = last - entries[-2][0] if len(entries) > 1 else last
    return last + (gap or _NANOSECONDS)


def _entry(line: str) -> tuple[int, int] | None:
    parts = [part.strip() for part in line.replace(";", ",").split(",")]
    try:
        seconds = float(parts[0])
        requests = float(parts[1]) if len(parts) > 1 else 1.0
    except ValueError:
        return None
    is_sensible = math.isfinite(seconds) and math.isfinite(requests)
    is_sensible = is_sensible and 0 <= seconds <= _LONGEST_S and 0 <= requests <= _MOST_AT_ONCE
    if not is_sensible or len(parts) > 2 or requests != int(requests):
        return None
    return round(seconds * _NANOSECONDS), int(requests)
