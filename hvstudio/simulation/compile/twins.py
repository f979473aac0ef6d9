"""Equal VMs have equal routes: the first is compiled, the others get its routes with contexts of their own."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from attrs import define, field

from hvstudio.composition.machines import Machine
from hvstudio.model.document import Block
from hvstudio.simulation.compile.assembly import Assembly


@define(kw_only=True)
class Pattern:
    """What was compiled for the first of several equal VMs: its classes, and which workload each is of."""

    machine: Machine
    classes: list[tuple[int, int | None]] = field(factory=list[tuple[int, int | None]])
    """Class index, and the place of its workload among the VM's (None for a class that another one spawns)."""


_NOT_ON_THE_WAY: Final = frozenset(
    {
        "cpu_weight", "cpu_reserve", "cpu_limit", "memory_bytes", "memory_minimum_bytes", "memory_maximum_bytes",
        "memory_demand", "dynamic_memory",
    }
)  # fmt: skip
"""Parameters of a VM that shape its contexts, which each VM has for itself, but no route."""


def likeness(assembly: Assembly, machine: Machine) -> Hashable:
    """A key that two VMs share when the same routes lead from and to them."""
    block_id = machine.block.id
    return (
        machine.provider,
        machine.block.product,
        frozenset(item for item in machine.block.parameters.items() if item[0] not in _NOT_ON_THE_WAY),
        tuple((_looks(device), device.attached_to) for device in machine.devices),
        tuple((_looks(system.block), tuple(_looks(load) for load in system.workloads)) for system in machine.systems),
        tuple(_looks(load) for load in machine.workloads),
        assembly.missing_fraction.get(block_id, 0.0),
        assembly.cache_bytes.get(machine, 0.0),
    )


def _looks(block: Block) -> Hashable:
    return (block.kind, block.product, frozenset(block.parameters.items()))


def copy_pattern(assembly: Assembly, pattern: Pattern, machine: Machine, workloads: list[Block]) -> None:
    """Give `machine` the routes of the pattern's VM."""
    contexts: dict[int, int] = {}
    stations: dict[int, int] = {}
    for owned in assembly.owned.get(pattern.machine, []):
        (stations if owned.is_station else contexts)[owned.index] = owned.remake(machine)
    classes: dict[int, int] = {}
    for index, place in pattern.classes:
        classes[index] = assembly.builder.copy_class(
            index,
            vm=assembly.rows[machine.block.id],
            name=workloads[place].id if place is not None else f"{machine.block.name}: delayed write",
            contexts=contexts,
            stations=stations,
            classes=classes,
        )
