"""The machines of the published measurements, as hosts of the catalogue with their stated differences."""

from __future__ import annotations

from benches import Machine
from composing import GIB, MIB

SMALL_SYSTEM = {"memory_reserve_bytes": 64 * MIB}
"""What Linux 2.2 to 2.6 needed."""

DELL_2650 = Machine(
    product="host-server-2003", settings={"sockets": 1}, disk="hdd-10k", nic="nic-1g", os_settings=SMALL_SYSTEM
)  # Barham et al. 2003: one of the two processors used
PC_733 = Machine(
    product="host-server-2003",
    settings={"sockets": 1, "clock_hz": 733e6, "memory_bytes": 256 * MIB},
    disk="hdd-7k2",
    nic="nic-100m",
    os_settings=SMALL_SYSTEM,
)  # Sugerman et al. 2001
XEON_2800 = Machine(
    product="host-server-2003",
    settings={"sockets": 1, "clock_hz": 2.8e9},
    nic="nic-1g",
    nic_settings={"speed_bits_per_s": 4e9, "goodput_fraction": 0.94},
    os_settings=SMALL_SYSTEM,
)  # Menon et al. 2006: four gigabit cards, here one of four times the speed
P4_672 = Machine(
    product="host-server-2005",
    settings={
        "sockets": 1,
        "cores_per_socket": 1,
        "clock_hz": 3.8e9,
        "hardware_virtualization": True,
        "memory_bytes": 2 * GIB,
    },
)  # Adams, Agesen 2006: first processor with VT-x
P4_672_NO_VT = Machine(
    product="host-server-2005",
    settings={"sockets": 1, "cores_per_socket": 1, "clock_hz": 3.8e9, "memory_bytes": 2 * GIB},
)  # the same with the software VMM
THINKCENTRE = Machine(
    product="host-server-2005",
    settings={"sockets": 1, "cores_per_socket": 1, "clock_hz": 3.0e9, "memory_bytes": 1 * GIB},
    os_settings=SMALL_SYSTEM,
)  # Matthews et al. 2007: Pentium 4, clock not stated
X3650_TURTLES = Machine(
    product="host-server-2010",
    settings={"sockets": 1, "cores_per_socket": 1, "threads_per_core": 1, "clock_hz": 2.9e9,
              "cpu_generation": "nehalem", "memory_bytes": 8 * GIB},
)  # fmt: skip  # Ben-Yehuda et al. 2010
Q6600 = Machine(
    product="host-desktop-2007",
    settings={"cores_per_socket": 4, "clock_hz": 2.4e9, "memory_bytes": 8 * GIB},
)  # Oulu 2021; it has 4 GB, see the rows' assumptions
X3650_M4 = Machine(
    product="host-server-2012", settings={"memory_bytes": 256 * GIB}, disk="san-flash", nic="nic-10g"
)  # Felter et al. 2014
X3650_M4_SOCKET = Machine(
    product="host-server-2012",
    settings={"sockets": 1, "memory_bytes": 128 * GIB, "smt_yield": 2.0},
    disk="san-flash",
    nic="nic-10g",
)  # one socket; threads that wait for memory do not slow each other
OVH_UP = Machine(
    product="host-server-2012",
    settings={"sockets": 1, "cores_per_socket": 1, "threads_per_core": 1, "clock_hz": 3.4e9, "memory_bytes": 16 * GIB},
)  # Dall, Nieh 2014: Xeon E3-1245v2, one processor switched on
OVH_SMP = Machine(
    product="host-server-2012",
    settings={"sockets": 1, "cores_per_socket": 2, "threads_per_core": 1, "clock_hz": 3.4e9, "memory_bytes": 16 * GIB},
)
M5D_METAL = Machine(
    product="host-server-2016",
    settings={"cores_per_socket": 24, "threads_per_core": 1, "clock_hz": 2.5e9, "cpu_generation": "skylake",
              "memory_bytes": 384 * GIB},
    disk="ssd-nvme",
    nic="nic-25g",
)  # fmt: skip  # Agache et al. 2020: EC2 m5d.metal, Hyper-Threading off
