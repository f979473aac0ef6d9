"""What VMs and their workloads ask of a machine, added up: processors, memory, disk and network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from hvstudio.catalog.role import Role
from hvstudio.composition.arrivals import read_arrivals
from hvstudio.composition.controls import controls_of
from hvstudio.composition.devices import access_s, hardware_used, has_channel, wire_bytes
from hvstudio.composition.scene import Scene
from hvstudio.model.document import Block, BlockId


class Flow(NamedTuple):
    """What one workload asks per second at most; a `rate` of 0 where it takes what it gets.

    `steady` tells a rate that nothing slows (open, traces); `disks` and `cards` are the physical devices behind it,
    once for each equal part of its operations.
    """

    workload: BlockId
    steady: bool
    rate: float
    disks: tuple[BlockId, ...]
    cards: tuple[BlockId, ...]
    values: Mapping[str, Any]


class VmTally(NamedTuple):
    """What one VM asks: `reserve` in logical processors as far as it is honoured, `weight` of all its processors."""

    vm: BlockId
    processors: int
    memory: int
    floor: int
    reserve: float
    weight: float


def vm_tally(scene: Scene, vm: Block) -> VmTally:
    """What one VM asks."""
    return scene.keep("tally", vm, _tally)


def _tally(scene: Scene, vm: Block) -> VmTally:
    values, controls = scene.values(vm), controls_of(scene, vm)
    memory = values["memory_bytes"]
    floor = min(memory, values["memory_minimum_bytes"]) if values["dynamic_memory"] else memory
    processors = scene.processors(vm) or values["virtual_processors"]
    return VmTally(vm.id, processors, memory, floor, controls.total_reserve, values["cpu_weight"])


def hypervisor_tallies(scene: Scene, hypervisor: Block) -> tuple[VmTally, ...]:
    """What the VMs of a hypervisor ask, in document order."""
    return scene.keep("tallies", hypervisor, _tallies)


def _tallies(scene: Scene, hypervisor: Block) -> tuple[VmTally, ...]:
    return tuple([vm_tally(scene, vm) for vm in scene.on(hypervisor.id, Role.VIRTUAL_MACHINE)])


def flows_on(scene: Scene, host: Block) -> tuple[Flow, ...]:
    """What all workloads on a host ask: its own system's, its parent partitions', those of all VMs at any depth."""
    return scene.keep("flows", host, _flows_on)


def _flows_on(scene: Scene, host: Block) -> tuple[Flow, ...]:
    flows: list[Flow] = []
    waiting = [host]
    while waiting:
        machine = waiting.pop()
        flows.extend(scene.keep("own flows", machine, _own_flows))
        for hypervisor in scene.hypervisors(machine):
            waiting.extend(scene.on(hypervisor.id, Role.VIRTUAL_MACHINE))
            waiting.extend(scene.on(hypervisor.id, Role.PARENT_PARTITION))
    return tuple(flows)


def offered_rate(values: Mapping[str, Any]) -> tuple[bool, float]:
    """The rate a workload asks for at most, and whether nothing slows it; 0 where it takes what it gets."""
    arrivals = read_arrivals(values)
    return arrivals.is_steady, arrivals.most_per_s


def disk_seconds(values: Mapping[str, Any], disk: Mapping[str, Any]) -> float:
    """How long a disk is busy with one request of a workload, over all that it works on at a time.

    Data cross a channel of their own beside the other operations, or in the time of their own where there is none.
    """
    sequential = values["disk_access"] == "sequential"
    waits = values["disk_reads"] * access_s(disk, sequential=sequential, write=False)
    waits += values["disk_writes"] * access_s(disk, sequential=sequential, write=True)
    moved = values["disk_reads"] * values["disk_read_bytes"] + values["disk_writes"] * values["disk_write_bytes"]
    crossing = moved / disk["bandwidth_bytes_per_s"]
    return max(waits / disk["parallelism"], crossing) if has_channel(disk) else waits + crossing


def nic_seconds(values: Mapping[str, Any], nic: Mapping[str, Any]) -> float:
    """How long a network card is busy with one request of a workload, in its busier direction."""
    sent = wire_bytes(values["packets_out"], values["packet_out_bytes"])
    received = wire_bytes(values["packets_in"], values["packet_in_bytes"])
    return max(sent, received) * 8 / nic["speed_bits_per_s"]


def _own_flows(scene: Scene, machine: Block) -> tuple[Flow, ...]:
    """The flows of workloads that a machine runs itself or on its system."""
    return tuple(_flows_of(scene, machine))


def _flows_of(scene: Scene, machine: Block) -> Iterable[Flow]:
    workloads = list(scene.on(machine.id, Role.WORKLOAD))
    if (system := scene.system_of(machine.id)) is not None:
        workloads.extend(scene.on(system.id, Role.WORKLOAD))
    for block in workloads:
        values = scene.values(block)
        steady, rate = offered_rate(values)
        yield Flow(
            block.id,
            steady,
            rate,
            tuple(disk.id for disk in hardware_used(scene, machine, "disk")) if uses_disk(values) else (),
            tuple(card.id for card in hardware_used(scene, machine, "nic")) if uses_network(values) else (),
            values,
        )


def uses_disk(values: Mapping[str, Any]) -> bool:
    """Whether a request of a workload reads or writes a disk."""
    return bool(values["disk_reads"] or values["disk_writes"])


def uses_network(values: Mapping[str, Any]) -> bool:
    """Whether a request of a workload sends or receives packets."""
    return bool(values["packets_in"] or values["packets_out"])
