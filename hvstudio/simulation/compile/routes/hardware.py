"""Physical devices as stations, and which of them backs a virtual one."""

from __future__ import annotations

from hvstudio.composition.devices import DEVICE_WORDS, access_s, backing_of, devices_of, has_channel, wire_bytes
from hvstudio.composition.machines import Hypervisor, Machine, System
from hvstudio.errors import PlanError
from hvstudio.model.document import Block
from hvstudio.simulation.compile.assembly import NANOSECONDS, Assembly
from hvstudio.simulation.compile.routes.operations import DiskOperation, Packets
from hvstudio.simulation.plan.steps import Step, delay, use


def first_device(machine: Machine, kind: str, asking: Block) -> Block:
    """The device taken where nothing else is said. Raises PlanError when the machine has none."""
    found = devices_of(machine.scene, machine.block, kind)
    if found:
        return found[0]
    what = DEVICE_WORDS[kind]
    raise PlanError(
        f"its work needs a {what}, and {machine.block.name} has none.",
        where=asking.name,
        hint=f"Add a {what} to {machine.block.name}.",
    )


def backing_device(assembly: Assembly, machine: Machine, device: Block | None, kind: str, asking: Block) -> Block:
    """The device of `machine` that carries a virtual device, with a note where it is not the one that is drawn.

    Raises PlanError when the machine has none.
    """
    backing = backing_of(assembly.scene, machine.block, device, kind)
    if backing is None:
        return first_device(machine, kind, asking)
    if backing.instead:
        drawn = device.name if device is not None else f"{asking.name}'s {kind}"
        assembly.builder.note(f"{drawn} {backing.instead}: {backing.device.name} is taken.")
    return backing.device


def disk_steps(assembly: Assembly, disk: Block, operation: DiskOperation, peer: int) -> list[Step]:
    """The physical disk's part of an operation: its mechanism or chips, then the channel that its data share."""
    station, channel = assembly.once(("station", disk.id), lambda: _disk_stations(assembly, disk))
    values = assembly.scene.values(disk)
    size = operation.size * operation.count
    access = use(
        station,
        ns=access_s(values, sequential=operation.sequential, write=operation.write) * operation.count * NANOSECONDS,
        scv=assembly.number(disk, "latency_scv"),
        bytes=size if channel < 0 else 0.0,
        purpose=operation.purpose,
        peer=peer,
    )
    return [access] if channel < 0 else [access, use(channel, bytes=size)]


def _disk_stations(assembly: Assembly, disk: Block) -> tuple[int, int]:
    """The disk, and its channel when it works on several operations at a time (-1 when it does not)."""
    own_channel = has_channel(assembly.scene.values(disk))
    speed = assembly.number(disk, "bandwidth_bytes_per_s")
    station = assembly.builder.station(
        name=disk.name,
        servers=assembly.whole(disk, "parallelism"),
        bytes_per_s=0.0 if own_channel else speed,
        peer_switch_ns=_peer_switch_ns(assembly, disk),
        block=disk.id,
    )
    if not own_channel:
        return station, -1
    channel = assembly.builder.station(name=f"{disk.name} channel", bytes_per_s=speed, block=disk.id, part="channel")
    return station, channel


def wire_steps(assembly: Assembly, nic: Block, packets: Packets, peer: int) -> list[Step]:
    """The physical card's and the wire's part of a burst of packets."""
    direction = "in" if packets.incoming else "out"
    station = assembly.once(("station", nic.id, direction), lambda: _nic_station(assembly, nic, direction))
    on_wire = wire_bytes(packets.count, packets.size)
    sending = use(station, bytes=on_wire * assembly.number(nic, "goodput_fraction"), peer=peer)
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
    if host is None or len(host.drivers) < 2:
        return 0
    return round(assembly.catalog.peers.device_switch_s * NANOSECONDS)


def peer_of(assembly: Assembly, host: Machine, driver: System | Hypervisor | None) -> int:
    """A number for the driver of a device, for devices that lose time between drivers."""
    for number, known in enumerate(host.drivers):
        if known is driver:
            return number
    return 0
