"""The way of a burst of packets between the wire and a machine, through as many virtual switches as there are."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from hvstudio.catalog.cards import DeviceModel
from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.composition.devices import devices_of, stays_inside, switch_of
from hvstudio.composition.machines import Hypervisor, Machine, System
from hvstudio.composition.techniques import access_work_cycles, exit_cycles
from hvstudio.model.document import Block
from hvstudio.simulation.compile.assembly import Assembly
from hvstudio.simulation.compile.routes.backends import Backend, backend_of, model_of
from hvstudio.simulation.compile.routes.disk import vmm_layer, work_step
from hvstudio.simulation.compile.routes.hardware import backing_device, peer_of, wire_steps
from hvstudio.simulation.compile.routes.operations import Issuer, Packets
from hvstudio.simulation.compile.tree import queue_context
from hvstudio.simulation.plan.steps import Step, use

_FULL_SEGMENT_BYTES: Final = 1000.0
"""Smaller packets are messages of their own, not parts of a stream."""


def network_route(
    assembly: Assembly,
    machine: Machine,
    device: Block | None,
    packets: Packets,
    issuer: Issuer,
    driver: System | Hypervisor | None = None,
) -> list[Step]:
    """The steps of a burst that `issuer` sends or receives in `machine` on `device` (None: a card not drawn)."""
    machine = machine.owns_devices_of
    if machine.provider is None:
        nic = backing_device(assembly, machine, device, "nic", machine.block) if device is None else device
        return wire_steps(assembly, nic, packets, peer_of(assembly, machine, driver))
    crossing = _crossing(assembly, machine, device, issuer)
    if packets.incoming:
        return [
            *_beyond(assembly, crossing, packets),
            *_backend_steps(crossing, packets),
            *_guest_steps(assembly, crossing, packets),
        ]
    return [
        *_guest_steps(assembly, crossing, packets),
        *_backend_steps(crossing, packets),
        *_beyond(assembly, crossing, packets),
    ]


def virtual_cards(machine: Machine) -> list[Block | None]:
    """The network cards a VM's traffic is spread over; one that is not drawn where there is none."""
    return list(devices_of(machine.scene, machine.block, "nic")) or [None]


@frozen(kw_only=True)
class _Crossing:
    """One virtual network card: the VM on one side, what carries it on the other."""

    machine: Machine
    device: Block | None
    issuer: Issuer
    model: DeviceModel
    backend: Backend
    below: Machine


def _crossing(assembly: Assembly, machine: Machine, device: Block | None, issuer: Issuer) -> _Crossing:
    assert machine.provider is not None
    model = model_of(assembly, machine, device, "nic")
    driver = machine.provider.driving_system
    queue = None
    if model.backend == "kernel" and driver is not None:
        place = virtual_cards(machine).index(device) if device in virtual_cards(machine) else 0
        queue = _queue_context(assembly, machine, driver, place)
    return _Crossing(
        machine=machine,
        device=device,
        issuer=issuer,
        model=model,
        backend=backend_of(assembly, machine, model, issuer, queue),
        below=machine.provider.machine.owns_devices_of,
    )


def _queue_context(assembly: Assembly, machine: Machine, driver: System, place: int) -> int:
    """The kernel queue that serves a VM's card: one of its own with VMQ, one for all others of the switch.

    One queue is served by one processor, or by several where the product has receive-side scaling inside VMs (vRSS).
    Source: Mastering Windows Server 2016 Hyper-V.
    """
    return assembly.once(("queue", machine, place), lambda: _new_queue(assembly, machine, driver, place))


def _new_queue(assembly: Assembly, machine: Machine, driver: System, place: int) -> int:
    device = virtual_cards(machine)[place]
    switch = switch_of(assembly.scene, device)
    spread = switch is None or assembly.switch(switch, "vmq")
    if spread and _takes_queue(assembly, machine, device):
        name = f"queue of {device.name if device is not None else machine.block.name} ({machine.block.id})"
        served = device.id if device is not None else machine.block.id
        processors = _queue_processors(assembly, machine, driver)
        context = queue_context(assembly, driver, name, served=served, processors=processors)
        return assembly.own(machine, context, lambda other: _queue_context(assembly, other, driver, place))
    if switch is None:
        return queue_context(assembly, driver, "queue of network", served="network")
    return queue_context(assembly, driver, f"queue of {switch.name}", served=switch.id)


def _queue_processors(assembly: Assembly, machine: Machine, driver: System) -> int:
    assert machine.provider is not None
    most = assembly.scene.facts(machine.provider.block).network.processors_per_card.value
    available = min(machine.processors, driver.machine.processors)
    return max(1, min(most, available))


def _takes_queue(assembly: Assembly, machine: Machine, device: Block | None) -> bool:
    """Whether the physical card has a queue left for this virtual one; first come, first served."""
    assert machine.provider is not None
    if stays_inside(assembly.scene, device):
        return True
    below = machine.provider.machine.owns_devices_of
    nic = backing_device(assembly, below, device, "nic", machine.block)
    if role_of(nic) is not Role.PHYSICAL_NIC:
        return True
    taken = assembly.once(("queues", nic.id), lambda: set[str]())
    if len(taken) < assembly.whole(nic, "queues"):
        taken.add(device.id if device is not None else machine.block.id)
        return True
    return False


def _guest_steps(assembly: Assembly, crossing: _Crossing, packets: Packets) -> list[Step]:
    """On the virtual processor: sending, the accesses that announce it; receiving, the interrupt and its accesses."""
    model, issuer = crossing.model, crossing.issuer
    times = model.notifications(_pieces(model, packets), incoming=packets.incoming)
    one_exit = exit_cycles(assembly.scene, crossing.machine.block)
    guest = model.guest_cycles * times + model.guest_cycles_per_byte * packets.total_bytes
    if packets.incoming:
        exits = model.interrupt_exits * times
        work = exits * one_exit + model.interrupt_cycles * times
        context = issuer.interrupt_context
    else:
        exits = (model.exits + model.kick_exits) * times
        accesses = model.exits * access_work_cycles(assembly.scene, crossing.machine.block, model)
        work = exits * one_exit + (accesses + model.handoff_cycles) * times
        context = issuer.context
    overhead = work_step(context, work, vmm_layer(issuer), exits=exits)
    own = work_step(context, guest * issuer.factor, issuer.layer)
    return [*overhead, *own] if packets.incoming else [*own, *overhead]


def _pieces(model: DeviceModel, packets: Packets) -> float:
    """How many pieces of a burst cross the virtual card: full segments of a stream go together where it can do that.

    Source: segmentation and receive offload of virtual cards, Menon, Cox, Zwaenepoel (USENIX 2006), section 4.
    """
    together = model.segment_bytes_in if packets.incoming else model.segment_bytes_out
    if together <= 0 or packets.size < _FULL_SEGMENT_BYTES:
        return packets.count
    return min(packets.count, max(1.0, packets.total_bytes / together))


def _backend_steps(crossing: _Crossing, packets: Packets) -> list[Step]:
    """The device model, the virtual switch and the driver below it."""
    backend, model = crossing.backend, crossing.model
    if backend.context is None:
        return []
    costs, count, factor = backend.costs, _pieces(model, packets), backend.issuer.factor
    times = model.notifications(count, incoming=packets.incoming)
    calls = model.host_calls_per_packet * costs.syscall_cycles * backend.system_calls
    work = model.backend_cycles * times + (model.backend_cycles_per_packet + calls) * count
    work += model.backend_cycles_per_byte * packets.total_bytes
    path = (costs.packet_cycles + costs.switch_packet_cycles) * count
    if packets.incoming:
        work += model.completion_cycles * times
        if model.backend == "vcpu":
            # The VM's own process receives: the processor leaves the VMM's world for the host's and comes back.
            work += model.handoff_cycles * times
        path += costs.interrupt_cycles * times
        if backend.issuer.interrupt_context != backend.context:
            interrupt = work_step(backend.issuer.interrupt_context, path * factor, backend.layer)
            return [*interrupt, *work_step(backend.context, work * factor, backend.layer)]
    return work_step(backend.context, (work + path) * factor, backend.layer)


def _beyond(assembly: Assembly, crossing: _Crossing, packets: Packets) -> list[Step]:
    """Past the virtual switch: a bandwidth limit, then the card below; nothing where the switch leads nowhere."""
    limit = _limit_steps(assembly, crossing, packets)
    if stays_inside(assembly.scene, crossing.device):
        return limit
    asking = crossing.machine.block
    below = backing_device(assembly, crossing.below, crossing.device, "nic", asking)
    backend = crossing.backend
    wire = network_route(assembly, crossing.below, below, packets, backend.issuer, backend.driver)
    return [*wire, *limit] if packets.incoming else [*limit, *wire]


def _limit_steps(assembly: Assembly, crossing: _Crossing, packets: Packets) -> list[Step]:
    device = crossing.device
    if device is None or (limit := assembly.number(device, "bandwidth_limit_bits_per_s")) <= 0:
        return []
    place = virtual_cards(crossing.machine).index(device)
    direction = "in" if packets.incoming else "out"
    station = _limit_station(assembly, crossing.machine, place, direction, limit / 8)
    return [use(station, bytes=packets.total_bytes)]


def _limit_station(assembly: Assembly, machine: Machine, place: int, direction: str, bytes_per_s: float) -> int:
    key = ("limit", machine, place, direction)
    return assembly.once(key, lambda: _new_limit(assembly, machine, place, direction, bytes_per_s))


def _new_limit(assembly: Assembly, machine: Machine, place: int, direction: str, bytes_per_s: float) -> int:
    device = virtual_cards(machine)[place]
    assert device is not None
    name = f"{device.name} limit {direction}"
    part = f"limit {direction}"
    station = assembly.builder.station(name=name, bytes_per_s=bytes_per_s, block=device.id, part=part)

    def remake(other: Machine) -> int:
        return _limit_station(assembly, other, place, direction, bytes_per_s)

    return assembly.own(machine, station, remake, is_station=True)
