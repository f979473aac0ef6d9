"""How requests of a workload come: closed, open, saturated, or from a trace."""

from __future__ import annotations

import math
from typing import Any, Final

from hvstudio.errors import PlanError
from hvstudio.model.document import Block
from hvstudio.simulation.compile.assembly import NANOSECONDS, Assembly
from hvstudio.simulation.plan.plan import Arrivals

_PATTERN_SCV: Final = {"poisson": 1.0, "deterministic": 0.0, "bursty": 10.0}
_MOST_TRACE_LINES: Final = 200_000


def arrivals_of(assembly: Assembly, workload: Block) -> dict[str, Any]:
    """The arrivals as keyword arguments of PlanBuilder.request_class."""
    kind = assembly.text(workload, "arrivals")
    if kind == "open":
        return _open(assembly, workload)
    if kind == "trace":
        return {"arrivals": Arrivals.TRACE, "trace": read_trace(assembly, workload)}
    clients = assembly.whole(workload, "clients")
    think_s = assembly.number(workload, "think_s") if kind == "closed" else 0.0
    return {"arrivals": Arrivals.CLOSED, "clients": clients, "think_ns": think_s * NANOSECONDS}


def threads_of(assembly: Assembly, workload: Block, processors: int) -> int:
    """How many processes or threads of a native system do the work."""
    kind = assembly.text(workload, "arrivals")
    most = assembly.whole(workload, "clients") if kind in ("closed", "saturated") else processors
    at_once = assembly.whole(workload, "max_concurrency")
    wanted = min(most, at_once) if at_once > 0 else most
    return max(1, min(wanted, 2 * processors, 256))


def _open(assembly: Assembly, workload: Block) -> dict[str, Any]:
    rate = assembly.number(workload, "rate_per_s")
    pattern = assembly.text(workload, "arrival_pattern")
    return {
        "arrivals": Arrivals.OPEN,
        "think_ns": NANOSECONDS / rate,
        "think_scv": _PATTERN_SCV.get(pattern, 1.0),
    }


def read_trace(assembly: Assembly, workload: Block) -> list[tuple[int, int]]:
    """Lines 'seconds,count' as (time in ns, requests) with times rising. Raises PlanError naming the line.

    Empty lines, lines that start with # and a heading are passed over; equal times are added up.
    """
    counts: dict[int, int] = {}
    lines = assembly.text(workload, "trace").splitlines()
    if len(lines) > _MOST_TRACE_LINES:
        raise PlanError(f"trace has {len(lines):,} lines.", where=workload.name, hint=f"{_MOST_TRACE_LINES:,} at most.")
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text and not text.startswith("#") and not (number == 1 and text[0].isalpha()):
            time_ns, requests = _trace_line(workload, number, text)
            counts[time_ns] = counts.get(time_ns, 0) + requests
    if not any(counts.values()):
        raise PlanError("trace holds no request.", where=workload.name, hint="Write lines such as 0.5,3.")
    return sorted(counts.items())


def _trace_line(workload: Block, number: int, text: str) -> tuple[int, int]:
    parts = [part.strip() for part in text.replace(";", ",").split(",")]
    try:
        seconds = float(parts[0])
        requests = float(parts[1]) if len(parts) > 1 else 1.0
    except ValueError:
        seconds = math.nan
        requests = math.nan
    sensible = math.isfinite(seconds) and math.isfinite(requests) and 0 <= seconds <= 1e6 and 0 <= requests <= 1e6
    if not sensible or len(parts) > 2 or requests != int(requests):
        raise PlanError(
            f"trace, line {number}: {text[:40]!r} is not 'seconds,count'.",
            where=workload.name,
            hint="Write lines such as 0.5,3.",
        )
    return round(seconds * NANOSECONDS), int(requests)
