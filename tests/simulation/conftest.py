"""Small plans whose answers are known, and random ones that exercise every mechanism of the kernel."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from hvstudio.simulation.plan import steps
from hvstudio.simulation.plan.builder import PlanBuilder
from hvstudio.simulation.plan.plan import Arrivals, Layer, Plan


@pytest.fixture(scope="session")
def closed_network() -> Callable[[int], Plan]:
    """8 clients per VM, think 10 ms, 1 ms at 8 servers, 0.5 ms at 4 servers, everything exponential."""

    def build(vms: int, *, scale: int = 1) -> Plan:
        builder = PlanBuilder()
        pool = builder.pool(processors=1, clock_hz=1e9)
        builder.node(pool=pool, name="root")
        first = builder.station(name="processors", servers=8 * scale)
        second = builder.station(name="disk", servers=4 * scale)
        for number in range(vms):
            vm = builder.vm(name=f"vm {number}", block=f"vm-{number}", pool=pool, stream=number)
            builder.request_class(
                vm=vm,
                name="requests",
                steps=[steps.use(first, ns=1e6, scv=1, purpose=1), steps.use(second, ns=5e5, scv=1, purpose=2)],
                arrivals=Arrivals.CLOSED,
                clients=8,
                think_ns=1e7,
            )
        return builder.build()

    return build


@pytest.fixture(scope="session")
def busy_vms() -> Callable[..., Plan]:
    """VMs that always have work for every virtual processor, on one host."""

    def build(weights: list[float], **options: object) -> Plan:
        return _busy_vms(weights, **options)  # type: ignore[arg-type]

    return build


def _busy_vms(
    weights: list[float],
    *,
    processors: int = 1,
    leaves: int = 1,
    limits: dict[int, float] | None = None,
    reserves: dict[int, float] | None = None,
    max_running: dict[int, int] | None = None,
    quantum_ns: int = 10_000_000,
    switch_cycles: float = 0.0,
    refill_ns: int = 0,
    threads_per_core: int = 1,
    smt_yield: float = 1.25,
) -> Plan:
    builder = PlanBuilder()
    pool = builder.pool(processors=processors, clock_hz=1e9, threads_per_core=threads_per_core, smt_yield=smt_yield)
    root = builder.node(pool=pool, name="root", quantum_ns=quantum_ns)
    for number, weight in enumerate(weights):
        vm = builder.vm(name=f"vm {number}", block=f"vm-{number}", pool=pool, stream=number)
        node = builder.node(
            pool=pool,
            name=f"vm {number}",
            parent=root,
            weight=weight,
            limit=(limits or {}).get(number, 0.0),
            reserve=(reserves or {}).get(number, 0.0),
            max_running=(max_running or {}).get(number, 0),
            switch_cycles=switch_cycles,
            quantum_ns=quantum_ns,
        )
        context = builder.context(vm=vm, name=f"processors {number}", parent=node, leaves=leaves, refill_ns=refill_ns)
        builder.request_class(
            vm=vm,
            name="work",
            steps=[steps.cpu(context, 1e6, layer=Layer.GUEST_USER)],
            arrivals=Arrivals.CLOSED,
            clients=leaves,
        )
    return builder.build()


@pytest.fixture(scope="session")
def random_plan() -> Callable[[int], Plan]:
    """A plan drawn from a seed: trees, budgets, siblings, locks, spawns, traces, all at once."""

    def build(seed: int) -> Plan:
        return _RandomPlan(random.Random(seed)).build()

    return build


class _RandomPlan:
    """Draws a valid plan; magnitudes are chosen so that events of every kind happen within a few milliseconds."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.builder = PlanBuilder()
        self.contexts: list[int] = []
        self.stations: list[int] = []
        self.spawned: list[int] = []

    def build(self) -> Plan:
        rng, builder = self.rng, self.builder
        threads = rng.choice([1, 1, 2, 2, 4])
        pool = builder.pool(
            processors=threads * rng.randint(1, 4),
            clock_hz=rng.choice([1e9, 2.7e9]),
            threads_per_core=threads,
            smt_yield=rng.choice([1.0, 1.25, 1.3]),
            idle_exit_ns=rng.choice([0, 0, 3_000]),
        )
        self.inner = [builder.node(pool=pool, name="root", **self.node_options(root=True))]
        for number in range(rng.randint(0, 4)):
            parent = rng.choice(self.inner)
            self.inner.append(builder.node(pool=pool, parent=parent, name=f"node {number}", **self.node_options()))
        for number in range(rng.randint(1, 3)):
            self.stations.append(
                builder.station(
                    name=f"device {number}",
                    servers=rng.randint(1, 3),
                    bytes_per_s=rng.choice([0.0, 1e8]),
                    peer_switch_ns=rng.choice([0, 2_000]),
                )
            )
        vms = [
            builder.vm(name=f"vm {number}", block=f"vm-{number}", pool=pool, stream=number)
            for number in range(rng.randint(1, 4))
        ]
        for vm in vms:
            self.contexts += [self.context(vm) for _ in range(rng.randint(1, 2))]
        for vm in vms:
            self.spawned.append(self.request_class(vm, Arrivals.NONE))
        for vm in vms:
            for _ in range(rng.randint(1, 2)):
                self.request_class(vm, rng.choice([Arrivals.CLOSED, Arrivals.CLOSED, Arrivals.OPEN, Arrivals.TRACE]))
        return builder.build()

    def node_options(self, *, root: bool = False) -> dict[str, object]:
        rng = self.rng
        limit = rng.choice([0.0, 0.0, 0.0, 0.3, 1.2])
        return {
            "weight": rng.choice([100.0, 200.0, 50.0]),
            "limit": 0.0 if root else limit,
            "reserve": rng.choice([0.0, 0.0, 0.2]),
            "period_ns": rng.choice([1_000_000, 3_000_000]),
            "max_running": rng.choice([0, 0, 0, 1, 2]),
            "quantum_ns": rng.choice([200_000, 1_000_000, 30_000_000]),
            "wake_preempts": rng.random() < 0.4,
            "wake_bonus_ns": rng.choice([0, 500_000]),
            "switch_cycles": rng.choice([0.0, 3_000.0]),
        }

    def context(self, vm: int) -> int:
        rng = self.rng
        return self.builder.context(
            vm=vm,
            name=f"context {len(self.contexts)}",
            parent=rng.choice(self.inner),
            leaves=rng.randint(1, 4),
            leaf_weight=rng.choice([100.0, 300.0]),
            leaf_reserve=rng.choice([0.0, 0.0, 0.1]),
            leaf_limit=rng.choice([0.0, 0.0, 0.5]),
            leaf_period_ns=1_000_000,
            wake_cycles=rng.choice([0.0, 2_000.0]),
            quantum_ns=rng.choice([0, 0, 150_000]),
            refill_ns=rng.choice([0, 4_000]),
            switch_cycles=rng.choice([0.0, 1_000.0]),
        )

    def route(self, depth: int = 0) -> list[steps.Step]:
        rng = self.rng
        found: list[steps.Step] = []
        for _ in range(rng.randint(1, 4)):
            scv = rng.choice([0.0, 0.05, 0.4, 1.0, 3.0])
            purpose = rng.randint(0, 5)
            choice = rng.random()
            if choice < 0.4:
                work = rng.choice([2e4, 2e5, 1e6])
                layer = rng.choice(list(Layer)[:5])
                found.append(
                    steps.cpu(rng.choice(self.contexts), work, layer=layer, scv=scv, purpose=purpose, exits=1.5)
                )
            elif choice < 0.65:
                station = rng.choice(self.stations)
                found.append(steps.use(station, ns=5e4, bytes=4096, scv=scv, purpose=purpose, peer=rng.randint(0, 1)))
            elif choice < 0.75:
                found.append(steps.delay(1e5, scv=scv, purpose=purpose))
            elif choice < 0.85 and depth < 2:
                found += steps.sometimes(rng.random(), self.route(depth + 1), purpose)
            elif choice < 0.93 and depth == 0:
                work = steps.cpu(rng.choice(self.contexts), 5e4, layer=Layer.VMM, scv=scv, purpose=purpose)
                lock = rng.choice(self.stations)
                found += [steps.seize(lock), work, steps.delay(1e4), steps.free(lock)]
            elif self.spawned:
                found.append(steps.spawn(rng.choice(self.spawned)))
        return found or [steps.cpu(self.contexts[0], 1e5, layer=Layer.GUEST_USER)]

    def request_class(self, vm: int, arrivals: Arrivals) -> int:
        rng = self.rng
        if arrivals is Arrivals.NONE:
            spawned, self.spawned = self.spawned, []
            route = self.route()
            self.spawned = spawned
        else:
            route = self.route()
        think = {Arrivals.OPEN: 4e5, Arrivals.CLOSED: rng.choice([0.0, 1e5, 1e6]), Arrivals.TRACE: 7.2e5}.get(
            arrivals, 0.0
        )
        if arrivals is Arrivals.CLOSED and think == 0.0:
            route = [*route, steps.delay(1_000)]
        return self.builder.request_class(
            vm=vm,
            name=f"class {rng.randint(0, 999)}",
            steps=route,
            arrivals=arrivals,
            clients=rng.randint(1, 6),
            think_ns=think,
            think_scv=rng.choice([0.0, 1.0, 4.0]),
            start_ns=rng.choice([0, 300_000]),
            bytes=512.0,
            counts=arrivals is not Arrivals.NONE,
            trace=[(100_000, 2), (700_000, 5), (710_000, 0)] if arrivals is Arrivals.TRACE else (),
        )
