"""What a kind of block is to everything that computes: code asks for the role, never for the name of a kind."""

from __future__ import annotations

from enum import Enum


class Role(Enum):
    """The part that blocks of a kind play in a composition. Two kinds may share one: a tape is a physical disk, too."""

    HARDWARE = "hardware"
    """The physical machine."""
    PHYSICAL_DISK = "physical disk"
    PHYSICAL_NIC = "physical network card"
    OPERATING_SYSTEM = "operating system"
    HYPERVISOR = "hypervisor"
    PARENT_PARTITION = "parent partition"
    VIRTUAL_MACHINE = "virtual machine"
    VIRTUAL_DISK = "virtual disk"
    VIRTUAL_NIC = "virtual network card"
    VIRTUAL_SWITCH = "virtual switch"
    WORKLOAD = "workload"
    NOTE = "note"
    """Something said, not something there: no check and no run looks at it."""

    __hash__ = object.__hash__
    """Members are single objects; looking one up is then as fast as for a text, which Enum's own hash is not."""
