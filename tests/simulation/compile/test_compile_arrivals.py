"""How requests come, and what a request counts for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hvstudio.errors import PlanError
from hvstudio.simulation.plan.plan import Arrivals

Compile = Callable[[Any], Any]


@pytest.fixture
def vm(stack: Any) -> Any:
    stack.host()
    stack.add("hypervisor", "esxi", on="host", product="vmware-esxi")
    stack.vm("vm", on="esxi")
    return stack


def test_closed_clients_think(vm: Any, compiled: Compile) -> None:
    vm.change("vm work", arrivals="closed", clients=7, think_s=0.25)
    plan = compiled(vm).plan
    assert plan.class_arrivals[0] == Arrivals.CLOSED
    assert plan.class_clients[0] == 7
    assert plan.class_think_ns[0] == 0.25e9


def test_saturated_clients_do_not(vm: Any, compiled: Compile) -> None:
    vm.change("vm work", arrivals="saturated", clients=3, think_s=5.0)
    plan = compiled(vm).plan
    assert (plan.class_clients[0], plan.class_think_ns[0]) == (3, 0.0)


@pytest.mark.parametrize(("pattern", "scv"), [("poisson", 1.0), ("deterministic", 0.0), ("bursty", 10.0)])
def test_open_arrivals_have_a_gap_and_a_pattern(vm: Any, compiled: Compile, pattern: str, scv: float) -> None:
    vm.change("vm work", arrivals="open", rate_per_s=200.0, arrival_pattern=pattern)
    plan = compiled(vm).plan
    assert plan.class_arrivals[0] == Arrivals.OPEN
    assert (plan.class_think_ns[0], plan.class_think_scv[0]) == (5e6, scv)


def test_a_trace_is_read_sorted_and_summed(vm: Any, compiled: Compile) -> None:
    vm.change("vm work", arrivals="trace", trace="seconds,count\n# lunch\n2,1\n0.5,2\n\n0.5;3\n")
    plan = compiled(vm).plan
    assert list(plan.trace_time_ns) == [500_000_000, 2_000_000_000]
    assert list(plan.trace_requests) == [5, 1]


@pytest.mark.parametrize("line", ["1,2,3", "-1,2", "1,-2", "1,2.5", "nan,1", "1,inf", "one,1", "1e9,1"])
def test_a_wrong_line_of_a_trace_is_named(vm: Any, compiled: Compile, line: str) -> None:
    vm.change("vm work", arrivals="trace", trace=f"0,1\n{line}")
    with pytest.raises(PlanError, match="vm work: trace, line 2") as caught:
        compiled(vm)
    assert "0.5,3" in caught.value.hint


def test_a_vm_that_starts_later_asks_later(vm: Any, compiled: Compile) -> None:
    vm.change("vm", start_s=12.0)
    assert compiled(vm).plan.class_start_ns[0] == 12e9


def test_bytes_are_those_of_the_network_or_else_of_the_disk(vm: Any, compiled: Compile) -> None:
    vm.change("vm work", disk_reads=2.0, disk_read_bytes=1000.0, disk_writes=1.0, disk_write_bytes=500.0)
    assert compiled(vm).plan.class_bytes[0] == 2500.0
    vm.change("vm work", packets_out=3.0, packet_out_bytes=100.0)
    assert compiled(vm).plan.class_bytes[0] == 300.0


def test_software_that_takes_one_request_at_a_time_holds_its_turn(vm: Any, compiled: Compile) -> None:
    """From the moment the packets are in until the answer is handed to the card."""
    vm.change("vm", virtual_processors=2)
    vm.change("vm work", max_concurrency=1, packets_in=1.0, packets_out=1.0)
    visits = compiled(vm).visits("vm")
    turn = "vm work at once"
    first, last = visits.index(turn), len(visits) - 1 - visits[::-1].index(turn)
    assert visits.index("host nic in") < first < last < visits.index("host nic out")
    plan = compiled(vm).plan
    assert plan.station_servers[plan.station_name.index(turn)] == 1


def test_a_single_processor_takes_one_request_at_a_time_by_itself(vm: Any, compiled: Compile) -> None:
    vm.change("vm", virtual_processors=1)
    vm.change("vm work", max_concurrency=1)
    assert "vm work at once" not in compiled(vm).plan.station_name


def test_two_workloads_of_a_vm_share_its_processors_but_no_random_numbers(vm: Any, compiled: Compile) -> None:
    vm.work("second work", on="vm os", demand_scv=1.0)
    vm.change("vm work", demand_scv=1.0)
    plan = compiled(vm).plan
    assert len(plan.class_vm) == 2
    assert list(plan.class_vm) == [0, 0]
    purposes = [int(plan.step_purpose[int(first)]) for first in plan.class_first_step]
    assert purposes[0] != purposes[1]


def test_background_load_of_a_host_is_no_vm(stack: Any, compiled: Compile) -> None:
    stack.host()
    stack.add("os", "linux", on="host", product="linux")
    stack.work("scan", on="linux", arrivals="saturated", clients=4)
    stack.add("hypervisor", "kvm", on="linux", product="kvm")
    stack.vm("vm", on="kvm")
    plan = compiled(stack)
    assert plan.rows() == ["vm"]
    assert plan.plan.vm_is_guest[plan.row("linux")] == 0
    threads = list(plan.plan.node_context).count(plan.plan.context_name.index("scan"))
    assert threads == 4


def test_a_hypervisor_without_vms_leaves_the_system_native(stack: Any, compiled: Compile) -> None:
    stack.host()
    stack.add("os", "linux", on="host", product="linux")
    stack.work("work", on="linux")
    stack.add("hypervisor", "kvm", on="linux", product="kvm")
    assert compiled(stack).rows() == ["linux"]
