"""How requests of a workload come, as the plan says it: closed, open, saturated, or from a trace."""

from __future__ import annotations

from typing import Any, Final

from hvstudio.composition.arrivals import read_arrivals
from hvstudio.errors import PlanError
from hvstudio.model.document import Block
from hvstudio.simulation.compile.assembly import NANOSECONDS, Assembly
from hvstudio.simulation.plan.plan import Arrivals

_MOST_THREADS: Final = 256


def arrivals_of(assembly: Assembly, workload: Block) -> dict[str, Any]:
    """The arrivals as keyword arguments of PlanBuilder.request_class. Raises PlanError for an unreadable trace."""
    read = read_arrivals(assembly.scene.values(workload))
    if read.is_listed:
        if read.trace.problem:
            raise PlanError(read.trace.problem, where=workload.name, hint="Write lines such as 0.5,3.")
        return {"arrivals": Arrivals.TRACE, "trace": read.trace.entries, "think_ns": float(read.trace.period_ns)}
    if read.is_steady:
        return {"arrivals": Arrivals.OPEN, "think_ns": NANOSECONDS / read.rate_per_s, "think_scv": read.gap_scv}
    return {"arrivals": Arrivals.CLOSED, "clients": read.clients, "think_ns": read.think_s * NANOSECONDS}


def threads_of(assembly: Assembly, workload: Block, processors: int) -> tuple[int, int]:
    """How many processes or threads of a native system do the work, and how many more clients would bring."""
    at_once = assembly.whole(workload, "max_concurrency")
    most = min(2 * processors, _MOST_THREADS, at_once or _MOST_THREADS)
    if assembly.text(workload, "arrivals") not in ("closed", "saturated"):
        return min(processors, most), 0
    threads = min(assembly.whole(workload, "clients"), most)
    return threads, most - threads
