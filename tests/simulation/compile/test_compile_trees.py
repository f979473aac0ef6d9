"""The scheduling tree of every architecture, and CPU controls in the terms of each product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Compile = Callable[[Any], Any]
TWO_WAY = {"sockets": 1, "cores_per_socket": 2, "threads_per_core": 1}


def _type1(stack: Any, product: str = "hyper-v-2016", **host: Any) -> None:
    stack.host(**{**TWO_WAY, **host})
    stack.add("hypervisor", "hyper-v", on="host", product=product)
    stack.add("parent_partition", "parent", on="hyper-v")
    stack.add("os", "server", on="parent", product="windows-server-2016")


def test_type_2_vms_compete_with_the_hosts_processes(stack: Any, compiled: Compile) -> None:
    stack.host(**TWO_WAY)
    stack.add("os", "windows", on="host", product="windows-7")
    stack.work("scan", on="windows")
    stack.add("hypervisor", "workstation", on="windows", product="vmware-workstation")
    stack.vm("one", on="workstation")
    stack.vm("two", on="workstation")
    plan = compiled(stack)
    assert plan.tree() == {"host": {"scan": {}, "one": {}, "two": {}}}
    assert plan.plan.node_quantum_ns[0] == 31_000_000  # Windows on a desktop: two clock ticks


def test_hybrid_divides_the_processors_between_the_host_and_the_vmm(stack: Any, compiled: Compile) -> None:
    stack.host(**TWO_WAY)
    stack.add("os", "windows", on="host", product="windows-server-2003")
    stack.work("scan", on="windows")
    stack.add("hypervisor", "virtual server", on="host", product="virtual-server-2005-r2")
    stack.vm("one", on="virtual server")
    stack.vm("two", on="virtual server")
    plan = compiled(stack)
    assert plan.tree() == {
        "host": {"windows": {"scan": {}}, "virtual server": {"one": {"one": {}}, "two": {"two": {}}}}
    }
    # Two virtual processors on two processors: on each of them the host's kernel and the VMM get half.
    weights = plan.plan.node_weight
    assert weights[plan.node("windows")] == weights[plan.node("virtual server")] == 100.0


def test_a_vmm_with_few_virtual_processors_contends_on_few_processors(stack: Any, compiled: Compile) -> None:
    """One virtual processor on two: half of one processor, a quarter of the machine, the weight 1 against 3."""
    stack.host(**TWO_WAY)
    stack.add("os", "windows", on="host", product="windows-server-2003")
    stack.work("scan", on="windows")
    stack.add("hypervisor", "virtual server", on="host", product="virtual-server-2005-r2")
    stack.vm("one", on="virtual server")
    plan = compiled(stack)
    share = plan.plan.node_weight[plan.node("virtual server")] / plan.plan.node_weight[plan.node("windows")]
    assert share == pytest.approx(1 / 3)


def test_type_1_parent_is_an_ordinary_competitor(stack: Any, compiled: Compile) -> None:
    """Hyper-V TLFS 22.3: the root partition has weight 100, no reserve and no cap."""
    _type1(stack)
    stack.work("scan", on="server")
    stack.vm("one", on="hyper-v", virtual_processors=2)
    plan = compiled(stack)
    assert plan.tree() == {"host": {"parent": {"scan": {}}, "one": {}}}
    parent = plan.node("parent")
    assert plan.plan.node_weight[parent] == 200.0  # 100 for each of its two virtual processors
    assert plan.plan.node_reserve[parent] == 0.0
    assert plan.plan.node_limit[parent] == 0.0
    assert plan.plan.node_max_running[parent] == 2


def test_a_smaller_parent_runs_on_fewer_processors(stack: Any, compiled: Compile) -> None:
    _type1(stack)
    stack.change("parent", virtual_processors=1)
    stack.work("scan", on="server")
    stack.vm("one", on="hyper-v")
    plan = compiled(stack)
    assert plan.plan.node_max_running[plan.node("parent")] == 1


def test_hyper_v_controls_belong_to_each_virtual_processor(stack: Any, compiled: Compile) -> None:
    """Hyper-V TLFS 18.2: weight, reserve and cap are per virtual processor."""
    _type1(stack)
    stack.vm("one", on="hyper-v", virtual_processors=2, cpu_weight=300, cpu_reserve=0.25, cpu_limit=0.5)
    plan = compiled(stack)
    leaves = [plan.node(name) for name in ("one.0", "one.1")]
    for leaf in leaves:
        assert plan.plan.node_weight[leaf] == 300.0
        assert plan.plan.node_reserve[leaf] == 0.25
        assert plan.plan.node_limit[leaf] == 0.5


def test_virtual_server_controls_belong_to_the_vm(stack: Any, compiled: Compile) -> None:
    stack.host(**TWO_WAY)
    stack.add("os", "windows", on="host", product="windows-server-2003")
    stack.add("hypervisor", "virtual server", on="host", product="virtual-server-2005-r2")
    stack.vm("one", on="virtual server", cpu_weight=300, cpu_reserve=0.25, cpu_limit=0.5)
    plan = compiled(stack)
    node = plan.node("one")
    assert plan.plan.node_context[node] == -1
    assert plan.plan.node_weight[node] == 300.0
    assert plan.plan.node_reserve[node] == 0.25
    assert plan.plan.node_limit[node] == 0.5


def test_esxi_shares_grow_with_the_virtual_processors(stack: Any, compiled: Compile) -> None:
    """Shares are 1,000 for each virtual processor: two processors at normal are worth twice one."""
    stack.host(**TWO_WAY)
    stack.add("hypervisor", "esxi", on="host", product="vmware-esxi")
    stack.vm("one", on="esxi", virtual_processors=1)
    stack.vm("two", on="esxi", virtual_processors=2, cpu_limit=0.5)
    plan = compiled(stack)
    assert plan.plan.node_weight[plan.node("two")] == 2 * plan.plan.node_weight[plan.node("one")]
    assert plan.plan.node_limit[plan.node("two")] == 1.0


def test_kvm_weighs_the_vm_whatever_its_size(stack: Any, compiled: Compile) -> None:
    stack.host(**TWO_WAY)
    stack.add("os", "linux", on="host", product="linux")
    stack.add("hypervisor", "kvm", on="linux", product="kvm")
    stack.vm("one", on="kvm", virtual_processors=1, cpu_weight=50)
    stack.vm("two", on="kvm", virtual_processors=2, cpu_weight=50, cpu_reserve=0.5)
    plan = compiled(stack)
    assert plan.plan.node_weight[plan.node("one")] == plan.plan.node_weight[plan.node("two")] == 50.0
    assert plan.plan.node_reserve[plan.node("two")] == 0.0
    assert any("CPU reserve of two has no effect" in note for note in plan.plan.notes)


def test_the_root_scheduler_knows_no_controls(stack: Any, compiled: Compile) -> None:
    _type1(stack)
    stack.change("hyper-v", scheduler="root")
    stack.vm("one", on="hyper-v", cpu_weight=500, cpu_limit=0.5)
    plan = compiled(stack)
    assert plan.plan.node_weight[plan.node("one")] == 100.0
    assert plan.plan.node_limit[plan.node("one")] == 0.0
    assert any("root scheduler" in note for note in plan.plan.notes)


def test_a_vm_with_a_reserve_above_its_limit_stays_off(stack: Any, compiled: Compile) -> None:
    _type1(stack)
    stack.vm("one", on="hyper-v", cpu_reserve=0.6, cpu_limit=0.5)
    stack.vm("two", on="hyper-v")
    assert compiled(stack).plan.vm_cannot_start[:2] == ("its CPU reserve of 60% lies above its CPU limit of 50%", "")


def test_a_scheduler_that_the_product_does_not_offer_changes_nothing(stack: Any, compiled: Compile) -> None:
    _type1(stack, product="hyper-v-2012")
    stack.change("hyper-v", scheduler="root")
    stack.vm("one", on="hyper-v", cpu_weight=500)
    plan = compiled(stack)
    assert plan.plan.node_weight[plan.node("one")] == 500.0


def test_reserves_are_admitted_until_the_processors_are_given_away(stack: Any, compiled: Compile) -> None:
    """Two processors: 1.5 go to the first VM, the second wants one more and stays off, the third fits."""
    _type1(stack)
    stack.vm("one", on="hyper-v", virtual_processors=2, cpu_reserve=0.75)
    stack.vm("two", on="hyper-v", virtual_processors=1, cpu_reserve=1.0)
    stack.vm("three", on="hyper-v", virtual_processors=1, cpu_reserve=0.5)
    plan = compiled(stack)
    assert [bool(reason) for reason in plan.plan.vm_cannot_start[:3]] == [False, True, False]
    assert "CPU reserve" in plan.plan.vm_cannot_start[1]


def test_more_virtual_processors_than_processors_have_no_guarantee(stack: Any, compiled: Compile) -> None:
    """Hyper-V TLFS 18.2."""
    _type1(stack)
    stack.vm("one", on="hyper-v", virtual_processors=4, cpu_reserve=0.5)
    plan = compiled(stack)
    assert plan.plan.node_reserve[plan.node("one.0")] == 0.0


def test_a_product_gives_no_more_virtual_processors_than_it_can(stack: Any, compiled: Compile) -> None:
    stack.host(**TWO_WAY)
    stack.add("os", "windows", on="host", product="windows-xp")
    stack.add("hypervisor", "virtual pc", on="windows", product="virtual-pc-2007")
    stack.vm("one", on="virtual pc", virtual_processors=2)
    plan = compiled(stack)
    assert list(plan.plan.node_context).count(plan.plan.context_name.index("one")) == 1
    assert any("gives it 1 of its 2 virtual processors" in note for note in plan.plan.notes)


def test_a_nested_host_is_bounded_by_its_own_virtual_processors(stack: Any, compiled: Compile) -> None:
    _type1(stack)
    stack.vm("outer", on="hyper-v", work=False, nested_virtualization=True, virtual_processors=2, memory_bytes=2**36)
    stack.add("hypervisor", "inner", on="outer", product="hyper-v-2016")
    stack.add("parent_partition", "inner parent", on="inner")
    stack.add("os", "inner server", on="inner parent", product="windows-server-2016")
    stack.vm("one", on="inner", disk_to="outer disk", nic_to="outer nic")
    stack.change("one work", disk_reads=1.0)
    plan = compiled(stack)
    assert plan.tree() == {
        "host": {
            "parent": {"server: kernel": {}},
            "outer": {"one": {}, "inner parent": {"inner server: kernel": {}}},
        }
    }
    assert plan.plan.node_max_running[plan.node("outer")] == 2
    assert plan.plan.node_max_running[plan.node("inner parent")] == 2


def test_every_host_has_its_own_processors(stack: Any, compiled: Compile) -> None:
    _type1(stack)
    stack.vm("one", on="hyper-v")
    stack.host("second", clock_hz=3e9)
    stack.add("os", "linux", on="second", product="linux")
    stack.work("native work", on="linux")
    plan = compiled(stack)
    assert len(plan.plan.pool_processors) == 2
    assert plan.rows() == ["one", "linux"]
    assert [int(pool) for pool in plan.plan.vm_pool[:2]] == [0, 1]


def test_with_the_root_scheduler_vms_are_threads_of_the_parent(stack: Any, compiled: Compile) -> None:
    _type1(stack)
    stack.change("hyper-v", scheduler="root")
    stack.work("scan", on="server")
    stack.vm("one", on="hyper-v")
    assert compiled(stack).tree() == {"host": {"parent": {"scan": {}, "one": {}}}}


def test_several_workloads_of_a_vm_are_scheduled_by_its_own_system(stack: Any, compiled: Compile) -> None:
    """A short request does not wait for a long one of another program: the guest's scheduler stands between."""
    _type1(stack)
    stack.vm("one", on="hyper-v", virtual_processors=2, cpu_weight=300)
    stack.work("build", on="one os", clients=8)
    stack.vm("two", on="hyper-v", virtual_processors=2)
    plan = compiled(stack)
    assert plan.tree() == {"host": {"one": {"one work": {}, "build": {}}, "two": {}}}
    node = plan.node("one")
    assert plan.plan.node_max_running[node] == 2
    assert plan.plan.node_weight[node] == 600.0
    assert plan.plan.node_wake_preempts[node] == 1
    assert plan.plan.vm_is_guest[plan.row("one")] == 1


def test_the_core_scheduler_never_shares_a_core(stack: Any, compiled: Compile) -> None:
    """Two cores of two threads: four virtual processors at a time under the classic scheduler, two whole cores here."""
    _type1(stack, threads_per_core=2)
    stack.vm("one", on="hyper-v", virtual_processors=4)
    classic = compiled(stack).plan
    assert (classic.pool_processors[0], classic.pool_threads_per_core[0]) == (4, 2)
    stack.change("hyper-v", scheduler="core")
    core = compiled(stack).plan
    assert (core.pool_processors[0], core.pool_threads_per_core[0]) == (2, 1)
    assert "host: the core scheduler gives each virtual processor a core for itself." in core.notes
