"""The compiled and the interpreted kernel do the same, event for event; nothing gets lost in either."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvstudio.errors import PlanError
from hvstudio.simulation.kernel import kernel
from hvstudio.simulation.kernel.conservation import check_conservation
from hvstudio.simulation.kernel.engine import engine_name, interpreted_kernel
from hvstudio.simulation.kernel.memory import Memory
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
from hvstudio.simulation.plan.plan import Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.stepped_run import SteppedRun

Build = Callable[[int], Plan]
MEASURES = ("vms", "pools", "contexts", "stations", "nodes", "tokens", "processors", "layers", "histogram")


@pytest.fixture(scope="module")
def twin() -> Any:
    return interpreted_kernel()


@contextmanager
def named(seed: int) -> Iterator[None]:
    try:
        yield
    except BaseException:
        print(f"random plan of seed {seed}")
        raise


def traced_run(plan: Plan, module: Any, until_ns: int) -> tuple[Memory, tuple[int, int, int]]:
    memory = Memory(plan, seed=7, traced=True, checked=True)
    engine = module.Kernel(memory)
    for vm in range(len(memory.vms)):
        engine.start_vm(vm)
    while engine.advance(until_ns) == 2:
        engine.grow()
    engine.flush()
    if not module.is_compiled():
        memory.take_back(engine, *MEASURES, "kinds")
    check_conservation(plan, memory, until_ns)
    return memory, engine.clock()


def differences(one: Memory, other: Memory) -> list[str]:
    found: list[str] = []
    for name in MEASURES:
        left, right = getattr(one, name), getattr(other, name)
        for column in left.dtype.names or ("",):
            same = np.array_equal(left[column], right[column]) if column else np.array_equal(left, right)
            if not same:
                found.append(f"{name}.{column}")
    return found


@pytest.mark.skipif(engine_name() != "compiled", reason="the installed kernel is the interpreted one")
@settings(max_examples=60)
@given(seed=st.integers(0, 10**6))
def test_compiled_and_interpreted_agree_to_the_nanosecond(random_plan: Build, twin: Any, seed: int) -> None:
    with named(seed):
        plan = random_plan(seed)
        memory, clock = traced_run(plan, kernel, 5_000_000)
        other, other_clock = traced_run(plan, twin, 5_000_000)
        assert clock == other_clock  # time, events and the digest over every event's time and slot
        assert differences(memory, other) == []


def message(rng: random.Random, plan: Plan) -> RunMessage:
    block = f"vm-{rng.randrange(len(plan.vm_name))}"
    messages: list[RunMessage] = [
        PauseVm(block),
        ResumeVm(block),
        StopVm(block),
        StartVm(block),
        SaveVm(block),
        CheckpointVm(block, pause_s=0.001),
        ResizeVm(block, rng.randint(1, 3)),
        Crash(block),
        SetControls(block, weight=rng.choice([10.0, 1000.0]), limit=rng.choice([None, 0.0, 0.4])),
        SetControls(block, reserve=0.1, limit=0.0),
        SetWorkload(block, clients=rng.randint(0, 9)),
        SetWorkload(block, rate_per_s=5_000.0, think_s=1e-4),
    ]
    return rng.choice([*messages, ResumeVm(block), StartVm(block)])


def leaves_waiting_beside_idle_processors(memory: Memory) -> list[int]:
    nodes, found = memory.nodes, []
    for leaf in np.flatnonzero(nodes["state"] == 1):
        blocked, node = 0, int(leaf)
        while node >= 0:
            blocked |= int(nodes["blocked"][node])
            node = int(nodes["parent"][node])
        idle = (memory.processors["leaf"] < 0) & (memory.processors["pool"] == nodes["pool"][leaf])
        if idle.any() and not blocked:
            found.append(int(leaf))
    return found


def tormented_run(plan: Plan, module: Any, seed: int) -> SteppedRun:
    """20 ms in steps of 0.5 ms, with something happening to some VM before every other step."""
    rng = random.Random(seed)
    options = RunOptions(duration_s=0.02, seed=seed, check_conservation=True)
    run = SteppedRun(plan, options, kernel_module=module)
    while not run.finished:
        if rng.random() < 0.5:
            with suppress(PlanError):  # a limit may fall below a reserve, a VM have fewer virtual processors
                run.apply(message(rng, plan))
        run.step()
        if not module.is_compiled():
            run.memory.take_back(run.kernel, *MEASURES)
        assert leaves_waiting_beside_idle_processors(run.memory) == []
        running = int((run.memory.nodes["state"] == 2).sum())
        assert running == int((run.memory.processors["leaf"] >= 0).sum())
    return run


@settings(max_examples=150 if engine_name() == "compiled" else 15)
@given(seed=st.integers(0, 10**6))
def test_faults_and_live_changes_lose_neither_time_nor_requests(random_plan: Build, seed: int) -> None:
    with named(seed):
        tormented_run(random_plan(seed), kernel, seed)


@pytest.mark.skipif(engine_name() != "compiled", reason="the installed kernel is the interpreted one")
@settings(max_examples=15)
@given(seed=st.integers(0, 10**6))
def test_both_kernels_take_faults_and_live_changes_alike(random_plan: Build, twin: Any, seed: int) -> None:
    with named(seed):
        one = tormented_run(random_plan(seed), kernel, seed)
        other = tormented_run(random_plan(seed), twin, seed)
        assert differences(one.memory, other.memory) == []


def test_a_run_in_many_slices_is_the_run_in_one(random_plan: Build) -> None:
    plan = random_plan(42)
    whole = Memory(plan, traced=True)
    sliced = Memory(plan, traced=True)
    clocks = []
    for memory, slice_ns in ((whole, 4_000_000), (sliced, 1_234)):
        engine = kernel.Kernel(memory)
        for vm in range(len(memory.vms)):
            engine.start_vm(vm)
        for until in [*range(slice_ns, 4_000_000, slice_ns), 4_000_000]:
            while engine.advance(until) == 2:
                engine.grow()
        clocks.append(engine.clock())
    assert clocks[0] == clocks[1]


def test_another_seed_is_another_run_and_the_same_seed_the_same(random_plan: Build) -> None:
    def digest(seed: int) -> int:
        memory = Memory(random_plan(3), seed=seed, traced=True)
        engine = kernel.Kernel(memory)
        for vm in range(len(memory.vms)):
            engine.start_vm(vm)
        engine.advance(3_000_000)
        return engine.clock()[2]

    assert digest(1) == digest(1)
    assert digest(1) != digest(2)
