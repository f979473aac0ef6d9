"""Which VMs can be switched on at all, and in a sentence why the others cannot."""

from __future__ import annotations

from typing import Final

from hvstudio.simulation.compile.assembly import Assembly, processors_of
from hvstudio.simulation.compile.controls import controls_of
from hvstudio.simulation.compile.memory import place_in_memory
from hvstudio.simulation.compile.routes.hardware import drives_devices
from hvstudio.simulation.compile.techniques import capabilities_of, technique_of
from hvstudio.simulation.compile.walk import Hypervisor, Machine

_REQUIRED: Final = (
    ("host_64bit", "is_64bit", "a 64-bit processor"),
    ("hardware_virtualization", "hardware_virtualization", "VT-x or AMD-V"),
    ("slat", "slat", "second-level address translation (SLAT)"),
    ("dep", "dep", "data execution prevention (DEP)"),
)


def decide_starts(assembly: Assembly) -> None:
    """Record for every VM that stays off the reason, outer machines first."""
    for block in assembly.composition.stranded:
        assembly.unable[block.id] = "it rests on no hypervisor"
    for host in assembly.composition.hosts:
        _decide_on(assembly, host)


def _decide_on(assembly: Assembly, machine: Machine) -> None:
    for hypervisor in machine.all_hypervisors():
        reason = _obstacle(assembly, hypervisor)
        for made in hypervisor.machines:
            if reason:
                assembly.unable[made.block.id] = reason
            elif machine.block.id in assembly.unable:
                assembly.unable[made.block.id] = f"{machine.block.name}, which carries it, is off"
        _admit_reserves(assembly, hypervisor)
        place_in_memory(assembly, hypervisor)
        _admit_number(assembly, hypervisor)
        for made in [*hypervisor.machines, *hypervisor.partitions]:
            _decide_on(assembly, made)


def _obstacle(assembly: Assembly, hypervisor: Hypervisor) -> str:
    """Why a hypervisor cannot run VMs where it stands; empty when it can."""
    name = hypervisor.block.name
    offered = capabilities_of(assembly, hypervisor.machine)
    for requirement, capability, words in _REQUIRED:
        required = assembly.fact(hypervisor.block, f"requires.{requirement}") == "required"
        if required and not getattr(offered, capability):
            return f"{name} needs {words}, which {hypervisor.machine.block.name} does not offer"
    if technique_of(assembly, hypervisor) is None:
        return f"{name} needs VT-x or AMD-V, which {hypervisor.machine.block.name} does not offer"
    if assembly.fact(hypervisor.block, "needs_parent", False) is True and not hypervisor.partitions:
        return f"{name} needs a parent partition"
    if hypervisor.driving_system is None and not drives_devices(assembly, hypervisor):
        if hypervisor.partitions:
            return f"{hypervisor.partitions[0].block.name} has no operating system, so nothing drives the devices"
        return f"{name} has no drivers of its own and no operating system to drive the devices"
    return ""


def _admit_reserves(assembly: Assembly, hypervisor: Hypervisor) -> None:
    """A VM whose CPU reserve is not free any more does not start. Source: Hyper-V TLFS v2.0a 18.2."""
    free = float(processors_of(assembly, hypervisor.machine))
    for partition in hypervisor.partitions:
        free -= controls_of(assembly, partition).total_reserve
    for made in hypervisor.machines:
        if made.block.id in assembly.unable:
            continue
        reserve = controls_of(assembly, made).total_reserve
        if reserve > free + 1e-9:
            assembly.unable[made.block.id] = (
                f"its CPU reserve of {reserve:g} processors is not free, {max(0.0, free):g} are left"
            )
        else:
            free -= reserve


def _admit_number(assembly: Assembly, hypervisor: Hypervisor) -> None:
    """No more VMs run than the product can."""
    most = assembly.fact(hypervisor.block, "limits.running_vms", 0)
    if not isinstance(most, int | float) or most <= 0:
        return
    running = 0
    for made in hypervisor.machines:
        if made.block.id in assembly.unable:
            continue
        running += 1
        if running > most:
            assembly.unable[made.block.id] = f"{hypervisor.block.name} runs {most:g} virtual machines at most"
