"""How a hypervisor runs guest code on the processor it finds, and what one VM exit costs there, nested or not."""

from __future__ import annotations

from typing import Final

from hvstudio.catalog.cards import DeviceModel, Technique
from hvstudio.catalog.facts import HypervisorFacts
from hvstudio.composition.capabilities import Capabilities
from hvstudio.composition.scene import Scene
from hvstudio.model.document import Block

NATIVE_CARD: Final = "cpu-native"


def technique_card(facts: HypervisorFacts, offered: Capabilities) -> str:
    """The id of the cost card by which a product virtualizes the processor on such a machine; empty: it cannot."""
    best = facts.techniques.best(hardware_virtualization=offered.hardware_virtualization, slat=offered.slat)
    return best.value or ""


def technique_of(scene: Scene, hypervisor: Block) -> Technique | None:
    """The cost card of the way it virtualizes the processor; None where it cannot, or stands on no hardware."""
    offered = scene.place(hypervisor).host
    card = "" if offered is None else technique_card(scene.facts(hypervisor), offered)
    return scene.catalog.card_of(Technique, card) if card else None


def technique_under(scene: Scene, machine: Block) -> Technique:
    """How code in a machine runs; on hardware, and where its hypervisor cannot run it, natively."""
    provider = scene.provider(machine)
    found = None if provider is None else technique_of(scene, provider)
    return scene.catalog.card_of(Technique, NATIVE_CARD) if found is None else found


def exit_cycles(scene: Scene, machine: Block) -> float:
    """Cycles of one VM exit of code that runs in the machine, there and back; 0 on hardware.

    An exit of a nested VM costs several exits of the machine that carries its hypervisor.
    """
    return scene.keep("exit cycles", machine, _exit_cycles)


def _exit_cycles(scene: Scene, machine: Block) -> float:
    below = scene.carrier(machine)
    if below is None:
        return 0.0
    technique = technique_under(scene, machine)
    if scene.provider(below) is None:
        hardware = _hardware_exit_cycles(scene, below)
    else:
        hardware = scene.catalog.nesting.reflected_exits * exit_cycles(scene, below)
    return technique.hardware_exits * hardware + technique.exit_software_cycles


def _hardware_exit_cycles(scene: Scene, host: Block) -> float:
    return scene.catalog.processor.exit_cycles_of(scene.values(host)["cpu_generation"])


def access_work_cycles(scene: Scene, machine: Block, model: DeviceModel) -> float:
    """Cycles beside the exit for one access to an emulated register.

    Where the access is served by a process of a host that is itself a VM, the way there and back exits again.
    """
    extra = 0.0
    below = scene.carrier(machine)
    if below is not None and model.exit_returns > 0:
        extra = scene.catalog.nesting.returning_exits * exit_cycles(scene, below)
    return model.exit_work_cycles + model.exit_returns * extra


def wake_cycles(scene: Scene, machine: Block) -> float:
    """Cycles to bring an idle processor of the machine to work: interrupt, scheduler, entry."""
    technique = technique_under(scene, machine)
    return technique.wake_cycles + technique.wake_exits * exit_cycles(scene, machine)


def signalled_wake_cycles(scene: Scene, machine: Block) -> float:
    """Cycles to bring an idle system to work that serves VMs: in a partition or a VM, a virtual interrupt first."""
    technique = technique_under(scene, machine)
    signal = technique.signal_cycles + technique.signal_exits * exit_cycles(scene, machine)
    return wake_cycles(scene, machine) + (0.0 if scene.provider(machine) is None else signal)


def kernel_factor(scene: Scene, machine: Block) -> float:
    """How many cycles a cycle of kernel code takes in the machine."""
    return _factor(scene, machine, "kernel_factor")


def user_factor(scene: Scene, machine: Block) -> float:
    """How many cycles a cycle of user code takes in the machine."""
    return _factor(scene, machine, "user_factor")


def _factor(scene: Scene, machine: Block, name: str) -> float:
    factor = 1.0
    below = scene.carrier(machine)
    while below is not None:
        factor *= getattr(technique_under(scene, machine), name)
        machine, below = below, scene.carrier(below)
    return factor
