"""Equal VMs are compiled once and copied: to the same plan as if each had been compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from attrs import fields

from hvstudio.simulation.plan.plan import Plan

VMS = ("one", "two", "three")


def _type1(stack: Any, **how: Any) -> None:
    stack.host(product="host-server-2016")
    stack.change("host nic", queues=2)
    stack.add("hypervisor", "hyper-v", on="host", product="hyper-v-2016")
    stack.add("parent_partition", "parent", on="hyper-v")
    stack.add("os", "server", on="parent", product="windows-server-2016")
    stack.add("virtual_switch", "switch", on="server", to="host nic")
    for name in VMS:
        stack.vm(name, on="hyper-v", nic_to="switch", **how)


def _kvm(stack: Any, **how: Any) -> None:
    stack.host(product="host-server-2016")
    stack.add("os", "linux", on="host", product="linux")
    stack.add("hypervisor", "kvm", on="linux", product="kvm")
    for name in VMS:
        stack.vm(name, on="kvm", **how)


@pytest.mark.parametrize("build", [_type1, _kvm])
@pytest.mark.parametrize("model", ["synthetic", "emulated"])
@pytest.mark.parametrize("workloads", [1, 2])
def test_a_copied_vm_is_what_a_compiled_one_would_be(
    new_stack: Any, compiled: Any, build: Any, model: str, workloads: int
) -> None:
    """A parameter that says what is so anyway makes a VM look different, so that it is compiled by itself."""
    work = {"packets_in": 3.0, "packets_out": 2.0, "disk_reads": 1.5, "disk_writes": 2.0, "disk_waits": False,
            "max_concurrency": 4, "kernel_cycles": 1e5}  # fmt: skip
    plans = []
    for different in (False, True):
        stack = new_stack()
        build(stack, disk=model, nic=model)
        for number, name in enumerate(VMS):
            stack.change(f"{name} work", **work)
            if workloads == 2:
                stack.work(f"{name} second", on=f"{name} os", disk_reads=1.0, max_concurrency=2)
            stack.change(f"{name} nic", bandwidth_limit_bits_per_s=1e8)
            if different:
                stack.change(name, **{("start_s", "generation", "mac_spoofing")[number]: (0.0, "1", False)[number]})
        plans.append(compiled(stack).plan)
    copied, one_by_one = plans
    for column in fields(Plan):
        before, after = getattr(copied, column.name), getattr(one_by_one, column.name)
        if isinstance(before, np.ndarray):
            assert sorted(before.tolist()) == sorted(after.tolist()), column.name
        else:
            assert sorted(map(str, before)) == sorted(map(str, after)), column.name


def test_every_copy_visits_its_own_contexts_and_devices(stack: Any, compiled: Any) -> None:
    _type1(stack)
    for name in VMS:
        stack.change(f"{name} work", packets_in=1.0, disk_writes=1.0, disk_waits=False, max_concurrency=1)
        stack.change(f"{name} nic", bandwidth_limit_bits_per_s=1e8)
    plan = compiled(stack)
    visits = {name: plan.visits(name) for name in VMS}
    assert visits["one"][3] == "server: queue of one nic (one)"
    assert visits["two"][3] == "server: queue of two nic (two)"
    assert visits["three"][3] == "server: queue of switch"  # the card has two queues
    for name in VMS:
        assert f"{name} nic limit in" in visits[name]
        assert f"{name} work at once" in visits[name]
        assert plan.visits(name, spawned=True)[:2] == [f"{name} write buffer", name]


def test_what_is_worth_a_note_is_noted_for_every_vm(stack: Any, compiled: Any) -> None:
    _type1(stack, disk_to="")
    for name in VMS:
        stack.change(f"{name} work", disk_reads=1.0)
    notes = compiled(stack).plan.notes
    assert [note.split(" ")[0] for note in notes if "attached to nothing" in note] == list(VMS)


def test_vms_of_two_hosts_are_never_copies_of_each_other(stack: Any, compiled: Any) -> None:
    for number in (1, 2):
        stack.host(f"host{number}", clock_hz=number * 1e9)
        stack.add("hypervisor", f"esxi{number}", on=f"host{number}", product="vmware-esxi")
        stack.vm(f"vm{number}", on=f"esxi{number}", disk_to=f"host{number} disk", nic_to=f"host{number} nic")
        stack.change(f"vm{number} work", disk_reads=1.0)
    plan = compiled(stack)
    assert "host2 disk" in plan.visits("vm2")
    assert "host1 disk" not in plan.visits("vm2")


def test_weight_and_memory_of_copies_are_their_own(stack: Any, compiled: Any) -> None:
    _type1(stack)
    for number, name in enumerate(VMS, start=1):
        stack.change(name, cpu_weight=100 * number, memory_bytes=number * 2**30)
        stack.change(f"{name} work", disk_writes=1.0, disk_waits=False, disk_write_bytes=4096.0)
    plan = compiled(stack).plan
    assert [plan.node_weight[plan.node_name.index(name)] for name in VMS] == [100.0, 200.0, 300.0]
    rooms = [plan.station_servers[plan.station_name.index(f"{name} write buffer")] for name in VMS]
    assert rooms == [52_428, 65_536, 65_536]
