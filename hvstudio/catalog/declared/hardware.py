"""The physical machine and what is built into it."""

from __future__ import annotations

from typing import Final

from hvstudio.catalog.appearance import Appearance, KeyFact, Shape
from hvstudio.catalog.declaration import ESTIMATE, Choice, Kind, Seat, Source
from hvstudio.catalog.declared.parameters import GIB, byte_count, choice, count, number, switch
from hvstudio.catalog.role import Role
from hvstudio.units import Quantity

# fmt: off
HOST: Final = Kind(
    name="host", role=Role.HARDWARE, label="Host hardware", plural="Hosts", seat=Seat.FREE,
    palette_group="Hardware", has_products=True,
    doc="A physical machine: processors, memory and, built into it, disks and network cards.",
    appearance=Appearance(widths=(260.0, 420.0), height=52.0),
    key_facts=(
        KeyFact(parameter="sockets", above=1),
        KeyFact(parameter="cores_per_socket", noun="core", joined_by=" × "),
        KeyFact(parameter="threads_per_core", text="{} threads", above=1, joined_by=" × "),
        KeyFact(parameter="clock_hz"),
        KeyFact(parameter="memory_bytes"),
    ),
    parameters=(
        count("sockets", "Sockets", 1, "Processor packages.", maximum=64, group="Processor"),
        count("cores_per_socket", "Cores per socket", 4, "Cores in each package.", maximum=256, group="Processor"),
        count("threads_per_core", "Threads per core", 1, "2 with simultaneous multithreading (Hyper-Threading).",
               maximum=8, group="Processor"),
        number("clock_hz", "Clock", 2.4e9, "Sustained clock of a core.", quantity=Quantity.HERTZ, minimum=1e6,
                maximum=1e11, group="Processor"),
        choice("cpu_vendor", "Vendor", "intel", "Decides the name of the extensions.",
                (Choice("intel", "Intel"), Choice("amd", "AMD")), group="Processor"),
        choice("cpu_generation", "Generation", "skylake",
                "Decides what one VM exit costs: about 4,000 cycles in 2005, under 800 since 2010.",
                (Choice("pre-vt", "before VT-x/AMD-V (to 2004)"), Choice("prescott", "Pentium 4 / Prescott (2005)"),
                 Choice("merom", "Core 2 / Merom (2006)"), Choice("penryn", "Penryn (2008)"),
                 Choice("nehalem", "Nehalem (2009)"), Choice("westmere", "Westmere (2010)"),
                 Choice("sandy-bridge", "Sandy Bridge (2011)"), Choice("haswell", "Haswell (2013)"),
                 Choice("skylake", "Skylake (2016) and later")), group="Processor"),
        number("smt_yield", "SMT yield", 1.25,
                "Throughput of a core with both threads busy, as a multiple of one thread alone.",
                quantity=Quantity.PLAIN, minimum=1.0, maximum=2.0, group="Processor", source=ESTIMATE),
        byte_count("memory_bytes", "Memory", 16 * GIB, "Installed memory."),
        switch("is_64bit", "64-bit", True, "The processor runs 64-bit code (x64).", group="Virtualization support"),
        switch("hardware_virtualization", "VT-x / AMD-V", True,
                "The processor traps privileged guest code by itself.", group="Virtualization support"),
        switch("slat", "SLAT (EPT / NPT)", True, "Second-level address translation: no shadow page tables.",
                group="Virtualization support"),
        switch("dep", "DEP (XD / NX)", True, "Data execution prevention.", group="Virtualization support"),
        switch("iommu", "IOMMU (VT-d / AMD-Vi)", True, "Needed to hand a device to a VM safely.",
                group="Virtualization support"),
    ),
)

DISK: Final = Kind(
    name="disk", role=Role.PHYSICAL_DISK, label="Disk", plural="Disks", seat=Seat.BUILT_IN, rests_on=(Role.HARDWARE,),
    palette_group="Hardware", has_products=True, doc="A physical disk or a LUN that the host sees as one.",
    appearance=Appearance(shape=Shape.CHIP), key_facts=(KeyFact(parameter="capacity_bytes"),),
    parameters=(
        byte_count("capacity_bytes", "Capacity", 500 * GIB, "Size of the disk.", group="General"),
        count("parallelism", "Parallel operations", 1,
               "How many operations it works on at a time.", maximum=4096, group="Performance", source=ESTIMATE),
        number("random_read_s", "Random read", 12.5e-3, "Latency of one small random read.", quantity=Quantity.SECONDS,
                minimum=1e-7, maximum=10, group="Performance", source=ESTIMATE),
        number("random_write_s", "Random write", 12.5e-3, "Latency of one small random write.",
                quantity=Quantity.SECONDS, minimum=1e-7, maximum=10, group="Performance", source=ESTIMATE),
        number("sequential_s", "Sequential access", 0.1e-3, "Latency of an operation that follows the last one.",
                quantity=Quantity.SECONDS, minimum=1e-7, maximum=10, group="Performance", source=ESTIMATE),
        number("latency_scv", "Latency variability", 0.25,
                "Squared coefficient of variation: 0 constant, 1 exponential.", quantity=Quantity.PLAIN, minimum=0,
                maximum=100, group="Performance", source=ESTIMATE),
        number("bandwidth_bytes_per_s", "Bandwidth", 150e6, "Sustained transfer rate.",
                quantity=Quantity.BYTES_PER_SECOND, minimum=1e3, maximum=1e13, group="Performance", source=ESTIMATE),
    ),
)

NIC: Final = Kind(
    name="nic", role=Role.PHYSICAL_NIC, label="Network card", plural="Network cards", seat=Seat.BUILT_IN,
    rests_on=(Role.HARDWARE,), palette_group="Hardware", has_products=True,
    doc="A physical network card and the wire behind it.",
    appearance=Appearance(shape=Shape.CHIP), key_facts=(KeyFact(parameter="speed_bits_per_s"),),
    parameters=(
        number("speed_bits_per_s", "Speed", 1e9, "Line rate.", quantity=Quantity.BITS_PER_SECOND, minimum=1e6,
                maximum=1e13, group="Performance"),
        number("goodput_fraction", "Goodput", 0.94, "Share of the line rate left for payload at full-size packets.",
                quantity=Quantity.FRACTION, minimum=0.1, maximum=1.0, group="Performance",
                source=Source("1 GbE 941-944 Mb/s, 10 GbE 9.35 Gb/s of TCP payload: Oulu 2021; Felter et al. 2014")),
        number("wire_latency_s", "Wire latency", 15e-6, "One way, card to card, empty network.",
                quantity=Quantity.SECONDS, minimum=0, maximum=10, group="Performance", source=ESTIMATE),
        count("mtu_bytes", "MTU", 1500, "Largest packet.", minimum=68, maximum=65536, group="Performance"),
        count("queues", "Queues (VMQ)", 8, "How many virtual NICs get a hardware queue of their own.", minimum=1,
               maximum=1024, group="Virtualization support", source=ESTIMATE),
        switch("sr_iov", "SR-IOV", False, "The card offers virtual functions that bypass the virtual switch.",
                group="Virtualization support"),
    ),
)

# fmt: on

HARDWARE_KINDS: Final = (HOST, DISK, NIC)
