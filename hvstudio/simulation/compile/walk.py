"""Reads a composition as machines, systems and hypervisors: who rests on whom, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import define, field

from hvstudio.catalog.catalog import Catalog
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.index import Index, index_of


@define(eq=False, kw_only=True)
class Machine:
    """What a system runs on: the hardware, a virtual machine or a parent partition.

    `provider` is the hypervisor that makes it; None for the hardware itself.
    """

    block: Block
    provider: Hypervisor | None = None
    depth: int = 0
    """How many hypervisors lie below it."""
    systems: list[System] = field(factory=list["System"])
    hypervisors: list[Hypervisor] = field(factory=list["Hypervisor"])
    """Those that rest on the machine itself, not on a system."""
    devices: list[Block] = field(factory=list[Block])
    workloads: list[Block] = field(factory=list[Block])
    """Those that rest on the machine itself."""

    @property
    def is_hardware(self) -> bool:
        """Whether it is a host and not something virtual."""
        return self.provider is None

    @property
    def owns_devices_of(self) -> Machine:
        """Whose devices it drives: a parent partition's are those of the machine below its hypervisor."""
        machine = self
        while machine.provider is not None and machine.block.kind == "parent_partition":
            machine = machine.provider.machine
        return machine

    @property
    def is_divided(self) -> bool:
        """Whether virtual machines live on it."""
        return any(hypervisor.machines for hypervisor in self.all_hypervisors())

    @property
    def is_shared(self) -> bool:
        """Whether a scheduler of its own divides its processors: among virtual machines or several workloads."""
        return self.is_divided or len(self.all_workloads()) > 1

    def all_workloads(self) -> list[tuple[Block, System | None]]:
        """The workloads of the machine and of its systems, each with its system."""
        found: list[tuple[Block, System | None]] = [(workload, None) for workload in self.workloads]
        found += [(workload, system) for system in self.systems for workload in system.workloads]
        return found

    def all_hypervisors(self) -> Iterator[Hypervisor]:
        """The hypervisors that divide this machine, on it or on its systems."""
        yield from self.hypervisors
        for system in self.systems:
            yield from system.hypervisors


@define(eq=False, kw_only=True)
class System:
    """An operating system on a machine, with what rests on it."""

    block: Block
    machine: Machine
    hypervisors: list[Hypervisor] = field(factory=list["Hypervisor"])
    workloads: list[Block] = field(factory=list[Block])
    switches: list[Block] = field(factory=list[Block])


@define(eq=False, kw_only=True)
class Hypervisor:
    """A VMM on a machine, `system` being the operating system between them, if there is one."""

    block: Block
    machine: Machine
    system: System | None = None
    partitions: list[Machine] = field(factory=list["Machine"])
    machines: list[Machine] = field(factory=list["Machine"])
    switches: list[Block] = field(factory=list[Block])

    @property
    def driving_system(self) -> System | None:
        """The operating system that drives devices for it: below it, in its parent partition, or beside it."""
        if self.system is not None:
            return self.system
        for partition in self.partitions:
            if partition.systems:
                return partition.systems[0]
        if not self.partitions and self.machine.systems:
            return self.machine.systems[0]
        return None


@define(eq=False, kw_only=True)
class Composition:
    """A whole document, read. `ignored` are blocks that take no part, each with the reason."""

    document: Document
    index: Index
    catalog: Catalog
    hosts: list[Machine] = field(factory=list["Machine"])
    guests: list[Machine] = field(factory=list["Machine"])
    """Every VM that a hypervisor makes, in document order."""
    stranded: list[Block] = field(factory=list[Block])
    """VMs that rest on something other than a hypervisor."""
    ignored: list[tuple[Block, str]] = field(factory=list[tuple[Block, str]])


def read_composition(document: Document, catalog: Catalog) -> Composition:
    """Walk a document from its hosts upwards; O(blocks). Blocks without a host below them are ignored."""
    index = index_of(document)
    composition = Composition(document=document, index=index, catalog=catalog)
    for root in index.roots:
        block = document.blocks[root]
        if block.kind == "host":
            host = Machine(block=block)
            composition.hosts.append(host)
            _read_machine(composition, host)
        elif block.kind != "note":
            composition.ignored.append((block, "rests on nothing"))
    place = {block_id: number for number, block_id in enumerate(document.blocks)}
    composition.guests.sort(key=lambda machine: place[machine.block.id])
    return composition


def _above(composition: Composition, block_id: BlockId) -> Iterator[Block]:
    return (composition.document.blocks[child] for child in composition.index.children_of(block_id))


DEEPEST: Final = 4
"""More hypervisors on one another than this are not simulated."""

_DEVICES: Final = {"disk", "nic", "virtual_disk", "virtual_nic"}


def _read_machine(composition: Composition, machine: Machine) -> None:
    for block in _above(composition, machine.block.id):
        if block.kind in _DEVICES:
            machine.devices.append(block)
        elif block.kind == "os" and not machine.systems:
            machine.systems.append(_read_system(composition, block, machine))
        elif block.kind == "hypervisor":
            machine.hypervisors.append(_read_hypervisor(composition, block, machine, None))
        elif block.kind == "workload":
            machine.workloads.append(block)
        elif block.kind == "virtual_switch" and machine.systems:
            machine.systems[0].switches.append(block)
        elif block.kind != "virtual_switch":
            _leave_out(composition, block, machine.block)


def _read_system(composition: Composition, block: Block, machine: Machine) -> System:
    system = System(block=block, machine=machine)
    for above in _above(composition, block.id):
        if above.kind == "workload":
            system.workloads.append(above)
        elif above.kind == "hypervisor":
            system.hypervisors.append(_read_hypervisor(composition, above, machine, system))
        elif above.kind == "virtual_switch":
            system.switches.append(above)
        else:
            _leave_out(composition, above, block)
    return system


def _read_hypervisor(composition: Composition, block: Block, machine: Machine, system: System | None) -> Hypervisor:
    hypervisor = Hypervisor(block=block, machine=machine, system=system)
    for above in _above(composition, block.id):
        if above.kind in ("vm", "parent_partition") and machine.depth < DEEPEST:
            made = Machine(block=above, provider=hypervisor, depth=machine.depth + 1)
            if above.kind == "vm":
                hypervisor.machines.append(made)
                composition.guests.append(made)
            else:
                hypervisor.partitions.append(made)
            _read_machine(composition, made)
        elif above.kind == "virtual_switch":
            hypervisor.switches.append(above)
        else:
            _leave_out(composition, above, block)
    return hypervisor


def _leave_out(composition: Composition, block: Block, support: Block) -> None:
    """A block that nothing here can run; VMs in that place are told so, the rest is left out."""
    composition.ignored.append((block, f"cannot run on {support.name}"))
    composition.stranded.extend(
        found
        for child in composition.index.subtree(block.id)
        if (found := composition.document.blocks[child]).kind == "vm"
    )
