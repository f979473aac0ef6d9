"""The rows of Felter et al. 2014: KVM on a Sandy Bridge server of 32 threads. Any row of their families is read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from benches import Guest, Machine, Work, work
from cases import Case, NotExpressed, RatioCase, Unknown
from composing import GIB
from machines import X3650_M4, X3650_M4_SOCKET
from tables import Row, Table

CLOCK = 2.4e9
KVM = Guest(hypervisor="kvm", processors=32, memory=96 * GIB)
KVM_1 = Guest(hypervisor="kvm", processors=1, memory=2 * GIB)
TLB_MISSES_PER_CYCLE = 0.3e-3
"""A middle of programs that compute: 0.3 misses of the last-level TLB per 1,000 cycles (estimate)."""
STATEMENTS = 16.0
"""Statements, hence round trips, of one transaction of sysbench 0.4 OLTP read-only."""


def case_for(table: Table, row: Row, tables: Mapping[str, Table]) -> Case | None:
    """The case of a row of this paper; None for other tables."""
    if not table.id.startswith("felter-") or table.native is None:
        return None
    families = {
        "linpack": _linpack,
        "gups": _memory,
        "stream": _memory,
        "fio": _disk,
        "nuttcp": _bulk,
        "tcp": _round_trip,
        "udp": _round_trip,
        "mysql": _mysql,
        "redis": _redis,
    }
    family = families.get(table.id.split("-")[1])
    return family(table, row, tables) if family is not None else None


def _native(table: Table) -> float:
    assert table.native is not None
    return table.native.value


def _linpack(table: Table, row: Row, _tables: Mapping[str, Table]) -> Case:
    if "untuned" in row.system:
        return NotExpressed(
            table=table.id, system=row.system,
            reason="memory placement over two sockets without a topology shown to the guest is not modelled",
        )  # fmt: skip
    load = work("Linpack", clients=32, user_cycles=2e6, tlb_misses=2e6 * TLB_MISSES_PER_CYCLE)
    return RatioCase(table=table.id, system=row.system, machine=X3650_M4, guest=KVM, load=load,
                     assumed="0.3 TLB misses per 1,000 cycles")  # fmt: skip


def _memory(table: Table, row: Row, _tables: Mapping[str, Table]) -> Case:
    """RandomAccess (updates) and STREAM (bytes), on one socket or on both."""
    single = "single" in str(table.config.get("placement", table.id))
    threads = 16 if single else 32
    machine: Machine = X3650_M4_SOCKET if single else X3650_M4
    guest = Guest(hypervisor="kvm", processors=threads, memory=64 * GIB)
    rate = _native(table) * 1e9
    if "gups" in table.id:
        load = work("GUPS", clients=threads, user_cycles=1000 * threads * CLOCK / rate, tlb_misses=1000.0)
        words = "each update misses the TLB once"
    else:
        load = work("STREAM", clients=threads, user_cycles=threads * CLOCK * 1e6 / rate, tlb_misses=1e6 / 4096)
        words = "one TLB miss for each 4 kB moved"
    return RatioCase(table=table.id, system=row.system, machine=machine, guest=guest, load=load, assumed=words)


def _disk(table: Table, row: Row, _tables: Mapping[str, Table]) -> Case | None:
    """Jobs of fio as the configuration names them: "rand read 4K QD16 x 8 jobs"."""
    test = str(table.config.get("test", ""))
    found = re.match(r"(seq|rand)\w* (\w+) (\d+)([KM]) QD(\d+)(?: x (\d+))?", test)
    if found is None:
        return None
    access, kind, number, unit, depth, jobs = found.groups()
    size = float(number) * (2.0**20 if unit == "M" else 2.0**10)
    reads = 1.0 if kind == "read" else 0.0 if kind == "write" else 0.5
    pages = size / 4096
    load = work(
        "fio", clients=int(depth) * int(jobs or 1), user_cycles=2e3, kernel_cycles=12e3 + 190 * pages, syscalls=2.0,
        disk_reads=reads, disk_writes=1.0 - reads, disk_read_bytes=size, disk_write_bytes=size,
        disk_access="sequential" if access == "seq" else "random",
    )  # fmt: skip
    parameter = "sequential_s" if access == "seq" else "random_write_s" if kind == "write" else "random_read_s"
    return RatioCase(
        table=table.id, system=row.system, machine=X3650_M4, guest=KVM, load=load,
        unknown=Unknown(parameter=parameter, low=1e-6, high=3e-3, of="disk"),
        target=_native(table) / (reads if 0 < reads < 1 else 1.0),
        assumed="14,000 cycles of the guest for an operation and 190 for each page of it",
    )  # fmt: skip


def _bulk(table: Table, row: Row, _tables: Mapping[str, Table]) -> Case:
    out = "rx" not in table.id
    load = work("nuttcp", clients=16, packets_out=1.0, packet_out_bytes=65536.0 if out else 60.0, packets_in=1.0,
                packet_in_bytes=60.0 if out else 65536.0, user_cycles=1e4, kernel_cycles=4e4,
                syscalls=2.0)  # fmt: skip
    guest = Guest(hypervisor="kvm", processors=4, memory=4 * GIB)
    return RatioCase(table=table.id, system=row.system, machine=X3650_M4, guest=guest, load=load,
                     assumed="large segments pass the virtual card whole (segmentation offload)")  # fmt: skip


def _round_trip(table: Table, row: Row, _tables: Mapping[str, Table]) -> Case:
    load = work("netperf RR", packets_in=1.0, packet_in_bytes=140.0, packets_out=1.0, packet_out_bytes=240.0,
                user_cycles=1.5e3, kernel_cycles=13e3 if "tcp" in table.id else 11e3, syscalls=2.0,
                context_switches=1.0, arrivals="closed")  # fmt: skip
    return RatioCase(
        table=table.id, system=row.system, machine=X3650_M4, guest=KVM_1, load=load,
        unknown=Unknown(parameter="think_s", low=0.0, high=1e-3), target=1e6 / _native(table), duration_s=0.5,
        assumed="the client, the wire and the interrupt moderation of the card are the rest of the native round trip",
    )  # fmt: skip


def _best(table: Table, tables: Mapping[str, Table], prefix: str) -> float:
    """The highest native value of a family: where the processor or the program is the limit."""
    values = [other.native.value for name, other in tables.items() if name.startswith(prefix) and other.native]
    return max([*values, _native(table)])


def _number_at_end(text: str) -> int:
    found = re.search(r"(\d+)$", text)
    return int(found.group(1)) if found else 1


def _closed(table: Table, row: Row, guest: Guest, load: Work, *, best: float, scale: float, words: str) -> Case:
    """Far below the family's best the client's time is unknown; near it the program's own cycles are."""
    limited = _native(table) >= 0.9 * best
    client = Unknown(parameter="think_s", low=0.0, high=20e-3)
    cycles = Unknown(parameter="user_cycles", low=100.0, high=2e6)
    rest = "; cycles from the native throughput" if limited else "; client and wire are the rest of the native latency"
    return RatioCase(
        table=table.id, system=row.system, machine=X3650_M4, guest=guest, load=load,
        unknown=cycles if limited else client, target=_native(table) * scale, duration_s=0.4, assumed=words + rest,
    )  # fmt: skip


def _mysql(table: Table, row: Row, tables: Mapping[str, Table]) -> Case:
    """One request is one statement."""
    best = _best(table, tables, "felter-mysql-")
    kernel = 70e3
    user = 16 * 1.25 * CLOCK / (best * STATEMENTS) - kernel
    statement = work(
        "sysbench OLTP", arrivals="closed", clients=_number_at_end(table.id), packets_in=1.0, packet_in_bytes=150.0,
        packets_out=1.0, packet_out_bytes=2600.0, syscalls=6.0, context_switches=2.0, wakeups=2.0, user_cycles=user,
        kernel_cycles=kernel, tlb_misses=(user + kernel) * 2e-3, think_s=90e-6, demand_scv=0.3,
    )  # fmt: skip
    guest = Guest(hypervisor="kvm", processors=32, memory=16 * GIB, format="dynamic")
    words = (
        "16 statements a transaction (10 single rows, 4 ranges of 100 rows of 120 bytes, one of them a sum; begin, "
        "commit): 2.6 kB an answer, sent in one piece; 2 system calls each to receive, to send and to wait; 2 process "
        "switches, each ended by a wake-up from another processor; 2 TLB misses per 1,000 cycles (6 % of MySQL's "
        "native time at 30 cycles a walk: Basu et al., ISCA 2013, recalled)"
    )
    return _closed(table, row, guest, statement, best=best, scale=STATEMENTS, words=words)


def _redis(table: Table, row: Row, tables: Mapping[str, Table]) -> Case:
    best = _best(table, tables, table.id.rpartition("-")[0])
    cycles = CLOCK / best
    connections = _number_at_end(table.id)
    one = work("Redis", arrivals="closed", clients=connections, max_concurrency=1, packets_in=1.0,
               packet_in_bytes=110.0, packets_out=1.0, packet_out_bytes=120.0, syscalls=3.0,
               context_switches=1.0 if connections == 1 else 0.0, user_cycles=0.4 * cycles, kernel_cycles=0.6 * cycles,
               tlb_misses=20.0, think_s=50e-6)  # fmt: skip
    return _closed(table, row, KVM_1, one, best=best, scale=1.0,
                   words="one thread; cycles of a request from the family's best native throughput")  # fmt: skip
