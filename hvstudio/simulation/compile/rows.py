"""The rows of the results: every VM in document order, native systems, and what works for them in the background."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hvstudio.model.document import Block
from hvstudio.simulation.compile.assembly import Assembly, hardware_of
from hvstudio.simulation.compile.walk import Composition, Hypervisor, Machine, System

BACKGROUND_STREAMS: Final = 1_000_000
"""Streams of rows that are no VM start here, so that they never meet those of a VM."""


def add_reported_rows(assembly: Assembly) -> None:
    """A row for every VM and native system, in document order; the n-th draws from stream n in every architecture."""
    composition = assembly.composition
    place = {block_id: number for number, block_id in enumerate(composition.document.blocks)}
    reported = [(machine.block, machine) for machine in composition.guests]
    reported += [(block, _host_below(composition, block)) for block in composition.stranded]
    for host in composition.hosts:
        reported += [(block, host) for block in native_blocks(host)]
    reported.sort(key=lambda entry: place[entry[0].id])
    for stream, (block, machine) in enumerate(reported):
        assembly.rows[block.id] = assembly.builder.vm(
            name=block.name,
            block=block.id,
            pool=assembly.pools[hardware_of(machine)],
            stream=stream,
            depends_on=_foundations(assembly, block, machine),
            cannot_start=assembly.unable.get(block.id, ""),
        )


def native_blocks(host: Machine) -> Iterator[Block]:
    """Blocks of a host that are reported like a VM: its system, where no virtual machines divide the hardware."""
    if host.is_divided:
        return
    yield from (system.block for system in host.systems)
    if host.workloads:
        yield host.block


def _host_below(composition: Composition, block: Block) -> Machine:
    root = composition.index.root_of(block.id)
    return next(host for host in composition.hosts if host.block.id == root)


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
            pool=assembly.pools[hardware_of(machine)],
            stream=BACKGROUND_STREAMS + len(assembly.rows),
            is_guest=False,
            depends_on=_foundations(assembly, block, machine),
        )
    return assembly.rows[block.id]


def _foundations(assembly: Assembly, block: Block, machine: Machine) -> tuple[str, ...]:
    """Ids of the blocks whose crash takes the row down: all below, and the systems that drive devices for it."""
    found: dict[str, None] = {block.id: None}
    found.update((system.block.id, None) for system in machine.systems if machine.block is block)
    found.update((below.id, None) for below in assembly.composition.index.below(block.id))
    while (provider := machine.provider) is not None:
        found.update((partition.block.id, None) for partition in provider.partitions[:1])
        if provider.driving_system is not None:
            found[provider.driving_system.block.id] = None
        machine = provider.machine
    return tuple(found)
