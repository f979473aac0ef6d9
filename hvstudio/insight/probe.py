"""A composition whose VMs do one kind of operation and nothing else: compiled, it shows what that operation costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import evolve, frozen

from hvstudio.catalog.kinds import kind_for, role_of
from hvstudio.catalog.role import Role
from hvstudio.model.document import Block, BlockId, Document, Value
from hvstudio.model.index import Index, index_of


@frozen(kw_only=True)
class Operation:
    """What a request of the probe does: parameters of a workload."""

    label: str
    parameters: Mapping[str, Value]


DISK_READ: Final = Operation(
    label="A disk read of 4 KiB",
    parameters={"disk_reads": 1.0, "disk_read_bytes": 4096, "disk_access": "random"},
)
PACKET: Final = Operation(
    label="A packet of 1,500 bytes",
    parameters={"packets_out": 1.0, "packet_out_bytes": 1500},
)
OPERATIONS: Final = (DISK_READ, PACKET)

_NOTHING_ELSE: Final[Mapping[str, Value]] = {
    **dict.fromkeys(
        (
            "user_cycles", "kernel_cycles", "syscalls", "page_faults", "page_table_updates", "context_switches",
            "wakeups", "timer_hz", "tlb_misses", "cache_refill_s", "disk_reads", "disk_writes", "packets_in",
            "packets_out", "demand_scv",
        ),
        0.0,
    ),
    "arrivals": "closed", "clients": 1, "think_s": 0.01, "max_concurrency": 0,
}  # fmt: skip
"""One client without work of its own, that rests between its requests."""


def with_probes(document: Document, hypervisor: BlockId, operation: Operation) -> Document:
    """The host of a hypervisor where each of its VMs makes that operation, and nobody else does anything.

    A VM's own workload becomes the probe, with the data it has: a cache below meets them as it would.
    """
    index = index_of(document)
    probes: dict[BlockId, Block] = {}
    for vm in index.children_of(hypervisor):
        if role_of(document.blocks[vm]) is Role.VIRTUAL_MACHINE:
            probe = _probe(document, index, vm, operation)
            probes[probe.id] = probe
    stack = frozenset(index.subtree(index.root_of(hypervisor)))
    kept = {
        item: block for item, block in document.blocks.items() if item in stack and role_of(block) is not Role.WORKLOAD
    }
    return evolve(document, blocks={**kept, **probes})


def _probe(document: Document, index: Index, vm: BlockId, operation: Operation) -> Block:
    inside = [document.blocks[block_id] for block_id in index.children_of(vm)]
    system = next((block for block in inside if role_of(block) is Role.OPERATING_SYSTEM), None)
    support = vm if system is None else system.id
    own = (document.blocks[block_id] for place in (support, vm) for block_id in index.children_of(place))
    found = next((block for block in own if role_of(block) is Role.WORKLOAD), None)
    block = found or Block(id=BlockId(f"{vm}/probe"), kind=kind_for(Role.WORKLOAD), name="probe", rests_on=support)
    return evolve(block, parameters={**block.parameters, **_NOTHING_ELSE, **operation.parameters})
