"""Physical devices as stations, and which of them backs a virtual one."""

from __future__ import annotations

from typing import Final

from hvstudio.errors import PlanError
from hvstudio.model.document import Block
from hvstudio.simulation.compile.assembly import NANOSECONDS, Assembly
from hvstudio.simulation.compile.routes.operations import DiskOperation, Packets
from hvstudio.simulation.compile.walk import Hypervisor, Machine, System
from hvstudio.simulation.plan.steps import Step, delay, use

_FRAME_OVERHEAD_BYTES: Final = 78
"""Preamble, Ethernet, IP and TCP headers and gap of one packet. Source: IEEE 802.3; RFC 791; RFC 793."""


def devices_of(machine: Machine, kind: str) -> list[Block]:
    """Disks or network cards ("disk", "nic") of a machine: physical ones of a host, virtual ones of a VM."""
    kinds = {kind, f"virtual_{kind}"}
    return [device for device in machine.devices if device.kind in kinds]


def first_device(machine: Machine, kind: str, asking: Block) -> Block:
    """The device taken where nothing else is said. Raises PlanError when the machine has none."""
    found = devices_of(machine, kind)
    if found:
        return found[0]
    what = "disk" if kind == "disk" else "network card"
    raise PlanError(
        f"its work needs a {what}, and {machine.block.name} has none.",
        where=asking.name,
        hint=f"Add a {what} to {machine.block.name}.",
    )


def backing_device(assembly: Assembly, machine: Machine, device: Block | None, kind: str, asking: Block) -> Block:
    """The device of `machine` that carries a virtual device; the first one, with a note, where none is named."""
    target = _attachment(assembly, device)
    fitting = devices_of(machine, kind)
    if target is not None and any(own is target for own in fitting):
        return target
    chosen = first_device(machine, kind, asking)
    if device is None:
        if len(fitting) > 1:
            assembly.builder.note(f"{asking.name}'s {kind} is not drawn: {chosen.name} is taken.")
        return chosen
    if device.attached_to is None:
        why = "is attached to nothing"
    else:
        what = "disk" if kind == "disk" else "network card"
        why = f"leads to no {what} of {machine.block.name}"
    assembly.builder.note(f"{device.name} {why}: {chosen.name} is taken.")
    return chosen


def _attachment(assembly: Assembly, device: Block | None) -> Block | None:
    """What the device is attached to, past virtual switches."""
    blocks = assembly.composition.document.blocks
    seen = 0
    while device is not None and device.attached_to is not None and seen < 16:
        device = blocks.get(device.attached_to)
        seen += 1
        if device is None or device.kind != "virtual_switch":
            return device
    return None


def switch_of(assembly: Assembly, device: Block | None) -> Block | None:
    """The virtual switch a virtual network card is attached to."""
    if device is None or device.attached_to is None:
        return None
    target = assembly.composition.document.blocks.get(device.attached_to)
    return target if target is not None and target.kind == "virtual_switch" else None


def disk_steps(assembly: Assembly, disk: Block, operation: DiskOperation, peer: int) -> list[Step]:
    """The physical disk's part of an operation: its mechanism or chips, then the channel that its data share."""
    station, channel = assembly.once(("station", disk.id), lambda: _disk_stations(assembly, disk))
    name = "sequential_s" if operation.sequential else "random_write_s" if operation.write else "random_read_s"
    size = operation.size * operation.count
    access = use(
        station,
        ns=assembly.number(disk, name) * operation.count * NANOSECONDS,
        scv=assembly.number(disk, "latency_scv"),
        bytes=size if channel < 0 else 0.0,
        purpose=operation.purpose,
        peer=peer,
    )
    return [access] if channel < 0 else [access, use(channel, bytes=size)]


def _disk_stations(assembly: Assembly, disk: Block) -> tuple[int, int]:
    """The disk, and its channel when it works on several operations at a time (-1 when it does not)."""
    servers = assembly.whole(disk, "parallelism")
    speed = assembly.number(disk, "bandwidth_bytes_per_s")
    station = assembly.builder.station(
        name=disk.name,
        servers=servers,
        bytes_per_s=speed if servers == 1 else 0.0,
        peer_switch_ns=_peer_switch_ns(assembly, disk),
        block=disk.id,
    )
    if servers == 1:
        return station, -1
    channel = assembly.builder.station(name=f"{disk.name} channel", bytes_per_s=speed, block=disk.id, part="channel")
    return station, channel


def wire_steps(assembly: Assembly, nic: Block, packets: Packets, peer: int) -> list[Step]:
    """The physical card's and the wire's part of a burst of packets."""
    direction = "in" if packets.incoming else "out"
    station = assembly.once(("station", nic.id, direction), lambda: _nic_station(assembly, nic, direction))
    frames = packets.count * (packets.size + _FRAME_OVERHEAD_BYTES)
    sending = use(station, bytes=frames * assembly.number(nic, "goodput_fraction"), peer=peer)
    wire = delay(assembly.number(nic, "wire_latency_s") * NANOSECONDS)
    return [wire, sending] if packets.incoming else [sending, wire]


def _nic_station(assembly: Assembly, nic: Block, direction: str) -> int:
    speed = assembly.number(nic, "speed_bits_per_s") / 8 * assembly.number(nic, "goodput_fraction")
    return assembly.builder.station(
        name=f"{nic.name} {direction}",
        bytes_per_s=speed,
        peer_switch_ns=_peer_switch_ns(assembly, nic),
        block=nic.id,
        part=direction,
    )


def _peer_switch_ns(assembly: Assembly, device: Block) -> int:
    """Time lost when a device passes between drivers; only where several drive it side by side."""
    host = next(
        (host for host in assembly.composition.hosts if any(own is device for own in host.devices)),
        None,
    )
    if host is None or len(drivers_of(assembly, host)) < 2:
        return 0
    return round(assembly.card_value("peers", "device_switch_s", 15e-6) * NANOSECONDS)


def drivers_of(assembly: Assembly, host: Machine) -> list[System | Hypervisor]:
    """Who drives the devices of a host itself: its system, and hypervisors on it with drivers of their own."""
    return assembly.once(
        ("drivers", host),
        lambda: [*host.systems, *(item for item in host.hypervisors if drives_devices(assembly, item))],
    )


def drives_devices(assembly: Assembly, hypervisor: Hypervisor) -> bool:
    """Whether a hypervisor drives devices itself: it has drivers and nothing lies between it and the machine."""
    own = assembly.fact(hypervisor.block, "own_drivers", False) is True
    return own and hypervisor.system is None


def peer_of(assembly: Assembly, host: Machine, driver: System | Hypervisor | None) -> int:
    """A number for the driver of a device, for devices that lose time between drivers."""
    for number, known in enumerate(drivers_of(assembly, host)):
        if known is driver:
            return number
    return 0
