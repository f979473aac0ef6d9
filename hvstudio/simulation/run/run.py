"""A run from beginning to end in the calling thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from hvstudio.errors import PlanError, UserCancelled
from hvstudio.simulation.plan.plan import Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.results import Results
from hvstudio.simulation.run.stepped_run import SteppedRun


def simulate(
    plan: Plan,
    options: RunOptions,
    *,
    progress: Callable[[float], bool | None] | None = None,
    kernel_module: Any = None,
) -> Results:
    """Run to the end as fast as possible.

    `progress` gets the fraction done about twenty times a second; returning False cancels (UserCancelled).
    Raises PlanError when the options give the run no end or when time cannot advance.
    """
    if options.duration_s is None and options.target_precision is None:
        raise PlanError("the run has no end.", where="run options", hint="Give duration_s or target_precision.")
    began = told = time.perf_counter()
    run = SteppedRun(plan, options, kernel_module=kernel_module)
    while not run.finished:
        if run.advance(run.next_stop_ns):
            run.take_sample()
        if progress is not None and time.perf_counter() - told > 0.05:
            told = time.perf_counter()
            if progress(run.fraction) is False:
                raise UserCancelled("The run was cancelled.")
    if progress is not None:
        progress(1.0)
    return run.results(wall_s=time.perf_counter() - began)
