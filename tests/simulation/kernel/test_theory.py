"""The engine against queueing theory: the 99 % interval of eight replications holds the exact value, within 1 %."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from hvstudio.simulation.kernel.engine import engine_name
from hvstudio.simulation.plan import steps
from hvstudio.simulation.plan.builder import PlanBuilder
from hvstudio.simulation.plan.plan import Arrivals, Layer, Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.results import Results
from hvstudio.simulation.run.run import simulate
from hvstudio.simulation.run.statistics import mean_interval

REPLICATIONS = 8

pytestmark = pytest.mark.skipif(engine_name() != "compiled", reason="hundreds of millions of events: hours interpreted")


def agree(plan: Plan, expected: float, measure: Callable[[Results], float], *, seconds: float, warmup: float) -> None:
    options = [
        RunOptions(seed=seed, duration_s=seconds, warmup_s=warmup, sample_interval_s=seconds / 50)
        for seed in range(101, 101 + REPLICATIONS)
    ]
    values = np.array([measure(simulate(plan, one)) for one in options])
    found = mean_interval(values, level=0.99)
    print(f"expected {expected:.6g}, found {found.mean:.6g} in [{found.low:.6g}, {found.high:.6g}]")
    assert found.relative_half_width <= 0.01
    assert found.low <= expected <= found.high


def latency(results: Results) -> float:
    return results.vms[0].latency_s.mean


def queue(*, servers: int, load: float, scv: float, by_processor: bool = False) -> Plan:
    """Poisson arrivals at `load` x `servers` per ms to servers of 1 ms."""
    builder = PlanBuilder()
    pool = builder.pool(processors=servers, clock_hz=1e9)
    root = builder.node(pool=pool, name="root", quantum_ns=10**12)
    vm = builder.vm(name="vm", block="vm-1", pool=pool, stream=1)
    if by_processor:
        context = builder.context(vm=vm, name="processors", parent=root, leaves=servers)
        step = steps.cpu(context, 1e6, layer=Layer.GUEST_USER, scv=scv)
    else:
        step = steps.use(builder.station(name="servers", servers=servers), ns=1e6, scv=scv)
    builder.request_class(vm=vm, name="requests", steps=[step], arrivals=Arrivals.OPEN, think_ns=1e6 / load / servers)
    return builder.build()


def waiting_probability(servers: int, load: float) -> float:
    """Erlang C."""
    offered = servers * load
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = offered * blocked / (number + offered * blocked)
    return blocked / (1 - load * (1 - blocked))


@pytest.mark.parametrize("by_processor", [False, True], ids=["station", "processor"])
def test_one_exponential_server_keeps_a_request_for_one_over_the_spare_rate(by_processor: bool) -> None:
    # M/M/1 at 0.6 per ms: 1 / (1 - 0.6) = 2.5 ms
    plan = queue(servers=1, load=0.6, scv=1.0, by_processor=by_processor)
    agree(plan, 2.5e-3, latency, seconds=800, warmup=10)


@pytest.mark.parametrize("by_processor", [False, True], ids=["station", "processor"])
def test_several_exponential_servers_follow_erlang_c(by_processor: bool) -> None:
    # M/M/4 at load 0.7: 1 + C / (4 (1 - 0.7)) ms with C = 0.4287
    expected = (1 + waiting_probability(4, 0.7) / (4 * 0.3)) * 1e-3
    assert expected == pytest.approx(1.3572e-3, rel=1e-4)
    plan = queue(servers=4, load=0.7, scv=1.0, by_processor=by_processor)
    agree(plan, expected, latency, seconds=100, warmup=5)


@pytest.mark.parametrize("scv", [0.0, 0.05, 0.3, 0.5, 4.0])
def test_waiting_grows_with_the_variability_of_service(scv: float) -> None:
    # Pollaczek and Khinchine at load 0.5: 1 + 0.5 (1 + scv) / (2 (1 - 0.5)) ms
    plan = queue(servers=1, load=0.5, scv=scv)
    agree(plan, (1 + 0.5 * (1 + scv)) * 1e-3, latency, seconds=300 if scv < 1 else 2500, warmup=5)


def test_an_open_network_with_feedback_has_product_form() -> None:
    # Arrivals 0.4 per ms; first station 1 ms, second 0.5 ms; half of the requests go through both once more.
    # Visits 1.5: loads 0.6 and 0.3. Stay: 1.5 (1 / (1 - 0.6) + 0.5 / (1 - 0.3)) = 4.82143 ms
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    builder.node(pool=pool, name="root")
    one, other = builder.station(name="one"), builder.station(name="other")
    vm = builder.vm(name="vm", block="vm-1", pool=pool, stream=1)
    visit = [steps.use(one, ns=1e6, scv=1, purpose=1), steps.use(other, ns=5e5, scv=1, purpose=2)]
    route = [*visit, *steps.sometimes(0.5, visit, 3)]
    builder.request_class(vm=vm, name="requests", steps=route, arrivals=Arrivals.OPEN, think_ns=2.5e6)
    agree(builder.build(), 1.5 * (1 / 0.4 + 0.5 / 0.7) * 1e-3, latency, seconds=600, warmup=10)


def exact_throughput(clients: int, think_s: float, stations: list[tuple[float, int]]) -> float:
    """Exact mean-value analysis of a closed network of exponential multi-server stations.

    Source: Reiser and Lavenberg, "Mean-value analysis of closed multichain queuing networks" (JACM 1980).
    """
    marginal = [[1.0] + [0.0] * clients for _ in stations]
    throughput = 0.0
    for number in range(1, clients + 1):
        stays = [
            sum(j / (min(j, servers) / service) * marginal[i][j - 1] for j in range(1, number + 1))
            for i, (service, servers) in enumerate(stations)
        ]
        throughput = number / (think_s + sum(stays))
        for i, (service, servers) in enumerate(stations):
            before = marginal[i]
            after = [0.0] * (clients + 1)
            for j in range(1, number + 1):
                after[j] = throughput * service / min(j, servers) * before[j - 1]
            after[0] = max(0.0, 1.0 - math.fsum(after))
            marginal[i] = after
    return throughput


@pytest.mark.parametrize(("vms", "seconds"), [(4, 60), (64, 40)])
def test_a_closed_network_agrees_with_exact_mean_value_analysis(
    closed_network: Callable[[int], Plan], vms: int, seconds: float
) -> None:
    expected = exact_throughput(8 * vms, 10e-3, [(1e-3, 8), (0.5e-3, 4)]) if vms < 64 else 7981.24
    assert expected == pytest.approx({4: 2780.35, 64: 7981.24}[vms], abs=0.01)

    def total(results: Results) -> float:
        return sum(vm.throughput_per_s for vm in results.vms)

    agree(closed_network(vms), expected, total, seconds=seconds, warmup=5)


def test_a_closed_network_of_processors_and_disk_has_product_form() -> None:
    # 6 clients, think 5 ms, processor 1 ms (one logical processor), disk 1 ms: exact MVA
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    root = builder.node(pool=pool, name="root", quantum_ns=10**12)
    disk = builder.station(name="disk")
    vm = builder.vm(name="vm", block="vm-1", pool=pool, stream=1)
    context = builder.context(vm=vm, name="processors", parent=root)
    route = [
        steps.cpu(context, 1e6, layer=Layer.GUEST_USER, scv=1, purpose=1),
        steps.use(disk, ns=1e6, scv=1, purpose=2),
    ]
    builder.request_class(
        vm=vm, name="requests", steps=route, arrivals=Arrivals.CLOSED, clients=6, think_ns=5e6, think_scv=1
    )
    expected = exact_throughput(6, 5e-3, [(1e-3, 1), (1e-3, 1)])
    agree(builder.build(), expected, lambda results: results.vms[0].throughput_per_s, seconds=60, warmup=5)


def test_many_guests_sharing_a_processor_in_tiny_turns_approach_processor_sharing() -> None:
    # M/G/1 with processor sharing depends on the mean only: 1 / (1 - 0.3) ms for variability 2.
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    root = builder.node(pool=pool, name="root", quantum_ns=10**12)
    vm = builder.vm(name="vm", block="vm-1", pool=pool, stream=1)
    context = builder.context(vm=vm, name="processors", parent=root, quantum_ns=20_000)
    route = [steps.cpu(context, 1e6, layer=Layer.GUEST_USER, scv=2)]
    builder.request_class(vm=vm, name="requests", steps=route, arrivals=Arrivals.OPEN, think_ns=1e7 / 3)
    agree(builder.build(), 1e-3 / 0.7, latency, seconds=1000, warmup=5)
