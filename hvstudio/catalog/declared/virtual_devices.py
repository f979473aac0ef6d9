"""The devices that a hypervisor makes: virtual disks, virtual network cards and the switches between them."""

from __future__ import annotations

from typing import Final

from hvstudio.catalog.appearance import Appearance, KeyFact, Shape
from hvstudio.catalog.declaration import Choice, Kind, Seat
from hvstudio.catalog.declared.parameters import GIB, byte_count, choice, number, switch
from hvstudio.catalog.role import Role
from hvstudio.units import Quantity

# fmt: off
_SMALL_CHIP = Appearance(shape=Shape.CHIP, widths=(64.0, 98.0))
"""Chips of virtual machines: two of them fit side by side into a narrow column."""

VIRTUAL_DISK: Final = Kind(
    name="virtual_disk", role=Role.VIRTUAL_DISK, label="Virtual disk", plural="Virtual disks", seat=Seat.BUILT_IN,
    rests_on=(Role.VIRTUAL_MACHINE,), may_attach_to=(Role.VIRTUAL_DISK, Role.PHYSICAL_DISK),
    counted_as="vDisk", palette_group="Virtual devices", appearance=_SMALL_CHIP,
    key_facts=(KeyFact(parameter="capacity_bytes"), KeyFact(parameter="device_model")),
    doc="A disk of a VM, attached to the physical disk that holds it.",
    parameters=(
        byte_count("capacity_bytes", "Capacity", 40 * GIB, "Size the guest sees.", group="General"),
        choice("device_model", "Device model", "synthetic", "How the guest reaches it.",
                (Choice("emulated", "Emulated (IDE, legacy SCSI)"), Choice("synthetic", "Synthetic / paravirtual"),
                 Choice("pass-through", "Pass-through (device assignment)")), group="Device"),
        choice("controller", "Controller", "scsi", "The controller it hangs on.",
                (Choice("ide", "IDE"), Choice("scsi", "SCSI")), group="Device"),
        choice("format", "Format", "fixed", "Fixed is cheapest; dynamic and differencing cost extra work.",
                (Choice("fixed", "Fixed size"), Choice("dynamic", "Dynamically expanding"),
                 Choice("differencing", "Differencing"), Choice("raw", "Whole physical disk")), group="Device"),
        choice("cache", "Host cache", "none", "Whether the host's page cache stands in the path.",
                (Choice("none", "None (direct)"), Choice("read", "Reads cached, writes through"),
                 Choice("writeback", "Reads and writes cached")), group="Device"),
        switch("boot", "Boot disk", False, "The VM starts from it.", group="Device"),
    ),
)

VIRTUAL_NIC: Final = Kind(
    name="virtual_nic", role=Role.VIRTUAL_NIC, label="Virtual network card", plural="Virtual network cards",
    seat=Seat.BUILT_IN, rests_on=(Role.VIRTUAL_MACHINE,), may_attach_to=(Role.VIRTUAL_SWITCH, Role.PHYSICAL_NIC),
    counted_as="vNIC", palette_group="Virtual devices", appearance=_SMALL_CHIP,
    key_facts=(KeyFact(parameter="device_model"),),
    doc="A network card of a VM, attached to a virtual switch or straight to a physical card.",
    parameters=(
        choice("device_model", "Device model", "synthetic", "How the guest reaches it.",
                (Choice("emulated", "Emulated (legacy)"), Choice("synthetic", "Synthetic / paravirtual"),
                 Choice("sr-iov", "SR-IOV virtual function"),
                 Choice("pass-through", "Pass-through (device assignment)")), group="Device"),
        number("bandwidth_limit_bits_per_s", "Bandwidth limit", 0.0, "0 means none.",
                quantity=Quantity.BITS_PER_SECOND, minimum=0, maximum=1e13, group="Device"),
    ),
)

VIRTUAL_SWITCH: Final = Kind(
    name="virtual_switch", role=Role.VIRTUAL_SWITCH, label="Virtual switch", plural="Virtual switches",
    seat=Seat.BUILT_IN, rests_on=(Role.PARENT_PARTITION, Role.HYPERVISOR, Role.OPERATING_SYSTEM),
    may_attach_to=(Role.PHYSICAL_NIC, Role.VIRTUAL_NIC), palette_group="Virtual devices",
    appearance=Appearance(shape=Shape.CHIP), key_facts=(KeyFact(parameter="reach"),),
    doc="Joins virtual network cards with each other and with a physical card (nested: the VM's virtual card).",
    parameters=(
        choice("reach", "Reach", "external", "Who can talk through it.",
                (Choice("external", "External: VMs, host and network"), Choice("internal", "Internal: VMs and host"),
                 Choice("private", "Private: VMs only")), group="General"),
        switch("vmq", "VMQ / vRSS", True, "Spread the packets of different VMs over several processors.",
                group="Performance"),
    ),
)

# fmt: on

VIRTUAL_DEVICE_KINDS: Final = (VIRTUAL_DISK, VIRTUAL_NIC, VIRTUAL_SWITCH)
