"""What a machine offers what runs on it: a host its own processor, a VM what its hypervisor shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from hvstudio.catalog.facts import HypervisorFacts


class Capabilities(NamedTuple):
    """What software on a machine finds there; equal for machines that do not differ in this.

    `logical_processors` are those it sees, `schedulable` those that a scheduler on it can give to different programs
    at a time (fewer under the core scheduler). A `node` is one socket with its own memory (NUMA node).
    """

    logical_processors: int
    schedulable: int
    node_processors: int
    vendor: str
    is_64bit: bool
    hardware_virtualization: bool
    slat: bool
    dep: bool
    iommu: bool


class Requirement(NamedTuple):
    """Something that a product may demand of the processor: the capability, and its words."""

    capability: str
    words: str


REQUIREMENTS: Final = (
    Requirement("is_64bit", "a 64-bit processor"),
    Requirement("hardware_virtualization", "VT-x or AMD-V"),
    Requirement("slat", "SLAT (EPT or NPT)"),
    Requirement("dep", "DEP (the XD or NX bit)"),
)
"""What products demand of a processor, in the order in which they are told."""
WORDS: Final = {item.capability: item.words for item in REQUIREMENTS}
"""The capabilities that products demand, as they are called."""


def unmet(facts: HypervisorFacts, offered: Capabilities) -> list[Requirement]:
    """What a product requires and a machine does not offer."""
    return [item for item in REQUIREMENTS if demands(facts, item) and not getattr(offered, item.capability)]


def demands(facts: HypervisorFacts, requirement: Requirement) -> bool:
    """Whether a product cannot do without it."""
    return facts.requires.of(requirement.capability).value == "required"


def of_host(values: Mapping[str, Any], *, whole_cores: bool = False) -> Capabilities:
    """What hardware of these values offers; `whole_cores` when its scheduler never lets two programs share a core.

    Second-level address translation is a part of VT-x and AMD-V: without these it is not there.
    Source: Intel SDM volume 3, 28.2: EPT is a VM-execution control.
    """
    node = values["cores_per_socket"] * values["threads_per_core"]
    cores = values["sockets"] * values["cores_per_socket"]
    return Capabilities(
        logical_processors=values["sockets"] * node,
        schedulable=cores if whole_cores else values["sockets"] * node,
        node_processors=node,
        vendor=values["cpu_vendor"],
        is_64bit=values["is_64bit"],
        hardware_virtualization=values["hardware_virtualization"],
        slat=values["slat"] and values["hardware_virtualization"],
        dep=values["dep"],
        iommu=values["iommu"],
    )


def of_vm(below: Capabilities, values: Mapping[str, Any], facts: HypervisorFacts) -> Capabilities:
    """What a VM of these values shows of the machine below, on a hypervisor of these facts.

    It hands on VT-x and AMD-V only where it is told to and its product can, which may depend on the processor's maker.
    """
    processors = given_processors(values, facts)
    exposed = values["nested_virtualization"] and can_nest(facts, below.vendor)
    return Capabilities(
        logical_processors=processors,
        schedulable=processors,
        node_processors=processors,
        vendor=below.vendor,
        is_64bit=below.is_64bit and facts.guests.is_64bit.value,
        hardware_virtualization=exposed and below.hardware_virtualization,
        slat=exposed and below.slat,
        dep=below.dep,
        iommu=below.iommu,
    )


def given_processors(values: Mapping[str, Any], facts: HypervisorFacts) -> int:
    """The virtual processors that a VM of these values gets: as many as its product gives one VM at most."""
    wanted: int = values["virtual_processors"]
    most = facts.limits.processors_of_vm(values["generation"]).value
    return wanted if most is None or most <= 0 else min(wanted, most)


def of_partition(below: Capabilities, values: Mapping[str, Any]) -> Capabilities:
    """What a parent partition offers: the machine below without VT-x and AMD-V, which its hypervisor has taken.

    Source: Hyper-V TLFS v2.0a 22.4: the root partition sees the machine, the hypervisor owns the extensions.
    """
    given = values["virtual_processors"]
    processors = min(given, below.schedulable) if given > 0 else below.schedulable
    return below._replace(
        logical_processors=processors,
        schedulable=processors,
        node_processors=min(processors, below.node_processors),
        hardware_virtualization=False,
        slat=False,
    )


def can_nest(facts: HypervisorFacts, vendor: str) -> bool:
    """Whether a product can show VT-x or AMD-V to a VM on a processor of that maker; yes where nothing is known."""
    return facts.nested.on(vendor).value
