"""The machines that a hypervisor makes: virtual machines, and the partition beside them that owns the devices."""

from __future__ import annotations

from typing import Final

from hvstudio.catalog.appearance import Appearance, KeyFact, Shape
from hvstudio.catalog.declaration import ESTIMATE, Choice, Kind, Seat, Source
from hvstudio.catalog.declared.parameters import GIB, MIB, byte_count, choice, count, number, switch
from hvstudio.catalog.role import Role
from hvstudio.model.stacking import Form
from hvstudio.units import Quantity

# fmt: off
_CONTROLS = (
    number("cpu_weight", "CPU weight", 100, "Share against the others when processors are short; 100 is normal.",
            quantity=Quantity.PLAIN, minimum=1, maximum=10000, group="CPU controls", is_live=True,
            source=Source("Hyper-V TLFS 18.2: weight 1..10000, default 100")),
    number("cpu_reserve", "CPU reserve", 0.0, "Guaranteed part of each of its virtual processors.",
            quantity=Quantity.FRACTION, minimum=0, maximum=1, group="CPU controls", is_live=True,
            source=Source("Hyper-V TLFS 18.2: reserve per virtual processor, default 0")),
    number("cpu_limit", "CPU limit", 1.0, "Ceiling on each of its virtual processors.", quantity=Quantity.FRACTION,
            minimum=0.01, maximum=1, group="CPU controls", is_live=True,
            source=Source("Hyper-V TLFS 18.2: cap per virtual processor, default none")),
)
_CONTROLS_SET = (
    KeyFact(parameter="cpu_weight", text="weight {}", only_if_set=True),
    KeyFact(parameter="cpu_reserve", text="reserve {}", above=0),
    KeyFact(parameter="cpu_limit", text="limit {}", below=1),
)

PARENT_PARTITION: Final = Kind(
    name="parent_partition", role=Role.PARENT_PARTITION, label="Parent partition", plural="Parent partitions",
    seat=Seat.ON_TOP, rests_on=(Role.HYPERVISOR,), may_rest_on=(Role.HARDWARE, Role.OPERATING_SYSTEM),
    palette_group="Virtual machines", appearance=Appearance(shape=Shape.FRAME, empty="no system yet"),
    layout=Form(is_frame=True, fills=True, chips_below=True, chips_per_row=2),
    key_facts=(
        KeyFact(parameter="virtual_processors", text="{} vCPU", above=0), KeyFact(parameter="memory_bytes"),
        *_CONTROLS_SET,
    ),
    doc="The privileged partition beside the VMs of a Type 1 hypervisor: owns the devices and carries the VMs' I/O "
        "(root partition, Domain 0).",
    parameters=(
        count("virtual_processors", "Virtual processors", 0, "0 means one for each logical processor.", minimum=0,
               maximum=2048, group="Processor"),
        byte_count("memory_bytes", "Memory", 2 * GIB, "Memory kept for it.", minimum=64 * MIB),
        *_CONTROLS,
    ),
)

VIRTUAL_MACHINE: Final = Kind(
    name="vm", role=Role.VIRTUAL_MACHINE, label="Virtual machine", plural="Virtual machines", seat=Seat.ON_TOP,
    rests_on=(Role.HYPERVISOR,), may_rest_on=(Role.HARDWARE, Role.OPERATING_SYSTEM, Role.PARENT_PARTITION),
    counted_as="VM", comes_with=(Role.VIRTUAL_DISK, Role.VIRTUAL_NIC), palette_group="Virtual machines",
    appearance=Appearance(shape=Shape.FRAME, empty="no guest system yet"),
    layout=Form(is_frame=True, wraps=True, chips_below=True, chips_per_row=2),
    key_facts=(
        KeyFact(parameter="virtual_processors", text="{} vCPU"), KeyFact(parameter="memory_bytes"), *_CONTROLS_SET,
    ),
    doc="A virtual machine (child partition, guest).",
    parameters=(
        count("virtual_processors", "Virtual processors", 1, "How many it sees.", maximum=2048, group="Processor"),
        byte_count("memory_bytes", "Memory", 1 * GIB, "Startup memory; with dynamic memory the amount it starts with.",
               minimum=4 * MIB),
        switch("dynamic_memory", "Dynamic memory", False, "The host may give and take memory while it runs.",
                group="Memory"),
        byte_count("memory_minimum_bytes", "Minimum memory", 512 * MIB, "It may shrink to this.", minimum=4 * MIB,
               shown_when=("dynamic_memory", (True,))),
        byte_count("memory_maximum_bytes", "Maximum memory", 1024 * GIB, "It may grow to this.", minimum=4 * MIB,
               shown_when=("dynamic_memory", (True,))),
        number("memory_demand", "Memory in use", 0.7, "Part of its memory that its software really touches.",
                quantity=Quantity.FRACTION, minimum=0, maximum=4, group="Memory", source=ESTIMATE),
        *_CONTROLS,
        choice("generation", "Generation", "1", "Generation 2 has UEFI and no emulated devices.",
                (Choice("1", "Generation 1"), Choice("2", "Generation 2")), group="Devices"),
        switch("integration_services", "Guest drivers", True,
                "Integration services, tools, additions or virtio drivers are installed in the guest.",
                group="Devices"),
        switch("nested_virtualization", "Exposes VT-x / AMD-V", False,
                "The guest may itself run a hypervisor.", group="Virtualization support"),
        switch("mac_spoofing", "MAC address spoofing", False,
                "Lets network traffic of VMs nested inside it pass the virtual switch.",
                group="Virtualization support"),
        number("start_s", "Starts at", 0.0, "Simulated time at which it is switched on.", quantity=Quantity.SECONDS,
                minimum=0, maximum=1e6, group="Life cycle"),
    ),
)

# fmt: on

MACHINE_KINDS: Final = (PARENT_PARTITION, VIRTUAL_MACHINE)
