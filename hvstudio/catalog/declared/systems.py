"""What is installed on a machine: operating systems and hypervisors."""

from __future__ import annotations

from typing import Final

from hvstudio.catalog.declaration import Choice, Kind, Seat
from hvstudio.catalog.declared.parameters import GIB, MIB, byte_count, choice
from hvstudio.catalog.role import Role

# fmt: off
OPERATING_SYSTEM: Final = Kind(
    name="os", role=Role.OPERATING_SYSTEM, label="Operating system", plural="Operating systems", seat=Seat.ON_TOP,
    rests_on=(Role.HARDWARE, Role.VIRTUAL_MACHINE, Role.PARENT_PARTITION),
    may_rest_on=(Role.HYPERVISOR, Role.OPERATING_SYSTEM), is_one_each=True, palette_group="Operating systems",
    has_products=True, doc="An operating system: on the hardware, in a VM, or in the parent partition.",
    parameters=(
        byte_count("memory_reserve_bytes", "Memory it keeps", 2 * GIB, "What the system itself needs.",
                   minimum=16 * MIB),
    ),
)

HYPERVISOR: Final = Kind(
    name="hypervisor", role=Role.HYPERVISOR, label="Hypervisor", plural="Hypervisors", seat=Seat.ON_TOP,
    rests_on=(Role.HARDWARE, Role.OPERATING_SYSTEM, Role.VIRTUAL_MACHINE),
    may_rest_on=(Role.HYPERVISOR, Role.PARENT_PARTITION), palette_group="Hypervisors",
    has_products=True,
    doc="The virtual machine monitor: creates VMs, divides the hardware among them, carries their I/O.",
    parameters=(
        choice("scheduler", "Scheduler", "default", "Who decides which virtual processor runs.",
                (Choice("default", "The product's default"),
                 Choice("classic", "Classic", "Fair share, any logical processor."),
                 Choice("core", "Core", "A core is never shared between VMs."),
                 Choice("root", "Root", "The parent's own scheduler; weight, reserve and limit do not apply.")),
                group="Scheduling"),
    ),
)

# fmt: on

SYSTEM_KINDS: Final = (OPERATING_SYSTEM, HYPERVISOR)
