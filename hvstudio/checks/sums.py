"""What VMs and their workloads ask of a machine, added up: processors, memory, disk and network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from hvstudio.composition.arrivals import read_arrivals
from hvstudio.composition.knowledge import Facts
from hvstudio.composition.scene import Scene
from hvstudio.model.document import Block, BlockId

GIB: Final = 2**30


class Flow(NamedTuple):
    """What one workload asks per second at most; a `rate` of 0 where it takes what it gets.

    `steady` tells a rate that nothing slows (open, traces); `disk` and `nic` are the physical devices behind it.
    """

    workload: BlockId
    steady: bool
    rate: float
    disk: BlockId | None
    nic: BlockId | None
    values: Mapping[str, Any]


class VmTally(NamedTuple):
    """What one VM asks: `floor` is the memory it can shrink to, `reserve` in logical processors."""

    vm: BlockId
    processors: int
    memory: int
    floor: int
    reserve: float
    weight: float


class MachineSums(NamedTuple):
    """What rests on one machine: VM tallies by hypervisor, the memory of its layers, and (of a host only) all flows."""

    hypervisors: tuple[tuple[Block, tuple[VmTally, ...]], ...]
    layers_memory: int
    flows: tuple[Flow, ...]


def inner_hypervisors(scene: Scene, vm: Block) -> list[Block]:
    """The hypervisors that run in a VM: on it or on its systems; kept in the scene."""
    kept = scene.kept_inner
    found: list[Block] | None = kept.get(vm.id)
    if found is None:
        found = list(scene.on(vm.id, "hypervisor"))
        for system in scene.on(vm.id, "os"):
            found.extend(scene.on(system.id, "hypervisor"))
        kept[vm.id] = found
    return found


def vm_tally(scene: Scene, vm: Block) -> VmTally:
    """What one VM asks, kept in the scene."""
    kept = scene.kept.setdefault("tally", {})
    found: VmTally | None = kept.get(vm.id)
    if found is None:
        values = scene.values(vm)
        processors = values["virtual_processors"]
        memory = values["memory_bytes"]
        floor = min(memory, values["memory_minimum_bytes"]) if values["dynamic_memory"] else memory
        found = kept[vm.id] = VmTally(
            vm.id,
            processors,
            memory,
            floor,
            values["cpu_reserve"] * processors,
            values["cpu_weight"],
        )
    return found


def hypervisor_tallies(scene: Scene, hypervisor: Block) -> tuple[VmTally, ...]:
    """What the VMs of a hypervisor ask, in document order, kept in the scene."""
    kept = scene.kept.setdefault("tallies", {})
    found: tuple[VmTally, ...] | None = kept.get(hypervisor.id)
    if found is None:
        found = kept[hypervisor.id] = tuple([vm_tally(scene, vm) for vm in scene.on(hypervisor.id, "vm")])
    return found


def machine_sums(scene: Scene, machine: Block) -> MachineSums:
    """What rests on a host, or in a VM, kept in the scene."""
    kept = scene.kept.setdefault("sums", {})
    found: MachineSums | None = kept.get(machine.id)
    if found is None:
        found = kept[machine.id] = _machine_sums(scene, machine)
    return found


def _machine_sums(scene: Scene, machine: Block) -> MachineSums:
    systems = scene.on(machine.id, "os")
    hypervisors = list(scene.on(machine.id, "hypervisor"))
    layers = sum(scene.values(system)["memory_reserve_bytes"] for system in systems)
    flows: list[Flow] = []
    for system in systems:
        hypervisors.extend(scene.on(system.id, "hypervisor"))
        flows.extend(_own_flows(scene, scene.on(system.id, "workload"), machine))
    rows: list[tuple[Block, tuple[VmTally, ...]]] = []
    for hypervisor in hypervisors:
        facts = scene.facts(hypervisor)
        layers += int(facts.number("memory.host_reserve_bytes") or 0)
        for parent in scene.on(hypervisor.id, "parent_partition"):
            layers += scene.values(parent)["memory_bytes"]
            for system in scene.on(parent.id, "os"):
                flows.extend(_own_flows(scene, scene.on(system.id, "workload"), machine))
        tallies = hypervisor_tallies(scene, hypervisor)
        rows.append((hypervisor, tallies))
        if machine.kind == "host":
            for vm in scene.on(hypervisor.id, "vm"):
                flows.extend(_flows_in(scene, vm))
    return MachineSums(tuple(rows), layers, tuple(flows))


def memory_overhead(facts: Facts) -> Callable[[float], float]:
    """What a VM of so many bytes costs in memory beside its own: a fixed part, and a part that grows with it."""
    fixed = facts.number("memory.overhead_fixed_bytes") or 0.0
    first = facts.number("memory.overhead_first_gib_bytes")
    per_gib = facts.number("memory.overhead_per_gib_bytes") or 0.0
    if first is None:
        return lambda memory: fixed + per_gib * memory / GIB
    return lambda memory: fixed + first + per_gib * max(0.0, memory / GIB - 1)


def offered_rate(values: Mapping[str, Any]) -> tuple[bool, float]:
    """The rate a workload asks for at most, and whether nothing slows it; 0 where it takes what it gets."""
    arrivals = read_arrivals(values)
    return arrivals.is_steady, arrivals.most_per_s


def disk_seconds(values: Mapping[str, Any], disk: Mapping[str, Any]) -> float:
    """How long a disk is busy with one request of a workload, over all that it works on at a time."""
    sequential = values["disk_access"] == "sequential"
    read = disk["sequential_s"] if sequential else disk["random_read_s"]
    write = disk["sequential_s"] if sequential else disk["random_write_s"]
    bandwidth = disk["bandwidth_bytes_per_s"]
    parallel = disk["parallelism"]
    moved = values["disk_reads"] * values["disk_read_bytes"] + values["disk_writes"] * values["disk_write_bytes"]
    waits = (values["disk_reads"] * read + values["disk_writes"] * write) / parallel
    return max(waits, moved / bandwidth)


def nic_seconds(values: Mapping[str, Any], nic: Mapping[str, Any]) -> float:
    """How long a network card is busy with one request of a workload, in its busier direction."""
    sent = values["packets_out"] * values["packet_out_bytes"]
    received = values["packets_in"] * values["packet_in_bytes"]
    return max(sent, received) * 8 / (nic["speed_bits_per_s"] * nic["goodput_fraction"])


def _flows_in(scene: Scene, vm: Block) -> list[Flow]:
    """The flows of all workloads in a VM, those of VMs nested in it included, kept in the scene."""
    kept = scene.kept.setdefault("flows", {})
    found: list[Flow] | None = kept.get(vm.id)
    if found is not None:
        return found
    flows: list[Flow] = kept.setdefault(vm.id, [])
    waiting = [vm]
    while waiting:
        machine = waiting.pop()
        flows.extend(_own_flows(scene, scene.on(machine.id, "workload"), machine))
        for system in scene.on(machine.id, "os"):
            flows.extend(_own_flows(scene, scene.on(system.id, "workload"), machine))
        for hypervisor in inner_hypervisors(scene, machine):
            waiting.extend(scene.on(hypervisor.id, "vm"))
    return flows


def _own_flows(scene: Scene, workloads: Iterable[Block], machine: Block) -> Iterable[Flow]:
    """The flows of workloads that run right on a machine's system."""
    for block in workloads:
        values = scene.values(block)
        steady, rate = offered_rate(values)
        disk = _device(scene, machine, "disk") if uses_disk(values) else None
        nic = _device(scene, machine, "nic") if uses_network(values) else None
        yield Flow(block.id, steady, rate, disk, nic, values)


def uses_disk(values: Mapping[str, Any]) -> bool:
    """Whether a request of a workload reads or writes a disk."""
    return bool(values["disk_reads"] or values["disk_writes"])


def uses_network(values: Mapping[str, Any]) -> bool:
    """Whether a request of a workload sends or receives packets."""
    return bool(values["packets_in"] or values["packets_out"])


def _device(scene: Scene, machine: Block, kind: str) -> BlockId | None:
    """The physical device behind the first device of a machine."""
    if machine.kind == "host":
        own = scene.on(machine.id, kind)
        return own[0].id if own else None
    for device in scene.on(machine.id, f"virtual_{kind}"):
        backing = scene.backing(device)
        if backing is not None and backing.kind == kind:
            return backing.id
    return None
