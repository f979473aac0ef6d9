"""Where a block stands: which host, machine, operating system and hypervisor lie below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from hvstudio.catalog.facts import HypervisorFacts
from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.composition import capabilities
from hvstudio.composition.capabilities import Capabilities
from hvstudio.model.document import Block, BlockId


class Place(NamedTuple):
    """What lies below the blocks that rest on one block. It names ids, not names: a renamed support changes nothing.

    `machine` is the nearest host, VM or parent partition below, and `host` what it offers; None when the stack does
    not stand on hardware. `os` is the nearest operating system inside that machine; `hypervisor` the nearest hypervisor
    below, with its `facts`; `depth` counts the hypervisors below; `vm` is the nearest VM below.
    """

    root: BlockId | None
    support: BlockId | None
    support_kind: str
    host: Capabilities | None
    machine: BlockId | None
    machine_kind: str
    os: BlockId | None
    hypervisor: BlockId | None
    facts: HypervisorFacts
    depth: int
    vm: BlockId | None


DEEPEST: Final = 4
"""More hypervisors on one another than this are not simulated."""
NOWHERE_FACTS: Final = HypervisorFacts()
NOWHERE: Final = Place(None, None, "", None, None, "", None, None, NOWHERE_FACTS, 0, None)
MACHINES: Final = (Role.HARDWARE, Role.VIRTUAL_MACHINE, Role.PARENT_PARTITION)


def place_above(
    block: Block,
    below: Place,
    *,
    values: Callable[[Block], Mapping[str, Any]],
    facts: Callable[[Block], HypervisorFacts],
    schedules_whole_cores: Callable[[Block], bool],
) -> Place:
    """The place of what rests on `block`, which itself stands at `below`."""
    kind, role = block.kind, role_of(block)
    name = block.id
    root = name if below.root is None else below.root
    support, machine, machine_kind, os = name, below.machine, below.machine_kind, below.os
    host, hypervisor, depth, vm = below.host, below.hypervisor, below.depth, below.vm
    known = below.facts
    if role is Role.OPERATING_SYSTEM:
        os = name
    elif role is Role.HYPERVISOR:
        hypervisor, known, depth = name, facts(block), depth + 1
    elif role in MACHINES:
        machine, machine_kind, os = name, kind, None
        if role is Role.VIRTUAL_MACHINE:
            vm = name
            host = None if host is None else capabilities.of_vm(host, values(block), known)
        elif role is Role.PARENT_PARTITION:
            host = None if host is None else capabilities.of_partition(host, values(block))
        elif block.rests_on is None:
            host = capabilities.of_host(values(block), whole_cores=schedules_whole_cores(block))
    return Place(root, support, kind, host, machine, machine_kind, os, hypervisor, known, depth, vm)
