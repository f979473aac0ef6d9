"""Plans that cannot run are refused before they do, naming block and parameter."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from hvstudio.errors import PlanError
from hvstudio.simulation.plan import steps
from hvstudio.simulation.plan.builder import PlanBuilder
from hvstudio.simulation.plan.plan import Arrivals, Layer


class Stage:
    """A builder with one host, one VM, one context and one device."""

    def __init__(self) -> None:
        self.builder = PlanBuilder()
        self.pool = self.builder.pool(processors=2, clock_hz=1e9)
        self.root = self.builder.node(pool=self.pool, name="root")
        self.vm = self.builder.vm(name="vm", block="vm-1", pool=self.pool, stream=1)
        self.context = self.builder.context(vm=self.vm, name="processors", parent=self.root)
        self.disk = self.builder.station(name="disk", block="disk-1")

    def request(self, *route: steps.Step, arrivals: Arrivals = Arrivals.CLOSED, **options: object) -> int:
        return self.builder.request_class(
            vm=self.vm,
            name="requests",
            steps=list(route),
            arrivals=arrivals,
            **options,  # type: ignore[arg-type]
        )

    def work(self, cycles: float = 1e6, **options: object) -> steps.Step:
        return steps.cpu(self.context, cycles, layer=Layer.GUEST_USER, **options)  # type: ignore[arg-type]


REFUSALS: dict[str, tuple[Callable[[Stage], object], str, str]] = {
    "no processors": (lambda s: s.builder.pool(processors=0, clock_hz=1e9), "pool 1", "processors"),
    "clock of zero": (lambda s: s.builder.pool(processors=1, clock_hz=0), "pool 1", "clock_hz"),
    "half a core": (lambda s: s.builder.pool(processors=3, clock_hz=1e9, threads_per_core=2), "pool 1", "threads_per"),
    "weight of zero": (lambda s: s.builder.node(pool=0, name="a", parent=0, weight=0), "a", "weight"),
    "weight not a number": (lambda s: s.builder.node(pool=0, name="a", parent=0, weight=math.nan), "a", "weight"),
    "negative limit": (lambda s: s.builder.node(pool=0, name="a", parent=0, limit=-1), "a", "limit"),
    "tiny limit": (lambda s: s.builder.node(pool=0, name="a", parent=0, limit=1e-6), "a", "limit"),
    "limit below reserve": (
        lambda s: s.builder.node(pool=0, name="a", parent=0, limit=0.2, reserve=0.5), "a", "limit",
    ),
    "two roots": (lambda s: s.builder.node(pool=0, name="again"), "again", "root"),
    "no such parent": (lambda s: s.builder.node(pool=0, name="a", parent=9), "a", "parent node 9"),
    "child of a leaf": (lambda s: s.builder.node(pool=0, name="a", parent=1), "a", "leaf"),
    "no virtual processors": (
        lambda s: s.builder.context(vm=0, name="c", parent=0, leaves=0), "vm-1 (c)", "leaves",
    ),
    "device without servers": (lambda s: s.builder.station(name="d", block="b", servers=0), "b (d)", "servers"),
    "negative bandwidth": (lambda s: s.builder.station(name="d", bytes_per_s=-5), "d", "bytes_per_s"),
    "device that is not there": (lambda s: s.request(steps.use(7, ns=1)), "vm-1 (requests)", "device 7"),
    "context that is not there": (
        lambda s: s.request(steps.cpu(3, 1e6, layer=Layer.GUEST_USER)), "vm-1 (requests)", "CPU context 3",
    ),
    "infinite work": (lambda s: s.request(s.work(math.inf)), "vm-1 (requests)", "cycles"),
    "absurd work": (lambda s: s.request(s.work(1e30)), "vm-1 (requests)", "cycles"),
    "negative time": (lambda s: s.request(steps.delay(-1)), "vm-1 (requests)", "ns"),
    "probability of two": (lambda s: s.request(*steps.sometimes(2, [s.work()], 1)), "vm-1 (requests)", "probability"),
    "rate without end": (
        lambda s: s.request(s.work(), arrivals=Arrivals.OPEN, think_ns=0.0), "vm-1 (requests)", "think_ns",
    ),
    "negative clients": (lambda s: s.request(s.work(), clients=-1), "vm-1 (requests)", "clients"),
    "trace that goes back": (
        lambda s: s.request(s.work(), arrivals=Arrivals.TRACE, trace=[(5, 1), (5, 1)]), "vm-1 (requests)", "trace",
    ),
    "trace that begins again before it ends": (
        lambda s: s.request(s.work(), arrivals=Arrivals.TRACE, trace=[(5, 1)], think_ns=5.0),
        "vm-1 (requests)", "trace",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS, ids=list(REFUSALS))
def test_a_senseless_value_is_refused_where_it_is_given(case: str) -> None:
    give, where, parameter = REFUSALS[case]
    with pytest.raises(PlanError) as refusal:
        give(Stage())
    assert refusal.value.where == where
    assert parameter in refusal.value.message


WHOLE: dict[str, tuple[Callable[[Stage], object], str]] = {
    "a route without device or processor": (lambda s: s.request(), "no CPU and no device"),
    "a request that takes no time": (lambda s: s.request(s.work(0.0), think_ns=0.0), "take no time"),
    "a trace without entries": (lambda s: s.request(s.work(), arrivals=Arrivals.TRACE), "trace is empty"),
    "a device never given back": (lambda s: s.request(steps.seize(s.disk), s.work()), "held at the end"),
    "a device given back unasked": (lambda s: s.request(s.work(), steps.free(s.disk)), "freed but not held"),
    "a device that waits for itself": (
        lambda s: s.request(steps.seize(s.disk), steps.use(s.disk, ns=1), steps.free(s.disk)), "used while held",
    ),
    "a device kept by chance": (
        lambda s: s.request(*steps.sometimes(0.5, [steps.seize(s.disk)], 1), s.work(), steps.free(s.disk)),
        "optional part",
    ),
    "a request that starts itself": (lambda s: s.request(s.work(), steps.spawn(0)), "spawns itself"),
    "a spawned class that is not there": (lambda s: s.request(s.work(), steps.spawn(5)), "spawned class 5"),
    "a reserve above the host": (lambda s: s.builder.node(pool=0, name="a", parent=0, reserve=3), "reserve"),
}  # fmt: skip


@pytest.mark.parametrize("case", WHOLE, ids=list(WHOLE))
def test_a_plan_that_cannot_run_is_refused_as_a_whole(case: str) -> None:
    give, text = WHOLE[case]
    stage = Stage()
    give(stage)
    with pytest.raises(PlanError, match=text):
        stage.builder.build()


def test_a_plan_without_vms_is_refused() -> None:
    with pytest.raises(PlanError, match="nothing to simulate"):
        PlanBuilder().build()


def test_the_arrays_of_a_plan_cannot_be_changed() -> None:
    stage = Stage()
    stage.request(stage.work())
    plan = stage.builder.build()
    with pytest.raises(ValueError, match="read-only"):
        plan.node_weight[0] = 5.0
