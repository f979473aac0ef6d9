"""Rows of the first decade: Sugerman 2001, Menon 2006, Adams 2006, Matthews 2007."""

from __future__ import annotations

from collections.abc import Mapping

from benches import Guest, Work, work
from cases import Case, DirectCase, NotExpressed, RatioCase, Unknown
from composing import MIB
from machines import P4_672, P4_672_NO_VT, PC_733, XEON_2800
from shares import hog_retention
from tables import Row, Table

SOFTWARE_VMM = Guest(hypervisor="vmware-workstation", memory=512 * MIB, disk_model="emulated", nic_model="emulated")
HARDWARE_VMM = Guest(hypervisor="virtualbox", memory=512 * MIB, disk_model="emulated", nic_model="emulated")

FORK_CYCLES = 6.0 / 40_000 * 3.8e9
"""One fork, exit and wait natively: 6.0 s for 40,000 (Adams, Agesen 2006)."""
LMBENCH_FORK_CYCLES = 110e-6 * 2.4e9
"""The same operation natively in lmbench: 110 us (Barham et al. 2003); its counts are in cases_barham."""


def case_for(table: Table, row: Row, _tables: Mapping[str, Table]) -> Case | None:
    """The case of a row of these sources; None for other tables."""
    families = {"sugerman": _sugerman, "menon2006": _menon, "adams": _adams, "matthews": _matthews,
                "vmware": _ept}  # fmt: skip
    family = families.get(table.id.split("-")[0])
    return family(table, row) if family is not None else None


def _without(table: Table, row: Row, reason: str) -> NotExpressed:
    return NotExpressed(table=table.id, system=row.system, reason=reason)


def _sugerman(table: Table, row: Row) -> Case:
    """Native: 14 % of 733 MHz at line rate, with 2,920 bytes of payload for two segments and one acknowledgement."""
    if table.id != "sugerman-idle" or table.native is None:
        return _without(table, row, "a profile of parts of the VMM's code; the whole is the row of sugerman-idle")
    if not row.system.startswith("VM optimized ("):
        return _without(table, row, "an intermediate build of the product without one of its optimizations")
    pairs_per_second = 94e6 / 8 / 2920
    native_cycles = (1 - table.native.value / 100) * 733e6 / pairs_per_second
    send = work("nettest", arrivals="open", rate_per_s=pairs_per_second, arrival_pattern="deterministic",
                packets_out=2.0, packet_out_bytes=1460.0, packets_in=1.0, packet_in_bytes=60.0, syscalls=0.7,
                kernel_cycles=native_cycles * 0.9, user_cycles=native_cycles * 0.1)  # fmt: skip
    guest = Guest(hypervisor="vmware-workstation-3", memory=128 * MIB, disk_model="emulated", nic_model="emulated")
    return RatioCase(table=table.id, system=row.system, machine=PC_733, guest=guest, load=send, metric="busy",
                     assumed="native cycles from the native 14 %; compared is the time the processor is busy (86 % "
                     "idle natively, 21.7 % in the VM), so the ratio is the cost multiple of 5.6")  # fmt: skip


def _menon(table: Table, row: Row) -> Case | None:
    if "driver domain" in row.system:
        return _without(
            table, row, "work of the parent partition itself is background and has no throughput of its own"
        )
    if "optimized" in row.system:
        return _without(table, row, "the paper's own version: segmentation offload through a rewritten virtual card")
    outwards = "receive" not in table.id
    native = table.native.value if table.native is not None else 0.0
    load = work("netperf", clients=16, packets_out=45.0 if outwards else 22.0, packets_in=22.0 if outwards else 45.0,
                packet_out_bytes=1460.0 if outwards else 60.0, packet_in_bytes=60.0 if outwards else 1460.0,
                kernel_cycles=45 * 6000.0, user_cycles=5e3, syscalls=4.0)  # fmt: skip
    limited = native < 3700
    guest = Guest(hypervisor="xen", place="parent", memory=512 * MIB)
    return RatioCase(
        table=table.id, system=row.system, machine=XEON_2800, guest=guest, load=load,
        unknown=Unknown(parameter="kernel_cycles", low=1e4, high=1e7) if limited else None,
        target=native * 1e6 / 8 / (45 * 1460),
        assumed="cycles of a packet from the native throughput" if limited
        else "natively 6,000 cycles a packet sent: with segmentation offload two thirds of the 8,700 that line rate "
        "allows",
    )  # fmt: skip


def _adams(table: Table, row: Row) -> Case | None:
    larger = FORK_CYCLES / LMBENCH_FORK_CYCLES
    loads: dict[str, tuple[Work, str]] = {
        "adams-nano-syscall": (work("syscall", kernel_cycles=242.0, syscalls=1.0), "one system call"),
        "adams-nano-pgfault": (work("pgfault", kernel_cycles=1093.0, page_faults=1.0), "one page fault"),
        "adams-forkwait": (
            work("forkwait", kernel_cycles=FORK_CYCLES, page_faults=40.0 * larger, page_table_updates=250.0 * larger,
                 context_switches=2.0, syscalls=4.0),
            "86 faults and 540 other page-table writes: those of lmbench's fork in proportion of the native cycles",
        ),
    }  # fmt: skip
    if table.id.startswith("adams-nano") and table.id not in loads:
        return _without(table, row, "a single instruction; workloads count system calls, faults and switches, not this")
    if table.id not in loads:
        return None
    load, words = loads[table.id]
    software = row.system.startswith("software")
    return RatioCase(table=table.id, system=row.system, machine=P4_672_NO_VT if software else P4_672,
                     guest=SOFTWARE_VMM if software else HARDWARE_VMM, load=load, duration_s=0.3,
                     assumed=words)  # fmt: skip


def _matthews(table: Table, row: Row) -> Case | None:
    if "misbehaving" in row.system:
        return _without(table, row, "the web server in the VM of the hog: results are per VM, not per workload")
    stress = _stress(str(table.config.get("stress", "")))
    if stress is None or not row.system.startswith(("VMware", "Xen")):
        return _without(table, row, "what the fourth VM does is not described")
    product, place = ("xen", "parent") if row.system.startswith("Xen") else ("vmware-workstation", "hosted")
    return DirectCase(table=table.id, system=row.system, kind="ratio", measured=1 - row.value / 100,
                      predict=lambda catalog: hog_retention(catalog, product, place, stress),
                      formula=f"throughput kept by three web VMs when a fourth is a hog ({stress})")  # fmt: skip


def _stress(text: str) -> str | None:
    """Which hog a configuration names, by the words the paper has for it."""
    words = {"cpu": "cpu", "mem": "memory", "fork": "fork", "disk": "disk", "send": "transmit", "tx": "transmit",
             "transmi": "transmit", "recei": "receive", "rx": "receive"}  # fmt: skip
    return next((hog for word, hog in words.items() if word in text.lower()), None)


def _ept(table: Table, row: Row) -> Case:
    return _without(table, row, 'a largest gain ("up to") over workloads that the abstract does not describe')
