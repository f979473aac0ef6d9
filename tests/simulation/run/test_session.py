"""A live run: watched, paced, paused, controlled; and runs that cannot go on say why."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from hvstudio.errors import HVStudioError, PlanError, UserCancelled
from hvstudio.simulation.plan import steps
from hvstudio.simulation.plan.builder import PlanBuilder
from hvstudio.simulation.plan.messages import (
    CheckpointVm,
    Crash,
    PauseVm,
    ResizeVm,
    ResumeVm,
    RunMessage,
    SaveVm,
    SetControls,
    SetWorkload,
    StartVm,
    StopVm,
)
from hvstudio.simulation.plan.plan import Arrivals, Layer, Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.run import simulate
from hvstudio.simulation.run.session import Session
from hvstudio.simulation.run.stepped_run import SteppedRun

Build = Callable[..., Plan]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10.0
    turn = threading.Event()
    while not condition():
        assert time.monotonic() < deadline
        turn.wait(0.005)


def rates(plan: Plan, *changes: RunMessage, seconds: float = 2.0) -> list[list[float]]:
    """Requests per second of every VM: before any change, then after each one, over `seconds` each."""
    run = SteppedRun(plan, RunOptions(duration_s=None, sample_interval_s=seconds, check_conservation=True))
    found = []
    for change in [None, *changes]:
        if change is not None:
            run.apply(change)
        sample = run.step()
        assert sample is not None
        found.append(sample.throughput_per_s.tolist())
    return found


def test_a_session_delivers_every_sample_and_then_the_results(busy_vms: Build) -> None:
    session = Session.start(busy_vms([100, 300]), RunOptions(duration_s=2.0, sample_interval_s=0.05))
    assert session.wait(10.0)
    samples = session.poll()
    assert [round(sample.time_s, 9) for sample in samples] == [round(0.05 * n, 9) for n in range(1, 41)]
    assert session.state == "finished"
    assert session.poll() == []
    results = session.results()
    assert results is not None
    assert results.simulated_s == 2.0
    assert np.allclose(samples[-1].layers.sum(axis=1), 1.0)


def test_a_live_run_is_bit_for_bit_the_batch_run(busy_vms: Build) -> None:
    options = RunOptions(duration_s=1.0, seed=5)
    batch = simulate(busy_vms([100, 300]), options)
    session = Session.start(busy_vms([100, 300]), RunOptions(duration_s=1.0, seed=5, speed=20.0))
    assert session.wait(20.0)
    live = session.results()
    assert live is not None
    assert (live.events, live.vms) == (batch.events, batch.vms)


def test_a_paced_run_keeps_to_the_wall_clock(busy_vms: Build) -> None:
    session = Session.start(busy_vms([100]), RunOptions(duration_s=None, speed=10.0))
    began = time.monotonic()
    wait_until(lambda: session.time_s > 2.0)
    passed = time.monotonic() - began
    session.stop()
    assert session.wait(10.0)
    assert passed > 0.15  # 2 simulated seconds at 10 per second
    assert session.state == "stopped"


def test_pause_stops_the_clock_and_resume_lets_it_go_on(busy_vms: Build) -> None:
    session = Session.start(busy_vms([100]), RunOptions(duration_s=None, speed=50.0))
    wait_until(lambda: session.time_s > 0.1)
    session.pause()
    wait_until(lambda: session.state == "paused")
    threading.Event().wait(0.05)
    stood = session.time_s
    threading.Event().wait(0.05)
    assert session.time_s == stood
    session.resume()
    wait_until(lambda: session.time_s > stood)
    session.set_speed(None)
    session.stop()
    assert session.wait(10.0)


def test_a_message_that_names_nothing_is_told_and_the_run_goes_on(busy_vms: Build) -> None:
    session = Session.start(busy_vms([100]), RunOptions(duration_s=None, speed=50.0))
    session.control(StopVm("no-such-block"))
    refusals: list[HVStudioError] = []
    wait_until(lambda: bool(refusals.extend(session.take_refusals()) or refusals))
    assert refusals[0].where == "no-such-block"
    assert session.state == "running"
    session.stop()
    assert session.wait(10.0)


def test_a_new_weight_changes_shares_at_once(busy_vms: Build) -> None:
    # One processor, 1000 requests of 1 ms per second: 100:100, then 100:300.
    before, after = rates(busy_vms([100, 100]), SetControls("vm-1", weight=300))
    assert before == pytest.approx([500, 500], abs=6)
    assert after == pytest.approx([250, 750], abs=6)


def test_a_limit_can_be_set_and_lifted_while_running(busy_vms: Build) -> None:
    free, limited, lifted = rates(busy_vms([100]), SetControls("vm-0", limit=0.3), SetControls("vm-0", limit=0.0))
    assert [free[0], limited[0], lifted[0]] == pytest.approx([1000, 300, 1000], rel=0.03)


def test_a_reserve_can_be_given_while_running(busy_vms: Build) -> None:
    _, reserved = rates(busy_vms([100, 900]), SetControls("vm-0", reserve=0.5))
    assert reserved == pytest.approx([500, 500], abs=25)


def test_a_limit_below_the_reserve_is_refused(busy_vms: Build) -> None:
    run = SteppedRun(busy_vms([100], reserves={0: 0.5}), RunOptions())
    with pytest.raises(PlanError, match="limit is below reserve"):
        run.apply(SetControls("vm-0", limit=0.2))


def test_a_paused_vm_gives_its_share_to_others_and_takes_it_back(busy_vms: Build) -> None:
    shared, alone, again = rates(busy_vms([100, 100]), PauseVm("vm-0"), ResumeVm("vm-0"))
    assert shared == pytest.approx([500, 500], abs=12)
    assert alone == pytest.approx([0, 1000], abs=12)
    assert again == pytest.approx([500, 500], abs=12)


def test_a_stopped_vm_does_nothing_until_started(busy_vms: Build) -> None:
    run = SteppedRun(busy_vms([100, 100]), RunOptions(duration_s=None, check_conservation=True))
    run.step()
    run.apply(StopVm("vm-0"))
    assert run.control.states == ["stopped", "running"]
    for _ in range(5):
        assert run.step().throughput_per_s[0] == 0  # type: ignore[union-attr]
    run.apply(StartVm("vm-0"))
    for _ in range(5):
        run.step()
    assert run.step().throughput_per_s[0] > 0  # type: ignore[union-attr]


def io_plan(arrivals: Arrivals = Arrivals.CLOSED) -> Plan:
    """Two VMs that share a disk of 1 ms behind a lock; the second depends on a host OS, the first does not."""
    builder = PlanBuilder()
    pool = builder.pool(processors=2, clock_hz=1e9)
    root = builder.node(pool=pool, name="root")
    disk, lock = builder.station(name="disk"), builder.station(name="lock")
    for number in range(2):
        depends = ("host-os",) if number else ()
        vm = builder.vm(name=f"vm {number}", block=f"vm-{number}", pool=pool, stream=number, depends_on=depends)
        context = builder.context(vm=vm, name=f"processors {number}", parent=root)
        work = steps.cpu(context, 1e5, layer=Layer.GUEST_USER)
        route = [work, steps.seize(lock), steps.use(disk, ns=1e6), steps.free(lock), work]
        gap = 1e7 if arrivals is Arrivals.OPEN else 0.0
        builder.request_class(vm=vm, name=f"requests {number}", steps=route, arrivals=arrivals, clients=4, think_ns=gap)
    return builder.build()


def test_a_crash_takes_down_what_depends_on_the_block_and_frees_what_it_held() -> None:
    shared, alone, restarted = rates(io_plan(), Crash("host-os"), StartVm("vm-1"))
    assert shared == pytest.approx([500, 500], abs=5)
    assert alone == pytest.approx([1000, 0], abs=8)
    assert restarted == pytest.approx([500, 500], abs=10)


def test_a_crash_that_hits_nobody_is_refused() -> None:
    with pytest.raises(PlanError, match="nothing depends"):
        SteppedRun(io_plan(), RunOptions()).apply(Crash("mouse"))


def test_a_saved_vm_gets_no_requests_until_resumed() -> None:
    run = SteppedRun(
        io_plan(Arrivals.OPEN), RunOptions(duration_s=None, sample_interval_s=1.0, check_conservation=True)
    )
    run.step()
    run.apply(SaveVm("vm-0"))
    run.step()
    started = int(run.memory.kinds["started"][0])
    run.step()
    assert run.control.states[0] == "saved"
    assert int(run.memory.kinds["started"][0]) == started
    run.apply(ResumeVm("vm-0"))
    sample = run.step()
    assert sample is not None
    assert sample.throughput_per_s[0] == pytest.approx(100, abs=40)


def test_clients_and_rates_can_be_edited_live() -> None:
    before, more, none = rates(io_plan(), SetWorkload("vm-0", clients=12), SetWorkload("requests 0", clients=0))
    assert before == pytest.approx([500, 500], abs=5)
    assert more[0] == pytest.approx(750, abs=15)  # 12 of 16 requests in the queue of the disk
    assert none == pytest.approx([0, 1000], abs=15)
    slow, fast = rates(io_plan(Arrivals.OPEN), SetWorkload("vm-0", rate_per_s=400.0))
    assert slow[0] == pytest.approx(100, abs=30)
    assert fast[0] == pytest.approx(400, abs=60)


def test_a_vm_that_cannot_start_stays_off_and_says_why() -> None:
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    root = builder.node(pool=pool, name="root")
    vm = builder.vm(name="vm", block="vm-0", pool=pool, stream=0, cannot_start="the host lacks 2 GiB of memory")
    context = builder.context(vm=vm, name="processors", parent=root)
    route = [steps.cpu(context, 1e6, layer=Layer.GUEST_USER)]
    builder.request_class(vm=vm, name="work", steps=route, arrivals=Arrivals.CLOSED)
    plan = builder.build()
    results = simulate(plan, RunOptions(duration_s=1.0))
    assert (results.vms[0].state, results.vms[0].throughput_per_s) == ("off", 0.0)
    assert "the host lacks 2 GiB" in results.notes[0]
    assert "nothing can happen" in results.ended_because
    with pytest.raises(PlanError, match="cannot start"):
        SteppedRun(plan, RunOptions()).apply(StartVm("vm-0"))


def test_requests_that_wait_for_each_other_for_ever_end_the_run_with_the_reason() -> None:
    builder = PlanBuilder()
    pool = builder.pool(processors=2, clock_hz=1e9)
    root = builder.node(pool=pool, name="root")
    one, other = builder.station(name="one"), builder.station(name="other")
    for number, locks in enumerate(((one, other), (other, one))):
        vm = builder.vm(name=f"vm {number}", block=f"vm-{number}", pool=pool, stream=number)
        context = builder.context(vm=vm, name=f"processors {number}", parent=root)
        work = steps.cpu(context, 1e6, layer=Layer.GUEST_USER)
        route = [steps.seize(locks[0]), work, steps.seize(locks[1]), steps.free(locks[1]), steps.free(locks[0])]
        builder.request_class(vm=vm, name="work", steps=route, arrivals=Arrivals.CLOSED)
    results = simulate(builder.build(), RunOptions(duration_s=10.0))
    assert "wait for 'one' for ever" in results.ended_because
    assert results.simulated_s < 10.0


def test_a_run_can_be_cancelled_from_its_progress(busy_vms: Build) -> None:
    with pytest.raises(UserCancelled):
        simulate(busy_vms([100]), RunOptions(duration_s=1e5), progress=lambda fraction: False)


def test_a_run_without_an_end_is_refused(busy_vms: Build) -> None:
    with pytest.raises(PlanError, match="no end"):
        simulate(busy_vms([100]), RunOptions(duration_s=None))


def test_a_run_stops_at_its_target_precision(closed_network: Callable[[int], Plan]) -> None:
    results = simulate(closed_network(4), RunOptions(duration_s=None, target_precision=0.02))
    assert results.ended_because == "precision"
    for vm in results.vms:
        low, high = vm.throughput_ci95
        assert (high - low) / 2 <= 0.02 * vm.throughput_per_s


@pytest.mark.parametrize(
    "options", [{"duration_s": 0.0}, {"duration_s": 1.0, "warmup_s": 2.0}, {"speed": -1.0}, {"duration_s": 1e9}]
)
def test_senseless_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(PlanError, match="run options"):
        RunOptions(**options)  # type: ignore[arg-type]


def test_an_overloaded_open_system_rejects_instead_of_growing_without_bound() -> None:
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    builder.node(pool=pool, name="root")
    vm = builder.vm(name="vm", block="vm-0", pool=pool, stream=0)
    slow = builder.station(name="slow")
    builder.request_class(
        vm=vm, name="flood", steps=[steps.use(slow, ns=1e9)], arrivals=Arrivals.OPEN, think_ns=1e3, think_scv=0
    )
    results = simulate(builder.build(), RunOptions(duration_s=0.4, warmup_s=0.0, check_conservation=True))
    # 400,000 arrivals for room of about 2^18 requests
    assert 130_000 < results.vms[0].rejected < 140_000


def test_a_scripted_fault_happens_at_its_time(busy_vms: Build) -> None:
    options = RunOptions(duration_s=2.0, warmup_s=0.0, script=((1.5, Crash("vm-0")), (0.5, PauseVm("vm-1"))))
    results = simulate(busy_vms([100, 100]), options)
    # Half a second shared, one alone; the second VM has had a quarter of a second when it is paused.
    assert [vm.completions for vm in results.vms] == pytest.approx([1250, 250], abs=12)
    assert [vm.state for vm in results.vms] == ["crashed", "paused"]
    assert [time_s for time_s, _ in results.script] == [0.5, 1.5]
    assert results.to_json()["script"][1] == {"time_s": 1.5, "message": "Crash", "block": "vm-0"}


def test_a_live_run_can_be_repeated_from_what_was_done_to_it(busy_vms: Build) -> None:
    session = Session.start(busy_vms([100, 100]), RunOptions(duration_s=3.0, speed=20.0))
    wait_until(lambda: session.time_s > 0.5)
    session.control(SetControls("vm-0", weight=300))
    wait_until(lambda: session.time_s > 1.0)
    session.control(PauseVm("vm-1"))
    assert session.wait(20.0)
    live = session.results()
    assert live is not None
    assert len(live.script) == 2
    again = simulate(busy_vms([100, 100]), RunOptions(duration_s=3.0, script=live.script))
    assert (again.events, again.vms) == (live.events, live.vms)


def test_a_checkpoint_holds_the_vm_for_a_moment(busy_vms: Build) -> None:
    options = RunOptions(duration_s=2.0, warmup_s=0.0, script=((1.0, CheckpointVm("vm-0", pause_s=0.4)),))
    results = simulate(busy_vms([100]), options)
    assert results.vms[0].completions == pytest.approx(1600, abs=2)
    assert results.vms[0].state == "running"


def test_a_vm_can_lose_and_regain_virtual_processors(busy_vms: Build) -> None:
    four, one, three = rates(busy_vms([100], processors=4, leaves=4), ResizeVm("vm-0", 1), ResizeVm("vm-0", 3))
    assert [four[0], one[0], three[0]] == pytest.approx([4000, 1000, 3000], rel=0.01)
    with pytest.raises(PlanError, match="processors is 5"):
        SteppedRun(busy_vms([100], processors=4, leaves=4), RunOptions()).apply(ResizeVm("vm-0", 5))


def test_stopping_does_not_wait_for_a_sample_that_takes_long(busy_vms: Build) -> None:
    # One sample of 100,000 simulated seconds is 10^8 requests, many seconds of work.
    session = Session.start(busy_vms([100]), RunOptions(duration_s=None, sample_interval_s=1e5))
    wait_until(lambda: session.time_s > 0)
    session.stop()
    assert session.wait(2.0)
