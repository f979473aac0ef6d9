"""The route of one request of a workload: packets in, work, reads, work, writes, packets out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from attrs import frozen

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.composition.machines import Machine, System
from hvstudio.model.document import Block, BlockId
from hvstudio.simulation.compile import purposes
from hvstudio.simulation.compile.arrivals import arrivals_of, threads_of
from hvstudio.simulation.compile.assembly import NANOSECONDS, Assembly
from hvstudio.simulation.compile.demand import Demand, demand_of
from hvstudio.simulation.compile.origins import Origin
from hvstudio.simulation.compile.routes.disk import disk_route, guest_buffer, virtual_disks, work_step, written_later
from hvstudio.simulation.compile.routes.merging import merged
from hvstudio.simulation.compile.routes.network import network_route, virtual_cards
from hvstudio.simulation.compile.routes.operations import DiskOperation, Issuer, Packets
from hvstudio.simulation.compile.routes.paging import paging_steps
from hvstudio.simulation.plan.plan import Layer, Op
from hvstudio.simulation.plan.steps import Step, cpu, free, seize, sometimes

_MOST_PASSES: Final = 8
"""More operations than this of one request are done in this many groups."""


@frozen(kw_only=True)
class Place:
    """Where a workload runs: its machine, its system there, its context, and how its work is accounted."""

    machine: Machine
    system: System | None
    context: int
    row: int
    user_layer: Layer = Layer.GUEST_USER
    kernel_layer: Layer = Layer.GUEST_KERNEL
    stream_offset: int = 0
    origin: Origin | None = None
    """Of work that ran in a VM before its stack was converted."""

    @property
    def issuer(self) -> Issuer:
        """The workload as one who asks for operations."""
        return Issuer(context=self.context, interrupt_context=self.context, layer=self.kernel_layer)


def add_workload(assembly: Assembly, workload: Block, place: Place, number: int) -> None:
    """Add the request class of the n-th workload of a machine. Raises PlanError for what it needs and cannot have."""
    steps = _request_steps(assembly, workload, place, number)
    if not steps:
        assembly.builder.note(f"{workload.name} has no work to do.")
        return
    starting = place.machine.block if place.origin is None else place.origin.vm
    start_s = assembly.number(starting, "start_s") if role_of(starting) is Role.VIRTUAL_MACHINE else 0.0
    made = assembly.builder.request_class(
        vm=place.row,
        name=workload.id,
        steps=steps,
        start_ns=round(start_s * NANOSECONDS),
        bytes=payload_bytes(assembly, workload),
        **arrivals_of(assembly, workload),
    )
    assembly.classes.append((made, number))


def payload_bytes(assembly: Assembly, workload: Block) -> float:
    """The bytes a request is for: what it sends and receives, or else what it reads and writes."""
    network = _product(assembly, workload, "packets_in", "packet_in_bytes")
    network += _product(assembly, workload, "packets_out", "packet_out_bytes")
    disk = _product(assembly, workload, "disk_reads", "disk_read_bytes")
    disk += _product(assembly, workload, "disk_writes", "disk_write_bytes")
    return network or disk


def _product(assembly: Assembly, workload: Block, count: str, size: str) -> float:
    return assembly.number(workload, count) * assembly.number(workload, size)


def _request_steps(assembly: Assembly, workload: Block, place: Place, number: int) -> list[Step]:
    demand = demand_of(assembly, workload, place.machine)
    reads = _disk_steps(assembly, workload, place, write=False)
    reads += paging_steps(assembly, workload, place.machine, place.issuer, demand, place.stream_offset)
    inside = _work(place, demand, reads)
    inside += _writes(assembly, workload, place)
    answer = _packet_steps(assembly, workload, place, incoming=False)
    at_once = assembly.whole(workload, "max_concurrency")
    if at_once > 0 and not _is_limited_already(assembly, workload, place, inside):
        # The software goes on to its next request once the processor has handed the answer over to the card.
        handed_over = _leading_work(answer, place.context)
        turn = _turn_station(assembly, place.machine, workload, number, at_once)
        inside = [seize(turn), *inside, *answer[:handed_over], free(turn)]
        answer = answer[handed_over:]
    return merged([*_packet_steps(assembly, workload, place, incoming=True), *inside, *answer])


def _is_limited_already(assembly: Assembly, workload: Block, place: Place, inside: list[Step]) -> bool:
    """Whether no more requests can be at work than the workload allows: nothing but work, on so few processors.

    Taking turns would add a wake-up for every request there: the thread would sleep between two of them.
    """
    machine = place.machine
    processors = machine.processors
    is_guest = role_of(machine.block) is Role.VIRTUAL_MACHINE
    leaves = processors if is_guest else threads_of(assembly, workload, processors)[0]
    only_work = _leading_work(inside, place.context) == len(inside)
    return only_work and leaves <= assembly.whole(workload, "max_concurrency")


def _leading_work(steps: list[Step], context: int) -> int:
    """How many steps at the start are work of that context."""
    own = (number for number, step in enumerate(steps) if step.op is not Op.CPU or step.target != context)
    return next(own, len(steps))


def _turn_station(assembly: Assembly, machine: Machine, workload: Block, number: int, at_once: int) -> int:
    """The software's own limit of requests at the same time, as a station that a request holds."""
    station = assembly.builder.station(
        name=f"{workload.name} at once", servers=at_once, block=workload.id, part="at once"
    )

    def remake(other: Machine) -> int:
        return _turn_station(assembly, other, other.all_workloads[number][0], number, at_once)

    return assembly.own(machine, station, remake, is_station=True)


def _work(place: Place, demand: Demand, reads: list[Step]) -> list[Step]:
    """The request's own work: in one piece, or half before and half after its reads."""
    if not reads:
        return _work_part(place, demand, after_reads=False)
    half = demand.part(0.5)
    return [*_work_part(place, half, after_reads=False), *reads, *_work_part(place, half, after_reads=True)]


def _work_part(place: Place, demand: Demand, *, after_reads: bool) -> list[Step]:
    user = purposes.USER_WORK_AFTER_READS if after_reads else purposes.USER_WORK
    kernel = purposes.KERNEL_WORK_AFTER_READS if after_reads else purposes.KERNEL_WORK
    offset = place.stream_offset
    steps: list[Step] = []
    if demand.user_cycles > 0:
        steps.append(
            cpu(place.context, demand.user_cycles, layer=place.user_layer, scv=demand.scv, purpose=user + offset)
        )
    if demand.kernel_cycles > 0:
        steps.append(
            cpu(place.context, demand.kernel_cycles, layer=place.kernel_layer, scv=demand.scv, purpose=kernel + offset)
        )
    layer = Layer.BACKGROUND if place.user_layer is Layer.BACKGROUND else Layer.VMM
    return steps + work_step(place.context, demand.vmm_cycles, layer, exits=demand.exits)


def _writes(assembly: Assembly, workload: Block, place: Place) -> list[Step]:
    steps = _disk_steps(assembly, workload, place, write=True)
    if not steps or assembly.switch(workload, "disk_waits"):
        return steps
    buffer = guest_buffer(assembly, place.machine, assembly.number(workload, "disk_write_bytes"))
    return written_later(assembly, place.machine, place.row, steps, buffer)


def _disk_steps(assembly: Assembly, workload: Block, place: Place, *, write: bool) -> list[Step]:
    """All reads or writes of a request, spread over the machine's disks."""
    name = "write" if write else "read"
    count = assembly.number(workload, f"disk_{name}s")
    if count <= 0:
        return []
    base = (purposes.WRITES if write else purposes.READS) + place.stream_offset
    size = assembly.number(workload, f"disk_{name}_bytes")
    sequential = assembly.text(workload, "disk_access") == "sequential"
    data = assembly.number(workload, "working_set_bytes")
    disks = _disks(assembly, place)
    steps: list[Step] = []
    for disk_place, disk in enumerate(disks):

        def one(position: int, group: float, disk: Block | None = disk, first: int = disk_place * 16) -> list[Step]:
            number = first + position
            operation = DiskOperation(
                write=write,
                size=size,
                sequential=sequential,
                purpose=purposes.service(base, number),
                cache_purpose=purposes.CACHE + place.stream_offset + number,
                extra_purpose=purposes.EXTRA + place.stream_offset + 2 * number,
                data_bytes=data,
                count=group,
            )
            return disk_route(assembly, place.machine, disk, operation, place.issuer, place.system)

        steps += repeated(count / len(disks), base + 2 * 16 * disk_place, one)
    return steps


def _disks(assembly: Assembly, place: Place) -> list[Block | None]:
    """All disks of a VM, or what they led to; the first disk for all other software."""
    if place.origin is not None and place.origin.disks:
        return _still_there(assembly, place.origin.disks)
    disks = virtual_disks(place.machine.owns_devices_of)
    return disks if role_of(place.machine.block) is Role.VIRTUAL_MACHINE else disks[:1]


def _still_there(assembly: Assembly, devices: Sequence[BlockId]) -> list[Block | None]:
    return [assembly.scene.blocks.get(device) for device in devices]


def repeated(count: float, purpose: int, one: Callable[[int, float], list[Step]]) -> list[Step]:
    """`count` operations one after the other; a fraction happens with that probability, many go in groups."""
    if count > _MOST_PASSES:
        return [step for position in range(_MOST_PASSES) for step in one(position, count / _MOST_PASSES)]
    whole = int(count)
    steps = [step for position in range(whole) for step in one(position, 1.0)]
    rest = count - whole
    if rest > 1e-9:
        steps += sometimes(rest, one(whole, 1.0), purposes.whether(purpose, whole))
    return steps


def _cards(assembly: Assembly, place: Place) -> list[Block | None]:
    """All network cards of a VM, or what they led to; the first card for all other software."""
    if place.origin is not None and place.origin.cards:
        return _still_there(assembly, place.origin.cards)
    cards = virtual_cards(place.machine.owns_devices_of)
    return cards if role_of(place.machine.block) is Role.VIRTUAL_MACHINE else cards[:1]


def _packet_steps(assembly: Assembly, workload: Block, place: Place, *, incoming: bool) -> list[Step]:
    """All packets of a request in one direction, as one burst over each of the machine's cards."""
    direction = "in" if incoming else "out"
    count = assembly.number(workload, f"packets_{direction}")
    if count <= 0:
        return []
    cards = _cards(assembly, place)
    packets = Packets(
        incoming=incoming,
        count=max(1.0, count / len(cards)),
        size=assembly.number(workload, f"packet_{direction}_bytes") * min(1.0, count),
    )
    steps: list[Step] = []
    for card in cards:
        steps += network_route(assembly, place.machine, card, packets, place.issuer, place.system)
    return steps
