"""The way of a disk operation: guest, device model, driver, disk and back, through as many hypervisors as there are."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from hvstudio.catalog.cards import DeviceModel, DiskFormat
from hvstudio.composition.devices import devices_of
from hvstudio.composition.machines import Hypervisor, Machine, System
from hvstudio.composition.techniques import access_work_cycles, exit_cycles
from hvstudio.model.document import Block
from hvstudio.simulation.compile import tree
from hvstudio.simulation.compile.assembly import Assembly
from hvstudio.simulation.compile.routes.backends import Backend, backend_of, model_of
from hvstudio.simulation.compile.routes.hardware import backing_device, disk_steps, peer_of
from hvstudio.simulation.compile.routes.merging import merged
from hvstudio.simulation.compile.routes.operations import DiskOperation, Issuer
from hvstudio.simulation.plan.plan import Arrivals, Layer
from hvstudio.simulation.plan.steps import Step, cpu, free, seize, sometimes, spawn

_MOST_BUFFERED: Final = 65_536


def disk_route(
    assembly: Assembly,
    machine: Machine,
    device: Block | None,
    operation: DiskOperation,
    issuer: Issuer,
    driver: System | Hypervisor | None = None,
) -> list[Step]:
    """The steps of an operation that `issuer` makes in `machine` on `device` (None: a disk that is not drawn)."""
    machine = machine.owns_devices_of
    if machine.provider is None:
        disk = backing_device(assembly, machine, device, "disk", machine.block) if device is None else device
        return disk_steps(assembly, disk, operation, peer_of(assembly, machine, driver))
    model = model_of(assembly, machine, device, "disk")
    backend = backend_of(assembly, machine, model, issuer)
    below = machine.provider.machine.owns_devices_of
    backing = backing_device(assembly, below, device, "disk", machine.block)
    return [
        *_asking(assembly, machine, model, operation, issuer),
        *_serving(assembly, machine, device, model, operation, backend, below, backing),
        *_interrupting(assembly, machine, model, operation, issuer),
    ]


def virtual_disks(machine: Machine) -> list[Block | None]:
    """The disks a VM's work is spread over; one that is not drawn where there is none."""
    return list(devices_of(machine.scene, machine.block, "disk")) or [None]


def _asking(
    assembly: Assembly, machine: Machine, model: DeviceModel, operation: DiskOperation, issuer: Issuer
) -> list[Step]:
    """On the virtual processor: the guest's driver, its exits, the hand-over."""
    one_exit = exit_cycles(assembly.scene, machine.block)
    count = operation.count
    guest = model.guest_cycles * count + model.guest_cycles_per_byte * operation.size * count
    exits = (model.exits + model.kick_exits) * count
    accesses = model.exits * access_work_cycles(assembly.scene, machine.block, model)
    work = exits * one_exit + (accesses + model.handoff_cycles) * count
    return [
        *work_step(issuer.context, guest * issuer.factor, guest_layer(issuer)),
        *work_step(issuer.context, work, vmm_layer(issuer), exits=exits),
    ]


def _serving(
    assembly: Assembly,
    machine: Machine,
    device: Block | None,
    model: DeviceModel,
    operation: DiskOperation,
    backend: Backend,
    below: Machine,
    backing: Block,
) -> list[Step]:
    """The backend, the driver, the device, and the completion up to the backend."""
    if backend.context is None:
        return disk_route(assembly, below, backing, operation, backend.issuer, backend.driver)
    layout = disk_format(assembly, device)
    costs, count, factor = backend.costs, operation.count, backend.issuer.factor
    size = operation.size * count
    through_cache = _has_host_cache(assembly, machine, device, operation, backend)
    caller = _caller(assembly, machine, model, backend) if through_cache else backend
    submit = model.backend_cycles + layout.cycles + model.host_calls * costs.syscall_cycles * backend.system_calls
    submit = submit * count + model.backend_cycles_per_byte * size
    submit += 0.0 if through_cache else model.direct_cycles_per_byte * size
    call = costs.file_cycles * (1.0 - layout.skips_file_system) * count
    interrupt = costs.interrupt_cycles * count
    done = model.completion_cycles * count
    to_device = [
        *work_step(caller.issuer.context, costs.block_cycles * count * factor, backend.layer),
        *disk_route(assembly, below, backing, operation, caller.issuer, backend.driver),
    ]
    if layout.extra_operations > 0:
        extra = evolve(operation, purpose=operation.extra_purpose + 1, count=1.0, sequential=False, size=4096.0)
        metadata = disk_route(assembly, below, backing, extra, caller.issuer, backend.driver)
        to_device += sometimes(min(1.0, layout.extra_operations * count), metadata, operation.extra_purpose)
    if backend.issuer.interrupt_context == backend.context:
        done += interrupt
    else:
        to_device += work_step(backend.issuer.interrupt_context, interrupt * factor, backend.layer)
    if through_cache:
        to_device = _cached(assembly, machine, operation, caller, to_device)
    steps = [
        *work_step(backend.context, submit * factor, backend.layer),
        *work_step(caller.issuer.context, call * factor, backend.layer),
        *to_device,
        *work_step(backend.context, done * factor, backend.layer),
    ]
    if model.synchronous > 0:
        turn = _turn(assembly, machine, model)
        return [seize(turn), *steps, free(turn)]
    return steps


def _turn(assembly: Assembly, machine: Machine, model: DeviceModel) -> int:
    """A station that is held while a thread works on one operation and waits for the disk."""
    return assembly.once(("turn", machine, model.thread), lambda: _new_turn(assembly, machine, model))


def _new_turn(assembly: Assembly, machine: Machine, model: DeviceModel) -> int:
    name = f"{machine.block.name}: {model.thread}, one disk operation at a time"
    station = assembly.builder.station(name=name, block=machine.block.id, part=f"{model.thread}, one at a time")
    return assembly.own(machine, station, lambda other: _turn(assembly, other, model), is_station=True)


def _has_host_cache(
    assembly: Assembly, machine: Machine, device: Block | None, operation: DiskOperation, backend: Backend
) -> bool:
    """Whether the host's page cache is in the path of an operation; noted where the virtual disk asks in vain."""
    mode = assembly.text(device, "cache") if device is not None else "none"
    keeps = mode == "writeback" or (mode == "read" and not operation.write)
    if keeps and not backend.system_calls:
        assembly.builder.note(f"{_named(device, machine)}: no host cache in the path of this device model.")
    return keeps and backend.system_calls


def _caller(assembly: Assembly, machine: Machine, model: DeviceModel, backend: Backend) -> Backend:
    """Who copies from and to the page cache: the backend, or worker threads that it has for that.

    Source: QEMU documentation, block device options, aio=threads (recalled).
    """
    if model.cache_workers < 1 or not isinstance(backend.driver, System):
        return backend
    workers = min(tree.MOST_KERNEL_THREADS, int(model.cache_workers))
    context = tree.thread_context(assembly, machine, backend.driver, "worker threads", threads=workers)
    return evolve(backend, context=context, issuer=evolve(backend.issuer, context=context))


def _cached(
    assembly: Assembly, machine: Machine, operation: DiskOperation, backend: Backend, to_device: list[Step]
) -> list[Step]:
    """The way to the device with the host's page cache in between."""
    assert backend.context is not None
    look_up = backend.costs.page_cache_cycles + backend.costs.copy_cycles_per_byte * operation.size
    step = work_step(backend.context, look_up * operation.count * backend.issuer.factor, backend.layer)
    if operation.write:
        # The data wait in memory and reach the disk later: the request goes on, the disk is used by others' time.
        buffer = _host_buffer(assembly, machine, operation.size)
        return [*step, *written_later(assembly, machine, assembly.rows[machine.block.id], to_device, buffer)]
    hit = cache_hit_ratio(assembly, machine, operation)
    return [*step, *sometimes(1.0 - hit, to_device, operation.cache_purpose)]


def _named(device: Block | None, machine: Machine) -> str:
    return device.name if device is not None else f"{machine.block.name}'s disk"


def written_later(assembly: Assembly, machine: Machine, row: int, steps: list[Step], buffer: int) -> list[Step]:
    """Do these steps without waiting for them, unless the buffer they wait in (a station) is full."""
    later = assembly.builder.request_class(
        vm=row,
        name=f"{machine.block.name}: delayed write",
        steps=[seize(buffer), *merged(steps), free(buffer)],
        arrivals=Arrivals.NONE,
        counts=False,
    )
    assembly.classes.append((later, None))
    return [seize(buffer), free(buffer), spawn(later)]


def guest_buffer(assembly: Assembly, machine: Machine, size: float) -> int:
    """Where a system keeps writes of `size` bytes that wait for the disk: a part of its memory."""
    return assembly.once(("write buffer", machine), lambda: _guest_buffer(assembly, machine, size))


def _guest_buffer(assembly: Assembly, machine: Machine, size: float) -> int:
    memory = assembly.number(machine.block, "memory_bytes")
    station = _buffer_station(assembly, machine.block, memory, size)
    return assembly.own(machine, station, lambda other: guest_buffer(assembly, other, size), is_station=True)


def _host_buffer(assembly: Assembly, machine: Machine, size: float) -> int:
    """The same in the page cache of the machine that carries a VM, in memory that is free there."""
    assert machine.provider is not None
    below = machine.provider.machine
    free_bytes = assembly.cache_bytes.get(machine, 0.0)
    return assembly.once(
        ("write buffer below", below), lambda: _buffer_station(assembly, below.block, free_bytes, size)
    )


def _buffer_station(assembly: Assembly, block: Block, memory: float, size: float) -> int:
    part = assembly.catalog.page_cache.dirty_fraction
    room = max(1, min(_MOST_BUFFERED, int(part * memory / max(1.0, size))))
    name = f"{block.name} write buffer"
    return assembly.builder.station(name=name, servers=room, block=block.id, part="write buffer")


def cache_hit_ratio(assembly: Assembly, machine: Machine, operation: DiskOperation) -> float:
    """Chance that the host has the data in its memory: what is free there against all data in use."""
    free = assembly.cache_bytes.get(machine, 0.0)
    most = assembly.catalog.page_cache.maximum_hit_ratio
    return min(most, free / operation.data_bytes) if operation.data_bytes > 0 else most


def _interrupting(
    assembly: Assembly, machine: Machine, model: DeviceModel, operation: DiskOperation, issuer: Issuer
) -> list[Step]:
    """The interrupt on the virtual processor."""
    exits = model.interrupt_exits * operation.count
    work = exits * exit_cycles(assembly.scene, machine.block) + model.interrupt_cycles * operation.count
    return work_step(issuer.interrupt_context, work, vmm_layer(issuer), exits=exits)


def disk_format(assembly: Assembly, device: Block | None) -> DiskFormat:
    """The cost card of a virtual disk's format."""
    name = assembly.text(device, "format") if device is not None else "fixed"
    return assembly.card(f"format-{name}", DiskFormat)


def work_step(context: int, cycles: float, layer: Layer, *, exits: float = 0.0) -> list[Step]:
    """A CPU step, or nothing where there is no work."""
    return [cpu(context, cycles, layer=layer, exits=exits)] if cycles > 0 or exits > 0 else []


def guest_layer(issuer: Issuer) -> Layer:
    """How the guest's own work for an operation is accounted."""
    return issuer.layer


def vmm_layer(issuer: Issuer) -> Layer:
    """How exits of an issuer are accounted: always the hypervisor's."""
    return Layer.VMM if issuer.layer is not Layer.BACKGROUND else Layer.BACKGROUND
