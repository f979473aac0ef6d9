"""Every kind of block there is, declared once."""

from __future__ import annotations

from typing import Final

from hvstudio.catalog.declaration import (
    BY_DESIGN,
    ESTIMATE,
    Choice,
    Kind,
    Parameter,
    Seat,
    Source,
    ValueType,
)
from hvstudio.catalog.workload_parameters import WORKLOAD_PARAMETERS
from hvstudio.model.document import Value
from hvstudio.units import Quantity

GIB: Final = 2**30
MIB: Final = 2**20


def _count(name: str, label: str, default: int, doc: str, *, maximum: int, minimum: int = 1, group: str = "General",
           source: Source = BY_DESIGN) -> Parameter:  # fmt: skip
    return Parameter(
        name=name, label=label, value_type=ValueType.INTEGER, default=default, doc=doc, quantity=Quantity.COUNT,
        minimum=minimum, maximum=maximum, group=group, source=source,
    )  # fmt: skip


def _bytes(name: str, label: str, default: int, doc: str, *, minimum: int = MIB, maximum: int = 2**50,
           group: str = "Memory", shown_when: tuple[str, tuple[Value, ...]] | None = None) -> Parameter:  # fmt: skip
    return Parameter(
        name=name, label=label, value_type=ValueType.INTEGER, default=default, doc=doc, quantity=Quantity.BYTES,
        minimum=minimum, maximum=maximum, group=group, shown_when=shown_when,
    )  # fmt: skip


def _number(name: str, label: str, default: float, doc: str, *, quantity: Quantity, minimum: float, maximum: float,
            group: str = "General", source: Source = BY_DESIGN) -> Parameter:  # fmt: skip
    return Parameter(
        name=name, label=label, value_type=ValueType.NUMBER, default=default, doc=doc, quantity=quantity,
        minimum=minimum, maximum=maximum, group=group, source=source,
    )  # fmt: skip


def _switch(name: str, label: str, default: bool, doc: str, *, group: str = "General") -> Parameter:
    return Parameter(name=name, label=label, value_type=ValueType.BOOLEAN, default=default, doc=doc, group=group)


def _choice(name: str, label: str, default: str, doc: str, choices: tuple[Choice, ...], *,
            group: str = "General") -> Parameter:  # fmt: skip
    return Parameter(
        name=name, label=label, value_type=ValueType.CHOICE, default=default, doc=doc, choices=choices, group=group,
    )  # fmt: skip


# fmt: off
HOST: Final = Kind(
    name="host", label="Host hardware", plural="Hosts", seat=Seat.FREE, palette_group="Hardware", has_products=True,
    doc="A physical machine: processors, memory and, built into it, disks and network cards.",
    parameters=(
        _count("sockets", "Sockets", 1, "Processor packages.", maximum=64, group="Processor"),
        _count("cores_per_socket", "Cores per socket", 4, "Cores in each package.", maximum=256, group="Processor"),
        _count("threads_per_core", "Threads per core", 1, "2 with simultaneous multithreading (Hyper-Threading).",
               maximum=8, group="Processor"),
        _number("clock_hz", "Clock", 2.4e9, "Sustained clock of a core.", quantity=Quantity.HERTZ, minimum=1e6,
                maximum=1e11, group="Processor"),
        _choice("cpu_vendor", "Vendor", "intel", "Decides the name of the extensions.",
                (Choice("intel", "Intel"), Choice("amd", "AMD")), group="Processor"),
        _choice("cpu_generation", "Generation", "skylake",
                "Decides what one VM exit costs: about 4,000 cycles in 2005, under 800 since 2010.",
                (Choice("pre-vt", "before VT-x/AMD-V (to 2004)"), Choice("prescott", "Pentium 4 / Prescott (2005)"),
                 Choice("merom", "Core 2 / Merom (2006)"), Choice("penryn", "Penryn (2008)"),
                 Choice("nehalem", "Nehalem (2009)"), Choice("westmere", "Westmere (2010)"),
                 Choice("sandy-bridge", "Sandy Bridge (2011)"), Choice("haswell", "Haswell (2013)"),
                 Choice("skylake", "Skylake (2016) and later")), group="Processor"),
        _number("smt_yield", "SMT yield", 1.25,
                "Throughput of a core with both threads busy, as a multiple of one thread alone.",
                quantity=Quantity.PLAIN, minimum=1.0, maximum=2.0, group="Processor", source=ESTIMATE),
        _bytes("memory_bytes", "Memory", 16 * GIB, "Installed memory."),
        _switch("is_64bit", "64-bit", True, "The processor runs 64-bit code (x64).", group="Virtualization support"),
        _switch("hardware_virtualization", "VT-x / AMD-V", True,
                "The processor traps privileged guest code by itself.", group="Virtualization support"),
        _switch("slat", "SLAT (EPT / NPT)", True, "Second-level address translation: no shadow page tables.",
                group="Virtualization support"),
        _switch("dep", "DEP (XD / NX)", True, "Data execution prevention.", group="Virtualization support"),
        _switch("iommu", "IOMMU (VT-d / AMD-Vi)", True, "Needed to hand a device to a VM safely.",
                group="Virtualization support"),
    ),
)

DISK: Final = Kind(
    name="disk", label="Disk", plural="Disks", seat=Seat.BUILT_IN, supports=frozenset({"host"}),
    palette_group="Hardware", has_products=True, doc="A physical disk or a LUN that the host sees as one.",
    parameters=(
        _bytes("capacity_bytes", "Capacity", 500 * GIB, "Size of the disk.", group="General"),
        _count("parallelism", "Parallel operations", 1,
               "How many operations it works on at a time.", maximum=4096, group="Performance", source=ESTIMATE),
        _number("random_read_s", "Random read", 12.5e-3, "Latency of one small random read.", quantity=Quantity.SECONDS,
                minimum=1e-7, maximum=10, group="Performance", source=ESTIMATE),
        _number("random_write_s", "Random write", 12.5e-3, "Latency of one small random write.",
                quantity=Quantity.SECONDS, minimum=1e-7, maximum=10, group="Performance", source=ESTIMATE),
        _number("sequential_s", "Sequential access", 0.1e-3, "Latency of an operation that follows the last one.",
                quantity=Quantity.SECONDS, minimum=1e-7, maximum=10, group="Performance", source=ESTIMATE),
        _number("latency_scv", "Latency variability", 0.25,
                "Squared coefficient of variation: 0 constant, 1 exponential.", quantity=Quantity.PLAIN, minimum=0,
                maximum=100, group="Performance", source=ESTIMATE),
        _number("bandwidth_bytes_per_s", "Bandwidth", 150e6, "Sustained transfer rate.",
                quantity=Quantity.BYTES_PER_SECOND, minimum=1e3, maximum=1e13, group="Performance", source=ESTIMATE),
    ),
)

NIC: Final = Kind(
    name="nic", label="Network card", plural="Network cards", seat=Seat.BUILT_IN, supports=frozenset({"host"}),
    palette_group="Hardware", has_products=True, doc="A physical network card and the wire behind it.",
    parameters=(
        _number("speed_bits_per_s", "Speed", 1e9, "Line rate.", quantity=Quantity.BITS_PER_SECOND, minimum=1e6,
                maximum=1e13, group="Performance"),
        _number("goodput_fraction", "Goodput", 0.94, "Share of the line rate left for payload at full-size packets.",
                quantity=Quantity.FRACTION, minimum=0.1, maximum=1.0, group="Performance",
                source=Source("1 GbE 941-944 Mb/s, 10 GbE 9.35 Gb/s of TCP payload: Oulu 2021; Felter et al. 2014")),
        _number("wire_latency_s", "Wire latency", 15e-6, "One way, card to card, empty network.",
                quantity=Quantity.SECONDS, minimum=0, maximum=10, group="Performance", source=ESTIMATE),
        _count("mtu_bytes", "MTU", 1500, "Largest packet.", minimum=68, maximum=65536, group="Performance"),
        _count("queues", "Queues (VMQ)", 8, "How many virtual NICs get a hardware queue of their own.", minimum=1,
               maximum=1024, group="Virtualization support", source=ESTIMATE),
        _switch("sr_iov", "SR-IOV", False, "The card offers virtual functions that bypass the virtual switch.",
                group="Virtualization support"),
    ),
)

OPERATING_SYSTEM: Final = Kind(
    name="os", label="Operating system", plural="Operating systems", seat=Seat.ON_TOP,
    supports=frozenset({"host", "vm", "parent_partition", "hypervisor", "os"}), palette_group="Operating systems",
    has_products=True, doc="An operating system: on the hardware, in a VM, or in the parent partition.",
    parameters=(
        _bytes("memory_reserve_bytes", "Memory it keeps", 2 * GIB, "What the system itself needs.", minimum=16 * MIB),
    ),
)

HYPERVISOR: Final = Kind(
    name="hypervisor", label="Hypervisor", plural="Hypervisors", seat=Seat.ON_TOP,
    supports=frozenset({"host", "os", "vm", "hypervisor", "parent_partition"}), palette_group="Hypervisors",
    has_products=True,
    doc="The virtual machine monitor: creates VMs, divides the hardware among them, carries their I/O.",
    parameters=(
        _choice("scheduler", "Scheduler", "default", "Who decides which virtual processor runs.",
                (Choice("default", "The product's default"),
                 Choice("classic", "Classic", "Fair share, any logical processor."),
                 Choice("core", "Core", "A core is never shared between VMs."),
                 Choice("root", "Root", "The parent's own scheduler; weight, reserve and limit do not apply.")),
                group="Scheduling"),
    ),
)

_CONTROLS = (
    _number("cpu_weight", "CPU weight", 100, "Share against the others when processors are short; 100 is normal.",
            quantity=Quantity.PLAIN, minimum=1, maximum=10000, group="CPU controls",
            source=Source("Hyper-V TLFS 18.2: weight 1..10000, default 100")),
    _number("cpu_reserve", "CPU reserve", 0.0, "Guaranteed part of each of its virtual processors.",
            quantity=Quantity.FRACTION, minimum=0, maximum=1, group="CPU controls",
            source=Source("Hyper-V TLFS 18.2: reserve per virtual processor, default 0")),
    _number("cpu_limit", "CPU limit", 1.0, "Ceiling on each of its virtual processors.", quantity=Quantity.FRACTION,
            minimum=0.01, maximum=1, group="CPU controls",
            source=Source("Hyper-V TLFS 18.2: cap per virtual processor, default none")),
)

PARENT_PARTITION: Final = Kind(
    name="parent_partition", label="Parent partition", plural="Parent partitions", seat=Seat.ON_TOP,
    supports=frozenset({"hypervisor", "host", "os"}), palette_group="Virtual machines",
    doc="The privileged partition beside the VMs of a Type 1 hypervisor: owns the devices and carries the VMs' I/O "
        "(root partition, Domain 0).",
    parameters=(
        _count("virtual_processors", "Virtual processors", 0, "0 means one for each logical processor.", minimum=0,
               maximum=2048, group="Processor"),
        _bytes("memory_bytes", "Memory", 2 * GIB, "Memory kept for it.", minimum=64 * MIB),
        *_CONTROLS,
    ),
)

VIRTUAL_MACHINE: Final = Kind(
    name="vm", label="Virtual machine", plural="Virtual machines", seat=Seat.ON_TOP,
    supports=frozenset({"hypervisor", "host", "os", "parent_partition"}), palette_group="Virtual machines",
    doc="A virtual machine (child partition, guest).",
    parameters=(
        _count("virtual_processors", "Virtual processors", 1, "How many it sees.", maximum=2048, group="Processor"),
        _bytes("memory_bytes", "Memory", 1 * GIB, "Startup memory; with dynamic memory the amount it starts with.",
               minimum=4 * MIB),
        _switch("dynamic_memory", "Dynamic memory", False, "The host may give and take memory while it runs.",
                group="Memory"),
        _bytes("memory_minimum_bytes", "Minimum memory", 512 * MIB, "It may shrink to this.", minimum=4 * MIB,
               shown_when=("dynamic_memory", (True,))),
        _bytes("memory_maximum_bytes", "Maximum memory", 1024 * GIB, "It may grow to this.", minimum=4 * MIB,
               shown_when=("dynamic_memory", (True,))),
        _number("memory_demand", "Memory in use", 0.7, "Part of its memory that its software really touches.",
                quantity=Quantity.FRACTION, minimum=0, maximum=4, group="Memory", source=ESTIMATE),
        *_CONTROLS,
        _choice("generation", "Generation", "1", "Generation 2 has UEFI and no emulated devices.",
                (Choice("1", "Generation 1"), Choice("2", "Generation 2")), group="Devices"),
        _switch("integration_services", "Guest drivers", True,
                "Integration services, tools, additions or virtio drivers are installed in the guest.",
                group="Devices"),
        _switch("nested_virtualization", "Exposes VT-x / AMD-V", False,
                "The guest may itself run a hypervisor.", group="Virtualization support"),
        _switch("mac_spoofing", "MAC address spoofing", False,
                "Lets network traffic of VMs nested inside it pass the virtual switch.",
                group="Virtualization support"),
        _number("start_s", "Starts at", 0.0, "Simulated time at which it is switched on.", quantity=Quantity.SECONDS,
                minimum=0, maximum=1e6, group="Life cycle"),
    ),
)

VIRTUAL_DISK: Final = Kind(
    name="virtual_disk", label="Virtual disk", plural="Virtual disks", seat=Seat.BUILT_IN,
    supports=frozenset({"vm"}), attaches_to=frozenset({"disk", "virtual_disk"}), palette_group="Virtual devices",
    doc="A disk of a VM, attached to the physical disk that holds it.",
    parameters=(
        _bytes("capacity_bytes", "Capacity", 40 * GIB, "Size the guest sees.", group="General"),
        _choice("device_model", "Device model", "synthetic", "How the guest reaches it.",
                (Choice("emulated", "Emulated (IDE, legacy SCSI)"), Choice("synthetic", "Synthetic / paravirtual"),
                 Choice("pass-through", "Pass-through (device assignment)")), group="Device"),
        _choice("controller", "Controller", "scsi", "The controller it hangs on.",
                (Choice("ide", "IDE"), Choice("scsi", "SCSI")), group="Device"),
        _choice("format", "Format", "fixed", "Fixed is cheapest; dynamic and differencing cost extra work.",
                (Choice("fixed", "Fixed size"), Choice("dynamic", "Dynamically expanding"),
                 Choice("differencing", "Differencing"), Choice("raw", "Whole physical disk")), group="Device"),
        _choice("cache", "Host cache", "none", "Whether the host's page cache stands in the path.",
                (Choice("none", "None (direct)"), Choice("read", "Reads cached, writes through"),
                 Choice("writeback", "Reads and writes cached")), group="Device"),
        _switch("boot", "Boot disk", False, "The VM starts from it.", group="Device"),
    ),
)

VIRTUAL_NIC: Final = Kind(
    name="virtual_nic", label="Virtual network card", plural="Virtual network cards", seat=Seat.BUILT_IN,
    supports=frozenset({"vm"}), attaches_to=frozenset({"virtual_switch", "nic"}), palette_group="Virtual devices",
    doc="A network card of a VM, attached to a virtual switch or straight to a physical card.",
    parameters=(
        _choice("device_model", "Device model", "synthetic", "How the guest reaches it.",
                (Choice("emulated", "Emulated (legacy)"), Choice("synthetic", "Synthetic / paravirtual"),
                 Choice("sr-iov", "SR-IOV virtual function"),
                 Choice("pass-through", "Pass-through (device assignment)")), group="Device"),
        _number("bandwidth_limit_bits_per_s", "Bandwidth limit", 0.0, "0 means none.",
                quantity=Quantity.BITS_PER_SECOND, minimum=0, maximum=1e13, group="Device"),
    ),
)

VIRTUAL_SWITCH: Final = Kind(
    name="virtual_switch", label="Virtual switch", plural="Virtual switches", seat=Seat.BUILT_IN,
    supports=frozenset({"parent_partition", "hypervisor", "os"}), attaches_to=frozenset({"nic", "virtual_nic"}),
    palette_group="Virtual devices",
    doc="Joins virtual network cards with each other and with a physical card (nested: the VM's virtual card).",
    parameters=(
        _choice("reach", "Reach", "external", "Who can talk through it.",
                (Choice("external", "External: VMs, host and network"), Choice("internal", "Internal: VMs and host"),
                 Choice("private", "Private: VMs only")), group="General"),
        _switch("vmq", "VMQ / vRSS", True, "Spread the packets of different VMs over several processors.",
                group="Performance"),
    ),
)

WORKLOAD: Final = Kind(
    name="workload", label="Workload", plural="Workloads", seat=Seat.ON_TOP,
    supports=frozenset({"os", "vm", "parent_partition", "host", "hypervisor"}), palette_group="Workloads",
    has_products=True, doc="What the software does: requests, each with its work, its disk and network operations.",
    parameters=WORKLOAD_PARAMETERS,
)

NOTE: Final = Kind(
    name="note", label="Note", plural="Notes", seat=Seat.FREE, palette_group="Annotations",
    doc="A text on the canvas. It has no effect on anything.",
    parameters=(
        Parameter(name="text", label="Text", value_type=ValueType.TEXT, default="", doc="What the note says.",
                  maximum=10_000),
    ),
)
# fmt: on

KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        HOST, DISK, NIC, OPERATING_SYSTEM, HYPERVISOR, PARENT_PARTITION, VIRTUAL_MACHINE, VIRTUAL_DISK, VIRTUAL_NIC,
        VIRTUAL_SWITCH, WORKLOAD, NOTE,
    )
}  # fmt: skip
