"""The rows of the results: every VM in document order, native systems, and what works for them in the background."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hvstudio.composition.machines import Composition, Hypervisor, Machine, System
from hvstudio.model.document import Block, BlockId
from hvstudio.simulation.compile.assembly import Assembly

BACKGROUND_STREAMS: Final = 1_000_000
"""Streams of rows that are no VM start here, so that they never meet those of a VM."""


def add_reported_rows(assembly: Assembly) -> None:
    """A row for every VM and native system, in document order; the n-th draws from stream n in every architecture.

    A composition that was converted has the rows of the one that it was made from: those of its own that were there
    before, and VMs whose workloads run without them now.
    """
    present = {block.id: (block, block, machine) for block, machine in _reported(assembly.composition)}
    like = assembly.reported_like
    wanted = list(present) if like is None else [block.id for block, _ in _reported(like)]
    moved = {} if like is None else _freed(assembly)
    for stream, block_id in enumerate(wanted):
        found = present.get(block_id) or moved.get(block_id)
        if found is not None:
            _add_row(assembly, stream, *found)


def _add_row(assembly: Assembly, stream: int, named: Block, standing: Block, machine: Machine) -> None:
    """The row of a block that stands (or whose workload stands) on that machine."""
    row = assembly.builder.vm(
        name=named.name,
        block=named.id,
        pool=assembly.pools[machine.hardware],
        stream=stream,
        depends_on=_foundations(assembly, standing, machine),
        cannot_start=assembly.unable.get(named.id, ""),
    )
    assembly.rows[named.id] = row
    assembly.reported.add(row)


def _reported(composition: Composition) -> list[tuple[Block, Machine]]:
    """What has a row of its own, each with its machine (for a native system its host), in document order."""
    place = {block_id: number for number, block_id in enumerate(composition.scene.document.blocks)}
    found = [(machine.block, machine) for machine in composition.guests]
    found += [(block, _host_below(composition, block)) for block in composition.stranded]
    for host in composition.hosts:
        found += [(block, host) for block in native_blocks(host)]
    return sorted(found, key=lambda entry: place[entry[0].id])


def _freed(assembly: Assembly) -> dict[BlockId, tuple[Block, Block, Machine]]:
    """VMs whose workloads run on hardware now, each with the first of these and its host."""
    found: dict[BlockId, tuple[Block, Block, Machine]] = {}
    for host in assembly.composition.hosts:
        for workload, _ in host.all_workloads:
            origin = assembly.origins.get(workload.id)
            if origin is not None:
                found.setdefault(origin.vm.id, (origin.vm, workload, host))
    return found


def native_blocks(host: Machine) -> Iterator[Block]:
    """Blocks of a host that are reported like a VM: its system, where no virtual machines divide the hardware."""
    if host.is_divided:
        return
    yield from (system.block for system in host.systems)
    if host.workloads:
        yield host.block


def _host_below(composition: Composition, block: Block) -> Machine:
    root = composition.scene.index.root_of(block.id)
    return next(host for host in composition.hosts if host.block.id == root)


def row_of_workload(assembly: Assembly, workload: Block, machine: Machine, system: System | None) -> int:
    """The row of what a machine itself runs: that of the VM it ran in before, or else of the machine's system."""
    origin = assembly.origins.get(workload.id)
    if origin is not None and machine.is_hardware:
        return assembly.rows[origin.vm.id]
    return row_of_system(assembly, system) if system else background_row(assembly, machine.block, machine)


def row_of_system(assembly: Assembly, system: System) -> int:
    """The row to which the work of a system is accounted: its VM's, its own, or a background row of it."""
    block = system.block if system.machine.is_hardware else system.machine.block
    return background_row(assembly, block, system.machine)


def row_of_hypervisor(assembly: Assembly, hypervisor: Hypervisor) -> int:
    """The row of a hypervisor's own work."""
    block = hypervisor.block if hypervisor.machine.is_hardware else hypervisor.machine.block
    return background_row(assembly, block, hypervisor.machine)


def background_row(assembly: Assembly, block: Block, machine: Machine) -> int:
    """The row of that block, made as a background row if it has none yet."""
    if block.id not in assembly.rows:
        assembly.rows[block.id] = assembly.builder.vm(
            name=block.name,
            block=block.id,
            pool=assembly.pools[machine.hardware],
            stream=BACKGROUND_STREAMS + _place(assembly, block),
            is_guest=False,
            depends_on=_foundations(assembly, block, machine),
        )
    return assembly.rows[block.id]


def _place(assembly: Assembly, block: Block) -> int:
    """A number of the block that is the same in every document converted from one another."""
    places = assembly.once("places", lambda: _places(assembly))
    return places[block.id]


def _places(assembly: Assembly) -> dict[BlockId, int]:
    before = assembly.reported_like
    known = [] if before is None else list(before.scene.blocks)
    order = dict.fromkeys([*known, *assembly.composition.scene.document.blocks])
    return {block_id: number for number, block_id in enumerate(order)}


def _foundations(assembly: Assembly, block: Block, machine: Machine) -> tuple[str, ...]:
    """Ids of the blocks whose crash takes the row down: all below, and the systems that drive devices for it."""
    found: dict[str, None] = {block.id: None}
    found.update((system.block.id, None) for system in machine.systems if machine.block is block)
    found.update((below.id, None) for below in assembly.composition.scene.index.below(block.id))
    while (provider := machine.provider) is not None:
        found.update((partition.block.id, None) for partition in provider.partitions[:1])
        if provider.driving_system is not None:
            found[provider.driving_system.block.id] = None
        machine = provider.machine
    return tuple(found)
