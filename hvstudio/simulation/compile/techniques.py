"""How a hypervisor runs guest code on the processor it finds, and what one VM exit costs there, nested or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from hvstudio.simulation.compile.assembly import Assembly, hardware_of
from hvstudio.simulation.compile.cost_cards import DeviceModel, Technique
from hvstudio.simulation.compile.walk import Hypervisor, Machine

NATIVE_CARD: Final = "cpu-native"
_UNNAMED: Final = {"no_vt": "cpu-binary-translation", "vt": "cpu-vt-shadow", "slat": "cpu-slat"}
"""What a hypervisor without a product is taken to use."""


@frozen(kw_only=True)
class Capabilities:
    """What a machine offers a hypervisor."""

    is_64bit: bool
    hardware_virtualization: bool
    slat: bool
    dep: bool


def capabilities_of(assembly: Assembly, machine: Machine) -> Capabilities:
    """A host's own; inside a VM what its hypervisor shows; inside a parent partition no extensions are left."""
    return assembly.once(("capabilities", machine), lambda: _capabilities(assembly, machine))


def _capabilities(assembly: Assembly, machine: Machine) -> Capabilities:
    block, provider = machine.block, machine.provider
    if provider is None:
        return Capabilities(
            is_64bit=assembly.switch(block, "is_64bit"),
            hardware_virtualization=assembly.switch(block, "hardware_virtualization"),
            slat=assembly.switch(block, "slat") and assembly.switch(block, "hardware_virtualization"),
            dep=assembly.switch(block, "dep"),
        )
    below = capabilities_of(assembly, provider.machine)
    exposed = block.kind == "vm" and assembly.switch(block, "nested_virtualization") and _can_nest(assembly, provider)
    has_vt = exposed and below.hardware_virtualization
    return Capabilities(
        is_64bit=below.is_64bit and assembly.fact(provider.block, "guests.is_64bit", True) is not False,
        hardware_virtualization=has_vt,
        slat=has_vt and below.slat,
        dep=below.dep,
    )


def _can_nest(assembly: Assembly, hypervisor: Hypervisor) -> bool:
    vendor = assembly.once("vendor of " + hypervisor.block.id, lambda: _processor_vendor(assembly, hypervisor))
    return assembly.fact(hypervisor.block, f"nested.{vendor}", True) is True


def _processor_vendor(assembly: Assembly, hypervisor: Hypervisor) -> str:
    return assembly.text(hardware_of(hypervisor.machine).block, "cpu_vendor")


def technique_of(assembly: Assembly, hypervisor: Hypervisor) -> Technique | None:
    """The cost card of the way it virtualizes the processor; None when it cannot on this machine."""
    return assembly.once(("technique", hypervisor), lambda: _technique(assembly, hypervisor))


def _technique(assembly: Assembly, hypervisor: Hypervisor) -> Technique | None:
    offered = capabilities_of(assembly, hypervisor.machine)
    known: Mapping[str, Any] = assembly.fact(hypervisor.block, "techniques", _UNNAMED)
    wanted = ["slat"] if offered.slat else []
    wanted += ["vt"] if offered.hardware_virtualization else []
    for name in [*wanted, "no_vt"]:
        if isinstance(card := known.get(name), str):
            return assembly.card(card, Technique)
    return None


def native(assembly: Assembly) -> Technique:
    """No virtualization at all."""
    return assembly.card(NATIVE_CARD, Technique)


def exit_cycles(assembly: Assembly, machine: Machine) -> float:
    """Cycles of one VM exit of code that runs in the machine, there and back.

    An exit of a nested VM costs several exits of the machine that carries its hypervisor.
    """
    return assembly.once(("exit", machine), lambda: _exit_cycles(assembly, machine))


def _exit_cycles(assembly: Assembly, machine: Machine) -> float:
    if machine.provider is None:
        return 0.0
    technique = technique_of(assembly, machine.provider) or native(assembly)
    below = machine.provider.machine
    if below.is_hardware:
        hardware = _hardware_exit_cycles(assembly, below)
    else:
        hardware = assembly.card_value("nesting", "reflected_exits", 8.5) * exit_cycles(assembly, below)
    return technique.hardware_exits * hardware + technique.exit_software_cycles


def _hardware_exit_cycles(assembly: Assembly, host: Machine) -> float:
    card = assembly.catalog.cards.get("processor")
    table: Any = card.values.get("exit_cycles", {}) if card else {}
    generation = assembly.text(host.block, "cpu_generation")
    return float(table.get(generation, 1000.0))


def access_work_cycles(assembly: Assembly, machine: Machine, model: DeviceModel) -> float:
    """Cycles beside the exit for one access to an emulated register.

    Where the access is served by a process of a host that is itself a VM, the way there and back exits again.
    """
    extra = 0.0
    if machine.provider is not None and model.exit_returns > 0:
        below = machine.provider.machine
        extra = assembly.card_value("nesting", "returning_exits", 14.0) * exit_cycles(assembly, below)
    return model.exit_work_cycles + model.exit_returns * extra


def wake_cycles(assembly: Assembly, machine: Machine) -> float:
    """Cycles to bring an idle processor of the machine to work: interrupt, scheduler, entry."""
    if machine.provider is None:
        return native(assembly).wake_cycles
    technique = technique_of(assembly, machine.provider) or native(assembly)
    return technique.wake_cycles + technique.wake_exits * exit_cycles(assembly, machine)


def signalled_wake_cycles(assembly: Assembly, machine: Machine) -> float:
    """Cycles to bring an idle system to work that serves VMs: in a partition or a VM, a virtual interrupt first."""
    if machine.provider is None:
        return wake_cycles(assembly, machine)
    technique = technique_of(assembly, machine.provider) or native(assembly)
    signal = technique.signal_cycles + technique.signal_exits * exit_cycles(assembly, machine)
    return wake_cycles(assembly, machine) + signal


def kernel_factor(assembly: Assembly, machine: Machine) -> float:
    """How many cycles a cycle of kernel code takes in the machine."""
    return _factor(assembly, machine, "kernel_factor")


def user_factor(assembly: Assembly, machine: Machine) -> float:
    """How many cycles a cycle of user code takes in the machine."""
    return _factor(assembly, machine, "user_factor")


def _factor(assembly: Assembly, machine: Machine, name: str) -> float:
    factor = 1.0
    while machine.provider is not None:
        factor *= getattr(technique_of(assembly, machine.provider) or native(assembly), name)
        machine = machine.provider.machine
    return factor
