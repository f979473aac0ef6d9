"""Rows about processor and memory management: Barham 2003, Adams 2006, Dall 2014, Turtles 2010, Oulu 2021, EPT 2009."""

from __future__ import annotations

from benches import Guest, Work, work
from cases import Case, NotExpressed, RatioCase
from composing import GIB, MIB
from machines import (
    DELL_2650,
    OVH_SMP,
    OVH_UP,
    P4_672,
    P4_672_NO_VT,
    Q6600,
    X3650_TURTLES,
)

TLB_MISSES_PER_CYCLE = 0.3e-3
"""As in cases_felter."""

XEN = Guest(hypervisor="xen-1", place="bare", memory=512 * MIB, settings={"memory_demand": 0.5})
WORKSTATION_3 = Guest(hypervisor="vmware-workstation-3", memory=512 * MIB, disk_model="emulated", nic_model="emulated")
SOFTWARE_VMM = Guest(hypervisor="vmware-workstation", memory=512 * MIB, disk_model="emulated", nic_model="emulated")
HARDWARE_VMM = Guest(hypervisor="virtualbox", memory=512 * MIB, disk_model="emulated", nic_model="emulated")
UML = "User-Mode Linux runs the guest kernel as a process of the host by ptrace: no technique of the catalogue"


def processor_cases() -> list[Case]:
    """All rows of these sources."""
    return [*_lmbench(), *_barham_large(), *_adams(), *_kvm(), *_turtles(), *_ept()]


def build(cycles: float, *, per_second: float = 1.0) -> Work:
    """A C compilation of `cycles`: what one compiled file needs, in proportion."""
    files = cycles / 5.7e8
    return work(
        "Build", user_cycles=0.93 * cycles, kernel_cycles=0.07 * cycles, syscalls=1500 * files,
        page_faults=4000 * files, page_table_updates=4000 * files, context_switches=20 * files,
        tlb_misses=cycles * TLB_MISSES_PER_CYCLE, disk_writes=2 * files, disk_write_bytes=16384.0, disk_waits=False,
        timer_hz=100.0 * per_second,
    )  # fmt: skip


_LMBENCH: dict[str, tuple[float, dict[str, float], str]] = {
    "null-call": (0.45e-6, {"syscalls": 1}, "one system call"),
    "page-fault": (1.42e-6, {"page_faults": 1}, "one page fault"),
    "mmap-lat": (68e-6, {"page_faults": 48}, "48 faults: native time over native time of one fault"),
    "fork-proc": (110e-6, {"page_faults": 40, "page_table_updates": 250, "context_switches": 2},
                  "a small process: 40 faults, 250 other page-table writes, 2 switches"),
    "exec-proc": (530e-6, {"page_faults": 105, "page_table_updates": 500, "context_switches": 2, "syscalls": 30},
                  "fork, and 65 faults and 250 page-table writes of a dynamically linked program; 40 % user code"),
    "sh-proc": (4000e-6, {"page_faults": 300, "page_table_updates": 1430, "context_switches": 6, "syscalls": 200},
                "two forks, a shell of 155 faults and 680 writes, a program of 65 and 250; 40 % user code"),
    "ctx-2p-0k": (0.77e-6, {"context_switches": 1}, "one process switch"),
    "ctx-16p-64k": (37.6e-6, {"context_switches": 1}, "one process switch"),
}  # fmt: skip


def _lmbench() -> list[Case]:
    clock = 2.4e9
    found: list[Case] = []
    for name, (seconds, counts, words) in _LMBENCH.items():
        own = 0.4 * seconds * clock if name in ("exec-proc", "sh-proc") else 0.0
        load = work(name, user_cycles=own, kernel_cycles=seconds * clock - own, **counts)
        for system, guest in (("XenoLinux", XEN), ("VMware Workstation 3.2", WORKSTATION_3)):
            found.append(
                RatioCase(table=f"barham-lmbench-{name}", system=system, machine=DELL_2650, guest=guest, load=load,
                          duration_s=max(0.2, 200 * seconds), assumed=words)
            )  # fmt: skip
        found.append(NotExpressed(table=f"barham-lmbench-{name}", system="UML", reason=UML))
    reason = "a fault that is answered by a signal maps nothing: workloads count no such exceptions"
    found += [NotExpressed(table="barham-lmbench-prot-fault", system=system, reason=reason)
              for system in ("XenoLinux", "VMware Workstation 3.2")]  # fmt: skip
    found.append(NotExpressed(table="barham-lmbench-prot-fault", system="UML", reason=UML))
    return found


def _barham_large() -> list[Case]:
    clock = 2.4e9
    spec = work("SPEC INT", user_cycles=2.4e8, page_faults=1.0, tlb_misses=2.4e8 * TLB_MISSES_PER_CYCLE)
    retrieval = work("OSDB-IR", user_cycles=0.75 * clock / 172, kernel_cycles=0.25 * clock / 172, syscalls=1200.0,
                     page_faults=200.0, context_switches=100.0,
                     tlb_misses=clock / 172 * TLB_MISSES_PER_CYCLE)  # fmt: skip
    words = {
        "barham-fig3-spec-int2000-score": (spec, "10 page faults a second; 0.3 TLB misses per 1,000 cycles"),
        "barham-fig3-linux-build-time": (
            build(5.7e7), "1,100 files of 4,000 faults, as many page-table writes, 1,500 calls, 20 switches"
        ),
        "barham-fig3-osdb-ir": (
            retrieval, "a quarter in the kernel; 1,200 calls, 200 faults, 100 process switches for a tuple: assumed"
        ),
    }  # fmt: skip
    found: list[Case] = []
    for table, (load, assumed) in words.items():
        found += [
            RatioCase(table=table, system="XenoLinux (paravirt)", machine=DELL_2650, guest=XEN, load=load,
                      duration_s=10.0, assumed=assumed),
            RatioCase(table=table, system="VMware Workstation 3.2", machine=DELL_2650, guest=WORKSTATION_3, load=load,
                      duration_s=10.0, assumed=assumed),
            NotExpressed(table=table, system="User-Mode Linux", reason=UML),
        ]  # fmt: skip
    return found


def _adams() -> list[Case]:
    loads = {
        "adams-nano-syscall": work("syscall", kernel_cycles=242.0, syscalls=1.0),
        "adams-nano-pgfault": work("pgfault", kernel_cycles=1093.0, page_faults=1.0),
        "adams-forkwait": work("forkwait", kernel_cycles=6.0 / 40000 * 3.8e9, page_faults=190.0,
                               page_table_updates=600.0, context_switches=2.0, syscalls=4.0),
    }  # fmt: skip
    words = {
        "adams-nano-syscall": "one system call",
        "adams-nano-pgfault": "one page fault",
        "adams-forkwait": "190 faults and 600 other page-table writes for fork, exit and wait: assumed",
    }
    found: list[Case] = []
    for table, load in loads.items():
        systems = {
            "adams-forkwait": ("software VMM (BT)", "hardware VMM (VT-x no EPT)"),
        }.get(table, ("software VMM (binary translation)", "hardware VMM (VT-x, no EPT)"))
        found += [
            RatioCase(table=table, system=systems[0], machine=P4_672_NO_VT, guest=SOFTWARE_VMM, load=load,
                      duration_s=0.3, assumed=words[table]),
            RatioCase(table=table, system=systems[1], machine=P4_672, guest=HARDWARE_VMM, load=load, duration_s=0.3,
                      assumed=words[table]),
        ]  # fmt: skip
    single = "a single instruction; workloads count system calls, faults and switches, not this"
    for table in ("adams-nano-in-i-o-port", "adams-nano-call-ret", "adams-nano-divzero", "adams-nano-ptemod"):
        for system in ("software VMM (binary translation)", "hardware VMM (VT-x, no EPT)"):
            found.append(NotExpressed(table=table, system=system, reason=single))
    return found


def _kvm() -> list[Case]:
    clock = 3.4e9
    guest = Guest(hypervisor="kvm", memory=1 * GIB)
    pair = Guest(hypervisor="kvm", processors=2, memory=1 * GIB)
    messages = work("hackbench", clients=1, kernel_cycles=0.9e6, user_cycles=0.1e6, syscalls=300.0,
                    context_switches=70.0, tlb_misses=2000.0)  # fmt: skip
    curl = work("curl", user_cycles=0.5 * clock * 8.21e-3, kernel_cycles=0.5 * clock * 8.21e-3, syscalls=900.0,
                page_faults=1200.0, context_switches=30.0, tlb_misses=clock * 8.21e-3 * TLB_MISSES_PER_CYCLE,
                packets_in=6.0, packet_in_bytes=300.0, packets_out=6.0, packet_out_bytes=120.0)  # fmt: skip
    sysbench = work("primes", user_cycles=2.4e9 / 502.64, tlb_misses=10.0)
    page = 4 * 2.4e9 / 73.67
    gitlab = work("GitLab page", clients=10, user_cycles=0.85 * page, kernel_cycles=0.15 * page,
                  syscalls=3000.0, page_faults=4000.0, page_table_updates=2000.0, context_switches=600.0, wakeups=300.0,
                  tlb_misses=1e-3 * page, packets_in=10.0, packets_out=20.0, packet_out_bytes=1460.0,
                  disk_writes=5.0, disk_waits=False)  # fmt: skip
    stream = work("iperf", clients=8, packets_in=45.0, packet_in_bytes=1460.0, packets_out=22.0, packet_out_bytes=60.0,
                  kernel_cycles=1.5e5, user_cycles=1e4, syscalls=2.0)  # fmt: skip
    four = Guest(hypervisor="kvm", processors=4, memory=3934 * MIB)
    flush = "70 process switches per million cycles, each followed by about 30 TLB misses"
    cases: list[Case] = [
        RatioCase(table="kvmperf-kvmtest-up-hackbench", system="KVM guest", machine=OVH_UP, guest=guest,
                  load=messages, assumed=flush),
        RatioCase(table="kvmperf-kvmtest-smp-hackbench", system="KVM guest", machine=OVH_SMP, guest=pair,
                  load=messages.but(clients=2), assumed=flush + "; with thousands of processes no processor is idle, "
                  "so none has to be woken"),
        RatioCase(table="kvmperf-kvmtest-up-curl1k", system="KVM guest", machine=OVH_UP, guest=guest, load=curl,
                  assumed="1,000 times starting a program that fetches 1 kB over the network: 8.21 ms each"),
        RatioCase(table="kvmperf-kvmtest-up-kernel_compile", system="KVM guest", machine=OVH_UP, guest=guest,
                  load=build(5.7e7, per_second=2.5), duration_s=10.0, assumed="as the build of 2003"),
        RatioCase(table="oulu-sysbench-cpu", system="KVM", machine=Q6600, guest=four, load=sysbench,
                  assumed="a loop over numbers in registers"),
        RatioCase(table="oulu-iperf", system="KVM", machine=Q6600, guest=four, load=stream,
                  assumed="45 packets for 64 kB"),
        RatioCase(table="oulu-http-10", system="KVM", machine=Q6600, guest=four, load=gitlab, duration_s=10.0,
                  assumed="the application is GitLab: per page 3,000 calls, 4,000 faults (16 MB of fresh memory), "
                  "2,000 page-table writes, 600 switches, 300 wake-ups between its services: assumed; host memory "
                  "taken as 8 GB, with its 4 GB the guest would not fit without swapping"),
    ]  # fmt: skip
    product = "Firecracker on shadow paging: no cost card for its devices on this machine"
    cases += [NotExpressed(table=table, system="Firecracker", reason=product)
              for table in ("oulu-sysbench-cpu", "oulu-iperf", "oulu-http-10")]  # fmt: skip
    return cases


def _turtles() -> list[Case]:
    load = build(5.7e7, per_second=2.5)
    single = Guest(hypervisor="kvm", memory=1 * GIB)
    nested = Guest(hypervisor="kvm", memory=1 * GIB, levels=2)
    words = "as the build of 2003, with timer interrupts at 250 Hz"
    return [
        RatioCase(table="turtles-kernbench", system="single-level guest", machine=X3650_TURTLES, guest=single,
                  load=load, duration_s=10.0, assumed=words),
        RatioCase(table="turtles-kernbench", system="nested guest", machine=X3650_TURTLES, guest=nested, load=load,
                  duration_s=10.0, assumed=words),
        NotExpressed(table="turtles-kernbench", system="nested guest DRW (paravirt VMCS access)",
                     reason="a research variant of the inner hypervisor"),
    ]  # fmt: skip


def _ept() -> list[Case]:
    reason = "a largest gain (\"up to\") over workloads that the abstract does not describe"
    return [
        NotExpressed(table="vmware-ept", system=system, reason=reason)
        for system in ("MMU-intensive benchmarks", "MMU-intensive microbenchmarks")
    ]
