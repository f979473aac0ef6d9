"""Rows about KVM on other machines: kvmperf 2013, Turtles 2010, Oulu 2021, Firecracker's data 2020."""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import evolve
from benches import Guest, Work, work
from cases import Case, NotExpressed, RatioCase, Unknown
from cases_barham import BUILD_WORDS, TLB_MISSES_PER_CYCLE, build
from composing import GIB, MIB
from machines import M5D_METAL, OVH_SMP, OVH_UP, Q6600, X3650_TURTLES
from tables import Row, Table

READ_ONCE = 2.0**49
"""A working set that no cache holds: every block is read once."""

_VMMS = {"Firecracker": "firecracker", "Cloud Hypervisor": "cloud-hypervisor"}


def case_for(table: Table, row: Row, _tables: Mapping[str, Table]) -> Case | None:
    """The case of a row of these sources; None for other tables."""
    families = {"kvmperf": _kvmperf, "turtles": _turtles, "oulu": _oulu, "fc": _firecracker}
    family = families.get(table.id.split("-")[0])
    return family(table, row) if family is not None and table.native is not None else None


def _native(table: Table) -> float:
    assert table.native is not None
    return table.native.value


def _kvmperf(table: Table, row: Row) -> Case | None:
    clock = 3.4e9
    single = "-up-" in table.id
    processors = 1 if single else 2
    request = clock * 8.21e-3
    messages = work("hackbench", clients=processors, kernel_cycles=0.9e6, user_cycles=0.1e6, syscalls=300.0,
                    context_switches=70.0, tlb_misses=2000.0)  # fmt: skip
    curl = work("curl", user_cycles=0.5 * request, kernel_cycles=0.5 * request, syscalls=900.0, page_faults=1200.0,
                context_switches=30.0, tlb_misses=request * TLB_MISSES_PER_CYCLE, packets_in=6.0, packet_in_bytes=300.0,
                packets_out=6.0, packet_out_bytes=120.0)  # fmt: skip
    local = work("ab", clients=16, user_cycles=1e5, kernel_cycles=2e5, syscalls=25.0, context_switches=3.0,
                 tlb_misses=100.0)  # fmt: skip
    untar = work("untar", user_cycles=4e5, kernel_cycles=1.2e6, syscalls=12.0, page_faults=2.0, disk_writes=1.0,
                 disk_write_bytes=16384.0, disk_waits=False, tlb_misses=1.6e6 * TLB_MISSES_PER_CYCLE)  # fmt: skip
    flush = "70 process switches per million cycles, each followed by about 30 TLB misses; no processor is ever idle"
    loads = {
        "hackbench": (messages, flush),
        "kernel_compile": (build(5.7e7, per_second=2.5), BUILD_WORDS),
        "curl1k": (curl, "1,000 times starting a program that fetches 1 kB over the network: 8.21 ms each"),
        "apache": (local, "300,000 cycles, 25 calls, 3 process switches for a page on the same machine: assumed"),
        "untar": (untar, "1.6 million cycles and 12 calls for a file: assumed"),
    }
    found = next((entry for name, entry in loads.items() if table.id.endswith(name)), None)
    if found is None:
        return None
    guest = Guest(hypervisor="kvm", processors=processors, memory=1 * GIB)
    load = found[0] if found[0].parameters["clients"] != 1 else found[0].but(clients=processors)
    return RatioCase(table=table.id, system=row.system, machine=OVH_UP if single else OVH_SMP, guest=guest, load=load,
                     duration_s=4.0, assumed=found[1])  # fmt: skip


def _turtles(table: Table, row: Row) -> Case | None:
    if "DRW" in row.system:
        return NotExpressed(table=table.id, system=row.system, reason="a research variant of the inner hypervisor")
    guest = Guest(hypervisor="kvm", memory=1 * GIB, levels=2 if "nested" in row.system else 1)
    load, words = build(5.7e7, per_second=2.5), BUILD_WORDS + "; timer interrupts at 250 Hz"
    if "kernbench" not in table.id:
        load = work("Java server", user_cycles=2e7, tlb_misses=2e4, page_faults=10.0, timer_hz=250.0)
        words = "one TLB miss per 1,000 cycles; timer interrupts at 250 Hz"
    return RatioCase(table=table.id, system=row.system, machine=X3650_TURTLES, guest=guest, load=load, duration_s=5.0,
                     assumed=words)  # fmt: skip


def _oulu(table: Table, row: Row) -> Case | None:
    page = 4 * 2.4e9 / _native(table)
    stream = work("iperf", clients=8, packets_in=45.0, packet_in_bytes=1460.0, packets_out=22.0, packet_out_bytes=60.0,
                  kernel_cycles=1.5e5, user_cycles=1e4, syscalls=2.0)  # fmt: skip
    loads: dict[str, tuple[Work, str]] = {
        "sysbench-cpu": (work("primes", user_cycles=page / 4, tlb_misses=10.0), "a loop over numbers in registers"),
        "iperf": (stream, "45 packets for 64 kB"),
        "http": (
            work("GitLab page", clients=int(table.config.get("concurrency", 10)), user_cycles=0.85 * page,
                 kernel_cycles=0.15 * page, syscalls=3000.0, page_faults=4000.0, page_table_updates=2000.0,
                 context_switches=600.0, wakeups=300.0, tlb_misses=1e-3 * page, packets_in=10.0, packets_out=20.0,
                 packet_out_bytes=1460.0, disk_writes=5.0, disk_waits=False),
            "the application is GitLab: per page 3,000 calls, 4,000 faults (16 MB of fresh memory), 2,000 page-table "
            "writes, 600 switches, 300 wake-ups between its services: assumed; host memory taken as 8 GB, with its "
            "4 GB the guest would not fit without swapping",
        ),
    }  # fmt: skip
    found = next((entry for name, entry in loads.items() if name in table.id), None)
    if found is None:
        return None
    product = "kvm" if row.system == "KVM" else "firecracker"
    guest = Guest(hypervisor=product, processors=4, memory=3934 * MIB)
    return RatioCase(table=table.id, system=row.system, machine=Q6600, guest=guest, load=found[0], duration_s=10.0,
                     assumed=found[1])  # fmt: skip


def _firecracker(table: Table, row: Row) -> Case | None:
    return _jobs(table, row) if "-fio-" in table.id else _stream(table, row) if "-net-" in table.id else None


def _jobs(table: Table, row: Row) -> Case | None:
    """Jobs of fio: size and direction as in the table's name, queue depth 1 or 32."""
    found = re.search(r"-(\d+)k-(read|write)", table.id)
    if found is None:
        return None
    size, reads = float(found.group(1)) * 1024, found.group(2) == "read"
    depth = 1 if "qd1" in table.id else 32
    load = work("fio", clients=depth, user_cycles=2e3, kernel_cycles=11.7e3 + 330 * size / 4096, syscalls=2.0,
                disk_reads=1.0 if reads else 0.0, disk_writes=0.0 if reads else 1.0, disk_read_bytes=size,
                disk_write_bytes=size, working_set_bytes=READ_ONCE)  # fmt: skip
    product = _VMMS.get(row.system, "kvm")
    guest = Guest(hypervisor=product, processors=2, memory=512 * MIB, cache="writeback", format="fixed")
    parameter = "random_read_s" if reads else "random_write_s"
    return RatioCase(
        table=table.id, system=row.system, machine=M5D_METAL, guest=guest, load=load, target=_native(table),
        unknown=Unknown(parameter=parameter, low=1e-6, high=3e-3, of="disk"),
        assumed="14,000 cycles of the guest and 330 for each further page; by the page cache (the start script names "
        "no cache mode), which holds nothing of it",
    )  # fmt: skip


def _stream(table: Table, row: Row) -> Case:
    found = re.search(r"(\d+)stream", table.id)
    streams = int(found.group(1)) if found else 1
    outwards = "tx" in table.id
    copy = 2.5e9 * 65536 * 8 * streams / (_native(table) * 1e9)
    load = work("iperf3", clients=8 * streams, max_concurrency=streams, user_cycles=0.2 * copy, syscalls=1.0,
                kernel_cycles=0.8 * copy, packets_out=1.0 if outwards else 0.5, packets_in=0.5 if outwards else 1.0,
                packet_out_bytes=65536.0 if outwards else 60.0,
                packet_in_bytes=60.0 if outwards else 65536.0)  # fmt: skip
    machine = evolve(M5D_METAL, nic_settings={"speed_bits_per_s": 1e12, "wire_latency_s": 0.0})
    guest = Guest(hypervisor=_VMMS.get(row.system, "kvm-user-net"), processors=2, memory=512 * MIB)
    words = "64 kB segments between host and guest; natively one thread copies twice (loopback)"
    return RatioCase(table=table.id, system=row.system, machine=machine, guest=guest, load=load, duration_s=1.0,
                     assumed=words)  # fmt: skip
