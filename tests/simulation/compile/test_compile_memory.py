"""Memory: who fits, what dynamic memory gives, what is paged out; sums worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Compile = Callable[[Any], Any]
GIB = 2**30
MIB = 2**20


def _hyper_v(stack: Any, product: str, memory: int) -> None:
    """The hypervisor keeps 300 MiB and the parent 2 GiB."""
    stack.host(memory_bytes=memory)
    stack.add("hypervisor", "hyper-v", on="host", product=product)
    stack.add("parent_partition", "parent", on="hyper-v", memory_bytes=2 * GIB)
    stack.add("os", "server", on="parent", product="windows-server-2016")


def test_a_vm_that_does_not_fit_stays_off_and_says_so(stack: Any, compiled: Compile) -> None:
    """8 GiB less 300 MiB and 2 GiB leave 5.707 GiB; each VM takes 2 GiB and 40 MiB, so the third is too many."""
    _hyper_v(stack, "hyper-v-2008", 8 * GIB)
    for name in ("one", "two", "three"):
        stack.vm(name, on="hyper-v", memory_bytes=2 * GIB)
    plan = compiled(stack).plan
    assert plan.vm_cannot_start[:2] == ("", "")
    assert plan.vm_cannot_start[2] == "needs 2.039 GiB of memory, 1.629 GiB are left"
    assert plan.vm_name[2] == "three"
    assert 2 not in set(plan.class_vm)


def test_virtual_server_takes_32_mib_more_for_each_vm(stack: Any, compiled: Compile) -> None:
    """TechNet cc720354: a VM of 128 MB uses 160 MB. 1 GiB less 640 MiB for the host leaves 384 MiB: room for two."""
    stack.host(memory_bytes=GIB)
    stack.add("os", "windows", on="host", product="windows-server-2003", memory_reserve_bytes=384 * MIB)
    stack.add("hypervisor", "virtual server", on="host", product="virtual-server-2005-r2")
    for name in ("one", "two", "three"):
        stack.vm(name, on="virtual server", memory_bytes=128 * MIB)
    plan = compiled(stack).plan
    assert [bool(reason) for reason in plan.vm_cannot_start[:3]] == [False, False, True]
    assert plan.vm_cannot_start[2].startswith("needs 160 MiB")


def test_dynamic_memory_squeezes_the_others_to_let_one_start(stack: Any, compiled: Compile) -> None:
    """5.707 GiB of room; two VMs of 3 GiB would not fit, but the first gives back down to 1 GiB."""
    _hyper_v(stack, "hyper-v-2012", 8 * GIB)
    for name in ("one", "two"):
        stack.vm(name, on="hyper-v", memory_bytes=3 * GIB, dynamic_memory=True, memory_minimum_bytes=GIB,
                 memory_demand=0.5)  # fmt: skip
    plan = compiled(stack).plan
    assert plan.vm_cannot_start[:2] == ("", "")


def test_a_product_without_dynamic_memory_ignores_the_switch(stack: Any, compiled: Compile) -> None:
    _hyper_v(stack, "hyper-v-2008", 8 * GIB)
    for name in ("one", "two"):
        stack.vm(name, on="hyper-v", memory_bytes=3 * GIB, dynamic_memory=True, memory_minimum_bytes=GIB)
    plan = compiled(stack).plan
    assert [bool(reason) for reason in plan.vm_cannot_start[:2]] == [False, True]


def test_over_committed_vms_wait_for_their_pages(stack: Any, compiled: Compile) -> None:
    """ESXi: 4 GiB less 1 GiB of its own are 3 GiB; two VMs of 2 GiB touch all of it and take 40 MiB more each.

    2.922 of 4 GiB are there, so 27 % are missing: a request of 20 million cycles touches 100 pages and misses 27.
    """
    stack.host(memory_bytes=4 * GIB)
    stack.add("hypervisor", "esxi", on="host", product="vmware-esxi")
    for name in ("one", "two"):
        stack.vm(name, on="esxi", memory_bytes=2 * GIB, memory_demand=1.0)
        stack.change(f"{name} work", user_cycles=2e7)
    plan = compiled(stack)
    assert plan.plan.vm_cannot_start[:2] == ("", "")
    missing = 1.0 - (3 * GIB - 2 * 48 * MIB) / (4 * GIB)
    reads = [step for step in plan.steps("one") if step["at"] == "host disk"]
    assert sum(step["bytes"] for step in reads) == pytest.approx(100 * missing * 4096)
    assert any("Memory is short" in note for note in plan.plan.notes)


def test_memory_that_is_configured_but_not_touched_is_not_paged(stack: Any, compiled: Compile) -> None:
    stack.host(memory_bytes=4 * GIB)
    stack.add("hypervisor", "esxi", on="host", product="vmware-esxi")
    for name in ("one", "two"):
        stack.vm(name, on="esxi", memory_bytes=2 * GIB, memory_demand=0.5)
    assert "host disk" not in compiled(stack).visits("one")


def test_a_vm_inside_a_vm_that_is_off_is_off(stack: Any, compiled: Compile) -> None:
    _hyper_v(stack, "hyper-v-2016", 8 * GIB)
    stack.vm("small", on="hyper-v", memory_bytes=GIB)
    stack.vm("outer", on="hyper-v", work=False, nested_virtualization=True, memory_bytes=64 * GIB)
    stack.add("hypervisor", "inner", on="outer", product="vmware-esxi")
    stack.vm("vm", on="inner", disk_to="outer disk", nic_to="outer nic")
    plan = compiled(stack).plan
    reasons = dict(zip(plan.vm_name, plan.vm_cannot_start, strict=True))
    assert reasons["small"] == ""
    assert reasons["outer"].startswith("needs 64.5")
    assert reasons["vm"] == "outer, which carries it, is off"


def test_free_memory_of_the_host_caches_what_is_shared_out(stack: Any, compiled: Compile) -> None:
    """KVM on 4 GiB: Linux keeps 1 GiB, KVM 0.5, the VM 1 GiB and 145 MiB: 1.359 GiB free for 4 GiB of data."""
    stack.host(memory_bytes=4 * GIB)
    stack.add("os", "linux", on="host", product="linux", memory_reserve_bytes=GIB)
    stack.add("hypervisor", "kvm", on="linux", product="kvm")
    stack.vm("vm", on="kvm", memory_bytes=GIB)
    stack.change("vm disk", cache="read")
    stack.change("vm work", disk_reads=1.0, working_set_bytes=4 * GIB)
    misses = [step["mean"] for step in compiled(stack).steps("vm") if step["at"] == "skip"]
    overhead = 147_849_216 + 4 * MIB
    assert misses == [pytest.approx(1.0 - (1.5 * GIB - overhead) / (4 * GIB))]


def test_a_product_gives_no_more_memory_than_it_can(stack: Any, compiled: Compile) -> None:
    """Virtual PC: 3.6 GB a VM; with the rest of 8 GiB two of them fit."""
    stack.host(memory_bytes=9 * GIB)
    stack.add("os", "windows", on="host", product="windows-xp")
    stack.add("hypervisor", "virtual pc", on="windows", product="virtual-pc-2007")
    for name in ("one", "two"):
        stack.vm(name, on="virtual pc", memory_bytes=16 * GIB)
    plan = compiled(stack).plan
    assert plan.vm_cannot_start[:2] == ("", "")
    assert any("one: Microsoft Virtual PC 2007 gives it no more than 3.6 GiB of memory" in note for note in plan.notes)
