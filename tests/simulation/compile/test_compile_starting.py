"""What cannot be simulated is refused with block and parameter; what cannot start says why; the rest runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hvstudio.errors import PlanError
from hvstudio.model.document import Document
from hvstudio.simulation.compile import compile_document

Compile = Callable[[Any], Any]


def _reason(plan: Any, vm: str) -> str:
    return plan.plan.vm_cannot_start[plan.row(vm)]


def _with_runner(stack: Any) -> None:
    """A second host on which something always runs."""
    stack.host("other")
    stack.add("os", "other os", on="other", product="linux")
    stack.work("other work", on="other os")


def test_an_empty_document_has_no_hardware(catalog: Any) -> None:
    with pytest.raises(PlanError, match="no hardware"):
        compile_document(Document(title="Nothing"), catalog)


def test_a_bare_host_has_nothing_to_run(stack: Any, compiled: Compile) -> None:
    stack.host()
    with pytest.raises(PlanError, match="host: there is no virtual machine and no software to run"):
        compiled(stack)


def test_a_host_without_processors_is_refused(stack: Any, compiled: Compile) -> None:
    stack.host(cores_per_socket=0)
    stack.add("os", "linux", on="host", product="linux")
    stack.work("work", on="linux")
    with pytest.raises(PlanError, match=r"host: parameter cores_per_socket: Cores per socket must be at least 1\."):
        compiled(stack)


def test_a_vm_on_bare_hardware_stays_off(stack: Any, compiled: Compile) -> None:
    _with_runner(stack)
    stack.host()
    stack.vm("vm", on="host")
    assert _reason(compiled(stack), "vm") == "it rests on no hypervisor"


def test_nothing_but_a_vm_on_bare_hardware_is_refused(stack: Any, compiled: Compile) -> None:
    stack.host()
    stack.vm("vm", on="host")
    with pytest.raises(PlanError, match=r"vm: .*no hypervisor"):
        compiled(stack)


@pytest.mark.parametrize(
    ("product", "lacking", "words"),
    [
        ("hyper-v-2008", "hardware_virtualization", "VT-x or AMD-V"),
        ("hyper-v-2016", "slat", "SLAT"),
        ("hyper-v-2008-r2", "is_64bit", "64-bit processor"),
        ("hyper-v-2012", "dep", "DEP"),
    ],
)
def test_a_product_that_needs_an_extension_does_not_run_without(
    stack: Any, compiled: Compile, product: str, lacking: str, words: str
) -> None:
    _with_runner(stack)
    stack.host(**{lacking: False})
    stack.add("hypervisor", "hyper-v", on="host", product=product)
    stack.add("parent_partition", "parent", on="hyper-v")
    stack.add("os", "server", on="parent", product="windows-server-2016")
    stack.vm("vm", on="hyper-v")
    assert words in _reason(compiled(stack), "vm")


def test_slat_is_optional_where_the_product_can_do_without(stack: Any, compiled: Compile) -> None:
    stack.host(slat=False)
    stack.add("hypervisor", "hyper-v", on="host", product="hyper-v-2012-r2")
    stack.add("parent_partition", "parent", on="hyper-v")
    stack.add("os", "server", on="parent", product="windows-server-2012-r2")
    stack.vm("vm", on="hyper-v")
    assert _reason(compiled(stack), "vm") == ""


def test_hyper_v_needs_its_parent_partition(stack: Any, compiled: Compile) -> None:
    _with_runner(stack)
    stack.host()
    stack.add("hypervisor", "hyper-v", on="host", product="hyper-v-2016")
    stack.vm("vm", on="hyper-v")
    assert _reason(compiled(stack), "vm") == "hyper-v needs a parent partition"


def test_a_parent_partition_without_system_drives_nothing(stack: Any, compiled: Compile) -> None:
    _with_runner(stack)
    stack.host()
    stack.add("hypervisor", "hyper-v", on="host", product="hyper-v-2016")
    stack.add("parent_partition", "parent", on="hyper-v")
    stack.vm("vm", on="hyper-v")
    assert _reason(compiled(stack), "vm") == "parent has no operating system, so nothing drives the devices"


def test_a_hosted_product_on_bare_hardware_finds_no_drivers(stack: Any, compiled: Compile) -> None:
    _with_runner(stack)
    stack.host()
    stack.add("hypervisor", "workstation", on="host", product="vmware-workstation")
    stack.vm("vm", on="workstation")
    assert "no drivers of its own" in _reason(compiled(stack), "vm")


@pytest.mark.parametrize(("exposed", "vendor", "runs"), [(True, "intel", True), (False, "intel", False),
                                                         (True, "amd", False)])  # fmt: skip
def test_nesting_needs_the_extensions_exposed(
    stack: Any, compiled: Compile, exposed: bool, vendor: str, runs: bool
) -> None:
    """Hyper-V 2016 can nest on Intel only, and only where the VM is told to show VT-x."""
    stack.host(cpu_vendor=vendor)
    stack.add("hypervisor", "hyper-v", on="host", product="hyper-v-2016")
    stack.add("parent_partition", "parent", on="hyper-v")
    stack.add("os", "server", on="parent", product="windows-server-2016")
    stack.vm("outer", on="hyper-v", work=False, nested_virtualization=exposed, memory_bytes=2**36)
    stack.add("os", "outer linux", on="outer", product="linux")
    stack.add("hypervisor", "kvm", on="outer linux", product="kvm")
    stack.vm("vm", on="kvm", disk_to="outer disk", nic_to="outer nic")
    plan = compiled(stack)
    assert (_reason(plan, "vm") == "") is runs
    assert _reason(plan, "outer") == ""


def test_a_vm_without_workload_is_idle(stack: Any, compiled: Compile) -> None:
    stack.host()
    stack.add("hypervisor", "esxi", on="host", product="vmware-esxi")
    stack.vm("vm", on="esxi", work=False)
    plan = compiled(stack)
    assert plan.rows() == ["vm"]
    assert len(plan.plan.class_vm) == 0
    assert "vm" in plan.plan.context_name


def test_work_that_needs_a_disk_where_there_is_none_is_refused(stack: Any, compiled: Compile) -> None:
    stack.add("host", "bare")
    stack.add("hypervisor", "esxi", on="bare", product="vmware-esxi")
    stack.add("vm", "vm", on="esxi")
    stack.work("work", on="vm", disk_reads=1.0)
    with pytest.raises(PlanError, match=r"vm: its work needs a disk, and bare has none\. Add a disk to bare"):
        compiled(stack)


def test_a_disk_attached_to_nothing_takes_the_first_with_a_note(stack: Any, compiled: Compile) -> None:
    stack.host()
    stack.add("hypervisor", "esxi", on="host", product="vmware-esxi")
    stack.vm("vm", on="esxi", disk_to="")
    stack.change("vm work", disk_reads=1.0)
    plan = compiled(stack)
    assert "host disk" in plan.visits("vm")
    assert "vm disk is attached to nothing: host disk is taken." in plan.plan.notes


def test_floating_blocks_take_no_part_and_are_noted(stack: Any, compiled: Compile) -> None:
    _with_runner(stack)
    stack.add("os", "lost", product="linux")
    stack.add("note", "remark", text="nothing to see")
    plan = compiled(stack)
    assert plan.plan.notes == ("lost takes no part: it rests on nothing.",)


def test_a_second_system_on_the_hardware_takes_no_part(stack: Any, compiled: Compile) -> None:
    _with_runner(stack)
    stack.add("os", "intruder", on="other", product="windows-10")
    plan = compiled(stack)
    assert plan.rows() == ["other os"]
    assert "intruder takes no part: it cannot run on other." in plan.plan.notes


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"arrivals": "open", "rate_per_s": 0.0}, "parameter rate_per_s: Rate must be at least"),
        ({"arrivals": "closed", "clients": 0}, "parameter clients: Clients must be at least 1"),
        ({"arrivals": "trace", "trace": ""}, "trace holds no request"),
        ({"arrivals": "trace", "trace": "0.5,two"}, "trace, line 1"),
        ({"arrivals": "sometimes"}, "parameter arrivals: Arrivals must be one of"),
        ({"user_cycles": "many"}, "user_cycles: User cycles must be a number"),
        ({"user_cycles": float("nan")}, "user_cycles: User cycles must be a number"),
        ({"user_cycles": 1e300}, "user_cycles: User cycles must be at most"),
        ({"disk_reads": -1.0}, "disk_reads: Disk reads must be at least 0"),
    ],
)
def test_impossible_workloads_are_refused_by_name(
    stack: Any, compiled: Compile, values: dict[str, Any], words: str
) -> None:
    stack.host()
    stack.add("hypervisor", "esxi", on="host", product="vmware-esxi")
    stack.vm("vm", on="esxi")
    stack.change("vm work", **values)
    with pytest.raises(PlanError, match=words) as caught:
        compiled(stack)
    assert "vm" in caught.value.where


def test_no_cpu_work_is_fine_where_there_is_other_work(stack: Any, compiled: Compile) -> None:
    stack.host()
    stack.add("hypervisor", "esxi", on="host", product="vmware-esxi")
    stack.vm("vm", on="esxi")
    stack.change("vm work", user_cycles=0.0, disk_reads=1.0)
    assert "host disk" in compiled(stack).visits("vm")


def test_no_work_at_all_with_a_pause_is_an_idle_vm(stack: Any, compiled: Compile) -> None:
    stack.host()
    stack.add("hypervisor", "esxi", on="host", product="vmware-esxi")
    stack.vm("vm", on="esxi")
    stack.change("vm work", user_cycles=0.0)
    plan = compiled(stack)
    assert plan.rows() == ["vm"]
    assert len(plan.plan.class_vm) == 0
    assert "vm work has no work to do." in plan.plan.notes


def test_who_falls_with_whom(new_stack: Any, compiled: Compile) -> None:
    """A host system takes hosted VMs down, a parent partition those of its hypervisor, a VM only itself."""
    hosted = new_stack()
    hosted.host()
    hosted.add("os", "linux", on="host", product="linux")
    hosted.add("hypervisor", "kvm", on="linux", product="kvm")
    hosted.vm("vm", on="kvm")
    plan = compiled(hosted)
    assert set(plan.plan.vm_depends_on[plan.row("vm")]) == {"vm", "vm os", "kvm", "linux", "host"}
    hybrid = new_stack()
    hybrid.host()
    hybrid.add("os", "windows", on="host", product="windows-server-2003")
    hybrid.add("hypervisor", "virtual server", on="host", product="virtual-server-2005-r2")
    hybrid.vm("vm", on="virtual server")
    plan = compiled(hybrid)
    assert set(plan.plan.vm_depends_on[plan.row("vm")]) == {"vm", "vm os", "virtual server", "windows", "host"}
    type1 = new_stack()
    type1.host()
    type1.add("hypervisor", "hyper-v", on="host", product="hyper-v-2016")
    type1.add("parent_partition", "parent", on="hyper-v")
    type1.add("os", "server", on="parent", product="windows-server-2016")
    type1.vm("one", on="hyper-v")
    type1.vm("two", on="hyper-v")
    plan = compiled(type1)
    assert set(plan.plan.vm_depends_on[plan.row("two")]) == {"two", "two os", "hyper-v", "parent", "server", "host"}


def test_rows_stand_in_document_order_with_their_own_streams(stack: Any, compiled: Compile) -> None:
    stack.host()
    stack.add("hypervisor", "esxi", on="host", product="vmware-esxi")
    for name in ("one", "two", "three"):
        stack.vm(name, on="esxi")
    plan = compiled(stack)
    assert plan.rows() == ["one", "two", "three"]
    assert list(plan.plan.vm_stream[:3]) == [0, 1, 2]


def test_a_product_runs_so_many_vms_and_no_more(stack: Any, compiled: Compile) -> None:
    """Virtual Server 2005: 64 virtual machines (TechNet cc708270)."""
    stack.host()
    stack.add("os", "windows", on="host", product="windows-server-2003")
    stack.add("hypervisor", "virtual server", on="host", product="virtual-server-2005-r2")
    for number in range(66):
        stack.add("vm", f"vm {number}", on="virtual server", memory_bytes=2**27)
    plan = compiled(stack).plan
    assert [bool(reason) for reason in plan.vm_cannot_start[:66]] == [False] * 64 + [True] * 2
    assert plan.vm_cannot_start[65] == "virtual server runs 64 virtual machines at most"
