"""Where a block stands: which host, machine, operating system and hypervisor lie below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from hvstudio.composition.knowledge import Facts
from hvstudio.model.document import Block, BlockId


class HostTraits(NamedTuple):
    """What the rules far above a machine need to know of it; equal for machines that do not differ in this.

    A `node` is one socket with its own memory (NUMA node). Inside a VM the machine is the virtual one.
    """

    logical_processors: int
    node_processors: int
    vendor: str
    is_64bit: bool
    hardware_virtualization: bool
    slat: bool
    iommu: bool


class Place(NamedTuple):
    """What lies below the blocks that rest on one block. It names ids, not names: a renamed support changes nothing.

    `machine` is the nearest host, VM or parent partition below; `os` the nearest operating system inside that machine;
    `hypervisor` the nearest hypervisor below, with its `facts`; `depth` counts the hypervisors below; `vm` is the
    nearest VM below. `host` tells of the nearest host or VM below; None when the stack does not stand on hardware.
    """

    root: BlockId | None
    support: BlockId | None
    support_kind: str
    host: HostTraits | None
    machine: BlockId | None
    machine_kind: str
    os: BlockId | None
    hypervisor: BlockId | None
    facts: Facts
    scheduler: str
    depth: int
    vm: BlockId | None


NOWHERE_FACTS: Final = Facts(None)
NOWHERE: Final = Place(None, None, "", None, None, "", None, None, NOWHERE_FACTS, "default", 0, None)
MACHINES: Final = frozenset({"host", "vm", "parent_partition"})


def host_traits(values: Mapping[str, Any]) -> HostTraits:
    """The traits of a host from its effective values."""
    node = values["cores_per_socket"] * values["threads_per_core"]
    return HostTraits(
        logical_processors=values["sockets"] * node,
        node_processors=node,
        vendor=values["cpu_vendor"],
        is_64bit=values["is_64bit"],
        hardware_virtualization=values["hardware_virtualization"],
        slat=values["slat"],
        iommu=values["iommu"],
    )


def vm_traits(host: HostTraits, values: Mapping[str, Any], facts: Facts) -> HostTraits:
    """What a VM of these values on a hypervisor of these facts shows of the machine that carries it."""
    processors = values["virtual_processors"]
    exposed = values["nested_virtualization"]
    return HostTraits(
        logical_processors=processors,
        node_processors=processors,
        vendor=host.vendor,
        is_64bit=host.is_64bit and facts.yes("guests.is_64bit") is not False,
        hardware_virtualization=exposed and host.hardware_virtualization,
        slat=exposed and host.slat,
        iommu=host.iommu,
    )


def place_above(
    block: Block,
    below: Place,
    *,
    values: Callable[[Block], Mapping[str, Any]],
    facts: Callable[[Block], Facts],
) -> Place:
    """The place of what rests on `block`, which itself stands at `below`."""
    kind = block.kind
    name = block.id
    root = name if below.root is None else below.root
    support, machine, machine_kind, os = name, below.machine, below.machine_kind, below.os
    host, hypervisor, scheduler, depth, vm = below.host, below.hypervisor, below.scheduler, below.depth, below.vm
    known = below.facts
    if kind == "os":
        os = name
    elif kind == "hypervisor":
        hypervisor, known, scheduler, depth = name, facts(block), values(block)["scheduler"], depth + 1
    elif kind in MACHINES:
        machine, machine_kind, os = name, kind, None
        if kind == "vm":
            vm = name
            host = None if host is None else vm_traits(host, values(block), known)
        elif kind == "host" and block.rests_on is None:
            host = host_traits(values(block))
    return Place(root, support, kind, host, machine, machine_kind, os, hypervisor, known, scheduler, depth, vm)
