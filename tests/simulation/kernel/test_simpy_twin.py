"""A second implementation: the same small plan written as SimPy processes agrees statistically."""

from __future__ import annotations

from collections.abc import Generator
from random import Random
from typing import Any

import numpy as np
import pytest
import simpy

from hvstudio.simulation.kernel.engine import engine_name
from hvstudio.simulation.plan import steps
from hvstudio.simulation.plan.builder import PlanBuilder
from hvstudio.simulation.plan.plan import Arrivals, Layer, Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.run import simulate
from hvstudio.simulation.run.statistics import mean_interval

CLIENTS, THINK_MS, WORK_MS, DISK_MS, PARENT_MS, PROCESSORS = 10, 5.0, 1.0, 0.8, 0.2, 2


def plan() -> Plan:
    """Guest work, then half of the requests through a parent partition of one processor to a disk, then guest work."""
    builder = PlanBuilder()
    pool = builder.pool(processors=PROCESSORS, clock_hz=1e9)
    root = builder.node(pool=pool, name="root", quantum_ns=10**12)
    other = builder.pool(processors=1, clock_hz=1e9)
    other_root = builder.node(pool=other, name="other root", quantum_ns=10**12)
    disk = builder.station(name="disk")
    vm = builder.vm(name="vm", block="vm-1", pool=pool, stream=1)
    guest = builder.context(vm=vm, name="guest", parent=root, leaves=PROCESSORS)
    parent = builder.context(vm=vm, name="parent", parent=other_root)
    work = steps.cpu(guest, WORK_MS * 1e6, layer=Layer.GUEST_USER, scv=1, purpose=1)
    reading = [
        steps.cpu(parent, PARENT_MS * 1e6, layer=Layer.HOST, purpose=2),
        steps.use(disk, ns=DISK_MS * 1e6, scv=1, purpose=3),
    ]
    builder.request_class(
        vm=vm,
        name="requests",
        steps=[work, *steps.sometimes(0.5, reading, 4), work],
        arrivals=Arrivals.CLOSED,
        clients=CLIENTS,
        think_ns=THINK_MS * 1e6,
    )
    return builder.build()


class Twin:
    """The same system in SimPy; times in ms."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.env = simpy.Environment()
        self.guest = simpy.Resource(self.env, PROCESSORS)
        self.parent = simpy.Resource(self.env, 1)
        self.disk = simpy.Resource(self.env, 1)
        self.stays: list[float] = []
        for _ in range(CLIENTS):
            self.env.process(self.client())

    def hold(self, resource: simpy.Resource, time: float) -> Generator[Any, Any, None]:
        with resource.request() as turn:
            yield turn
            yield self.env.timeout(time)

    def client(self) -> Generator[Any, Any, None]:
        draw = self.rng.expovariate
        while True:
            yield self.env.timeout(draw(1 / THINK_MS))
            began = self.env.now
            first, second = draw(1 / WORK_MS), draw(1 / WORK_MS)
            if self.rng.random() < 0.5:
                yield from self.hold(self.guest, first)
                yield from self.hold(self.parent, PARENT_MS)
                yield from self.hold(self.disk, draw(1 / DISK_MS))
                yield from self.hold(self.guest, second)
            else:
                # Work that follows work in the same place goes on where it is, without queueing again.
                yield from self.hold(self.guest, first + second)
            self.stays.append(self.env.now - began)


@pytest.mark.skipif(engine_name() != "compiled", reason="millions of events: minutes interpreted")
def test_a_simpy_twin_has_the_same_throughput_and_latency() -> None:
    theirs: list[tuple[float, float]] = []
    ours: list[tuple[float, float]] = []
    for seed in range(1, 7):
        twin = Twin(seed)
        twin.env.run(until=15_000)
        theirs.append((len(twin.stays) / 15.0, float(np.mean(twin.stays)) * 1e-3))
        vm = simulate(plan(), RunOptions(seed=seed, duration_s=100.0, warmup_s=1.0)).vms[0]
        ours.append((vm.throughput_per_s, vm.latency_s.mean))
    for measure in range(2):
        difference = mean_interval(
            np.array([one[measure] - other[measure] for one, other in zip(ours, theirs, strict=True)]), level=0.99
        )
        print(f"difference {difference}")
        assert difference.low <= 0 <= difference.high
        assert difference.high - difference.low < 0.05 * ours[0][measure]
