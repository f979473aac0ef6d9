"""The instant estimate against results worked out by hand or solved exactly."""

from __future__ import annotations

import numpy as np
import pytest

from hvstudio.simulation.estimate.estimate import Estimate, estimate
from hvstudio.simulation.plan import steps
from hvstudio.simulation.plan.builder import PlanBuilder
from hvstudio.simulation.plan.plan import Arrivals, Layer


def exact_mva(customers: int, think: float, stations: list[tuple[float, int]]) -> float:
    """Throughput of a closed network with several-server stations, by load-dependent mean-value analysis.

    Source: Reiser and Lavenberg 1980.
    """
    marginal = [[1.0] + [0.0] * customers for _ in stations]
    throughput = 0.0
    for n in range(1, customers + 1):
        residence = [
            sum(j * service / min(j, servers) * marginal[i][j - 1] for j in range(1, n + 1))
            for i, (service, servers) in enumerate(stations)
        ]
        throughput = n / (think + sum(residence))
        for i, (service, servers) in enumerate(stations):
            old = marginal[i][:]
            for j in range(1, n + 1):
                marginal[i][j] = throughput * service / min(j, servers) * old[j - 1]
            marginal[i][0] = max(0.0, 1.0 - sum(marginal[i][1 : n + 1]))
    return throughput


def closed_network(vms: int) -> Estimate:
    builder = PlanBuilder()
    pool = builder.pool(processors=8, clock_hz=1e9)
    cpu, disk = builder.station(name="cpu", servers=8), builder.station(name="disk", servers=4)
    for index in range(vms):
        vm = builder.vm(name=f"vm{index}", block=f"vm-{index}", pool=pool, stream=index)
        route = [steps.use(cpu, ns=1e6, scv=1, purpose=1), steps.use(disk, ns=5e5, scv=1, purpose=2)]
        builder.request_class(
            vm=vm, name="requests", steps=route, arrivals=Arrivals.CLOSED, clients=8, think_ns=1e7, bytes=100.0
        )
    return estimate(builder.build())


def one_server(*, scv: float, gap_ns: float) -> Estimate:
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    station = builder.station(name="server", servers=1)
    vm = builder.vm(name="vm", block="vm-1", pool=pool, stream=0)
    builder.request_class(
        vm=vm, name="requests", steps=[steps.use(station, ns=1e6, scv=scv)], arrivals=Arrivals.OPEN, think_ns=gap_ns
    )
    return estimate(builder.build())


@pytest.mark.parametrize("vms", [1, 2, 4, 16])
def test_a_closed_network_is_within_three_percent_of_exact_mean_value_analysis(vms: int) -> None:
    exact = exact_mva(8 * vms, 0.01, [(0.001, 8), (0.0005, 4)])

    found = sum(vm.throughput_per_s for vm in closed_network(vms).vms)

    assert found == pytest.approx(exact, rel=0.03)


def test_an_estimate_lies_within_its_own_bounds() -> None:
    for vm in closed_network(16).vms:
        low, high = vm.bounds_per_s

        assert low <= vm.throughput_per_s <= high


def test_bytes_follow_the_payload_of_a_request() -> None:
    vm = closed_network(1).vms[0]

    assert vm.bytes_per_s == pytest.approx(100.0 * vm.throughput_per_s)


@pytest.mark.parametrize(
    ("scv", "gap_ns", "latency_s"),
    [
        pytest.param(1.0, 1.25e6, 0.005, id="M/M/1 at 0.8: 1 / (1 - 0.8) ms"),
        pytest.param(0.0, 1.25e6, 0.003, id="M/D/1 at 0.8: 1 + 0.8 / (2 * 0.2) ms"),
        pytest.param(4.0, 2.0e6, 0.0035, id="M/G/1 at 0.5, scv 4: 1 + 0.5 * 2.5 / 0.5 ms"),
    ],
)
def test_a_single_queue_has_the_latency_of_pollaczek_and_khinchine(scv: float, gap_ns: float, latency_s: float) -> None:
    assert one_server(scv=scv, gap_ns=gap_ns).vms[0].latency_s == pytest.approx(latency_s, rel=1e-4)


def test_open_arrivals_beyond_capacity_are_cut_to_it() -> None:
    found = one_server(scv=1.0, gap_ns=0.5e6).vms[0]

    assert found.throughput_per_s == pytest.approx(1000.0, rel=0.01)
    assert found.limited_by == "server"


def shares(weights: list[float], *, limits: list[float] | None = None, processors: int = 1) -> list[float]:
    builder = PlanBuilder()
    pool = builder.pool(processors=processors, clock_hz=1e9)
    root = builder.node(pool=pool, name="hypervisor")
    for index, weight in enumerate(weights):
        vm = builder.vm(name=f"vm{index}", block=f"vm-{index}", pool=pool, stream=index)
        context = builder.context(
            vm=vm, name=f"vm{index}", parent=root, leaf_weight=weight, leaf_limit=limits[index] if limits else 0.0
        )
        builder.request_class(
            vm=vm,
            name="spin",
            steps=[steps.cpu(context, 1e6, layer=Layer.GUEST_USER)],
            arrivals=Arrivals.CLOSED,
            clients=4,
        )
    return [vm.cpu_seconds_per_s for vm in estimate(builder.build()).vms]


def test_weights_100_200_700_share_one_processor_as_10_20_70_percent() -> None:
    assert shares([100, 200, 700]) == pytest.approx([0.1, 0.2, 0.7], rel=1e-3)


def test_what_a_limit_leaves_goes_to_the_others_by_weight() -> None:
    # 700 is held to 0.4; the other 0.6 is shared 1 : 2.
    assert shares([100, 200, 700], limits=[0, 0, 0.4]) == pytest.approx([0.2, 0.4, 0.4], rel=1e-3)


def test_a_virtual_processor_never_gets_more_than_one_processor() -> None:
    assert shares([100, 900], processors=2) == pytest.approx([1.0, 1.0], rel=1e-3)


def test_a_lock_that_admits_one_request_is_the_limit() -> None:
    # 2 ms of work inside a lock for one: 500 requests per second, however many clients wait.
    builder = PlanBuilder()
    pool = builder.pool(processors=4, clock_hz=1e9)
    root = builder.node(pool=pool, name="hypervisor")
    vm = builder.vm(name="vm", block="vm-1", pool=pool, stream=0)
    context = builder.context(vm=vm, name="vm", parent=root, leaves=4)
    lock, disk = builder.station(name="lock"), builder.station(name="disk", servers=8)
    work = [steps.cpu(context, 1e6, layer=Layer.GUEST_USER, scv=1), steps.use(disk, ns=1e6, scv=1)]
    builder.request_class(
        vm=vm,
        name="requests",
        steps=[steps.seize(lock), *work, steps.free(lock)],
        arrivals=Arrivals.CLOSED,
        clients=20,
    )

    found = estimate(builder.build()).vms[0]

    assert found.throughput_per_s == pytest.approx(500.0, rel=0.03)
    assert found.bounds_per_s[1] == pytest.approx(500.0)


def test_steps_skipped_half_of_the_time_count_half() -> None:
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    vm = builder.vm(name="vm", block="vm-1", pool=pool, stream=0)
    station = builder.station(name="disk", servers=1)
    route = steps.sometimes(0.5, [steps.use(station, ns=1e6)], purpose=1)
    builder.request_class(vm=vm, name="r", steps=route, arrivals=Arrivals.OPEN, think_ns=1e6)

    found = estimate(builder.build())

    assert found.bottleneck is not None
    assert found.bottleneck.utilisation == pytest.approx(0.5)


def test_the_layers_and_idle_add_up_to_all_processors() -> None:
    builder = PlanBuilder()
    pool = builder.pool(processors=2, clock_hz=1e9)
    root = builder.node(pool=pool, name="hypervisor")
    vm = builder.vm(name="vm", block="vm-1", pool=pool, stream=0)
    context = builder.context(vm=vm, name="vm", parent=root)
    route = [steps.cpu(context, 3e5, layer=Layer.GUEST_USER), steps.cpu(context, 2e5, layer=Layer.VMM)]
    builder.request_class(vm=vm, name="r", steps=route, arrivals=Arrivals.OPEN, think_ns=1e6)

    layers = estimate(builder.build()).layers

    # 1,000 requests of 0.3 and 0.2 ms on two processors: 15 % and 10 %.
    assert layers["guest_user"] == pytest.approx(0.15, rel=1e-3)
    assert layers["vmm"] == pytest.approx(0.10, rel=1e-3)
    assert sum(layers.values()) == pytest.approx(1.0)


def test_the_json_form_holds_only_plain_numbers() -> None:
    found = closed_network(2).to_json()

    assert [vm["id"] for vm in found["vms"]] == ["vm-0", "vm-1"]
    assert all(not isinstance(value, np.generic) for vm in found["vms"] for value in vm.values())


def test_vms_that_wait_for_a_crowded_parent_leave_it_what_they_do_not_use() -> None:
    # One processor, equal weights. A request costs 0.2 ms in its VM and 0.6 ms in the parent; two VMs saturate. The
    # parent needs three quarters of the processor, far above its third, and gets them: 1 / 0.8 ms in all.
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    root = builder.node(pool=pool, name="hypervisor")
    host = builder.vm(name="parent", block="parent-1", pool=pool, stream=9, is_guest=False)
    parent = builder.context(vm=host, name="parent", parent=root)
    for index in range(2):
        vm = builder.vm(name=f"vm{index}", block=f"vm-{index}", pool=pool, stream=index)
        guest = builder.context(vm=vm, name=f"vm{index}", parent=root)
        work = [steps.cpu(guest, 2e5, layer=Layer.GUEST_USER), steps.cpu(parent, 6e5, layer=Layer.HOST)]
        builder.request_class(vm=vm, name="r", steps=work, arrivals=Arrivals.CLOSED, clients=8)

    found = estimate(builder.build())

    assert sum(vm.throughput_per_s for vm in found.vms) == pytest.approx(1250.0, rel=0.02)


def test_threads_that_share_a_core_are_slower() -> None:
    # Two cores of two threads at a yield of 1.25, four threads always busy: 2.5 cores' worth of work, 250 requests/s
    # of 10 ms.
    builder = PlanBuilder()
    pool = builder.pool(processors=4, threads_per_core=2, clock_hz=1e9, smt_yield=1.25)
    root = builder.node(pool=pool, name="system")
    vm = builder.vm(name="vm", block="vm-1", pool=pool, stream=0)
    context = builder.context(vm=vm, name="vm", parent=root, leaves=4)
    builder.request_class(
        vm=vm,
        name="spin",
        steps=[steps.cpu(context, 1e7, layer=Layer.GUEST_USER)],
        arrivals=Arrivals.CLOSED,
        clients=8,
    )

    found = estimate(builder.build())

    assert found.vms[0].throughput_per_s == pytest.approx(250.0, rel=0.02)
    assert found.layers["guest_user"] == pytest.approx(1.0, rel=0.03)
