"""The way of one disk read through every architecture, worked out from the model and not from the compiler.

A route is the list of what it passes: the VM's processors carry the VM's name, then threads, kernels and devices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from hvstudio.catalog.cards import DeviceModel
from hvstudio.catalog.catalog import Catalog
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.plan.plan import Layer

Compile = Callable[[Any], Any]


@pytest.fixture
def one_read(stack: Any) -> Any:
    """Makes the VM "vm" of a stack read once a request and do nothing else."""
    stack.host()
    return stack


def _vm_that_reads(stack: Any, *, on: str, **how: Any) -> None:
    stack.vm("vm", on=on, **how)
    stack.change("vm work", disk_reads=1.0, user_cycles=0.0)


def test_type_2_goes_through_the_process_of_the_vm_and_the_host_kernel(one_read: Any, compiled: Compile) -> None:
    one_read.add("os", "windows", on="host", product="windows-xp")
    one_read.add("hypervisor", "virtual pc", on="windows", product="virtual-pc-2007")
    _vm_that_reads(one_read, on="virtual pc", disk="emulated")
    assert compiled(one_read).visits("vm") == [
        "vm",  # the guest's driver, caught by exits
        "vm: I/O thread",  # the device model in the VM's process, calling the host's file system and driver
        "host disk",
        "windows: kernel",  # the host's interrupt
        "vm: I/O thread",
        "vm",  # the virtual interrupt
    ]


def test_a_hosted_vmm_that_switches_worlds_calls_the_host_on_the_vms_own_processor(
    one_read: Any, compiled: Compile
) -> None:
    """Sugerman et al. 2001: the VMM returns to the host's world, where the VM's process makes the system call."""
    one_read.add("os", "linux", on="host", product="linux")
    one_read.add("hypervisor", "workstation", on="linux", product="vmware-workstation")
    _vm_that_reads(one_read, on="workstation", disk="emulated")
    plan = compiled(one_read)
    assert plan.visits("vm") == ["vm", "host disk", "linux: kernel", "vm"]
    assert plan.cycles("vm", Layer.HOST) > 0
    assert plan.cycles("vm", Layer.VMM) > 12_000  # at least the world switch


def test_kvm_has_one_serial_thread_for_the_disks_of_a_vm(one_read: Any, compiled: Compile) -> None:
    one_read.add("os", "linux", on="host", product="linux")
    one_read.add("hypervisor", "kvm", on="linux", product="kvm")
    _vm_that_reads(one_read, on="kvm")
    plan = compiled(one_read)
    assert plan.visits("vm") == ["vm", "vm: I/O thread", "host disk", "linux: kernel", "vm: I/O thread", "vm"]
    thread = plan.plan.context_name.index("vm: I/O thread")
    assert list(plan.plan.node_context).count(thread) == 1


def test_hybrid_emulates_in_a_service_of_the_host(one_read: Any, compiled: Compile) -> None:
    _hybrid(one_read, "emulated")
    assert compiled(one_read).visits("vm") == [
        "vm",
        "windows: virtual server service",
        "host disk",
        "windows: kernel",
        "windows: virtual server service",
        "vm",
    ]


def test_hybrid_drives_itself_what_the_additions_hand_to_the_vmm(one_read: Any, compiled: Compile) -> None:
    """No system-call layer of the host: the VMM is a peer of the host's kernel on the device."""
    _hybrid(one_read, "synthetic")
    plan = compiled(one_read)
    assert plan.visits("vm") == ["vm", "virtual server: I/O", "host disk", "virtual server: I/O", "vm"]
    assert plan.cycles("vm", Layer.HOST) == 0


def test_hybrid_loses_time_when_the_disk_changes_hands(one_read: Any, compiled: Compile, catalog: Any) -> None:
    _hybrid(one_read, "synthetic")
    one_read.work("scan", on="windows", disk_reads=1.0)
    plan = compiled(one_read)
    disk = plan.plan.station_name.index("host disk")
    assert plan.plan.station_peer_switch_ns[disk] == catalog.peers.device_switch_s * 1e9
    peers = {step["peer"] for vm in ("vm", "windows") for step in plan.steps(vm) if step["at"] == "host disk"}
    assert len(peers) == 2


def _hybrid(stack: Any, model: str) -> None:
    stack.add("os", "windows", on="host", product="windows-server-2003")
    stack.add("hypervisor", "virtual server", on="host", product="virtual-server-2005-r2")
    _vm_that_reads(stack, on="virtual server", disk=model)


def test_type_1_goes_through_the_processors_of_the_parent_partition(one_read: Any, compiled: Compile) -> None:
    _type1(one_read)
    _vm_that_reads(one_read, on="hyper-v")
    plan = compiled(one_read)
    assert plan.visits("vm") == ["vm", "server: kernel", "host disk", "server: kernel", "vm"]
    assert plan.plan.station_peer_switch_ns[plan.plan.station_name.index("host disk")] == 0


def test_type_1_emulates_in_a_worker_process_of_the_parent(one_read: Any, compiled: Compile) -> None:
    _type1(one_read)
    _vm_that_reads(one_read, on="hyper-v", disk="emulated")
    plan = compiled(one_read)
    worker = "vm: worker process"
    assert plan.visits("vm") == ["vm", worker, "host disk", "server: kernel", worker, "vm"]
    assert worker in plan.tree()["host"]["parent"]


def test_without_guest_drivers_a_synthetic_disk_is_emulated(one_read: Any, compiled: Compile) -> None:
    _type1(one_read)
    _vm_that_reads(one_read, on="hyper-v", integration_services=False)
    assert "vm: worker process" in compiled(one_read).visits("vm")


def _type1(stack: Any, product: str = "hyper-v-2016") -> None:
    stack.add("hypervisor", "hyper-v", on="host", product=product)
    stack.add("parent_partition", "parent", on="hyper-v")
    stack.add("os", "server", on="parent", product="windows-server-2016")


def test_a_monolithic_hypervisor_drives_the_disk_itself(one_read: Any, compiled: Compile) -> None:
    one_read.add("hypervisor", "esxi", on="host", product="vmware-esxi")
    _vm_that_reads(one_read, on="esxi")
    plan = compiled(one_read)
    assert plan.visits("vm") == ["vm", "esxi: I/O", "host disk", "esxi: I/O", "vm"]
    assert plan.cycles("vm", Layer.HOST) == 0


def test_an_assigned_disk_passes_nothing_but_its_interrupt(one_read: Any, compiled: Compile) -> None:
    _type1(one_read)
    _vm_that_reads(one_read, on="hyper-v", disk="pass-through")
    plan = compiled(one_read)
    assert plan.visits("vm") == ["host disk", "vm"]
    assert plan.cycles("vm", Layer.HOST) == 0


def test_native_software_uses_the_disk_and_nothing_else(one_read: Any, compiled: Compile) -> None:
    """What the system does for a read is part of the workload's own kernel cycles."""
    one_read.add("os", "linux", on="host", product="linux")
    one_read.work("native work", on="linux", disk_reads=1.0)
    assert compiled(one_read).visits("linux") == ["native work", "host disk", "native work"]


def test_nested_virtualization_crosses_both_hypervisors(one_read: Any, compiled: Compile) -> None:
    _type1(one_read)
    one_read.vm("outer", on="hyper-v", work=False, nested_virtualization=True, virtual_processors=4, memory_bytes=2**36)
    one_read.add("hypervisor", "inner hyper-v", on="outer", product="hyper-v-2016")
    one_read.add("parent_partition", "inner parent", on="inner hyper-v")
    one_read.add("os", "inner server", on="inner parent", product="windows-server-2016")
    _vm_that_reads(one_read, on="inner hyper-v", disk_to="outer disk", nic_to="outer nic")
    assert compiled(one_read).visits("vm") == [
        "vm",
        "inner server: kernel",  # the inner parent's provider, which itself uses a synthetic disk
        "server: kernel",  # the outer parent's provider
        "host disk",
        "server: kernel",
        "inner server: kernel",  # interrupt of the outer VM, completion for the inner one
        "vm",
    ]


def test_a_dynamic_disk_costs_more_than_a_fixed_one_and_a_raw_one_less(one_read: Any, compiled: Compile) -> None:
    _type1(one_read)
    _vm_that_reads(one_read, on="hyper-v")
    cost = {}
    for layout in ("raw", "fixed", "dynamic", "differencing"):
        one_read.change("vm disk", format=layout)
        cost[layout] = sum(
            step["mean"]
            for step in compiled(one_read).steps("vm")
            if step["layer"] is Layer.HOST and step["exits"] == 0
        )
    assert cost["raw"] < cost["fixed"] < cost["dynamic"] < cost["differencing"]


def test_the_hosts_page_cache_makes_a_read_uncertain(one_read: Any, compiled: Compile) -> None:
    """A terabyte of host memory holds a working set of 256 MiB: 95 % of reads hit, one in twenty reaches the disk."""
    one_read.add("os", "linux", on="host", product="linux")
    one_read.add("hypervisor", "kvm", on="linux", product="kvm")
    _vm_that_reads(one_read, on="kvm")
    one_read.change("vm disk", cache="read")
    plan = compiled(one_read)
    skips = [step["mean"] for step in plan.steps("vm") if step["at"] == "skip"]
    assert skips == [pytest.approx(0.05)]


def test_with_the_host_cache_worker_threads_copy_and_not_the_io_thread(one_read: Any, compiled: Compile) -> None:
    one_read.add("os", "linux", on="host", product="linux")
    one_read.add("hypervisor", "kvm", on="linux", product="kvm")
    _vm_that_reads(one_read, on="kvm")
    one_read.change("vm disk", cache="read")
    visits = compiled(one_read).visits("vm")
    workers = visits.index("vm: worker threads")
    assert visits.index("vm: I/O thread") < workers < visits.index("host disk")
    assert "vm: I/O thread" in visits[visits.index("host disk") :]


def test_a_thread_that_waits_for_the_disk_has_one_operation_at_a_time(
    one_read: Any, compiled: Compile, catalog: Catalog
) -> None:
    card = catalog.card_of(DeviceModel, "disk-virtio-process")
    waiting = evolve(card, synchronous=1.0)
    patient = evolve(catalog, cards={**catalog.cards, card.id: waiting})
    one_read.add("os", "linux", on="host", product="linux")
    one_read.add("hypervisor", "kvm", on="linux", product="kvm")
    _vm_that_reads(one_read, on="kvm")
    turn = "vm: I/O thread, one disk operation at a time"
    usual = compiled(one_read)
    assert turn not in usual.visits("vm")
    visits = type(usual)(compile_document(one_read.document, patient)).visits("vm")
    assert visits.count(turn) == 2
    first, last = (place for place, name in enumerate(visits) if name == turn)
    assert first < visits.index("vm: I/O thread") < visits.index("host disk") < last


def test_a_cached_write_does_not_wait_for_the_disk(one_read: Any, compiled: Compile) -> None:
    one_read.add("os", "linux", on="host", product="linux")
    one_read.add("hypervisor", "kvm", on="linux", product="kvm")
    one_read.vm("vm", on="kvm")
    one_read.change("vm work", disk_writes=1.0)
    one_read.change("vm disk", cache="writeback")
    plan = compiled(one_read)
    assert "host disk" not in plan.visits("vm")
    assert "spawn" in plan.visits("vm")
    assert "host disk" in plan.visits("vm", spawned=True)


def test_a_workload_that_does_not_wait_for_writes_goes_on(one_read: Any, compiled: Compile) -> None:
    _type1(one_read)
    one_read.vm("vm", on="hyper-v")
    one_read.change("vm work", disk_writes=2.0, disk_waits=False)
    plan = compiled(one_read)
    assert plan.visits("vm") == ["vm", "vm write buffer", "spawn"]
    assert plan.visits("vm", spawned=True).count("host disk") == 2


def test_half_an_operation_is_one_in_every_second_request(one_read: Any, compiled: Compile) -> None:
    _type1(one_read)
    one_read.vm("vm", on="hyper-v")
    one_read.change("vm work", disk_reads=2.5)
    steps = compiled(one_read).steps("vm")
    assert [step["at"] for step in steps].count("host disk") == 3
    assert [step["mean"] for step in steps if step["at"] == "skip"] == [0.5]


def test_many_operations_are_done_in_groups(one_read: Any, compiled: Compile) -> None:
    """100 reads of 12.7 ms in 8 groups of 12.5."""
    _type1(one_read)
    one_read.vm("vm", on="hyper-v")
    one_read.change("vm work", disk_reads=100.0)
    reads = [step["mean"] for step in compiled(one_read).steps("vm") if step["at"] == "host disk"]
    assert reads == [pytest.approx(12.5 * 12.7e6)] * 8


def test_the_same_read_draws_the_same_numbers_in_every_architecture(new_stack: Any, compiled: Compile) -> None:
    found = []
    for build in (_hybrid_read, _type1_read, _native_read):
        stack = new_stack()
        stack.host()
        build(stack)
        plan = compiled(stack)
        reads = [step["purpose"] for step in plan.steps(plan.rows()[0]) if step["at"] == "host disk"]
        found.append((reads, int(plan.plan.vm_stream[plan.row(plan.rows()[0])])))
    assert found[0] == found[1] == found[2]
    assert len(found[0][0]) == 1


def _hybrid_read(stack: Any) -> None:
    _hybrid(stack, "emulated")


def _type1_read(stack: Any) -> None:
    _type1(stack)
    _vm_that_reads(stack, on="hyper-v")


def _native_read(stack: Any) -> None:
    stack.add("os", "linux", on="host", product="linux")
    stack.work("native work", on="linux", disk_reads=1.0)


def test_writes_wait_when_the_buffer_is_full(one_read: Any, compiled: Compile) -> None:
    """A fifth of 1 GiB holds 52,428 writes of 4 kB; a request passes when a place is free, a write takes it."""
    _type1(one_read)
    one_read.vm("vm", on="hyper-v", memory_bytes=2**30)
    one_read.change("vm work", disk_writes=1.0, disk_waits=False, disk_write_bytes=4096.0)
    plan = compiled(one_read)
    buffer = plan.plan.station_name.index("vm write buffer")
    assert plan.plan.station_servers[buffer] == 52_428
    held = [step["op"].name for step in plan.steps("vm", spawned=True) if step["at"] == "vm write buffer"]
    assert held == ["SEIZE", "FREE"]
    assert plan.visits("vm", spawned=True)[-1] == "vm write buffer"
