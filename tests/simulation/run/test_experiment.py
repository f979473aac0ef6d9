"""Replications, comparisons with common random numbers, sweeps."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from hvstudio.errors import PlanError, UserCancelled
from hvstudio.simulation.plan import steps
from hvstudio.simulation.plan.builder import PlanBuilder
from hvstudio.simulation.plan.plan import Arrivals, Layer, Plan
from hvstudio.simulation.run.experiment import compare, replicate, sweep
from hvstudio.simulation.run.options import RunOptions


def server(overhead: float, *, saturated: bool = False) -> Plan:
    """Poisson requests (or one client that never thinks) of exponential work; `overhead` adds cycles to each."""
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    root = builder.node(pool=pool, name="root")
    vm = builder.vm(name="vm", block="vm-1", pool=pool, stream=1)
    context = builder.context(vm=vm, name="processors", parent=root)
    route = [steps.cpu(context, 1e6, layer=Layer.GUEST_USER, scv=1, purpose=1)]
    if overhead:
        route.append(steps.cpu(context, overhead, layer=Layer.VMM, purpose=2))
    arrivals, think_ns = (Arrivals.CLOSED, 0.0) if saturated else (Arrivals.OPEN, 2e6)
    builder.request_class(vm=vm, name="requests", steps=route, arrivals=arrivals, think_ns=think_ns)
    return builder.build()


def test_replications_are_pooled_with_an_interval_over_their_means() -> None:
    results = replicate(server(0), RunOptions(duration_s=50.0), replications=6, workers=2)
    assert results.replications == 6
    low, high = results.vms[0].latency_ci95
    assert low < 2e-3 < high  # M/M/1 at load 0.5
    assert results.vms[0].throughput_per_s == pytest.approx(500, rel=0.02)


def test_the_number_of_workers_does_not_change_the_results() -> None:
    one = replicate(server(0), RunOptions(duration_s=5.0), replications=4, workers=1)
    four = replicate(server(0), RunOptions(duration_s=5.0), replications=4, workers=4)
    assert one.vms == four.vms


def test_common_random_numbers_show_a_difference_that_independent_runs_would_hide() -> None:
    # 10 us of overhead on 1 ms. M/G/1: stay 1.01 + 0.5 x 2.0201 / 2 / (1 - 0.505) = 2.03025 ms instead of 2 ms.
    options = RunOptions(duration_s=20.0, warmup_s=1.0)
    comparison = compare({"native": server(0), "type1": server(1e4)}, options, replications=6)
    (difference,) = comparison.differences
    low, high = difference.latency_ci95
    assert 0 < low < 0.03025e-3 < high
    spread = comparison.results["native"].vms[0].latency_ci95
    assert high - low < (spread[1] - spread[0]) / 5
    assert difference.ratio == pytest.approx(1.0, abs=1e-3)


def test_a_ratio_has_an_interval_and_any_plan_can_be_the_baseline() -> None:
    # One busy client on one processor: 1000 requests of 1 ms per second against 1000 / 1.25 = 800.
    plans = {"type1": server(2.5e5, saturated=True), "native": server(0, saturated=True)}
    comparison = compare(plans, RunOptions(duration_s=5.0, warmup_s=0.0), replications=4, baseline="native")
    (difference,) = comparison.differences
    assert (comparison.baseline, difference.variant) == ("native", "type1")
    low, high = difference.ratio_ci95
    assert low <= difference.ratio <= high
    assert difference.ratio == pytest.approx(0.8, abs=0.01)
    assert high - low < 0.02


def test_an_automatic_warm_up_is_the_same_for_everything_that_is_compared() -> None:
    told: list[float] = []
    plans = {"type1": server(2e5), "native": server(0)}
    comparison = compare(plans, RunOptions(duration_s=5.0), replications=3, progress=told.append)
    assert comparison.results["type1"].warmup_s == comparison.results["native"].warmup_s
    assert 0 <= min(told) <= max(told) <= 1.0 + 1e-9
    assert told == sorted(told)


def test_requests_are_the_same_in_every_architecture() -> None:
    arrived = [
        replicate(server(overhead), RunOptions(duration_s=5.0, warmup_s=0.0), replications=1).vms[0].completions
        for overhead in (0, 5e4)
    ]
    assert abs(arrived[0] - arrived[1]) <= 5  # only those still under way at the end


def test_a_comparison_and_a_sweep_can_be_written_as_json(busy_vms: Callable[..., Plan]) -> None:
    plans = {"100": busy_vms([100, 100]), "300": busy_vms([100, 300])}
    options = RunOptions(duration_s=2.0)
    text = json.loads(json.dumps(compare(plans, options, replications=2).to_json()))
    assert text["baseline"] == "100"
    assert set(text["variants"]) == {"100", "300"}
    points = json.loads(json.dumps(sweep(plans, options).to_json()))["points"]
    assert [point["value"] for point in points] == ["100", "300"]
    assert points[1]["vms"][1]["throughput_per_s"] == pytest.approx(750, rel=0.02)


def test_progress_rises_to_one_and_can_cancel() -> None:
    told: list[float] = []
    replicate(server(0), RunOptions(duration_s=5.0), replications=3, progress=told.append)
    assert told[-1] == pytest.approx(1.0)
    with pytest.raises(UserCancelled):
        replicate(server(0), RunOptions(duration_s=1e5), replications=2, progress=lambda fraction: False)


def test_no_replications_are_refused() -> None:
    with pytest.raises(PlanError, match="replications"):
        replicate(server(0), RunOptions(), replications=0)
