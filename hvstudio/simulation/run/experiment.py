"""Several runs: replications on all cores, comparisons with common random numbers, sweeps."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import numpy as np
from attrs import asdict, evolve, frozen
from numpy.typing import NDArray

from hvstudio.errors import PlanError
from hvstudio.simulation.plan.plan import Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.pooling import pooled
from hvstudio.simulation.run.results import Results
from hvstudio.simulation.run.run import simulate
from hvstudio.simulation.run.statistics import Interval, mean_interval

Progress: TypeAlias = Callable[[float], "bool | None"]


@frozen(kw_only=True)
class Difference:
    """How much more one VM gets in a variant than in the baseline, replication by replication (paired)."""

    vm: str
    name: str
    variant: str
    throughput_per_s: float
    throughput_ci95: tuple[float, float]
    latency_s: float
    latency_ci95: tuple[float, float]
    ratio: float
    """Throughput of the variant over that of the baseline; 0 when the baseline completes nothing."""
    ratio_ci95: tuple[float, float]
    """Its interval, from the paired differences: those of `variant - ratio x baseline`, over the baseline's mean.

    Source: Law, "Simulation Modeling and Analysis" (5th ed.), section 9.3.2 (ratio estimators); Cochran, "Sampling
    Techniques" (3rd ed.), section 6.4.
    """


@frozen(kw_only=True)
class Comparison:
    """The same VMs under several architectures, with the same requests in every one."""

    baseline: str
    results: dict[str, Results]
    differences: tuple[Difference, ...]

    def to_json(self) -> dict[str, Any]:
        """The stable form of `compare --json`."""
        return {
            "baseline": self.baseline,
            "variants": {name: results.to_json() for name, results in self.results.items()},
            "differences": [asdict(one) for one in self.differences],
        }


@frozen(kw_only=True)
class Sweep:
    """One result per value of the parameter that was varied."""

    points: tuple[tuple[str, Results], ...]

    def to_json(self) -> dict[str, Any]:
        """The stable form of `sweep --json`."""
        return {"points": [{"value": value, **results.to_json()} for value, results in self.points]}


def replicate(
    plan: Plan,
    options: RunOptions,
    *,
    replications: int,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Results:
    """Independent replications (seeds `options.seed`, +1, +2, ...) pooled: means, and intervals over replications."""
    began = time.perf_counter()
    runs = _all_runs([plan], options, replications=replications, workers=workers, progress=progress)[0]
    return evolve(pooled(runs), wall_s=time.perf_counter() - began)


def compare(
    plans: Mapping[str, Plan],
    options: RunOptions,
    *,
    replications: int,
    baseline: str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run every plan with the same seeds; differences are against `baseline` (the first plan), paired by replication.

    VMs are matched by block id; those that a variant lacks are left out of its differences. An automatic warm-up is
    the same for all runs, the longest that a first run of every plan asks for: differences over different spans of time
    would not be paired.
    """
    if not plans:
        raise PlanError("there is nothing to compare.")
    names = list(plans)
    if options.warmup_s is None:
        pilots = 1.0 / (replications + 1)
        warmup_s = _longest_warmup(plans, options, workers=workers, progress=_part(progress, 0.0, pilots))
        options, progress = evolve(options, warmup_s=warmup_s), _part(progress, pilots, 1.0)
    base = baseline if baseline is not None and baseline in plans else names[0]
    found = _all_runs(list(plans.values()), options, replications=replications, workers=workers, progress=progress)
    runs = dict(zip(names, found, strict=True))
    differences = tuple(
        one for name in names if name != base for one in _differences(name, base=runs[base], variant=runs[name])
    )
    results = {name: pooled(replicas) for name, replicas in runs.items()}
    return Comparison(baseline=base, results=results, differences=differences)


def sweep(
    plans: Mapping[str, Plan],
    options: RunOptions,
    *,
    replications: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Run the plan of every value, all with the same seeds."""
    found = _all_runs(list(plans.values()), options, replications=replications, workers=workers, progress=progress)
    return Sweep(points=tuple((name, pooled(runs)) for name, runs in zip(plans, found, strict=True)))


def _longest_warmup(
    plans: Mapping[str, Plan], options: RunOptions, *, workers: int | None, progress: Progress | None
) -> float:
    pilots = _all_runs(list(plans.values()), options, replications=1, workers=workers, progress=progress)
    return max(run.warmup_s for runs in pilots for run in runs)


def _part(progress: Progress | None, first: float, last: float) -> Progress | None:
    """The progress of a part of the work, told as that of the whole."""
    if progress is None:
        return None
    tell = progress
    return lambda fraction: tell(first + (last - first) * fraction)


def _differences(name: str, *, base: Sequence[Results], variant: Sequence[Results]) -> list[Difference]:
    rows: list[Difference] = []
    ids = {vm.id for vm in variant[0].vms if vm.is_guest}
    for vm in base[0].vms:
        if not vm.is_guest or vm.id not in ids:
            continue
        pairs = [(one.vm(vm.id), other.vm(vm.id)) for one, other in zip(base, variant, strict=True)]
        gain = mean_interval(np.array([new.throughput_per_s - old.throughput_per_s for old, new in pairs]))
        delay = mean_interval(np.array([new.latency_s.mean - old.latency_s.mean for old, new in pairs]))
        ratio = _ratio(np.array([(old.throughput_per_s, new.throughput_per_s) for old, new in pairs]))
        rows.append(
            Difference(
                vm=vm.id,
                name=vm.name,
                variant=name,
                throughput_per_s=gain.mean,
                throughput_ci95=(gain.low, gain.high),
                latency_s=delay.mean,
                latency_ci95=(delay.low, delay.high),
                ratio=ratio.mean,
                ratio_ci95=(ratio.low, ratio.high),
            )
        )
    return rows


def _ratio(pairs: NDArray[np.float64]) -> Interval:
    """The second column's mean over the first's, with its interval; 0 where the first column is nothing. [runs, 2]"""
    before, after = pairs.mean(axis=0)
    if before <= 0:
        return Interval(0.0, 0.0, 0.0)
    ratio = float(after / before)
    around = mean_interval((pairs[:, 1] - ratio * pairs[:, 0]) / before)
    half = (around.high - around.low) / 2
    return Interval(ratio, max(0.0, ratio - half), ratio + half)


def _all_runs(
    plans: Sequence[Plan],
    options: RunOptions,
    *,
    replications: int,
    workers: int | None,
    progress: Progress | None,
) -> list[list[Results]]:
    """Every plan `replications` times, on threads: the kernel holds no lock while it runs."""
    if replications < 1:
        raise PlanError(f"replications is {replications}.", where="run options", hint="At least 1.")
    jobs = [(plan, evolve(options, seed=options.seed + number)) for plan in plans for number in range(replications)]
    told = _SharedProgress(len(jobs), progress)
    with ThreadPoolExecutor(max_workers=workers or os.cpu_count() or 1) as pool:
        try:
            futures = [
                pool.submit(simulate, plan, chosen, progress=told.of(index))
                for index, (plan, chosen) in enumerate(jobs)
            ]
            done = [future.result() for future in futures]
        except BaseException:  # Ctrl-C, too, and that already while they are being started
            told.cancel()
            raise
    return [done[start : start + replications] for start in range(0, len(done), replications)]


class _SharedProgress:
    """The mean of several runs' progress, told under a lock; one refusal cancels all."""

    def __init__(self, runs: int, progress: Progress | None) -> None:
        self._fractions = [0.0] * runs
        self._progress = progress
        self._lock = threading.Lock()
        self._cancelled = False

    def cancel(self) -> None:
        """Let the remaining runs stop at their next report."""
        self._cancelled = True

    def of(self, index: int) -> Progress:
        """The callback for one run."""

        def tell(fraction: float) -> bool:
            with self._lock:
                self._fractions[index] = fraction
                # Only ever set, never cleared: `cancel` may come while `progress` is being told.
                if (
                    self._progress is not None
                    and not self._cancelled
                    and self._progress(sum(self._fractions) / len(self._fractions)) is False
                ):
                    self._cancelled = True
            return not self._cancelled

        return tell
