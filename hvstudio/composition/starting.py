"""Which virtual machines can be switched on at all, and why the others stay off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, Final

from attrs import frozen

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.catalog.sourced import UNKNOWN, Fact
from hvstudio.composition.capabilities import WORDS, unmet
from hvstudio.composition.controls import controls_of, is_out_of_order
from hvstudio.composition.memory import MemoryFit, memory_fit, memory_need
from hvstudio.composition.place import DEEPEST
from hvstudio.composition.scene import Scene
from hvstudio.composition.serving import drives_devices, serving_system, system_fits
from hvstudio.composition.techniques import technique_card
from hvstudio.model.document import Block, BlockId
from hvstudio.units import Quantity, format_quantity


class Hindrance(Enum):
    """What speaks against running a VM. Some of it keeps the VM off; the rest is told, and the VM runs all the same:
    what a product or a guest refuses can still be compared with what runs elsewhere.
    """

    PROCESSORS_BEYOND_PRODUCT = "more virtual processors than the product gives a VM"
    MEMORY_BEYOND_PRODUCT = "more memory than the product gives a VM"
    RESERVE_ABOVE_LIMIT = "a CPU reserve above the CPU limit"
    GUEST_64BIT = "a 64-bit guest where only 32-bit guests run"
    GENERATION_NOT_OFFERED = "a generation that the product does not have"
    GUEST_GENERATION = "a guest system that cannot start in the generation"
    BOOT_CONTROLLER = "a boot disk on a controller that cannot start it"
    PROCESSOR_LACKS = "something the product demands of the processor"
    NO_TECHNIQUE = "no way to run guests on the processor"
    HOST_SYSTEM = "an operating system that the product does not run on"
    PARENT_SYSTEM = "a parent partition with an operating system that the product does not go with"
    PARENT_MISSING = "no parent partition"
    NO_DRIVERS = "nobody to drive the devices"
    SECOND_HYPERVISOR = "another hypervisor that has the machine already"
    RESERVE_NOT_FREE = "a CPU reserve that is not free"
    MEMORY_NOT_FREE = "memory that is not free"
    RUNNING_VMS = "as many VMs as the product runs"
    PROCESSORS_PER_HOST = "as many virtual processors as the product runs"
    NO_HYPERVISOR = "no hypervisor under it that could run"
    CARRIER_OFF = "the machine that carries it is off"

    @property
    def keeps_off(self) -> bool:
        """Whether a VM is not run for this reason."""
        return self not in _RUN_ALL_THE_SAME


_RUN_ALL_THE_SAME: Final = frozenset(
    {
        Hindrance.PROCESSORS_BEYOND_PRODUCT,
        Hindrance.MEMORY_BEYOND_PRODUCT,
        Hindrance.GUEST_64BIT,
        Hindrance.GENERATION_NOT_OFFERED,
        Hindrance.GUEST_GENERATION,
        Hindrance.BOOT_CONTROLLER,
        Hindrance.HOST_SYSTEM,
        Hindrance.PARENT_SYSTEM,
        Hindrance.SECOND_HYPERVISOR,
    }
)
"""With the most that the product gives, and as if the product took the guest and the system."""


@frozen(kw_only=True)
class Obstacle:
    """One thing that speaks against running a VM: a part of a sentence, and the blocks that it is about.

    `fact` is the fact behind it, `most` the number there; `lacks` the capability that the processor lacks.
    """

    hindrance: Hindrance
    reason: str
    about: tuple[BlockId, ...] = ()
    fact: Fact[Any] = UNKNOWN
    most: float = 0.0
    lacks: str = ""


@frozen(kw_only=True)
class Starts:
    """Which VMs on one machine stay off although it and its hypervisors can run, and how the others fit into memory."""

    obstacles: Mapping[BlockId, Obstacle]
    memory: MemoryFit


_NO_OBSTACLES: tuple[Obstacle, ...] = ()
VT: Final = "hardware_virtualization"
_TOLERANCE: Final = 1e-9


def vm_obstacles(scene: Scene, vm: Block) -> tuple[Obstacle, ...]:
    """What speaks against one VM whatever else runs: more than its product gives, or a guest that cannot start."""
    return scene.keep("vm obstacles", vm, _vm_obstacles)


def _vm_obstacles(scene: Scene, vm: Block) -> tuple[Obstacle, ...]:
    return (*_beyond_product(scene, vm), *_guest_obstacles(scene, vm)) or _NO_OBSTACLES


def _beyond_product(scene: Scene, vm: Block) -> Iterator[Obstacle]:
    values, facts = scene.values(vm), scene.place(vm).facts
    limit = facts.limits.processors_of_vm(values["generation"])
    if (most := limit.value) is not None and values["virtual_processors"] > most:
        yield Obstacle(
            hindrance=Hindrance.PROCESSORS_BEYOND_PRODUCT,
            reason=f"{facts.label} gives it {most:g} of its {values['virtual_processors']} virtual processors",
            fact=limit,
            most=most,
        )
    limit = facts.limits.memory_of_vm(values["generation"])
    if (most := limit.value) is not None and values["memory_bytes"] > most:
        yield Obstacle(
            hindrance=Hindrance.MEMORY_BEYOND_PRODUCT,
            reason=f"{facts.label} gives it no more than {_size(most)} of memory",
            fact=limit,
            most=most,
        )
    if vm.parameters and is_out_of_order(scene, vm):
        reason = f"its CPU reserve of {values['cpu_reserve']:.0%} lies above its CPU limit of {values['cpu_limit']:.0%}"
        yield Obstacle(hindrance=Hindrance.RESERVE_ABOVE_LIMIT, reason=reason)


def _guest_obstacles(scene: Scene, vm: Block) -> Iterator[Obstacle]:
    facts, offered, system = scene.place(vm).facts, scene.offer(vm), scene.system_of(vm.id)
    guest = None if system is None else scene.system_facts(system)
    narrow = not facts.guests.is_64bit.value
    is_32bit = narrow or (offered is not None and not offered.is_64bit)
    if system is not None and guest is not None and guest.is_64bit.value and is_32bit:
        because = f"{facts.label} runs 32-bit guests only" if narrow else "the host's processor is a 32-bit one"
        yield Obstacle(
            hindrance=Hindrance.GUEST_64BIT,
            reason=f"{system.name} is a 64-bit system, but {because}",
            about=(system.id,),
            fact=facts.guests.is_64bit if narrow else UNKNOWN,
        )
    if scene.values(vm)["generation"] == "2":
        if not facts.guests.generation2.value:
            yield Obstacle(
                hindrance=Hindrance.GENERATION_NOT_OFFERED,
                reason=f"{facts.label} has only Generation 1",
                fact=facts.guests.generation2,
            )
        if system is not None and guest is not None and False in (guest.generation2_guest.value, guest.is_64bit.value):
            reason = f"{system.name} cannot start in a Generation 2 VM"
            yield Obstacle(hindrance=Hindrance.GUEST_GENERATION, reason=reason, about=(system.id,))
    elif facts.guests.boot_ide_only.value:
        for disk in scene.on(vm.id, Role.VIRTUAL_DISK):
            values = scene.values(disk)
            if values["boot"] and values["controller"] == "scsi":
                reason = f"a Generation 1 VM cannot start from {disk.name} on SCSI"
                yield Obstacle(hindrance=Hindrance.BOOT_CONTROLLER, reason=reason, about=(disk.id,))


def hypervisor_obstacles(scene: Scene, hypervisor: Block) -> tuple[Obstacle, ...]:
    """What speaks against running VMs on a hypervisor where it stands, as far as it stands anywhere."""
    return scene.keep("hypervisor obstacles", hypervisor, _hypervisor_obstacles)


def _hypervisor_obstacles(scene: Scene, hypervisor: Block) -> tuple[Obstacle, ...]:
    return (
        *_second_on_machine(scene, hypervisor),
        *_processor_obstacles(scene, hypervisor),
        *_system_obstacles(scene, hypervisor),
        *_partition_obstacles(scene, hypervisor),
    )


def _second_on_machine(scene: Scene, hypervisor: Block) -> Iterator[Obstacle]:
    under = scene.support(hypervisor)
    if under is None or role_of(under) is Role.OPERATING_SYSTEM:
        return
    first = scene.on(under.id, Role.HYPERVISOR)[0]
    if first.id != hypervisor.id:
        reason = f"{first.name} has {under.name} for itself already"
        yield Obstacle(hindrance=Hindrance.SECOND_HYPERVISOR, reason=reason, about=(first.id, under.id))


def _processor_obstacles(scene: Scene, hypervisor: Block) -> Iterator[Obstacle]:
    place, facts = scene.place(hypervisor), scene.facts(hypervisor)
    if place.host is None or place.machine is None:
        return
    machine = scene.blocks[place.machine]
    lacking = unmet(facts, place.host)
    for requirement in lacking:
        yield Obstacle(
            hindrance=Hindrance.PROCESSOR_LACKS,
            reason=f"{hypervisor.name} needs {requirement.words}, which {machine.name} does not offer",
            about=(machine.id,),
            fact=facts.requires.of(requirement.capability),
            lacks=requirement.capability,
        )
    if not lacking and not technique_card(facts, place.host):
        yield Obstacle(
            hindrance=Hindrance.NO_TECHNIQUE,
            reason=f"{hypervisor.name} needs {WORDS[VT]}, which {machine.name} does not offer",
            about=(machine.id,),
            lacks=VT,
        )


def _system_obstacles(scene: Scene, hypervisor: Block) -> Iterator[Obstacle]:
    """A system under or beside it, or in its parent partition, that is not on the product's list."""
    facts, under = scene.facts(hypervisor), scene.support(hypervisor)
    beside = None if under is None else under if role_of(under) is Role.OPERATING_SYSTEM else scene.system_of(under.id)
    if beside is not None and not system_fits(scene.catalog, facts.requires.host_os.value, beside):
        yield Obstacle(
            hindrance=Hindrance.HOST_SYSTEM,
            reason=f"{facts.label} does not run on {beside.name}",
            about=(beside.id,),
            fact=facts.requires.host_os,
        )
    for parent in scene.on(hypervisor.id, Role.PARENT_PARTITION):
        for system in scene.on(parent.id, Role.OPERATING_SYSTEM):
            if not system_fits(scene.catalog, facts.requires.parent_os.value, system):
                yield Obstacle(
                    hindrance=Hindrance.PARENT_SYSTEM,
                    reason=f"{facts.label} does not go with {system.name}",
                    about=(system.id,),
                    fact=facts.requires.parent_os,
                )


def _partition_obstacles(scene: Scene, hypervisor: Block) -> Iterator[Obstacle]:
    parents = scene.on(hypervisor.id, Role.PARENT_PARTITION)
    needed = scene.facts(hypervisor).needs_parent
    if needed.value and not parents:
        reason = f"{hypervisor.name} needs a parent partition"
        yield Obstacle(hindrance=Hindrance.PARENT_MISSING, reason=reason, fact=needed)
    elif serving_system(scene, hypervisor) is None and not drives_devices(scene, hypervisor):
        if parents:
            reason = f"{parents[0].name} has no operating system, so nothing drives the devices"
        else:
            reason = f"{hypervisor.name} has no drivers of its own and no operating system to drive the devices"
        about = tuple(parent.id for parent in parents[:1])
        yield Obstacle(hindrance=Hindrance.NO_DRIVERS, reason=reason, about=about)


def starts_on(scene: Scene, machine: Block) -> Starts:
    """What keeps VMs of a machine off, when they are switched on in document order and the machine itself is on."""
    return scene.keep("starts", machine, _starts_on)


def _starts_on(scene: Scene, machine: Block) -> Starts:
    found: dict[BlockId, Obstacle] = {}
    for hypervisor in scene.hypervisors(machine):
        for vm in scene.on(hypervisor.id, Role.VIRTUAL_MACHINE):
            if (against := _first_that_keeps_off(vm_obstacles(scene, vm))) is not None:
                found[vm.id] = against
        _admit_reserves(scene, hypervisor, found)
    memory = memory_fit(scene, machine, found)
    for vm, left in memory.refused.items():
        need = memory_need(scene, scene.blocks[vm])
        found[vm] = Obstacle(
            hindrance=Hindrance.MEMORY_NOT_FREE,
            reason=f"needs {_size(need.startup + need.overhead)} of memory, {_size(left)} are left",
        )
    for hypervisor in scene.hypervisors(machine):
        _admit_number(scene, hypervisor, found)
    return Starts(obstacles=found, memory=memory)


def refused_by(scene: Scene, hypervisor: Block, hindrance: Hindrance) -> list[tuple[BlockId, Obstacle]]:
    """The VMs of a hypervisor that do not start for this reason."""
    machine = scene.place(hypervisor).machine
    if machine is None:
        return []
    obstacles = starts_on(scene, scene.blocks[machine]).obstacles
    found = ((vm.id, obstacles.get(vm.id)) for vm in scene.on(hypervisor.id, Role.VIRTUAL_MACHINE))
    return [(vm, item) for vm, item in found if item is not None and item.hindrance is hindrance]


def processors_allowed(scene: Scene, hypervisor: Block) -> tuple[float, Fact[Any]] | None:
    """How many virtual processors a product runs on this machine, and the fact that says so; None: it does not say."""
    facts, host = scene.facts(hypervisor), scene.place(hypervisor).host
    most, ratio = facts.limits.vcpus_per_host, facts.limits.vcpus_per_logical_processor
    bounds: list[tuple[float, Fact[Any]]] = []
    if most.value is not None:
        bounds.append((most.value, most))
    if ratio.value is not None and host is not None:
        bounds.append((ratio.value * host.logical_processors, ratio))
    return min(bounds, key=lambda bound: bound[0], default=None)


def reservable_processors(scene: Scene, hypervisor: Block) -> float:
    """Processors that VMs can reserve: those of the machine less what parent partitions reserve."""
    host = scene.place(hypervisor).host
    free = 0.0 if host is None else float(host.schedulable)
    return free - sum(
        controls_of(scene, parent).total_reserve for parent in scene.on(hypervisor.id, Role.PARENT_PARTITION)
    )


def _admit_reserves(scene: Scene, hypervisor: Block, found: dict[BlockId, Obstacle]) -> None:
    """A VM whose CPU reserve is not free any more does not start. Source: Hyper-V TLFS v2.0a 18.2."""
    free = reservable_processors(scene, hypervisor)
    for vm in scene.on(hypervisor.id, Role.VIRTUAL_MACHINE):
        reserve = 0.0 if vm.id in found else controls_of(scene, vm).total_reserve
        if reserve > free + _TOLERANCE:
            reason = f"its CPU reserve of {reserve:g} processors is not free, {max(0.0, free):g} are left"
            found[vm.id] = Obstacle(hindrance=Hindrance.RESERVE_NOT_FREE, reason=reason)
        else:
            free -= reserve


def _admit_number(scene: Scene, hypervisor: Block, found: dict[BlockId, Obstacle]) -> None:
    """No more VMs, and no more virtual processors, run than the product can."""
    facts = scene.facts(hypervisor)
    most = facts.limits.running_vms.value
    allowed = processors_allowed(scene, hypervisor)
    if most is None and allowed is None:
        return
    running = processors = 0
    for vm in scene.on(hypervisor.id, Role.VIRTUAL_MACHINE):
        if vm.id in found:
            continue
        if most is not None and running + 1 > most:
            reason = f"{hypervisor.name} runs {most:g} virtual machines at most"
            found[vm.id] = Obstacle(
                hindrance=Hindrance.RUNNING_VMS, reason=reason, fact=facts.limits.running_vms, most=most
            )
            continue
        wanted = scene.processors(vm)
        if allowed is not None and processors + wanted > allowed[0]:
            reason = f"{hypervisor.name} runs {allowed[0]:g} virtual processors at most here"
            found[vm.id] = Obstacle(
                hindrance=Hindrance.PROCESSORS_PER_HOST, reason=reason, fact=allowed[1], most=allowed[0]
            )
            continue
        running += 1
        processors += wanted


def obstacle_of(scene: Scene, vm: Block) -> Obstacle | None:
    """Why a VM stays off, that of the machine that carries it included; None when it starts."""
    under = scene.support(vm)
    machine = scene.carrier(vm)
    if under is None or role_of(under) is not Role.HYPERVISOR or machine is None:
        return Obstacle(hindrance=Hindrance.NO_HYPERVISOR, reason="it rests on no hypervisor")
    if scene.place(vm).depth > DEEPEST:
        return Obstacle(hindrance=Hindrance.NO_HYPERVISOR, reason=f"more than {DEEPEST} hypervisors are below it")
    if not any(item is under for item in scene.hypervisors(machine)):
        reason = f"{under.name}, which it rests on, cannot run on {machine.name}"
        return Obstacle(hindrance=Hindrance.NO_HYPERVISOR, reason=reason, about=(under.id,))
    general = _first_that_keeps_off(hypervisor_obstacles(scene, under))
    if (own := general or starts_on(scene, machine).obstacles.get(vm.id)) is not None:
        return own
    if is_off(scene, machine):
        reason = f"{machine.name}, which carries it, is off"
        return Obstacle(hindrance=Hindrance.CARRIER_OFF, reason=reason, about=(machine.id,))
    return None


def _first_that_keeps_off(obstacles: Iterable[Obstacle]) -> Obstacle | None:
    return next((item for item in obstacles if item.hindrance.keeps_off), None)


def is_off(scene: Scene, machine: Block) -> bool:
    """Whether a machine is a VM that cannot start, or a parent partition in one."""
    current: Block | None = machine
    while current is not None:
        if role_of(current) is Role.VIRTUAL_MACHINE and obstacle_of(scene, current) is not None:
            return True
        current = scene.carrier(current)
    return False


def _size(number: float) -> str:
    return format_quantity(number, Quantity.BYTES)
