"""Rows about disks and networks: Sugerman 2001, Barham 2003, Menon 2006, Firecracker's data 2020."""

from __future__ import annotations

from benches import Guest, work
from cases import Case, NotExpressed, RatioCase, Unknown
from cases_processor import UML, WORKSTATION_3, XEN
from composing import MIB
from machines import DELL_2650, M5D_METAL, PC_733, XEON_2800

P4_CYCLES_PER_PACKET = 14_000.0
"""Native TCP on Pentium 4 Xeons: 602 Mbit/s at an MTU of 500 saturate 2.4 GHz (recalled: Barham et al. 2003, table 6),
that is about 14,000 cycles a packet."""


READ_ONCE = 2.0**49
"""A working set that no cache holds: every block is read once."""


def device_cases() -> list[Case]:
    """All rows of these sources."""
    return [*_sugerman(), *_barham_network(), *_menon(), *_firecracker()]


def _sugerman() -> list[Case]:
    """Native: 14 % of 733 MHz at line rate, with 2,920 bytes of payload for two segments and one acknowledgement."""
    pairs_per_second = 94e6 / 8 / 2920
    native_cycles = 0.14 * 733e6 / pairs_per_second
    send = work("nettest", arrivals="open", rate_per_s=pairs_per_second, arrival_pattern="deterministic",
                packets_out=2.0, packet_out_bytes=1460.0, packets_in=1.0, packet_in_bytes=60.0, syscalls=0.7,
                kernel_cycles=native_cycles * 0.9, user_cycles=native_cycles * 0.1)  # fmt: skip
    guest = Guest(hypervisor="vmware-workstation-3", memory=128 * MIB, disk_model="emulated", nic_model="emulated")
    old = "an intermediate build of the product without one of its optimizations"
    return [
        RatioCase(table="sugerman-idle", system="VM optimized (VMM I/O ports + send combining + IRQ shared memory)",
                  machine=PC_733, guest=guest, load=send, metric="busy",
                  assumed="native cycles from the native 14 %; compared is the time the processor is busy (86 % idle "
                  "natively, 21.7 % in the VM), so the ratio is the cost multiple of 5.6"),
        *(NotExpressed(table="sugerman-idle", system=system, reason=old)
          for system in ("VM optimized, no IRQ notification opt", "VM optimized, no send combining, no IRQ opt",
                         "VM Workstation 2.0")),
        *(NotExpressed(table="sugerman-time-dist", system=system, reason="a profile of parts of the VMM's code; the "
                       "whole is the row of sugerman-idle")
          for system in ("VMM time", "Transmitting via VMNet (22.7 us each)", "Receiving via VMNet (22.7 us each)",
                         "Emulating Lance transmit path (3.0 us each)")),
    ]  # fmt: skip


def _barham_network() -> list[Case]:
    send = work("ttcp out", clients=4, packets_out=45.0, packet_out_bytes=1460.0, packets_in=22.0, packet_in_bytes=60.0,
                kernel_cycles=45 * P4_CYCLES_PER_PACKET, user_cycles=5e3, syscalls=4.0)  # fmt: skip
    receive = send.but(packets_in=45.0, packet_in_bytes=1460.0, packets_out=22.0, packet_out_bytes=60.0)
    found: list[Case] = []
    for table, load in (("barham-table6-tx-1500", send), ("barham-table6-rx-1500", receive)):
        found += [
            RatioCase(table=table, system="XenoLinux", machine=DELL_2650, guest=XEN, load=load,
                      assumed="14,000 cycles a packet natively; Xen of 2003 has the drivers in the hypervisor"),
            RatioCase(table=table, system="VMware Workstation 3.2", machine=DELL_2650, guest=WORKSTATION_3, load=load,
                      assumed="14,000 cycles a packet natively"),
            NotExpressed(table=table, system="UML", reason=UML),
        ]  # fmt: skip
    return found


def _menon() -> list[Case]:
    send = work("netperf out", clients=16, packets_out=45.0, packet_out_bytes=1460.0, packets_in=22.0,
                packet_in_bytes=60.0, kernel_cycles=45 * 6000.0, user_cycles=5e3, syscalls=4.0)  # fmt: skip
    guest = Guest(hypervisor="xen", place="parent", memory=512 * MIB)
    return [
        NotExpressed(table="menon2006-transmit", system="Xen driver domain (dom0)",
                     reason="work of the parent partition itself is background and has no throughput of its own"),
        RatioCase(table="menon2006-transmit", system="Xen guest original", machine=XEON_2800, guest=guest, load=send,
                  assumed="6,000 cycles a packet natively, under the 8,900 that line rate allows"),
        NotExpressed(table="menon2006-transmit", system="Xen guest optimized",
                     reason="the paper's own version: segmentation offload through a rewritten virtual card"),
    ]  # fmt: skip


def _firecracker() -> list[Case]:
    small = work("fio 4 kB", disk_reads=1.0, disk_read_bytes=4096.0, user_cycles=2e3, kernel_cycles=12e3, syscalls=2.0,
                 working_set_bytes=READ_ONCE)  # fmt: skip
    large = small.but(disk_read_bytes=131072.0, kernel_cycles=22e3)
    stream = work("iperf3", clients=8, packets_out=1.0, packet_out_bytes=65536.0, packets_in=0.5, packet_in_bytes=60.0,
                  max_concurrency=1, user_cycles=2.5e9 * 65536 * 8 / 44.14e9 * 0.2,
                  kernel_cycles=2.5e9 * 65536 * 8 / 44.14e9 * 0.8, syscalls=1.0)  # fmt: skip
    latency = Unknown(parameter="random_read_s", low=1e-6, high=1e-3, of="disk")
    from attrs import evolve

    inside = evolve(M5D_METAL, nic_settings={"speed_bits_per_s": 1e12, "wire_latency_s": 0.0})
    found: list[Case] = []
    for system, product in (("QEMU/KVM virtio-blk", "kvm"), ("Firecracker", "firecracker"),
                            ("Cloud Hypervisor", "cloud-hypervisor")):  # fmt: skip
        guest = Guest(hypervisor=product, processors=2, memory=512 * MIB, cache="writeback", format="fixed")
        found += [
            RatioCase(table="fc-fio-4k-read-qd1", system=system, machine=M5D_METAL, guest=guest, load=small,
                      unknown=latency, target=16472.9, assumed="14,000 cycles of the guest; by the page cache (the "
                      "start script names no cache mode), which holds nothing of it"),
            RatioCase(table="fc-fio-128k-read-qd1", system=system, machine=M5D_METAL, guest=guest, load=large,
                      unknown=latency, target=4738.6, assumed="24,000 cycles of the guest; page cache as with 4 kB"),
        ]  # fmt: skip
        name = "QEMU/KVM" if product == "kvm" else system
        net_guest = Guest(hypervisor="kvm-user-net" if product == "kvm" else product, processors=2, memory=512 * MIB)
        found.append(
            RatioCase(table="fc-net-1stream-tx", system=name, machine=inside, guest=net_guest, load=stream,
                      assumed="64 kB segments between host and guest; natively one thread copies twice (loopback)")
        )  # fmt: skip
    return found
