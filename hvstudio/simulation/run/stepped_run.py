"""One run, stepped from sample to sample by whoever owns it; knows nothing of threads or of the clock on the wall."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hvstudio.errors import PlanError
from hvstudio.simulation.kernel import kernel as installed_kernel
from hvstudio.simulation.kernel.codes import BUCKETS, Halt
from hvstudio.simulation.kernel.conservation import check_conservation
from hvstudio.simulation.kernel.control import Control
from hvstudio.simulation.kernel.engine import name_of
from hvstudio.simulation.kernel.memory import Memory
from hvstudio.simulation.plan.messages import RunMessage
from hvstudio.simulation.plan.plan import LAYER_COUNT, Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.recorder import Mark, Recorder, Row
from hvstudio.simulation.run.results import Results
from hvstudio.simulation.run.sample import Sample
from hvstudio.simulation.run.statistics import bucket_middles
from hvstudio.simulation.run.summary import (
    host_result,
    measured_window,
    plan_digest,
    run_series,
    vm_intervals,
    vm_results,
)

Array = NDArray[Any]

_MOST_EVENTS: Final = {"compiled": 400_000, "interpreted": 4_000}
"""How many events the kernel works on before it comes back: about 50 ms."""

_READ_BACK: Final = ("vms", "pools", "layers", "stations", "contexts", "histogram")
_READ_FOR_CHECK: Final = ("tokens", "kinds")


class SteppedRun:
    """Owns kernel, memory, controls and record of one run. Raises PlanError when time cannot advance."""

    def __init__(self, plan: Plan, options: RunOptions, *, kernel_module: Any = None) -> None:
        self.plan, self.options = plan, options
        module = kernel_module or installed_kernel
        self.engine = name_of(module)
        self.memory = Memory(plan, seed=options.seed, checked=options.check_conservation)
        self.kernel: Any = module.Kernel(self.memory)
        self.control = Control(plan, self.kernel, memory=self.memory)
        self.control.start_all()
        self.recorder = Recorder(self.memory)
        self.now_ns = 0
        self.ended_because = ""
        self._interval_ns = options.interval_ns
        self._warmup: Mark | None = self.recorder.marks[0] if options.warmup_s == 0 else None
        self._warmup_ns = None if options.warmup_s is None else round(options.warmup_s * 1e9)
        self._end_ns = round(options.duration_s * 1e9) if options.duration_s is not None else None
        self._next_sample_ns = self._interval_ns
        self._script = sorted(((round(time_s * 1e9), message) for time_s, message in options.script), key=_first)
        self.applied: list[tuple[float, RunMessage]] = []
        self._next_precision_check = 64
        self._samples = 0
        self._bucket_s = bucket_middles(BUCKETS) * 1e-9

    @property
    def finished(self) -> bool:
        """Whether the run has come to its end by itself."""
        return bool(self.ended_because)

    @property
    def fraction(self) -> float:
        """How much of the duration is done; 0 for a run without one."""
        return self.now_ns / self._end_ns if self._end_ns else 0.0

    @property
    def next_stop_ns(self) -> int:
        """The time of the next sample."""
        stop = self._next_sample_ns
        if self._warmup is None and self._warmup_ns is not None:
            stop = min(stop, self._warmup_ns)
        if self._script:
            stop = min(stop, self._script[0][0])
        return stop if self._end_ns is None else min(stop, self._end_ns)

    def advance(self, until_ns: int) -> bool:
        """Let everything happen up to that time (at most the next stop), but stay away for no more than about 50 ms.

        Whether the time was reached; call again if not.
        """
        self._apply_script()
        while True:
            reason = self.kernel.advance(until_ns, _MOST_EVENTS[self.engine])
            if reason == Halt.TOKENS_NEEDED:
                self.kernel.grow()
            elif reason == Halt.TIME_STANDS_STILL:
                raise PlanError(
                    f"time stands still at {self.kernel.clock()[0] * 1e-9:.6f} s: too many events at one instant.",
                    where=self._most_waited_for() or "simulation",
                    hint="Give the requests some think time or work.",
                )
            else:
                break
        self.now_ns = self.kernel.clock()[0]
        if reason == Halt.NOTHING_LEFT and not self._script and self.control.expects_work:
            self.ended_because = self._why_nothing_happens()
        return reason != Halt.EVENTS_DONE

    def step(self) -> Sample | None:
        """On to the next stop; gives a sample if one was due there."""
        while not self.advance(self.next_stop_ns):
            pass
        return self.take_sample()

    def take_sample(self) -> Sample | None:
        """If the clock is at a stop: record it, and give the sample if one was due."""
        if self._end_ns is not None and self.now_ns >= self._end_ns:
            self.ended_because = self.ended_because or "duration"
        is_warm = self._warmup is None and self._warmup_ns is not None and self.now_ns >= self._warmup_ns
        if self.now_ns < min(self._next_sample_ns, self._end_ns or self._next_sample_ns) and not is_warm:
            return None
        self._read()
        if is_warm:
            self.recorder.last = self.recorder.current()
            self._warmup = self.recorder.mark(self.now_ns)
            if self.now_ns < self._next_sample_ns:
                return None
        return self._sample()

    def apply(self, message: RunMessage) -> None:
        """Obey a message now. Raises PlanError when it names nothing or asks for nonsense."""
        self.control.apply(message)
        self.applied.append((self.now_ns * 1e-9, message))
        for delay_s, later in self.control.follow_ups:
            self._script.append((self.now_ns + round(delay_s * 1e9), later))
        self.control.follow_ups.clear()
        self._script.sort(key=_first)

    def _apply_script(self) -> None:
        while self._script and self._script[0][0] <= self.now_ns:
            self.apply(self._script.pop(0)[1])

    def results(self, *, wall_s: float = 0.0) -> Results:
        """The results so far."""
        self._read()
        self.recorder.last = self.recorder.current()
        end = self.recorder.mark(self.now_ns)
        window = measured_window(self.recorder, end, self._warmup)
        leaves = self.memory.leaves
        return Results(
            seed=self.options.seed,
            engine=self.engine,
            model_sha256=plan_digest(self.plan),
            simulated_s=self.now_ns * 1e-9,
            warmup_s=window.start.time_ns * 1e-9,
            events=self.kernel.clock()[1],
            wall_s=wall_s,
            vms=vm_results(self.plan, window, leaves, self.control.states),
            host=host_result(self.plan, window),
            notes=(*self.plan.notes, *self.control.notes),
            ended_because=self.ended_because or "stopped",
            script=tuple(self.applied),
            series=run_series(self.recorder, leaves, self.plan.station_servers),
        )

    def _sample(self) -> Sample:
        before, started = self.recorder.last, self._next_sample_ns - self._interval_ns
        row = self.recorder.record(self.now_ns)
        if self.options.check_conservation:
            check_conservation(self.plan, self.memory, self.now_ns)
        self._samples += 1
        self._next_sample_ns = self.now_ns + self._interval_ns
        self._check_precision()
        return self._as_sample(row - before, self.now_ns - started)

    def _as_sample(self, gained: Row, length_ns: int) -> Sample:
        seconds = max(length_ns, 1) * 1e-9
        completions = gained.vm("completions")
        latency = gained.vm("latency_sum") * 1e-9
        return Sample(
            time_s=self.now_ns * 1e-9,
            throughput_per_s=completions / seconds,
            bytes_per_s=gained.vm("bytes") / seconds,
            latency_mean_s=np.divide(latency, completions, out=np.zeros_like(latency), where=completions > 0),
            latency_p95_s=self._bucket_s[self.memory.vms["p95_bucket"]],
            ready_fraction=gained.vm("ready_area") / max(length_ns, 1) / np.maximum(self.memory.leaves, 1),
            layers=self._pool_layers(gained, length_ns),
            stations=gained.station("busy_ns") / max(length_ns, 1) / self.plan.station_servers,
            achieved_speed=math.inf,
            events=self.kernel.clock()[1],
        )

    def _pool_layers(self, gained: Row, length_ns: int) -> Array:
        found = np.zeros((len(self.plan.pool_processors), LAYER_COUNT + 1))
        for pool in range(len(found)):
            found[pool, :LAYER_COUNT] = gained.layers()[self.plan.vm_pool == pool].sum(axis=0)
        found[:, LAYER_COUNT] = gained.pool("idle_ns")
        return found / (self.plan.pool_processors * max(length_ns, 1))[:, None]

    def _check_precision(self) -> None:
        target = self.options.target_precision
        if target is None or self._samples < self._next_precision_check:
            return
        self._next_precision_check = round(self._samples * 1.3)
        window = measured_window(self.recorder, self.recorder.mark(self.now_ns), self._warmup)
        if len(window.times_ns) < 40:
            return
        guests = [vm for vm in range(len(self.plan.vm_name)) if self.control.states[vm] == "running"]
        intervals = vm_intervals(window, "completions")
        if all(intervals[vm].relative_half_width <= target for vm in guests if self.plan.vm_is_guest[vm]):
            self.ended_because = "precision"

    def _read(self) -> None:
        self.kernel.flush()
        if self.engine == "interpreted":
            extra = _READ_FOR_CHECK if self.options.check_conservation else ()
            self.memory.take_back(self.kernel, *_READ_BACK, *extra)

    def _most_waited_for(self) -> str:
        """The station where most requests wait; empty when none does."""
        if self.engine == "interpreted":
            self.memory.take_back(self.kernel, "stations")
        queued = self.memory.stations["queued"]
        return self.plan.station_name[int(queued.argmax())] if queued.any() else ""

    def _why_nothing_happens(self) -> str:
        station = self._most_waited_for()
        if station:
            return f"nothing can happen any more: requests wait for {station!r} for ever"
        return "nothing can happen any more: no request is under way and none will come"


def _first(event: tuple[int, RunMessage]) -> int:
    return event[0]
