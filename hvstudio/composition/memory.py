"""Memory: what a VM needs, what a machine has for VMs, which of them fit, and what has to be paged out."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from attrs import frozen

from hvstudio.catalog.facts import HypervisorFacts
from hvstudio.catalog.role import Role
from hvstudio.composition.scene import Scene
from hvstudio.model.document import Block, BlockId

GIB: Final = 2**30
BUFFER: Final = 1.2
"""Dynamic memory gives a VM its demand and a fifth more. Source: Microsoft, Set-VMMemory: buffer 20 % by default."""


@frozen(kw_only=True)
class Need:
    """Bytes that one VM wants of its host: to start, at least while others press, at most; what it really touches;
    and what the hypervisor takes for it beside that, from its start on."""

    startup: float
    minimum: float
    wanted: float
    touched: float
    overhead: float
    may_exceed: bool
    """Whether the product promises the same memory to several VMs, so that this one starts in any case."""


@frozen(kw_only=True)
class MemoryFit:
    """How the VMs of one machine fit into its memory, in bytes, when they start in document order.

    `layers` is what hypervisors, systems and partitions keep. `needed` is the most that is asked at any time, layers
    and the VMs of `asked_by` included, refused or not. `missing` is the part of what the running VMs touch that is on
    the host's disk, `free` what is left for its page cache. `refused` tells what was left when a VM asked in vain.
    """

    available: float
    layers: float
    needed: float
    missing: float
    free: float
    asked_by: tuple[BlockId, ...]
    refused: dict[BlockId, float]


def overhead_bytes(facts: HypervisorFacts, memory: float) -> float:
    """What a hypervisor takes for a VM of so many bytes beyond the VM's own memory."""
    first = facts.memory.overhead_first_gib_bytes.value
    beyond = max(0.0, memory - (GIB if first else 0.0))
    fixed = facts.memory.overhead_fixed_bytes.value
    return fixed + first + facts.memory.overhead_per_gib_bytes.value * beyond / GIB


def memory_need(scene: Scene, vm: Block) -> Need:
    """What one VM wants of its host."""
    return scene.keep("memory need", vm, _need)


def _need(scene: Scene, vm: Block) -> Need:
    values, facts = scene.values(vm), scene.place(vm).facts
    configured = given_bytes(scene, vm)
    touched = configured * values["memory_demand"]
    may_exceed = facts.memory.overcommit.value == "full"
    overhead = overhead_bytes(facts, configured)
    if not values["dynamic_memory"] or facts.memory.dynamic.value is not True:
        return Need(
            startup=configured,
            minimum=configured,
            wanted=configured,
            touched=touched if may_exceed else min(touched, configured),
            overhead=overhead,
            may_exceed=may_exceed,
        )
    minimum = min(float(values["memory_minimum_bytes"]), configured)
    maximum = max(float(values["memory_maximum_bytes"]), configured)
    return Need(
        startup=configured,
        minimum=minimum,
        wanted=min(maximum, max(minimum, touched * BUFFER)),
        touched=min(touched, maximum),
        overhead=overhead,
        may_exceed=may_exceed,
    )


def given_bytes(scene: Scene, vm: Block) -> float:
    """The memory that a VM starts with: what the person gave it, as far as the product can give it."""
    values, facts = scene.values(vm), scene.place(vm).facts
    most = facts.limits.memory_of_vm(values["generation"]).value
    wanted = float(values["memory_bytes"])
    return wanted if most is None or most <= 0 else min(wanted, most)


def kept_by_layers(scene: Scene, machine: Block) -> float:
    """Bytes of a machine that its hypervisors, its systems and its parent partitions keep."""
    system = scene.system_of(machine.id)
    kept = 0.0 if system is None else float(scene.values(system)["memory_reserve_bytes"])
    for hypervisor in scene.hypervisors(machine):
        kept += scene.facts(hypervisor).memory.host_reserve_bytes.value
        kept += sum(scene.values(parent)["memory_bytes"] for parent in scene.on(hypervisor.id, Role.PARENT_PARTITION))
    return kept


def memory_fit(scene: Scene, machine: Block, off: Collection[BlockId] = ()) -> MemoryFit:
    """How the VMs on a machine fit into it; those that are `off` for other reasons ask for nothing.

    A VM starts with its startup memory; those with dynamic memory that run already may be down at their minimum.
    """
    available = float(scene.values(machine)["memory_bytes"])
    layers = kept_by_layers(scene, machine)
    room = max(0.0, available - layers)
    asked = peak = squeezed = taken = 0.0
    running: list[Need] = []
    asked_by: list[BlockId] = []
    refused: dict[BlockId, float] = {}
    for hypervisor in scene.hypervisors(machine):
        for vm in scene.on(hypervisor.id, Role.VIRTUAL_MACHINE):
            if vm.id in off:
                continue
            asked_by.append(vm.id)
            need = memory_need(scene, vm)
            peak = max(peak, asked + need.startup + need.overhead)
            asked += need.minimum + need.overhead
            if not need.may_exceed and squeezed + need.startup + need.overhead > room:
                refused[vm.id] = max(0.0, room - squeezed)
                continue
            running.append(need)
            squeezed += need.minimum + need.overhead
            taken += need.wanted + need.overhead
    return MemoryFit(
        available=available,
        layers=layers,
        needed=layers + max(peak, asked),
        missing=_missing(running, room),
        free=max(0.0, room - taken),
        asked_by=tuple(asked_by),
        refused=refused,
    )


def _missing(running: list[Need], room: float) -> float:
    """The part of what VMs touch that there is no room for: each misses the same part of its own."""
    if sum(need.wanted + need.overhead for need in running) <= room:
        return 0.0
    touched = sum(need.touched for need in running)
    available = max(0.0, room - sum(need.overhead for need in running))
    return 1.0 - available / touched if touched > available and touched > 0 else 0.0
