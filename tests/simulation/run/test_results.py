"""What a run reports, and how it is written down."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import numpy as np
import pytest

from hvstudio.simulation.kernel.engine import engine_name
from hvstudio.simulation.plan import steps
from hvstudio.simulation.plan.builder import PlanBuilder
from hvstudio.simulation.plan.plan import Arrivals, Layer, Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.results import LAYERS, results_csv
from hvstudio.simulation.run.run import simulate


def deterministic_plan() -> Plan:
    """One client: 2 ms of processor (half of it in the VMM), 1 ms of disk for 4096 bytes, 1 ms of thinking."""
    builder = PlanBuilder()
    pool = builder.pool(processors=2, clock_hz=1e9)
    root = builder.node(pool=pool, name="root")
    disk = builder.station(name="disk", block="disk-1")
    vm = builder.vm(name="database", block="vm-1", pool=pool, stream=1)
    context = builder.context(vm=vm, name="processors", parent=root, leaves=2)
    route = [
        steps.cpu(context, 1e6, layer=Layer.GUEST_USER),
        steps.cpu(context, 1e6, layer=Layer.VMM, exits=3),
        steps.use(disk, ns=1e6, bytes=4096),
    ]
    builder.request_class(
        vm=vm, name="queries", steps=route, arrivals=Arrivals.CLOSED, think_ns=1e6, think_scv=0, bytes=4096
    )
    builder.note("assumed something")
    return builder.build()


def test_a_run_whose_every_figure_is_known_by_hand() -> None:
    # A round takes 4 ms: 250 per second. Two processors: half of one is used.
    results = simulate(deterministic_plan(), RunOptions(duration_s=4.0, warmup_s=1.0, check_conservation=True))
    vm = results.vm("vm-1")
    assert vm.throughput_per_s == pytest.approx(250, rel=1e-3)
    assert vm.bytes_per_s == pytest.approx(250 * 4096, rel=1e-3)
    assert vm.latency_s.mean == pytest.approx(3e-3)
    assert [vm.latency_s.p50, vm.latency_s.p95, vm.latency_s.p99] == pytest.approx([3e-3] * 3, rel=0.01)
    assert vm.exits_per_s == pytest.approx(750, rel=2e-3)
    assert vm.cpu_seconds["guest_user"] == pytest.approx(0.75, rel=2e-3)
    assert vm.cpu_seconds["vmm"] == pytest.approx(0.75, rel=2e-3)
    assert vm.ready_fraction == 0.0
    assert results.host.cpu_utilisation["idle"] == pytest.approx(0.75, rel=1e-3)
    assert sum(results.host.cpu_utilisation.values()) == pytest.approx(1.0, abs=1e-12)
    assert results.host.devices[0].utilisation == pytest.approx(0.25, rel=1e-3)
    assert results.host.devices[0].operations_per_s == pytest.approx(250, rel=1e-3)
    assert (results.simulated_s, results.warmup_s) == (4.0, 1.0)


def test_the_bottleneck_and_the_next_one_behind_it(closed_network: Callable[[int], Plan]) -> None:
    # 16 VMs saturate neither for sure, but servers of 1 ms / 8 and 0.5 ms / 4 are used alike; the CPU not at all.
    host = simulate(closed_network(16), RunOptions(duration_s=10.0)).host
    assert [limit.name for limit in host.limits][:2] in (["processors", "disk"], ["disk", "processors"])
    assert host.to_json()["bottleneck"]["next"]["utilisation"] > 0.5


def test_the_json_has_the_fields_that_are_promised() -> None:
    results = simulate(deterministic_plan(), RunOptions(duration_s=1.0, seed=9))
    text = json.loads(json.dumps(results.to_json()))
    vm = text["vms"][0]
    assert (vm["id"], vm["name"]) == ("vm-1", "database")
    assert {"throughput_per_s", "bytes_per_s", "ready_fraction"} <= set(vm)
    assert len(vm["throughput_ci95"]) == 2
    assert set(vm["latency_s"]) == {"mean", "p50", "p95", "p99"}
    assert set(vm["cpu_seconds"]) == set(LAYERS)
    assert set(text["host"]["cpu_utilisation"]) == {"guest", "hypervisor", "host", "background", "idle"}
    assert text["host"]["devices"][0]["id"] == "disk-1"
    assert text["host"]["bottleneck"]["kind"] in {"cpu", "device", "context"}
    assert set(text["host"]["bottleneck"]["next"]) == {"kind", "name", "id", "resource", "utilisation"}
    assert text["seed"] == 9
    assert text["engine"] == engine_name()
    assert len(text["model_sha256"]) == 64
    assert text["events"] > 0
    assert text["notes"] == ["assumed something"]
    assert text["simulated_s"] == 1.0


def test_host_background_is_reported_apart_from_the_guests() -> None:
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    root = builder.node(pool=pool, name="root")
    for number, is_guest in enumerate((True, False)):
        vm = builder.vm(name=f"v{number}", block=f"b-{number}", pool=pool, stream=number, is_guest=is_guest)
        context = builder.context(vm=vm, name=f"c{number}", parent=root)
        layer = Layer.GUEST_USER if is_guest else Layer.BACKGROUND
        route = [steps.cpu(context, 1e6, layer=layer)]
        builder.request_class(vm=vm, name="work", steps=route, arrivals=Arrivals.CLOSED)
    results = simulate(builder.build(), RunOptions(duration_s=1.0))
    text = results.to_json()
    assert [vm["id"] for vm in text["vms"]] == ["b-0"]
    assert [vm["id"] for vm in text["background"]] == ["b-1"]
    assert results.host.cpu_utilisation["background"] == pytest.approx(0.5, abs=0.02)


def test_the_csv_has_a_line_per_sample_and_vm() -> None:
    results = simulate(deterministic_plan(), RunOptions(duration_s=2.0, sample_interval_s=0.05))
    rows = list(csv.DictReader(io.StringIO(results_csv(results))))
    assert len(rows) == 40
    assert rows[-1]["vm"] == "vm-1"
    assert float(rows[-1]["time_s"]) == 2.0
    assert np.mean([float(row["throughput_per_s"]) for row in rows]) == pytest.approx(250, rel=0.01)


def test_the_automatic_warm_up_drops_an_empty_start(closed_network: Callable[[int], Plan]) -> None:
    # Everybody begins by thinking for 10 ms on average; requests flow from then on. At most half is dropped.
    results = simulate(closed_network(4), RunOptions(duration_s=10.0))
    assert 0.0 <= results.warmup_s <= 5.5
    assert sum(vm.throughput_per_s for vm in results.vms) == pytest.approx(2780, rel=0.02)


@pytest.mark.skipif(engine_name() != "compiled", reason="millions of events: minutes interpreted")
def test_the_memory_of_a_run_does_not_grow_with_its_length(busy_vms: Callable[..., Plan]) -> None:
    results = simulate(busy_vms([100]), RunOptions(duration_s=3000.0, warmup_s=0.0))
    assert results.series is not None
    assert len(results.series.time_s) <= 2048
    assert results.vms[0].throughput_per_s == pytest.approx(1000, rel=1e-6)


def test_ready_time_is_that_of_virtual_processors_not_of_threads_that_serve_them() -> None:
    # Two guests of one virtual processor share one logical one: each waits half of the time. The emulation thread
    # that belongs to each VM waits too, but is no virtual processor.
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    root = builder.node(pool=pool, name="root", quantum_ns=1_000_000)
    for number in range(2):
        vm = builder.vm(name=f"v{number}", block=f"b-{number}", pool=pool, stream=number)
        guest = builder.context(vm=vm, name=f"guest {number}", parent=root)
        thread = builder.context(vm=vm, name=f"thread {number}", parent=root, leaves=3)
        work = [steps.cpu(guest, 1e6, layer=Layer.GUEST_USER), steps.cpu(thread, 1.0, layer=Layer.VMM)]
        builder.request_class(vm=vm, name="work", steps=work, arrivals=Arrivals.CLOSED, clients=1)
    results = simulate(builder.build(), RunOptions(duration_s=2.0))
    assert [vm.ready_fraction for vm in results.vms] == pytest.approx([0.5, 0.5], abs=0.01)
