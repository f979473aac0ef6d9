"""A composition as machines, systems and hypervisors: who rests on whom, seen from the hardware upwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import Final

from attrs import frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.composition.place import DEEPEST
from hvstudio.composition.scene import Scene, read_scene
from hvstudio.composition.serving import drives_devices, serving_system
from hvstudio.model.document import Block, Document

_DEVICES: Final = frozenset({Role.PHYSICAL_DISK, Role.PHYSICAL_NIC, Role.VIRTUAL_DISK, Role.VIRTUAL_NIC})
_ON_SYSTEM: Final = frozenset({Role.WORKLOAD, Role.HYPERVISOR, Role.VIRTUAL_SWITCH})
_ON_MACHINE: Final = _DEVICES | _ON_SYSTEM | {Role.OPERATING_SYSTEM}
_ON_DEEPEST: Final = frozenset({Role.VIRTUAL_SWITCH})
_ON_HYPERVISOR: Final = _ON_DEEPEST | {Role.VIRTUAL_MACHINE, Role.PARENT_PARTITION}


@frozen(eq=False, kw_only=True)
class Machine:
    """What a system runs on: the hardware, a virtual machine or a parent partition.

    `provider` is the hypervisor that makes it; None for the hardware itself. `depth` counts the hypervisors below.
    """

    scene: Scene
    block: Block
    provider: Hypervisor | None = None
    depth: int = 0

    @property
    def is_hardware(self) -> bool:
        """Whether it is a host and not something virtual."""
        return self.provider is None

    @property
    def hardware(self) -> Machine:
        """The host at the bottom."""
        machine = self
        while machine.provider is not None:
            machine = machine.provider.machine
        return machine

    @property
    def processors(self) -> int:
        """How many programs can run on it at the same time."""
        return self.scene.processors(self.block)

    @cached_property
    def systems(self) -> tuple[System, ...]:
        """The operating system that runs on it, if there is one."""
        block = self.scene.system_of(self.block.id)
        return () if block is None else (System(block=block, machine=self),)

    @cached_property
    def hypervisors(self) -> tuple[Hypervisor, ...]:
        """Those that rest on the machine itself, not on its system."""
        return tuple(Hypervisor(block=block, machine=self) for block in self.scene.on(self.block.id, Role.HYPERVISOR))

    @cached_property
    def devices(self) -> tuple[Block, ...]:
        """Disks and network cards that are built in, in document order."""
        return tuple(block for block in self.scene.on(self.block.id) if role_of(block) in _DEVICES)

    @property
    def workloads(self) -> tuple[Block, ...]:
        """Workloads that rest on the machine itself."""
        return tuple(self.scene.on(self.block.id, Role.WORKLOAD))

    @property
    def owns_devices_of(self) -> Machine:
        """Whose devices it drives: a parent partition's are those of the machine below its hypervisor."""
        machine = self
        while machine.provider is not None and role_of(machine.block) is Role.PARENT_PARTITION:
            machine = machine.provider.machine
        return machine

    @cached_property
    def is_divided(self) -> bool:
        """Whether virtual machines live on it."""
        return any(hypervisor.machines for hypervisor in self.all_hypervisors)

    @cached_property
    def is_shared(self) -> bool:
        """Whether a scheduler of its own divides its processors: among virtual machines or several workloads."""
        return self.is_divided or len(self.all_workloads) > 1

    @cached_property
    def all_workloads(self) -> tuple[tuple[Block, System | None], ...]:
        """The workloads of the machine and of its system, each with its system."""
        own: list[tuple[Block, System | None]] = [(workload, None) for workload in self.workloads]
        return (*own, *((workload, system) for system in self.systems for workload in system.workloads))

    @cached_property
    def all_hypervisors(self) -> tuple[Hypervisor, ...]:
        """The hypervisors that divide this machine, on it or on its system."""
        return (*self.hypervisors, *(item for system in self.systems for item in system.hypervisors))

    @cached_property
    def drivers(self) -> tuple[System | Hypervisor, ...]:
        """Who drives its devices: its system, and hypervisors on it with drivers of their own."""
        return (*self.systems, *(item for item in self.hypervisors if item.drives_devices))


@frozen(eq=False, kw_only=True)
class System:
    """An operating system on a machine, with what rests on it."""

    block: Block
    machine: Machine

    @cached_property
    def hypervisors(self) -> tuple[Hypervisor, ...]:
        """Those that are programs of it."""
        blocks = self.machine.scene.on(self.block.id, Role.HYPERVISOR)
        return tuple(Hypervisor(block=block, machine=self.machine, system=self) for block in blocks)

    @property
    def workloads(self) -> tuple[Block, ...]:
        """What it runs itself."""
        return tuple(self.machine.scene.on(self.block.id, Role.WORKLOAD))


@frozen(eq=False, kw_only=True)
class Hypervisor:
    """A VMM on a machine, `system` being the operating system between them, if there is one."""

    block: Block
    machine: Machine
    system: System | None = None

    @cached_property
    def partitions(self) -> tuple[Machine, ...]:
        """Its parent partitions."""
        return self._made(Role.PARENT_PARTITION)

    @cached_property
    def machines(self) -> tuple[Machine, ...]:
        """Its virtual machines."""
        return self._made(Role.VIRTUAL_MACHINE)

    def _made(self, role: Role) -> tuple[Machine, ...]:
        scene, depth = self.machine.scene, self.machine.depth + 1
        if depth > DEEPEST:
            return ()
        blocks = scene.on(self.block.id, role)
        return tuple(Machine(scene=scene, block=block, provider=self, depth=depth) for block in blocks)

    @cached_property
    def drives_devices(self) -> bool:
        """Whether it drives devices itself."""
        return drives_devices(self.machine.scene, self.block)

    @cached_property
    def driving_system(self) -> System | None:
        """The operating system that drives devices for it: below it, in its parent partition, or beside it."""
        serving = serving_system(self.machine.scene, self.block)
        machines = (self.machine, *self.partitions)
        systems = (system for machine in machines for system in machine.systems)
        return None if serving is None else next((item for item in systems if item.block is serving), None)


def hosts_of(scene: Scene) -> tuple[Machine, ...]:
    """The hardware of a document, in document order."""
    blocks = (scene.blocks[root] for root in scene.index.roots)
    return tuple(Machine(scene=scene, block=block) for block in blocks if role_of(block) is Role.HARDWARE)


def machines_above(machine: Machine) -> Iterator[Machine]:
    """The machine and all that hypervisors make on it, what carries before what is carried."""
    yield machine
    for hypervisor in machine.all_hypervisors:
        for made in (*hypervisor.partitions, *hypervisor.machines):
            yield from machines_above(made)


def left_out(scene: Scene, machines: Iterable[Machine]) -> Iterator[tuple[Block, str]]:
    """The blocks that take no part in a run, each with the reason: they rest on nothing, or on what cannot run them."""
    for root in scene.index.roots:
        block = scene.blocks[root]
        if role_of(block) not in (Role.HARDWARE, Role.NOTE):
            yield block, "rests on nothing"
    for machine in machines:
        yield from _left_out_of(scene, machine)


def _left_out_of(scene: Scene, machine: Machine) -> Iterator[tuple[Block, str]]:
    second = {str(system.id) for system in scene.on(machine.block.id, Role.OPERATING_SYSTEM)[1:]}
    yield from _strangers(scene, machine.block, _ON_MACHINE, second)
    for system in machine.systems:
        yield from _strangers(scene, system.block, _ON_SYSTEM)
    for hypervisor in machine.all_hypervisors:
        yield from _strangers(scene, hypervisor.block, _ON_HYPERVISOR if machine.depth < DEEPEST else _ON_DEEPEST)


def _strangers(
    scene: Scene, support: Block, known: frozenset[Role], second: Collection[str] = ()
) -> Iterator[tuple[Block, str]]:
    """What cannot run on a block: what is of none of the roles known there, and every system after the first."""
    for block in scene.on(support.id):
        if role_of(block) not in known or block.id in second:
            yield block, f"cannot run on {support.name}"


@frozen(eq=False, kw_only=True)
class Composition:
    """A whole document, read for a run.

    `guests` are the VMs that hypervisors make, in document order; `ignored` are blocks that take no part, each with the
    reason, and `stranded` the VMs among what rests on these.
    """

    scene: Scene
    hosts: tuple[Machine, ...]
    guests: tuple[Machine, ...]
    ignored: tuple[tuple[Block, str], ...]
    stranded: tuple[Block, ...]


def read_composition(document: Document, catalog: Catalog) -> Composition:
    """Walk a document from its hosts upwards; O(blocks). Blocks without a host below them are ignored."""
    scene = read_scene(document, catalog)
    hosts = hosts_of(scene)
    order = {block_id: number for number, block_id in enumerate(document.blocks)}
    machines = [machine for host in hosts for machine in machines_above(host)]
    guests = [machine for machine in machines if role_of(machine.block) is Role.VIRTUAL_MACHINE]
    ignored = tuple(left_out(scene, machines))
    return Composition(
        scene=scene,
        hosts=hosts,
        guests=tuple(sorted(guests, key=lambda machine: order[machine.block.id])),
        ignored=ignored,
        stranded=tuple(_above_ignored(scene, ignored)),
    )


def _above_ignored(scene: Scene, ignored: tuple[tuple[Block, str], ...]) -> Iterator[Block]:
    """The VMs in or on blocks that stand on hardware and yet take no part."""
    for block, _ in ignored:
        if block.rests_on is not None:
            for child in scene.index.subtree(block.id):
                if role_of(scene.blocks[child]) is Role.VIRTUAL_MACHINE:
                    yield scene.blocks[child]
