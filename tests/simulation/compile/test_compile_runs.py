"""Small compositions run: what must follow from the shape of a stack, with the devices of its era."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.run import simulate

Compile = Callable[[Any], Any]
Row = dict[str, Any]


@pytest.fixture
def run(compiled: Compile) -> Callable[..., dict[str, Row]]:
    """Runs a stack for two seconds and gives its rows by name."""

    def rows(stack: Any, *, seconds: float = 2.0) -> dict[str, Row]:
        options = RunOptions(seed=11, duration_s=seconds * 1.2, warmup_s=seconds * 0.2, check_conservation=True)
        return {row["name"]: row for row in simulate(compiled(stack).plan, options).to_json()["vms"]}

    return rows


def _native(stack: Any) -> str:
    return stack.add("os", "system", on="host", product="windows-server-2003")


def _type2(stack: Any) -> str:
    stack.add("os", "system", on="host", product="windows-server-2003")
    return stack.add("hypervisor", "vmm", on="system", product="virtual-pc-2007")


def _hybrid(stack: Any) -> str:
    stack.add("os", "system", on="host", product="windows-server-2003")
    return stack.add("hypervisor", "vmm", on="host", product="virtual-server-2005-r2")


def _type1(stack: Any, product: str = "hyper-v-2008") -> str:
    stack.add("hypervisor", "vmm", on="host", product=product)
    stack.add("parent_partition", "parent", on="vmm")
    stack.add("os", "system", on="parent", product="windows-server-2008")
    return "vmm"


def _one_vm(stack: Any, build: Callable[[Any], str], load: str, **how: Any) -> Any:
    """One VM (or the plain system) on a server of 2008 with a fast disk, under one of the shipped loads."""
    stack.host(product="host-server-2008")
    stack.change("host disk", random_read_s=1e-4, random_write_s=1e-4, parallelism=8, bandwidth_bytes_per_s=2e9)
    place = build(stack)
    if build is _native:
        stack.add("workload", "load", on=place, product=load)
        return stack
    stack.vm("vm", on=place, work=False, **how)
    stack.add("os", "guest", on="vm", product="windows-server-2003")
    stack.add("workload", "load", on="guest", product=load)
    return stack


@pytest.mark.parametrize("load", ["disk-stress", "network-stream"])
def test_for_io_type_1_is_no_slower_than_hybrid_and_hybrid_no_slower_than_type_2(
    new_stack: Any, run: Any, load: str
) -> None:
    """Each with its own devices: synthetic, emulated in a service, emulated in a process. The host's system is one."""
    type1 = run(_one_vm(new_stack(), _type1, load))["vm"]
    hybrid = run(_one_vm(new_stack(), _hybrid, load, disk="emulated", nic="emulated"))["vm"]
    type2 = run(_one_vm(new_stack(), _type2, load, disk="emulated", nic="emulated"))["vm"]
    native = run(_one_vm(new_stack(), _native, load))["system"]
    rates = [row["throughput_per_s"] for row in (native, type1, hybrid, type2)]
    assert rates[0] >= 0.995 * rates[1]
    assert rates[1] >= 0.995 * rates[2]
    assert rates[2] >= 0.995 * rates[3]


@pytest.mark.parametrize("build", [_type1, _hybrid, _type2])
@pytest.mark.parametrize("load", ["disk-stress", "network-stream"])
def test_guest_drivers_are_never_slower_than_emulation(new_stack: Any, run: Any, build: Any, load: str) -> None:
    fast = run(_one_vm(new_stack(), build, load))["vm"]
    slow = run(_one_vm(new_stack(), build, load, disk="emulated", nic="emulated"))["vm"]
    assert fast["throughput_per_s"] >= 0.995 * slow["throughput_per_s"]


def test_pure_computing_hardly_feels_the_architecture(new_stack: Any, run: Any) -> None:
    rates = [
        run(_one_vm(new_stack(), build, "compute-batch", disk="emulated", nic="emulated"))["vm"]["throughput_per_s"]
        for build in (_type1, _hybrid, _type2)
    ]
    assert max(rates) <= 1.05 * min(rates)


def test_a_short_request_does_not_wait_for_a_long_one_in_the_same_vm(new_stack: Any, run: Any) -> None:
    """The guest's own scheduler lets a program that wakes push aside one that computes."""
    alone, beside = new_stack(), new_stack()
    for stack in (alone, beside):
        stack.host(product="host-server-2008")
        stack.vm("vm", on=_type1(stack))
        stack.change("vm work", user_cycles=1e5, think_s=0.002)
    beside.work("build", on="vm os", arrivals="saturated", clients=2, user_cycles=1e8)
    quick = run(alone)["vm"]["latency_s"]["mean"]
    busy = run(beside)["vm"]["latency_s"]["p50"]
    assert busy < 5 * quick


def test_a_noisy_parent_delays_io_less_than_a_noisy_host(new_stack: Any, run: Any) -> None:
    """In the parent, kernel work for VMs comes before processes; a hosted VM's process is one among others."""
    kept = {}
    for name, build in (("type 1", _type1), ("type 2", _type2)):
        rates = []
        for noise in (False, True):
            stack = _one_vm(new_stack(), build, "disk-stress", disk="synthetic" if build is _type1 else "emulated")
            if noise:
                stack.add("workload", "scan", on="system", product="antivirus-scan", clients=16)
            rates.append(run(stack)["vm"]["throughput_per_s"])
        kept[name] = rates[1] / rates[0]
    assert kept["type 1"] > kept["type 2"]


def test_a_nested_vm_is_slower_than_a_direct_one(new_stack: Any, run: Any) -> None:
    rates = {}
    for nested in (False, True):
        stack = new_stack()
        stack.host(product="host-server-2016")
        on = _type1(stack, "hyper-v-2016")
        disk, nic = "host disk", "host nic"
        stack.change("host disk", random_read_s=1e-4, parallelism=16, bandwidth_bytes_per_s=2e9)
        if nested:
            stack.vm("outer", on=on, work=False, nested_virtualization=True, virtual_processors=8, memory_bytes=2**36)
            stack.add("hypervisor", "inner", on="outer", product="hyper-v-2016")
            stack.add("parent_partition", "inner parent", on="inner")
            stack.add("os", "inner system", on="inner parent", product="windows-server-2016")
            on, disk, nic = "inner", "outer disk", "outer nic"
        stack.vm("vm", on=on, work=False, disk_to=disk, nic_to=nic)
        stack.add("os", "guest", on="vm", product="linux")
        stack.add("workload", "load", on="guest", product="disk-stress")
        rates[nested] = run(stack)["vm"]["throughput_per_s"]
    assert 0.05 * rates[False] < rates[True] < 0.9 * rates[False]
