"""What the scheduler promises: shares by weight, limits, reserves, bounds on running, boost, switch costs, siblings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hvstudio.simulation.plan import steps
from hvstudio.simulation.plan.builder import PlanBuilder
from hvstudio.simulation.plan.messages import StopVm
from hvstudio.simulation.plan.plan import Arrivals, Layer, Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.results import Results
from hvstudio.simulation.run.run import simulate

Build = Callable[..., Plan]


def run(plan: Plan, seconds: float = 20.0) -> Results:
    return simulate(plan, RunOptions(duration_s=seconds, warmup_s=0.0, check_conservation=True))


def processors_used(results: Results) -> list[float]:
    """By each VM, in whole processors, switches included."""
    return [sum(vm.cpu_seconds.values()) / results.simulated_s for vm in results.vms]


def test_weights_100_200_700_give_10_20_70_percent(busy_vms: Build) -> None:
    assert processors_used(run(busy_vms([100, 200, 700]))) == pytest.approx([0.1, 0.2, 0.7], abs=0.002)


def test_equal_weights_share_two_processors_equally_among_three(busy_vms: Build) -> None:
    assert processors_used(run(busy_vms([100] * 3, processors=2, leaves=2))) == pytest.approx([2 / 3] * 3, abs=0.003)


@pytest.mark.parametrize("scale", [1, 10, 256])
def test_only_the_ratio_of_weights_counts(busy_vms: Build, scale: int) -> None:
    used = processors_used(run(busy_vms([1 * scale, 3 * scale], processors=4, leaves=4)))
    assert used == pytest.approx([1.0, 3.0], abs=0.01)


def test_a_vm_with_one_virtual_processor_cannot_use_more_than_one(busy_vms: Build) -> None:
    # Weight 900 of 1000 would be 1.8 of 2 processors; one virtual processor can use 1, the rest falls to the other.
    plan = busy_vms([900, 100], processors=2, leaves=1)
    assert processors_used(run(plan)) == pytest.approx([1.0, 1.0], abs=0.001)


@pytest.mark.parametrize(("limit", "leaves"), [(0.25, 1), (0.5, 2), (1.5, 2)])
def test_a_limit_is_kept_exactly_although_processors_are_idle(busy_vms: Build, limit: float, leaves: int) -> None:
    # The run ends inside a period, whose budget may already be used: at most 1/200 of the limit more.
    used = processors_used(run(busy_vms([100], processors=4, leaves=leaves, limits={0: limit})))
    assert used == pytest.approx([limit], rel=3e-3)


def test_what_a_limit_takes_from_one_goes_to_the_others_by_weight(busy_vms: Build) -> None:
    # Limit 0.3 leaves 0.7 for weights 100 and 200.
    used = processors_used(run(busy_vms([100, 200, 700], limits={2: 0.3})))
    assert used == pytest.approx([0.7 / 3, 1.4 / 3, 0.3], abs=0.003)


def test_a_reserve_is_met_before_weights_count(busy_vms: Build) -> None:
    # Reserve 0.5 for the light one. Of the other half, weights 100 and 900 compete after the reserve is used up.
    used = processors_used(run(busy_vms([100, 900], reserves={0: 0.5})))
    assert used[0] == pytest.approx(0.5, abs=0.01)


def test_reserves_of_everything_are_all_met(busy_vms: Build) -> None:
    used = processors_used(run(busy_vms([10, 10, 1000], reserves={0: 0.3, 1: 0.5, 2: 0.2})))
    assert used == pytest.approx([0.3, 0.5, 0.2], abs=0.01)


def test_a_reserve_that_is_not_used_is_not_lost(busy_vms: Build) -> None:
    # One virtual processor with nothing to do has a reserve of the whole host; the other VM gets all of it.
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    root = builder.node(pool=pool, name="root")
    for number, clients in enumerate((0, 1)):
        vm = builder.vm(name=f"vm {number}", block=f"vm-{number}", pool=pool, stream=number)
        node = builder.node(pool=pool, name=f"vm {number}", parent=root, reserve=1.0 - number)
        context = builder.context(vm=vm, name=f"processors {number}", parent=node)
        route = [steps.cpu(context, 1e6, layer=Layer.GUEST_USER)]
        builder.request_class(vm=vm, name="work", steps=route, arrivals=Arrivals.CLOSED, clients=clients)
    assert processors_used(run(builder.build())) == pytest.approx([0.0, 1.0], abs=1e-6)


def test_no_more_leaves_run_than_the_virtual_processors_of_a_nested_host(busy_vms: Build) -> None:
    used = processors_used(run(busy_vms([100, 100], processors=8, leaves=4, max_running={0: 2})))
    assert used == pytest.approx([2.0, 4.0], abs=0.001)


def test_a_nested_bound_holds_for_the_sum_of_the_vms_below() -> None:
    builder = PlanBuilder()
    pool = builder.pool(processors=8, clock_hz=1e9)
    root = builder.node(pool=pool, name="root")
    nested = builder.node(pool=pool, name="nested host", parent=root, max_running=2)
    for number, weight in enumerate((100, 300)):
        vm = builder.vm(name=f"vm {number}", block=f"vm-{number}", pool=pool, stream=number)
        node = builder.node(pool=pool, name=f"vm {number}", parent=nested, weight=weight)
        context = builder.context(vm=vm, name=f"processors {number}", parent=node, leaves=2)
        route = [steps.cpu(context, 1e6, layer=Layer.GUEST_USER)]
        builder.request_class(vm=vm, name="work", steps=route, arrivals=Arrivals.CLOSED, clients=2)
    assert processors_used(run(builder.build())) == pytest.approx([0.5, 1.5], abs=0.01)


def test_over_commitment_loses_nothing_but_time_waiting(busy_vms: Build) -> None:
    # 32 virtual processors on 4: each gets 1/8 and is ready but not running 7/8 of the time.
    results = run(busy_vms([100] * 8, processors=4, leaves=4))
    assert sum(processors_used(results)) == pytest.approx(4.0, abs=1e-6)
    assert [vm.ready_fraction for vm in results.vms] == pytest.approx([7 / 8] * 8, abs=0.01)


def test_idling_earns_no_credit() -> None:
    # The sleeper rests for the first 5 s, then both compute: from there on each has half, not the sleeper all of it.
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    root = builder.node(pool=pool, name="root")
    for number, start in enumerate((0, 5_000_000_000)):
        vm = builder.vm(name=f"vm {number}", block=f"vm-{number}", pool=pool, stream=number)
        context = builder.context(vm=vm, name=f"processors {number}", parent=root)
        route = [steps.cpu(context, 1e6, layer=Layer.GUEST_USER)]
        builder.request_class(vm=vm, name="work", steps=route, arrivals=Arrivals.CLOSED, start_ns=start)
    assert processors_used(run(builder.build(), 7.0)) == pytest.approx([6 / 7, 1 / 7], abs=0.005)


def wake_latency(*, preempts: bool) -> float:
    """Mean response of a VM that needs 0.1 ms now and then, beside one that computes in slices of 30 ms."""
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    root = builder.node(pool=pool, name="root", quantum_ns=30_000_000, wake_preempts=preempts)
    light = builder.vm(name="light", block="vm-0", pool=pool, stream=0)
    heavy = builder.vm(name="heavy", block="vm-1", pool=pool, stream=1)
    for vm, work, think in ((light, 1e5, 2e7), (heavy, 1e7, 0.0)):
        context = builder.context(vm=vm, name=f"processors {vm}", parent=root)
        route = [steps.cpu(context, work, layer=Layer.GUEST_USER)]
        builder.request_class(vm=vm, name="work", steps=route, arrivals=Arrivals.CLOSED, think_ns=think)
    return run(builder.build()).vms[0].latency_s.mean


def test_boost_lets_a_waking_vm_run_at_once() -> None:
    # Without it a waker waits for the rest of a slice of 30 ms. It wakes an exponential time of mean 20 ms after the
    # slice began; modulo 30 ms that is 20 - 30 / (e^1.5 - 1) = 11.38 ms into a slice, so the rest is 18.62 ms.
    assert wake_latency(preempts=True) == pytest.approx(1e-4, rel=0.01)
    assert wake_latency(preempts=False) == pytest.approx(18.72e-3, rel=0.05)


@pytest.mark.parametrize(("quantum_ms", "loss"), [(5, 0.075), (50, 0.0075)])
def test_short_slices_cost_cpu_bound_domains_their_caches(busy_vms: Build, quantum_ms: int, loss: float) -> None:
    # 128 domains lose 7.5 % at slices of 5 ms and next to nothing at 50 ms: a refill of 0.405 ms per turn.
    # Source: Barham et al., "Xen and the Art of Virtualization" (SOSP 2003), section 4.5.
    plan = busy_vms([100] * 128, processors=2, quantum_ns=quantum_ms * 1_000_000, refill_ns=405_405)
    results = run(plan)
    lost = sum(vm.cpu_seconds["switch"] for vm in results.vms) / (2 * results.simulated_s)
    assert lost == pytest.approx(loss, abs=0.005)


def test_a_switch_inside_a_vm_is_cheaper_than_one_between_vms() -> None:
    # Two leaves of one VM alternate: only the leaf's own 1000 cycles are paid each 10 ms, not the VM's 5000.
    def cost(parents: int) -> float:
        builder = PlanBuilder()
        pool = builder.pool(processors=1, clock_hz=1e9)
        root = builder.node(pool=pool, name="root")
        vm = builder.vm(name="vm", block="vm-0", pool=pool, stream=0)
        nodes = [builder.node(pool=pool, name=f"n{i}", parent=root, switch_cycles=5_000) for i in range(parents)]
        for leaf in range(2):
            context = builder.context(vm=vm, name=f"c{leaf}", parent=nodes[leaf % parents], switch_cycles=1_000)
            route = [steps.cpu(context, 1e6, layer=Layer.GUEST_USER)]
            builder.request_class(vm=vm, name=f"work {leaf}", steps=route, arrivals=Arrivals.CLOSED)
        return run(builder.build(), 10.0).vms[0].cpu_seconds["switch"] / 10.0

    assert cost(1) == pytest.approx(1e-6 / 10e-3, rel=0.01)
    assert cost(2) == pytest.approx(6e-6 / 10e-3, rel=0.01)


def test_two_busy_siblings_share_their_core(busy_vms: Build) -> None:
    # Yield 1.25: two threads do 1.25 times the work of one, so each request of 1 ms takes 1.6 ms.
    results = run(busy_vms([100], processors=2, leaves=2, threads_per_core=2))
    assert results.vms[0].throughput_per_s == pytest.approx(1250, rel=1e-3)
    assert processors_used(results) == pytest.approx([2.0])


def test_whole_idle_cores_are_used_before_siblings(busy_vms: Build) -> None:
    results = run(busy_vms([100], processors=8, leaves=4, threads_per_core=2))
    assert results.vms[0].throughput_per_s == pytest.approx(4000, rel=1e-3)


def test_a_waking_processor_pays_for_leaving_its_idle_state_in_time_but_not_in_cycles() -> None:
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9, idle_exit_ns=50_000)
    root = builder.node(pool=pool, name="root")
    vm = builder.vm(name="vm", block="vm-0", pool=pool, stream=0)
    context = builder.context(vm=vm, name="processors", parent=root, wake_cycles=20_000, wake_layer=Layer.VMM)
    route = [steps.cpu(context, 1e6, layer=Layer.GUEST_USER)]
    builder.request_class(vm=vm, name="work", steps=route, arrivals=Arrivals.CLOSED, think_ns=1e6, think_scv=0)
    results = run(builder.build(), 4.14)  # 2000 rounds of 1 ms think, 0.05 ms exit, 0.02 ms wake, 1 ms work
    assert results.vms[0].latency_s.mean == pytest.approx(1.07e-3, rel=1e-9)
    assert results.vms[0].cpu_seconds["vmm"] == pytest.approx(2000 * 20e-6, rel=1e-6)
    assert results.host.cpu_utilisation["idle"] == pytest.approx(1.05 / 2.07, rel=1e-6)


@pytest.mark.parametrize("stopped", [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)])
def test_threads_left_alone_spread_over_the_cores(busy_vms: Build, stopped: tuple[int, int]) -> None:
    # Four VMs fill two cores of two threads; after a second two of them are switched off. Whichever they are, the
    # other two must not go on sharing a core: each has one to itself and does 1,000 requests of 1 ms a second.
    plan = busy_vms([100] * 4, processors=4, threads_per_core=2)
    script = tuple((1.0, StopVm(plan.vm_block[index])) for index in stopped)

    results = simulate(plan, RunOptions(duration_s=21.0, warmup_s=2.0, script=script, check_conservation=True))

    left = [vm.throughput_per_s for index, vm in enumerate(results.vms) if index not in stopped]
    assert left == pytest.approx([1000.0, 1000.0], rel=0.005)
