"""A session asked by several threads at once: one lock, nothing lost, and a state that is always true."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

import pytest

from hvstudio.errors import HVStudioError
from hvstudio.simulation.plan.messages import SetControls, StopVm
from hvstudio.simulation.plan.plan import Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.session import Session

Build = Callable[..., Plan]

SHARED: Final = frozenset(
    {"_state", "_speed", "_messages", "_samples", "_is_over", "_results", "_now_s", "_error", "_refusals"}
)
ENDED: Final = ("finished", "stopped", "failed")
ROUNDS: Final = 40


class WatchedSession(Session):
    """Notes every touch of a shared field by a thread that does not hold the lock."""

    def __init__(self, plan: Plan, options: RunOptions) -> None:
        self.trespasses: list[str] = []
        super().__init__(plan, options)
        self.is_open = True

    def __getattribute__(self, name: str) -> Any:
        if name in SHARED:
            self.note(name)
        return super().__getattribute__(name)

    def __setattr__(self, name: str, value: object) -> None:
        if name in SHARED:
            self.note(name)
        super().__setattr__(name, value)

    def note(self, name: str) -> None:
        """A touch of the field, now."""
        if getattr(self, "is_open", False) and not self._changed._is_owned():  # type: ignore[attr-defined]
            self.trespasses.append(f"{threading.current_thread().name}: {name}")


def hammered(session: Session, *deeds: Callable[[int], object]) -> None:
    """Each deed on a thread of its own, ROUNDS times; a barrier lets them begin every round together."""
    barrier = threading.Barrier(len(deeds))
    failures: list[BaseException] = []

    def work(deed: Callable[[int], object]) -> None:
        try:
            for number in range(ROUNDS):
                barrier.wait(30.0)
                deed(number)
        except BaseException as error:
            failures.append(error)
            barrier.abort()

    threads = [threading.Thread(target=work, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60.0)
    session.stop()
    assert session.wait(30.0)
    assert failures == []


@pytest.mark.parametrize("speed", [None, 5.0])
def test_nothing_is_lost_when_several_threads_ask_at_once(busy_vms: Build, speed: float | None) -> None:
    session = WatchedSession(busy_vms([100, 100]), RunOptions(duration_s=None, sample_interval_s=0.01, speed=speed))
    times: list[float] = []
    refusals: list[HVStudioError] = []

    def look() -> None:
        times.extend(sample.time_s for sample in session.poll())
        refusals.extend(session.take_refusals())

    def see_the_truth(_: int) -> None:
        if session.state in ENDED:
            assert session.results() is not None

    session._thread.start()
    hammered(
        session,
        lambda number: session.control(SetControls("vm-0", weight=100 + number)),
        lambda number: session.control(SetControls("vm-1", weight=100 + number)),
        lambda _: session.control(StopVm("nobody")),
        lambda number: session.pause() if number % 2 else session.resume(),
        lambda number: session.resume() if number % 3 else session.pause(),
        lambda number: session.set_speed((None, 2.0, 50.0)[number % 3]),
        lambda _: look(),
        see_the_truth,
    )
    look()
    results = session.results()
    assert results is not None
    assert session.state == "stopped"
    assert len(results.script) == 2 * ROUNDS  # every weight that was asked for, in the order of each thread
    for vm in ("vm-0", "vm-1"):
        weights = [message.weight for _, message in results.script if message.block == vm]
        assert weights == [100 + number for number in range(ROUNDS)]
    assert [refusal.where for refusal in refusals] == ["nobody"] * ROUNDS
    assert times == sorted(set(times))
    assert session.trespasses == []


def test_a_run_that_ends_while_it_is_paused_and_resumed_has_ended(busy_vms: Build) -> None:
    session = WatchedSession(busy_vms([100]), RunOptions(duration_s=0.5, sample_interval_s=0.05))
    session._thread.start()
    hammered(session, lambda _: session.pause(), lambda _: session.resume(), lambda _: session.poll())
    assert session.state in ("finished", "stopped")
    assert session.results() is not None
    session.pause()
    assert session.state != "paused"
    assert session.trespasses == []


def test_a_paused_run_obeys_at_once_and_stops_at_once(busy_vms: Build) -> None:
    session = Session(busy_vms([100]), RunOptions(duration_s=None))
    session.pause()
    session.control(SetControls("vm-0", weight=300))
    session.stop()
    session._thread.start()
    assert session.wait(10.0)
    results = session.results()
    assert results is not None
    assert (session.state, results.simulated_s, len(results.script)) == ("stopped", 0.0, 1)


def test_a_run_that_fails_says_so_with_the_reason(busy_vms: Build) -> None:
    session = WatchedSession(busy_vms([100]), RunOptions(duration_s=None))
    session._plan = None  # type: ignore[assignment]
    session._thread.start()
    assert session.wait(10.0)
    assert session.state == "failed"
    assert "The simulation failed" in str(session.error)
    assert session.trespasses == []
