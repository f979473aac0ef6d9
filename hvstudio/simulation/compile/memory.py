"""Memory: which VMs fit on their host, what dynamic memory gives them, and what has to be paged out."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from hvstudio.simulation.compile.assembly import Assembly
from hvstudio.simulation.compile.walk import Hypervisor, Machine
from hvstudio.units import Quantity, format_quantity

_GIB: Final = 2.0**30
_BUFFER: Final = 1.2
"""Dynamic memory gives a VM its demand and a fifth more. Source: Microsoft, Set-VMMemory: buffer 20 % by default."""


@frozen(kw_only=True)
class Need:
    """What one VM wants of the host: to start, at least while others press, at most; and what it really touches."""

    startup: float
    minimum: float
    wanted: float
    touched: float
    overhead: float


def place_in_memory(assembly: Assembly, hypervisor: Hypervisor) -> None:
    """Start the VMs of a hypervisor in document order; record who cannot start, who is paged, what is left."""
    room = _room(assembly, hypervisor)
    overcommit = assembly.fact(hypervisor.block, "memory.overcommit", "none")
    running: list[tuple[Machine, Need]] = []
    taken = squeezed = 0.0
    for machine in hypervisor.machines:
        if machine.block.id in assembly.unable:
            continue
        need = _need(assembly, hypervisor, machine)
        if overcommit != "full" and squeezed + need.startup + need.overhead > room:
            assembly.unable[machine.block.id] = _refusal(need, room - squeezed)
            continue
        running.append((machine, need))
        squeezed += need.minimum + need.overhead
        taken += need.wanted + need.overhead
    _page_out(assembly, running, room)
    free = max(0.0, room - taken)
    for machine, _ in running:
        assembly.cache_bytes[machine] = free


def _refusal(need: Need, left: float) -> str:
    wanted = format_quantity(need.startup + need.overhead, Quantity.BYTES)
    return f"needs {wanted} of memory, {format_quantity(max(0.0, left), Quantity.BYTES)} are left"


def _page_out(assembly: Assembly, running: list[tuple[Machine, Need]], room: float) -> None:
    """Where what VMs touch exceeds what there is, each misses the same part of it."""
    given = sum(need.wanted + need.overhead for _, need in running)
    if given <= room:
        return
    touched = sum(need.touched for _, need in running)
    available = max(0.0, room - sum(need.overhead for _, need in running))
    if touched <= available or touched <= 0:
        return
    missing = 1.0 - available / touched
    for machine, _ in running:
        assembly.missing_fraction[machine.block.id] = missing
    assembly.builder.note(f"Memory is short: {missing:.0%} of what the VMs touch is on the host's disk.")


def _need(assembly: Assembly, hypervisor: Hypervisor, machine: Machine) -> Need:
    block = machine.block
    configured = _configured(assembly, hypervisor, machine)
    touched = configured * assembly.number(block, "memory_demand")
    overhead = overhead_bytes(assembly, hypervisor, configured)
    overcommit = assembly.fact(hypervisor.block, "memory.overcommit", "none")
    dynamic = assembly.switch(block, "dynamic_memory")
    if not dynamic or assembly.fact(hypervisor.block, "memory.dynamic", False) is not True:
        if overcommit != "full":
            touched = min(touched, configured)
        return Need(startup=configured, minimum=configured, wanted=configured, touched=touched, overhead=overhead)
    minimum = min(assembly.number(block, "memory_minimum_bytes"), configured)
    maximum = max(assembly.number(block, "memory_maximum_bytes"), configured)
    wanted = min(maximum, max(minimum, touched * _BUFFER))
    return Need(
        startup=configured,
        minimum=minimum,
        wanted=wanted,
        touched=min(touched, maximum),
        overhead=overhead_bytes(assembly, hypervisor, wanted),
    )


def _configured(assembly: Assembly, hypervisor: Hypervisor, machine: Machine) -> float:
    """What the person gave the VM, as far as the product can give it."""
    wanted = assembly.number(machine.block, "memory_bytes")
    most = assembly.fact(hypervisor.block, "limits.memory_per_vm_bytes", 0)
    if assembly.value(machine.block, "generation") == "2":
        most = assembly.fact(hypervisor.block, "limits.memory_per_vm_gen2_bytes", most)
    if isinstance(most, int | float) and 0 < most < wanted:
        given = format_quantity(float(most), Quantity.BYTES)
        assembly.builder.note(f"{hypervisor.block.name} gives {machine.block.name} no more than {given} of memory.")
        return float(most)
    return wanted


def overhead_bytes(assembly: Assembly, hypervisor: Hypervisor, memory: float) -> float:
    """What a hypervisor takes for a VM beyond the VM's own memory."""

    def fact(name: str) -> float:
        value = assembly.fact(hypervisor.block, f"memory.{name}", 0)
        return float(value) if isinstance(value, int | float) else 0.0

    first = fact("overhead_first_gib_bytes")
    beyond = max(0.0, memory - (_GIB if first else 0.0))
    return fact("overhead_fixed_bytes") + first + fact("overhead_per_gib_bytes") * beyond / _GIB


def _room(assembly: Assembly, hypervisor: Hypervisor) -> float:
    """Memory of the machine less what the hypervisor, the systems and the partitions on it keep."""
    machine = hypervisor.machine
    kept = assembly.fact(hypervisor.block, "memory.host_reserve_bytes", 0)
    room = assembly.number(machine.block, "memory_bytes") - (float(kept) if isinstance(kept, int | float) else 0.0)
    for system in machine.systems:
        room -= assembly.number(system.block, "memory_reserve_bytes")
    for partition in hypervisor.partitions:
        room -= assembly.number(partition.block, "memory_bytes")
    return max(0.0, room)
