"""CPU weight, reserve and limit in the terms of the product: per virtual processor or per VM, or not at all."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from hvstudio.errors import PlanError
from hvstudio.simulation.compile.assembly import Assembly, processors_of
from hvstudio.simulation.compile.walk import Machine

NORMAL_WEIGHT: Final = 100.0
_NAMES: Final = ("weight", "reserve", "limit")


@frozen(kw_only=True)
class Controls:
    """What the scheduler is told about a VM.

    `grouped` says that the values belong to the VM as one, else they belong to each of its virtual processors.
    `reserve` and `limit` are in logical processors; a limit of 0 is none.
    """

    grouped: bool
    weight: float
    reserve: float
    limit: float
    processors: int

    @property
    def total_weight(self) -> float:
        """Weight of the whole VM when all its processors are busy."""
        return self.weight if self.grouped else self.weight * self.processors

    @property
    def total_reserve(self) -> float:
        """Reserve of the whole VM."""
        return self.reserve if self.grouped else self.reserve * self.processors

    @property
    def total_limit(self) -> float:
        """Limit of the whole VM, 0 for none."""
        return self.limit if self.grouped else self.limit * self.processors


def controls_of(assembly: Assembly, machine: Machine) -> Controls:
    """The controls of a VM or partition, as far as its product knows them; what it ignores is noted."""
    return assembly.once(("controls", machine), lambda: _controls(assembly, machine))


def _controls(assembly: Assembly, machine: Machine) -> Controls:
    hypervisor = machine.provider
    if hypervisor is None:
        return Controls(grouped=False, weight=NORMAL_WEIGHT, reserve=0.0, limit=0.0, processors=1)
    processors = processors_of(assembly, machine)
    known = _known_controls(assembly, machine)
    weight = assembly.number(machine.block, "cpu_weight") if "weight" in known else NORMAL_WEIGHT
    reserve = assembly.number(machine.block, "cpu_reserve") if "reserve" in known else 0.0
    limit = assembly.number(machine.block, "cpu_limit") if "limit" in known else 1.0
    if reserve > limit:
        raise PlanError(
            f"CPU reserve is {reserve:.0%}, above the CPU limit of {limit:.0%}.",
            where=machine.block.name,
            hint="Lower cpu_reserve or raise cpu_limit.",
        )
    reserve = _honoured_reserve(assembly, machine, reserve)
    ceiling = 0.0 if limit >= 1.0 else limit
    grouped = bool(known) and assembly.fact(hypervisor.block, "controls.scope", "virtual-processor") == "vm"
    if not grouped:
        return Controls(grouped=False, weight=weight, reserve=reserve, limit=ceiling, processors=processors)
    grows = assembly.fact(hypervisor.block, "controls.weight_grows_with_vcpus", False) is True
    return Controls(
        grouped=True,
        weight=weight * (processors if grows else 1),
        reserve=reserve * processors,
        limit=ceiling * processors,
        processors=processors,
    )


def _known_controls(assembly: Assembly, machine: Machine) -> set[str]:
    """Which of weight, reserve and limit the product (with its chosen scheduler) honours."""
    assert machine.provider is not None
    block = machine.provider.block
    if assembly.value(block, "scheduler") == "root":
        known: set[str] = set()
        reason = "the root scheduler knows no weight, reserve or limit"
    else:
        known = assembly.once(
            ("known controls", block.product),
            lambda: {name for name in _NAMES if assembly.fact(block, f"controls.{name}", True) is not False},
        )
        reason = "the product does not know it"
    for name in _NAMES:
        if name not in known and f"cpu_{name}" in machine.block.parameters:
            assembly.builder.note(f"{block.name}: CPU {name} of {machine.block.name} has no effect: {reason}.")
    return known


def _honoured_reserve(assembly: Assembly, machine: Machine, reserve: float) -> float:
    """No guarantee for more virtual processors than there are below. Source: Hyper-V TLFS v2.0a 18.2."""
    assert machine.provider is not None
    below = processors_of(assembly, machine.provider.machine)
    if reserve > 0 and processors_of(assembly, machine) > below:
        assembly.builder.note(
            f"{machine.block.name}: its CPU reserve is not guaranteed, it has more virtual processors than {below}."
        )
        return 0.0
    return reserve
