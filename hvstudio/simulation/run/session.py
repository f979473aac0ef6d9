"""A live run on a thread of its own: paced, paused, controlled and watched from outside."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import Final

from attrs import evolve, frozen

from hvstudio.errors import HVStudioError
from hvstudio.simulation.plan.messages import RunMessage
from hvstudio.simulation.plan.plan import Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.results import Results
from hvstudio.simulation.run.sample import Sample
from hvstudio.simulation.run.stepped_run import SteppedRun

_SLICE_S: Final = 0.02
"""How long the worker lets the kernel run or sleeps before it looks at messages again."""

_MOST_WAITING_SAMPLES: Final = 4096
"""Samples kept for a display that does not poll; the oldest go first."""


@frozen(kw_only=True)
class _Orders:
    """What the worker is to do next, taken at one moment."""

    messages: tuple[RunMessage, ...]
    is_paused: bool
    is_over: bool
    speed: float | None


class Session:
    """States: running, paused, finished, stopped, failed. Every method returns at once and may come from any thread.

    All fields that change after the start are read and written under `_changed` only, by the worker as well; nothing
    that takes time is done under it.
    """

    def __init__(self, plan: Plan, options: RunOptions) -> None:
        self._plan, self._options = plan, options
        self._changed = threading.Condition()
        self._state = "running"
        self._speed = options.speed
        self._messages: list[RunMessage] = []
        self._samples: deque[Sample] = deque(maxlen=_MOST_WAITING_SAMPLES)
        self._is_over = False
        self._results: Results | None = None
        self._now_s = 0.0
        self._error: HVStudioError | None = None
        self._refusals: list[HVStudioError] = []
        self._thread = threading.Thread(target=self._work, name="simulation", daemon=True)

    @classmethod
    def start(cls, plan: Plan, options: RunOptions) -> Session:
        """Begin a run on a new thread."""
        session = cls(plan, options)
        session._thread.start()
        return session

    @property
    def state(self) -> str:
        """running, paused, finished, stopped or failed (then `error` says why)."""
        with self._changed:
            return self._state

    @property
    def error(self) -> HVStudioError | None:
        """Why the run has failed, if it has."""
        with self._changed:
            return self._error

    @property
    def time_s(self) -> float:
        """The simulated clock."""
        with self._changed:
            return self._now_s

    def poll(self) -> list[Sample]:
        """The samples since the last poll."""
        with self._changed:
            found = list(self._samples)
            self._samples.clear()
        return found

    def take_refusals(self) -> list[HVStudioError]:
        """What was asked with `control` since the last time and could not be obeyed."""
        with self._changed:
            found, self._refusals = self._refusals, []
        return found

    def pause(self) -> None:
        """Stop the clock until `resume`."""
        with self._changed:
            if self._state == "running":
                self._state = "paused"
                self._changed.notify()

    def resume(self) -> None:
        """Let the clock go on."""
        with self._changed:
            if self._state == "paused":
                self._state = "running"
                self._changed.notify()

    def stop(self) -> None:
        """End the run, after what was asked before; results up to here will be available."""
        with self._changed:
            self._is_over = True
            self._changed.notify()

    def set_speed(self, speed: float | None) -> None:
        """Simulated seconds per second from now on; None = as fast as possible."""
        with self._changed:
            self._speed = speed if speed is None or speed > 0 else None
            self._changed.notify()

    def control(self, message: RunMessage) -> None:
        """Hand over a fault, life-cycle event or live edit; it happens at the next slice.

        What cannot be obeyed is given by `take_refusals`; the run goes on.
        """
        with self._changed:
            self._messages.append(message)
            self._changed.notify()

    def results(self) -> Results | None:
        """The results once the run has ended, else None."""
        with self._changed:
            return self._results

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the end of the run; whether it has come."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            self._run()
        except HVStudioError as error:
            self._fail(error)
        except Exception as error:  # the edge of a thread: nobody above could tell the person
            self._fail(HVStudioError(f"The simulation failed: {error!r}."))

    def _fail(self, error: HVStudioError) -> None:
        with self._changed:
            self._error = error
            self._state = "failed"

    def _run(self) -> None:
        began = time.perf_counter()
        run = SteppedRun(self._plan, self._options)
        pace = _Pace(self._options.speed)
        while not run.finished:
            orders = self._next_orders()
            self._obey(run, orders.messages)
            if orders.is_over:
                break
            if orders.is_paused:
                self._wait_while_paused()
                pace.restart(run.now_ns)
                continue
            pace.follow(orders.speed, run.now_ns)
            target = min(run.next_stop_ns, pace.due_ns(run.now_ns))
            if target > run.now_ns:
                run.advance(target)
                self._deliver(run, pace)
            self._wait_for_orders(pace.sleep_s(run.now_ns), orders.speed)
        results = run.results(wall_s=time.perf_counter() - began)
        with self._changed:
            self._results = results
            self._state = "finished" if run.finished else "stopped"

    def _next_orders(self) -> _Orders:
        with self._changed:
            messages, self._messages = tuple(self._messages), []
            return _Orders(
                messages=messages, is_paused=self._state == "paused", is_over=self._is_over, speed=self._speed
            )

    def _wait_while_paused(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._state != "paused" or bool(self._messages) or self._is_over)

    def _wait_for_orders(self, longest_s: float, speed: float | None) -> None:
        """Let the wall clock catch up, unless something is asked meanwhile."""
        if longest_s <= 0:
            return
        with self._changed:
            self._changed.wait_for(
                lambda: bool(self._messages) or self._is_over or self._state == "paused" or self._speed != speed,
                longest_s,
            )

    def _obey(self, run: SteppedRun, messages: Iterable[RunMessage]) -> None:
        for message in messages:
            try:
                run.apply(message)
            except HVStudioError as error:
                with self._changed:
                    self._refusals.append(error)

    def _deliver(self, run: SteppedRun, pace: _Pace) -> None:
        sample = run.take_sample()
        with self._changed:
            self._now_s = run.now_ns * 1e-9
            if sample is not None:
                self._samples.append(evolve(sample, achieved_speed=pace.achieved(run.now_ns)))


class _Pace:
    """Ties the simulated clock to the one on the wall, from the last change of speed on."""

    def __init__(self, speed: float | None) -> None:
        self._speed = speed
        self.restart(0)

    def restart(self, now_ns: int) -> None:
        self._wall = time.perf_counter()
        self._simulated_ns = now_ns

    def follow(self, speed: float | None, now_ns: int) -> None:
        if speed != self._speed:
            self._speed = speed
            self.restart(now_ns)

    def due_ns(self, now_ns: int) -> int:
        """Where the simulated clock should be now, at most one slice ahead of where it is."""
        if self._speed is None:
            return now_ns + 10**15
        passed = time.perf_counter() - self._wall
        due = self._simulated_ns + round(passed * self._speed * 1e9)
        slice_ns = max(1, round(_SLICE_S * self._speed * 1e9))
        if due > now_ns + 10 * slice_ns:
            self.restart(now_ns)  # the machine is too slow for this speed: do not try to catch up
            return now_ns + slice_ns
        return due

    def sleep_s(self, now_ns: int) -> float:
        if self._speed is None:
            return 0.0
        ahead = (now_ns - self._simulated_ns) / (self._speed * 1e9) - (time.perf_counter() - self._wall)
        return min(_SLICE_S, max(0.0, ahead) + _SLICE_S / 4)

    def achieved(self, now_ns: int) -> float:
        passed = time.perf_counter() - self._wall
        return (now_ns - self._simulated_ns) * 1e-9 / passed if passed > 0 else 0.0
