"""What a technique adds to a request, and what one exit costs, by hand from the cost cards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hvstudio.simulation.plan.plan import Layer, Op

Compile = Callable[[Any], Any]


def _card(catalog: Any, card: str, *path: str) -> float:
    value = catalog.card(card).values
    for name in path:
        value = value[name]
    return value


def _exit(catalog: Any, technique: str, generation: str) -> float:
    return _card(catalog, "processor", "exit_cycles", generation) + _card(catalog, technique, "exit_software_cycles")


def _esxi(stack: Any, **host: Any) -> None:
    stack.host(**host)
    stack.add("hypervisor", "esxi", on="host", product="vmware-esxi")
    stack.vm("vm", on="esxi")


def _kvm(stack: Any, **host: Any) -> None:
    stack.host(**host)
    stack.add("os", "linux", on="host", product="linux")
    stack.add("hypervisor", "kvm", on="linux", product="kvm")
    stack.vm("vm", on="kvm")


def test_native_work_costs_what_it_says(stack: Any, compiled: Compile) -> None:
    stack.host()
    stack.add("os", "linux", on="host", product="linux")
    stack.work(
        "work", on="linux", user_cycles=1e6, kernel_cycles=2e5, syscalls=100.0, page_faults=50.0, timer_hz=1000.0
    )
    assert compiled(stack).cycles("linux") == 1.2e6


def test_slat_needs_no_exit_for_page_faults(stack: Any, compiled: Compile, catalog: Any) -> None:
    _kvm(stack)
    stack.change("vm work", page_faults=10.0, syscalls=1000.0)
    plan = compiled(stack)
    assert plan.cycles("vm", Layer.VMM) == pytest.approx(10 * _card(catalog, "cpu-slat", "page_fault_cycles"))
    assert sum(step["exits"] for step in plan.steps("vm")) == 0


def test_shadow_paging_exits_at_every_fault(stack: Any, compiled: Compile, catalog: Any) -> None:
    """Adams, Agesen 2006: a page fault of 1,093 cycles took 11,242 on the first processors with VT-x."""
    _kvm(stack, slat=False, cpu_generation="prescott")
    stack.change("vm work", page_faults=10.0)
    plan = compiled(stack)
    added = plan.cycles("vm", Layer.VMM) / 10
    assert added == pytest.approx(11_242 - 1_093, rel=0.01)
    per_fault = _card(catalog, "cpu-vt-shadow", "page_fault_exits")
    assert sum(step["exits"] for step in plan.steps("vm")) == pytest.approx(10 * per_fault)


def test_a_later_generation_makes_the_same_exits_cheaper(new_stack: Any, compiled: Compile) -> None:
    cost = {}
    for generation in ("prescott", "merom", "westmere"):
        stack = new_stack()
        _kvm(stack, slat=False, cpu_generation=generation)
        stack.change("vm work", page_faults=10.0)
        cost[generation] = compiled(stack).cycles("vm", Layer.VMM)
    assert cost["prescott"] > 1.5 * cost["merom"] > 1.5 * cost["westmere"]


def test_binary_translation_costs_system_calls_and_no_exits_of_the_processor(
    stack: Any, compiled: Compile, catalog: Any
) -> None:
    """Adams, Agesen 2006: a system call of 242 cycles takes 2,308 under binary translation."""
    _esxi(stack, hardware_virtualization=False, slat=False)
    stack.change("vm work", syscalls=100.0, user_cycles=0.0, kernel_cycles=100.0 * 242)
    plan = compiled(stack)
    assert plan.cycles("vm") == pytest.approx(100 * 2_308, rel=0.01)
    assert sum(step["exits"] for step in plan.steps("vm")) == 0


def test_without_the_extension_the_product_takes_its_other_technique(new_stack: Any, compiled: Compile) -> None:
    """The same VM on the same machine: with SLAT, with VT-x only, with neither."""
    cost = []
    for settings in ({}, {"slat": False}, {"slat": False, "hardware_virtualization": False}):
        stack = new_stack()
        stack.host(**settings)
        stack.add("os", "windows", on="host", product="windows-7")
        stack.add("hypervisor", "box", on="windows", product="virtualbox")
        stack.vm("vm", on="box")
        stack.change("vm work", page_faults=100.0, page_table_updates=100.0, syscalls=1000.0)
        cost.append(compiled(stack).cycles("vm", Layer.VMM))
    assert cost[0] < cost[1]
    assert cost[0] < cost[2]
    assert cost[1] != cost[2]


def test_timer_ticks_come_with_the_time_the_work_takes(stack: Any, compiled: Compile, catalog: Any) -> None:
    """One second of work at 1,000 ticks a second: 1,000 ticks."""
    _kvm(stack, clock_hz=1e9, cpu_generation="westmere")
    stack.change("vm work", user_cycles=1e9, timer_hz=1000.0)
    tick = _card(catalog, "cpu-slat", "timer_tick_cycles")
    tick += _card(catalog, "cpu-slat", "timer_tick_exits") * _exit(catalog, "cpu-slat", "westmere")
    assert compiled(stack).cycles("vm", Layer.VMM) == pytest.approx(1000 * tick)


def test_a_nested_exit_costs_several_outer_ones(stack: Any, compiled: Compile, catalog: Any) -> None:
    """A tick of the inner VM: its exits are reflected, each 8.5 exits of the outer VM and the inner VMM's work."""
    stack.host(clock_hz=1e9, cpu_generation="skylake")
    stack.add("os", "linux", on="host", product="linux")
    stack.add("hypervisor", "kvm", on="linux", product="kvm")
    stack.vm("outer", on="kvm", work=False, nested_virtualization=True, memory_bytes=2**36)
    stack.add("os", "inner linux", on="outer", product="linux")
    stack.add("hypervisor", "inner kvm", on="inner linux", product="kvm")
    stack.vm("vm", on="inner kvm", disk_to="outer disk", nic_to="outer nic")
    stack.change("vm work", user_cycles=1e9, timer_hz=1000.0)
    outer = _exit(catalog, "cpu-slat", "skylake")
    inner = _card(catalog, "nesting", "reflected_exits") * outer + _card(catalog, "cpu-slat", "exit_software_cycles")
    tick = _card(catalog, "cpu-slat", "timer_tick_cycles") + _card(catalog, "cpu-slat", "timer_tick_exits") * inner
    assert compiled(stack).cycles("vm", Layer.VMM) == pytest.approx(1000 * tick)


def test_a_register_served_by_a_process_of_a_nested_host_exits_again(
    new_stack: Any, compiled: Compile, catalog: Any
) -> None:
    """KVM list 2019: a port read served by QEMU takes 12,218 cycles in a VM, 44,826 in a nested one."""
    cost = {}
    for nested in (False, True):
        stack = new_stack()
        stack.host(cpu_generation="skylake")
        stack.add("os", "linux", on="host", product="linux")
        stack.add("hypervisor", "kvm", on="linux", product="kvm")
        on = "kvm"
        if nested:
            stack.vm("outer", on="kvm", work=False, nested_virtualization=True, memory_bytes=2**36)
            stack.add("os", "inner linux", on="outer", product="linux")
            on = stack.add("hypervisor", "inner kvm", on="inner linux", product="kvm")
        stack.vm("vm", on=on, disk="emulated", disk_to="outer disk" if nested else "host disk",
                 nic_to="outer nic" if nested else "host nic")  # fmt: skip
        stack.change("vm work", disk_reads=1.0, user_cycles=0.0)
        asking = next(step for step in compiled(stack).steps("vm") if step["at"] == "vm" and step["exits"] > 0)
        cost[nested] = asking["mean"] / asking["exits"]
    assert cost[False] == pytest.approx(9_152, rel=0.05)  # one served by ioeventfd-less port I/O
    assert cost[True] == pytest.approx(44_826, rel=0.05)


def test_waking_an_idle_virtual_processor_costs_more_than_waking_a_process(stack: Any, compiled: Compile) -> None:
    _kvm(stack)
    stack.change("vm work", disk_reads=1.0)
    plan = compiled(stack).plan
    wake = dict(zip(plan.context_name, plan.context_wake_cycles, strict=True))
    assert wake["vm"] > wake["linux: kernel"] > 0


def test_kernel_code_is_slower_when_translated(stack: Any, compiled: Compile, catalog: Any) -> None:
    _esxi(stack, hardware_virtualization=False, slat=False)
    stack.change("vm work", user_cycles=0.0, kernel_cycles=1e6)
    factor = _card(catalog, "cpu-binary-translation", "kernel_factor")
    plan = compiled(stack)
    assert plan.cycles("vm", Layer.GUEST_KERNEL) == 1e6
    assert plan.cycles("vm", Layer.VMM) == pytest.approx((factor - 1) * 1e6)


def test_work_before_and_after_the_reads_varies_like_the_whole(stack: Any, compiled: Compile) -> None:
    """Two independent halves of scv 2 add up to a whole of scv 1: 2 (m/2)^2 2 = m^2."""
    _esxi(stack)
    stack.change("vm work", user_cycles=1e6, demand_scv=1.0, disk_reads=1.0)
    plan = compiled(stack)
    rows = [
        row
        for row, layer in enumerate(plan.plan.step_layer)
        if layer == Layer.GUEST_USER and plan.plan.step_op[row] == Op.CPU
    ]
    assert [float(plan.plan.step_mean[row]) for row in rows] == [5e5, 5e5]
    assert [float(plan.plan.step_scv[row]) for row in rows] == [2.0, 2.0]
    assert plan.plan.step_purpose[rows[0]] != plan.plan.step_purpose[rows[1]]
