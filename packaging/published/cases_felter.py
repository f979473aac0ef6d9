"""The rows of Felter et al. 2014: KVM on a Sandy Bridge server of 32 threads."""

from __future__ import annotations

from benches import Guest, work
from cases import Case, NotExpressed, RatioCase, Unknown
from composing import GIB
from machines import X3650_M4, X3650_M4_SOCKET

CLOCK = 2.4e9
KVM = Guest(hypervisor="kvm", processors=32, memory=96 * GIB)
KVM_1 = Guest(hypervisor="kvm", processors=1, memory=2 * GIB)
TLB_MISSES_PER_CYCLE = 0.3e-3
"""A middle of programs that compute: 0.3 misses of the last-level TLB per 1,000 cycles (estimate)."""


def felter_cases() -> list[Case]:
    """All rows of the paper."""
    return [*_memory(), *_disk(), *_network(), *_mysql(), *_redis()]


def _memory() -> list[Case]:
    linpack = work("Linpack", clients=32, user_cycles=2e6, tlb_misses=2e6 * TLB_MISSES_PER_CYCLE)
    updates = 1000.0
    native_gups = 0.04579e9
    gups = work("GUPS", clients=16, user_cycles=updates * 16 * CLOCK / native_gups, tlb_misses=updates * 2.5)
    stream = work("STREAM", clients=16, user_cycles=16 * CLOCK * 1e6 / 22.53e9, tlb_misses=1e6 / 4096)
    socket = Guest(hypervisor="kvm", processors=16, memory=64 * GIB)
    return [
        RatioCase(
            table="felter-linpack", system="KVM tuned", machine=X3650_M4, guest=KVM, load=linpack,
            assumed="0.3 TLB misses per 1,000 cycles",
        ),
        NotExpressed(
            table="felter-linpack", system="KVM untuned (no topology/pinning)",
            reason="memory placement over two sockets without a topology shown to the guest is not modelled",
        ),
        RatioCase(
            table="felter-gups-single-socket", system="KVM", machine=X3650_M4_SOCKET, guest=socket, load=gups,
            assumed="each update misses the TLB, and finds the last level and half of the time the next level of the "
            "page table outside the caches: counts as 2.5 ordinary misses",
        ),
        RatioCase(
            table="felter-stream-single-copy", system="KVM", machine=X3650_M4_SOCKET, guest=socket, load=stream,
            assumed="one TLB miss for each 4 kB moved",
        ),
    ]  # fmt: skip


def _disk() -> list[Case]:
    large = work("fio 1 MB", disk_reads=1.0, disk_read_bytes=2.0**20, disk_access="sequential", user_cycles=2e3,
                 kernel_cycles=6e4, syscalls=2.0)  # fmt: skip
    small = work("fio 4 kB", clients=128, disk_reads=1.0, disk_read_bytes=4096.0, user_cycles=2e3, kernel_cycles=12e3,
                 syscalls=2.0)  # fmt: skip
    return [
        RatioCase(
            table="felter-fio-seq-read-1-read", system="KVM virtio-blk", machine=X3650_M4, guest=KVM, load=large,
            unknown=Unknown(parameter="sequential_s", low=1e-6, high=2e-3, of="disk"), target=499.0,
            assumed="60,000 kernel cycles for the 256 pages of a request",
        ),
        RatioCase(
            table="felter-fio-random-read-16x8-read", system="KVM virtio-blk", machine=X3650_M4, guest=KVM, load=small,
            unknown=Unknown(parameter="random_read_s", low=50e-6, high=1e-3, of="disk"), target=84044.0,
            assumed="14,000 cycles of the guest for an operation",
        ),
    ]  # fmt: skip


def _network() -> list[Case]:
    bulk = work("nuttcp", clients=16, packets_out=1.0, packet_out_bytes=65536.0, packets_in=1.0, packet_in_bytes=60.0,
                user_cycles=1e4, kernel_cycles=4e4, syscalls=2.0)  # fmt: skip
    ping = work("netperf RR", packets_in=1.0, packet_in_bytes=140.0, packets_out=1.0, packet_out_bytes=240.0,
                user_cycles=1.5e3, kernel_cycles=13e3, syscalls=2.0, context_switches=1.0,
                arrivals="closed")  # fmt: skip
    four = Guest(hypervisor="kvm", processors=4, memory=4 * GIB)
    rest = Unknown(parameter="think_s", low=0.0, high=1e-3)
    common = "the client, the wire and the interrupt moderation of the card are the rest of the native round trip"
    return [
        RatioCase(
            table="felter-nuttcp-tx", system="KVM virtio", machine=X3650_M4, guest=four, load=bulk,
            assumed="large segments pass the virtual card whole (segmentation offload)",
        ),
        RatioCase(
            table="felter-tcp-rr", system="KVM virtio", machine=X3650_M4, guest=KVM_1, load=ping, unknown=rest,
            target=1 / 37.582e-6, duration_s=0.5, assumed=common,
        ),
        RatioCase(
            table="felter-udp-rr", system="KVM virtio", machine=X3650_M4, guest=KVM_1,
            load=ping.but(kernel_cycles=11e3), unknown=rest, target=1 / 36.017e-6, duration_s=0.5, assumed=common,
        ),
    ]  # fmt: skip


def _mysql() -> list[Case]:
    """One request is one statement; sysbench 0.4 OLTP read-only sends sixteen for a transaction."""
    statements = 16.0
    statement = work(
        "sysbench OLTP", arrivals="closed", packets_in=1.0, packet_in_bytes=150.0, packets_out=1.4,
        packet_out_bytes=1200.0, syscalls=6.0, context_switches=2.0, wakeups=2.0, user_cycles=155e3, kernel_cycles=70e3,
        tlb_misses=225e3 * 2e-3, think_s=90e-6, demand_scv=0.3,
    )  # fmt: skip
    guest = Guest(hypervisor="kvm", processors=32, memory=16 * GIB, format="dynamic")
    common = (
        "16 statements a transaction (2 system calls to receive, 2 to send, 2 for waiting each); 2 wake-ups of another "
        "processor for each (network to server thread, one lock hand-over); range queries answer in several segments; "
        "2 TLB misses per 1,000 cycles (databases spend about 6 % of their time on them: Basu et al. 2013, recalled); "
    )
    return [
        RatioCase(
            table="felter-mysql-10", system="KVM qcow virtio", machine=X3650_M4, guest=guest,
            load=statement.but(clients=10), unknown=Unknown(parameter="think_s", low=0.0, high=5e-3),
            target=3394.5 * statements, duration_s=0.5,
            assumed=common + "client and wire are the rest of the native latency",
        ),
        RatioCase(
            table="felter-mysql-150", system="KVM qcow virtio", machine=X3650_M4, guest=guest,
            load=statement.but(clients=150), unknown=Unknown(parameter="user_cycles", low=1e4, high=1e6),
            target=13353.1 * statements, duration_s=0.3, assumed=common + "user cycles from the native throughput",
        ),
    ]  # fmt: skip


def _redis() -> list[Case]:
    cycles = CLOCK / 112947
    one = work("Redis GET", arrivals="closed", max_concurrency=1, packets_in=1.0, packet_in_bytes=110.0,
               packets_out=1.0, packet_out_bytes=120.0, syscalls=3.0, context_switches=1.0, user_cycles=0.4 * cycles,
               kernel_cycles=0.6 * cycles, tlb_misses=20.0)  # fmt: skip
    return [
        RatioCase(
            table="felter-redis-get-1", system="KVM virtio 1 vCPU 1.5GB", machine=X3650_M4, guest=KVM_1, load=one,
            unknown=Unknown(parameter="think_s", low=0.0, high=1e-3), target=16421.0, duration_s=0.5,
            assumed="cycles from the native throughput at 120 connections; client and wire are the rest",
        ),
        RatioCase(
            table="felter-redis-get-120", system="KVM virtio 1 vCPU 1.5GB", machine=X3650_M4, guest=KVM_1,
            load=one.but(clients=120, context_switches=0.0, think_s=50e-6),
            unknown=Unknown(parameter="user_cycles", low=1e2, high=1e5), target=112947.0, duration_s=0.5,
            assumed="client and wire as with one connection; user cycles from the native throughput",
        ),
    ]  # fmt: skip
