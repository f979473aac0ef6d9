"""The plans that benchmarks run, and the same systems as SimPy processes."""

from __future__ import annotations

from collections.abc import Generator
from random import Random
from typing import Any

import simpy

from hvstudio.simulation.plan import steps
from hvstudio.simulation.plan.builder import PlanBuilder
from hvstudio.simulation.plan.plan import Arrivals, Layer, Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.run import simulate

CLIENTS = 8


def closed_network(vms: int, *, servers: int = 8, disks: int = 4) -> Plan:
    """8 clients per VM, think 10 ms, 1 ms at the servers, 0.5 ms at the disks, everything exponential."""
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    builder.node(pool=pool, name="root")
    first = builder.station(name="servers", servers=servers)
    second = builder.station(name="disk", servers=disks)
    for number in range(vms):
        vm = builder.vm(name=f"vm {number}", block=f"vm-{number}", pool=pool, stream=number)
        builder.request_class(
            vm=vm,
            name="requests",
            steps=[steps.use(first, ns=1e6, scv=1, purpose=1), steps.use(second, ns=5e5, scv=1, purpose=2)],
            arrivals=Arrivals.CLOSED,
            clients=CLIENTS,
            think_ns=1e7,
        )
    return builder.build()


class ClosedNetworkTwin:
    """The closed network in SimPy; times in ms."""

    def __init__(self, vms: int) -> None:
        self.rng = Random(1)
        self.env = simpy.Environment()
        self.servers, self.disks = simpy.Resource(self.env, 8), simpy.Resource(self.env, 4)
        self.completed = 0
        for _ in range(vms * CLIENTS):
            self.env.process(self.client())

    def client(self) -> Generator[Any, Any, None]:
        draw, env = self.rng.expovariate, self.env
        while True:
            yield env.timeout(draw(0.1))
            with self.servers.request() as turn:
                yield turn
                yield env.timeout(draw(1.0))
            with self.disks.request() as turn:
                yield turn
                yield env.timeout(draw(2.0))
            self.completed += 1


def growing_host(vms: int) -> Plan:
    """The closed network with hardware that grows with the VMs: two servers and one disk for each."""
    return closed_network(vms, servers=2 * vms, disks=vms)


PROCESSORS, VIRTUAL, REALISTIC_CLIENTS = 32, 4, 8
GUEST_MS, PARENT_MS, DISK_MS, THINK_MS = 0.3, 0.03, 0.2, 5.0
DISK_CHANNELS = 64


def realistic(vms: int = 64, *, processors: int = PROCESSORS, disks: int = DISK_CHANNELS) -> Plan:
    """VMs of 4 virtual processors on 32 logical ones, synthetic I/O through a parent partition, quanta of 10 ms."""
    builder = PlanBuilder()
    pool = builder.pool(processors=processors, clock_hz=2e9)
    root = builder.node(pool=pool, name="hypervisor", wake_preempts=True, wake_bonus_ns=1_000_000)
    disk = builder.station(name="disk", servers=disks, bytes_per_s=1e10)
    host = builder.vm(name="parent", block="parent", pool=pool, stream=10**6, is_guest=False)
    node = builder.node(pool=pool, name="parent", parent=root, switch_cycles=2_000)
    parent = builder.context(vm=host, name="parent", parent=node, leaves=processors, wake_cycles=2_000)
    for number in range(vms):
        vm = builder.vm(name=f"vm {number}", block=f"vm-{number}", pool=pool, stream=number)
        node = builder.node(
            pool=pool, name=f"vm {number}", parent=root, weight=100 + number % 3 * 100, switch_cycles=2e3
        )
        guest = builder.context(vm=vm, name="guest", parent=node, leaves=VIRTUAL, wake_cycles=2_000, refill_ns=2_000)
        route = [
            steps.cpu(guest, GUEST_MS * 2e6, layer=Layer.GUEST_USER, scv=1, purpose=1),
            steps.cpu(guest, 4_000, layer=Layer.VMM, exits=2),
            steps.cpu(parent, PARENT_MS * 2e6, layer=Layer.HOST, purpose=2),
            steps.use(disk, ns=DISK_MS * 1e6, bytes=8192, scv=1, purpose=3),
            steps.cpu(parent, PARENT_MS * 2e6, layer=Layer.HOST, purpose=4),
            steps.cpu(guest, GUEST_MS * 2e6, layer=Layer.GUEST_KERNEL, scv=1, purpose=5),
        ]
        builder.request_class(
            vm=vm, name="requests", steps=route, arrivals=Arrivals.CLOSED, clients=REALISTIC_CLIENTS,
            think_ns=THINK_MS * 1e6, bytes=8192,
        )  # fmt: skip
    return builder.build()


def one_replication(simulated_s: float) -> int:
    """Run the realistic plan; gives the number of events."""
    return simulate(realistic(), RunOptions(duration_s=simulated_s)).events


class RealisticTwin:
    """The same steps in SimPy: a virtual processor, then turns of at most 10 ms on a logical one; times in ms."""

    def __init__(self, vms: int = 64) -> None:
        self.rng = Random(1)
        self.env = simpy.Environment()
        self.processors = simpy.Resource(self.env, PROCESSORS)
        self.parent = simpy.Resource(self.env, PROCESSORS)
        self.disk = simpy.Resource(self.env, DISK_CHANNELS)
        self.completed = 0
        for _ in range(vms):
            guest = simpy.Resource(self.env, VIRTUAL)
            for _ in range(REALISTIC_CLIENTS):
                self.env.process(self.client(guest))

    def compute(self, virtual: simpy.Resource, work: float) -> Generator[Any, Any, None]:
        with virtual.request() as own:
            yield own
            while work > 0:
                with self.processors.request() as turn:
                    yield turn
                    slice_ms = min(work, 10.0)
                    yield self.env.timeout(slice_ms)
                work -= slice_ms

    def client(self, guest: simpy.Resource) -> Generator[Any, Any, None]:
        draw, env = self.rng.expovariate, self.env
        while True:
            yield env.timeout(draw(1 / THINK_MS))
            yield from self.compute(guest, draw(1 / GUEST_MS) + 0.002)
            yield from self.compute(self.parent, PARENT_MS)
            with self.disk.request() as turn:
                yield turn
                yield env.timeout(draw(1 / DISK_MS))
            yield from self.compute(self.parent, PARENT_MS)
            yield from self.compute(guest, draw(1 / GUEST_MS))
            self.completed += 1
