"""The rows of Barham et al. 2003: Xen and VMware Workstation 3.2 on a Pentium 4 Xeon. Any row of their families."""

from __future__ import annotations

from collections.abc import Mapping

from benches import Guest, Work, work
from cases import Case, DirectCase, NotExpressed, RatioCase, Unknown
from composing import MIB
from machines import DELL_2650
from shares import slice_loss
from tables import Row, Table

CLOCK = 2.4e9
TLB_MISSES_PER_CYCLE = 0.3e-3
"""As in cases_felter."""
XEN = Guest(hypervisor="xen-1", place="bare", memory=512 * MIB, settings={"memory_demand": 0.5})
WORKSTATION_3 = Guest(hypervisor="vmware-workstation-3", memory=512 * MIB, disk_model="emulated", nic_model="emulated")
CYCLES_PER_PACKET = 12_700.0
"""Native TCP with a card of the time: 14 % of 733 MHz for 8,048 packets of 1,460 bytes a second and half as many
acknowledgements (native row of Sugerman et al. 2001); this machine's 897 Mbit/s allow 31,000 at most."""


def case_for(table: Table, row: Row, _tables: Mapping[str, Table]) -> Case | None:
    """The case of a row of this paper; None for other tables."""
    if not table.id.startswith("barham-"):
        return None
    if row.system.lower() in ("uml", "user-mode linux"):
        return NotExpressed(
            table=table.id, system=row.system,
            reason="User-Mode Linux runs the guest kernel as a process of the host by ptrace: no technique of the "
            "catalogue",
        )  # fmt: skip
    if "scaling" in table.id:
        return _scaling(table, row)
    guest = WORKSTATION_3 if "vmware" in row.system.lower() else XEN
    name = table.id.removeprefix("barham-")
    if name.startswith("lmbench-"):
        return _lmbench(table, row, guest, name.removeprefix("lmbench-"))
    if "table6" in name:
        return _network(table, row, guest)
    return _large(table, row, guest, name)


def build(cycles: float, *, per_second: float = 1.0) -> Work:
    """A C compilation of `cycles`: what one compiled file needs, in proportion."""
    files = cycles / 5.7e8
    return work(
        "Build", user_cycles=0.93 * cycles, kernel_cycles=0.07 * cycles, syscalls=1500 * files,
        page_faults=4000 * files, page_table_updates=4000 * files, context_switches=20 * files,
        tlb_misses=cycles * TLB_MISSES_PER_CYCLE, disk_writes=2 * files, disk_write_bytes=16384.0, disk_waits=False,
        timer_hz=100.0 * per_second,
    )  # fmt: skip


BUILD_WORDS = "1,100 files of 4,000 faults, as many page-table writes, 1,500 calls, 20 switches"

_PROCESSES: dict[str, tuple[dict[str, float], float, str]] = {
    "fork": ({"page_faults": 40, "page_table_updates": 250, "context_switches": 2}, 0.0,
             "a small process: 40 faults, 250 other page-table writes, 2 switches"),
    "exec": ({"page_faults": 105, "page_table_updates": 500, "context_switches": 2, "syscalls": 30}, 0.4,
             "fork, and 65 faults and 250 page-table writes of a dynamically linked program; 40 % user code"),
    "sh": ({"page_faults": 300, "page_table_updates": 1430, "context_switches": 6, "syscalls": 200}, 0.4,
           "two forks, a shell of 155 faults and 680 writes, a program of 65 and 250; 40 % user code"),
}  # fmt: skip


def _lmbench(table: Table, row: Row, guest: Guest, name: str) -> Case | None:
    """Latencies in microseconds; one request is one measured operation."""
    if name == "prot-fault" or table.native is None:
        return NotExpressed(table=table.id, system=row.system,
                            reason="a fault that is answered by a signal maps nothing: workloads count no such "
                            "exceptions")  # fmt: skip
    seconds = table.native.value * 1e-6
    first = name.split("-")[0]
    user = 0.0
    if first in _PROCESSES:
        counts, user, words = _PROCESSES[first]
    elif first == "ctx":
        counts, words = {"context_switches": 1.0}, "one process switch"
    elif name == "page-fault":
        counts, words = {"page_faults": 1.0}, "one page fault"
    elif first == "mmap":
        counts, words = {"page_faults": seconds / 1.42e-6}, "faults: native time over native time of one fault"
    else:
        counts, words = {"syscalls": 2.0 if "open" in name or "creat" in name else 1.0}, "system calls only"
    cycles = seconds * CLOCK
    load = work(name, user_cycles=user * cycles, kernel_cycles=(1 - user) * cycles, **counts)
    return RatioCase(table=table.id, system=row.system, machine=DELL_2650, guest=guest, load=load,
                     duration_s=max(0.2, 200 * seconds), assumed=words)  # fmt: skip


def _large(table: Table, row: Row, guest: Guest, name: str) -> Case | None:
    ten_ms = CLOCK / 100
    native = table.native.value if table.native is not None else 1.0
    tuples, web = CLOCK / native, CLOCK / (2.7 * native)
    loads: dict[str, tuple[Work, str]] = {
        "spec-int": (
            work("SPEC INT", user_cycles=ten_ms, page_faults=0.1, tlb_misses=ten_ms * TLB_MISSES_PER_CYCLE),
            "10 page faults a second; 0.3 TLB misses per 1,000 cycles",
        ),
        "build": (build(5.7e7), BUILD_WORDS),
        "osdb-ir": (
            work("OSDB-IR", user_cycles=0.75 * tuples, kernel_cycles=0.25 * tuples, syscalls=1200.0,
                 page_faults=200.0, context_switches=100.0, tlb_misses=tuples * TLB_MISSES_PER_CYCLE),
            "a quarter in the kernel; 1,200 calls, 200 faults, 100 process switches for a tuple: assumed",
        ),
        "osdb-oltp": (
            work("OSDB-OLTP", clients=10, user_cycles=1e6, kernel_cycles=4e5, syscalls=60.0, page_faults=5.0,
                 context_switches=8.0, disk_writes=0.6, disk_write_bytes=8192.0, disk_access="sequential"),
            "1.4 million cycles and 0.6 waited-for log writes for a tuple, 8 process switches: assumed",
        ),
        "dbench": (
            work("dbench", user_cycles=0.1 * ten_ms, kernel_cycles=0.9 * ten_ms, syscalls=2400.0,
                 context_switches=20.0, disk_writes=2.0, disk_write_bytes=16384.0, disk_waits=False),
            "nine tenths in the kernel, a system call of 10,000 cycles each: assumed",
        ),
        "web": (
            work("SPEC WEB99", clients=16, user_cycles=0.35 * web, kernel_cycles=0.65 * web, syscalls=60.0,
                 page_faults=10.0, context_switches=6.0, packets_in=6.0, packet_in_bytes=200.0, packets_out=11.0,
                 packet_out_bytes=1460.0),
            "2.7 requests a second for a connection; 15 kB in 11 packets, 60 calls, 6 process switches: assumed",
        ),
    }  # fmt: skip
    found = next((entry for part, entry in loads.items() if part in name), None)
    if found is None:
        return None
    return RatioCase(table=table.id, system=row.system, machine=DELL_2650, guest=guest, load=found[0], duration_s=10.0,
                     assumed=found[1])  # fmt: skip


def _network(table: Table, row: Row, guest: Guest) -> Case:
    """ttcp in either direction at the MTU of the configuration."""
    assert table.native is not None
    mtu = float(table.config.get("mtu", 1500))
    outwards = str(table.config.get("direction", "TX")).upper() == "TX"
    size = mtu - 40
    many, few = 65536 / size, 65536 / size / 2
    load = work("ttcp", clients=4, syscalls=4.0, user_cycles=5e3, kernel_cycles=many * CYCLES_PER_PACKET,
                packets_out=many if outwards else few, packet_out_bytes=size if outwards else 60.0,
                packets_in=few if outwards else many, packet_in_bytes=60.0 if outwards else size)  # fmt: skip
    limited = table.native.value < 850
    unknown = Unknown(parameter="kernel_cycles", low=1e5, high=1e8) if limited else None
    words = "12,700 cycles a packet natively, as in the native row of Sugerman et al."
    words = "native cycles of a packet from the native throughput" if limited else words
    return RatioCase(table=table.id, system=row.system, machine=DELL_2650, guest=guest, load=load, unknown=unknown,
                     target=table.native.value * 1e6 / 8 / 65536,
                     assumed=words + "; Xen of 2003 has the drivers in the hypervisor")  # fmt: skip


def _scaling(table: Table, row: Row) -> Case | None:
    product = "xen-1-50ms" if "50 ms" in row.system else "xen-1-5ms"
    return DirectCase(table=table.id, system=row.system, kind="ratio", measured=row.relative,
                      predict=lambda catalog: slice_loss(catalog, product),
                      formula="128 computing VMs on two processors against two; 512 kB of cache refilled at 1.6 GB/s "
                      "(320 us) after each slice")  # fmt: skip
