"""What happens if a block fails: what dies with it, what goes on with less, what shares its fate, what can starve it.

All of it follows from the composition and the catalogue, never from the name of an architecture.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.wording import percent
from hvstudio.composition.scene import Scene, read_scene
from hvstudio.composition.serving import serving_system
from hvstudio.model.document import Block, BlockId, Document


@frozen
class Effect:
    """One block and why it is concerned, in a sentence."""

    block: BlockId
    reason: str


@frozen(kw_only=True, eq=False)
class Consequences:
    """What hangs on a block and what it hangs on, each in document order.

    `dies` stops with it; `impaired` goes on but loses something; `falls_with` is what takes it down; `shares_fate`
    stops for the same reasons as it does; `starved_by` can take processor, disk or network time from it.
    """

    block: BlockId
    sentence: str
    dies: tuple[Effect, ...] = ()
    impaired: tuple[Effect, ...] = ()
    falls_with: tuple[Effect, ...] = ()
    shares_fate: tuple[Effect, ...] = ()
    starved_by: tuple[Effect, ...] = ()


def consequences(document: Document, catalog: Catalog, block: BlockId) -> Consequences:
    """What hangs on a block; KeyError if there is none of that id."""
    return consequences_in(read_scene(document, catalog), document.blocks[block])


def consequences_in(scene: Scene, block: Block) -> Consequences:
    """What hangs on a block of a scene."""
    dies, impaired = _falling(scene, block)
    falls_with: dict[BlockId, str] = {}
    shares: dict[BlockId, str] = {}
    for cause in _causes(scene, block):
        fallen, _ = _falling(scene, cause)
        if block.id in fallen:
            falls_with[cause.id] = fallen[block.id]
            for other in fallen:
                same = scene.blocks[other].kind == block.kind and other not in dies and other != block.id
                if same and other not in shares:
                    shares[other] = f"It stops as well when “{cause.name}” fails."
    starved = dict(_rivals(scene, block))
    vms = [item for item in dies if role_of(scene.blocks[item]) is Role.VIRTUAL_MACHINE]
    return Consequences(
        block=block.id,
        sentence=_sentence(scene, block, dies, vms),
        dies=_effects(scene, dies),
        impaired=_effects(scene, impaired),
        falls_with=_effects(scene, falls_with),
        shares_fate=_effects(scene, shares),
        starved_by=_effects(scene, starved),
    )


def vms_lost_with(scene: Scene, block: Block) -> int:
    """How many VMs stop when a block fails."""
    return sum(1 for item in _falling(scene, block)[0] if role_of(scene.blocks[item]) is Role.VIRTUAL_MACHINE)


def _sentence(scene: Scene, block: Block, dies: dict[BlockId, str], vms: list[BlockId]) -> str:
    own = 1 if role_of(block) is Role.VIRTUAL_MACHINE else 0
    total = sum(1 for item in scene.blocks.values() if role_of(item) is Role.VIRTUAL_MACHINE)
    if role_of(block) is Role.NOTE:
        return "A note has no effect on anything."
    if not vms:
        what = "only itself and what runs in it" if own else "no VM"
        return f"When “{block.name}” fails it takes {what} along."
    count = "one VM" if len(vms) == 1 else f"{len(vms)} VMs"
    return f"When “{block.name}” fails, {count} of {total} stop with it."


def _falling(scene: Scene, start: Block) -> tuple[dict[BlockId, str], dict[BlockId, str]]:
    """What stops when a block fails and what goes on with less, each with its reason; the block itself left out."""
    dies: dict[BlockId, str] = {}
    impaired: dict[BlockId, str] = {}
    waiting = [start]
    while waiting:
        block = waiting.pop()
        for other, reason, fatal in _next_to_fall(scene, block):
            if other == start.id:
                continue
            if fatal and other not in dies:
                dies[other] = reason
                impaired.pop(other, None)
                waiting.append(scene.blocks[other])
            elif not fatal and other not in dies:
                impaired.setdefault(other, reason)
    return dies, impaired


def _next_to_fall(scene: Scene, block: Block) -> Iterable[tuple[BlockId, str, bool]]:
    """What a failing block takes along directly: block, reason, and whether it stops altogether."""
    for above in scene.on(block.id):
        yield above.id, f"It rests on “{block.name}”.", True
    if role_of(block) is Role.OPERATING_SYSTEM:
        yield from _with_system(scene, block)
    elif role_of(block) is Role.PARENT_PARTITION:
        yield from _with_parent(scene, block)
    elif role_of(block) is Role.HYPERVISOR:
        under = scene.support(block)
        if under is not None and role_of(under) in (Role.HARDWARE, Role.VIRTUAL_MACHINE):
            for system in scene.on(under.id, Role.OPERATING_SYSTEM):
                yield system.id, f"“{block.name}” works in the same privileged mode beside it.", True
    if role_of(block) in (
        Role.PHYSICAL_DISK,
        Role.PHYSICAL_NIC,
        Role.VIRTUAL_DISK,
        Role.VIRTUAL_SWITCH,
        Role.VIRTUAL_NIC,
    ):
        yield from _with_device(scene, block)


def _with_system(scene: Scene, system: Block) -> Iterable[tuple[BlockId, str, bool]]:
    machine = scene.support(system)
    if machine is None:
        return
    if role_of(machine) in (Role.HARDWARE, Role.VIRTUAL_MACHINE):
        for hypervisor in scene.on(machine.id, Role.HYPERVISOR):
            yield hypervisor.id, f"“{system.name}” has the same access to the hardware beside it.", True
    elif role_of(machine) is Role.PARENT_PARTITION:
        yield machine.id, f"“{system.name}” is what runs in it.", True


def _with_parent(scene: Scene, parent: Block) -> Iterable[tuple[BlockId, str, bool]]:
    hypervisor = scene.support(parent)
    if hypervisor is None or role_of(hypervisor) is not Role.HYPERVISOR:
        return
    if scene.on(hypervisor.id, Role.PARENT_PARTITION)[0].id != parent.id:
        return
    if scene.facts(hypervisor).own_drivers.value:
        return
    for vm in scene.on(hypervisor.id, Role.VIRTUAL_MACHINE):
        yield vm.id, f"“{parent.name}” owns the devices that serve it.", True


def _with_device(scene: Scene, device: Block) -> Iterable[tuple[BlockId, str, bool]]:
    for attached in scene.index.attached_to(device.id):
        user = scene.blocks[attached]
        if role_of(user) is Role.VIRTUAL_DISK:
            yield user.id, f"Its data is on “{device.name}”.", True
        else:
            yield user.id, f"Its packets go through “{device.name}”.", False
            yield from ((item, reason, False) for item, reason, _ in _with_device(scene, user))
    owner = scene.support(device)
    if owner is None or role_of(device) in (Role.PHYSICAL_DISK, Role.PHYSICAL_NIC, Role.VIRTUAL_SWITCH):
        return
    if role_of(device) is Role.VIRTUAL_DISK:
        disks = scene.on(owner.id, Role.VIRTUAL_DISK)
        fatal = len(disks) == 1 or bool(scene.values(device)["boot"])
        yield owner.id, f"“{device.name}” is {'the disk it starts from' if fatal else 'one of its disks'}.", fatal
    elif role_of(device) is Role.VIRTUAL_NIC:
        yield owner.id, f"“{device.name}” is its way to the network.", False


def _causes(scene: Scene, block: Block) -> Iterable[Block]:
    """What could take a block down: what it rests on, what stands beside that, and the devices behind it."""
    seen: set[BlockId] = {block.id}
    candidates: list[Block] = []
    for below in scene.below(block):
        candidates.append(below)
        if role_of(below) is Role.HYPERVISOR:
            candidates.extend(_owners(scene, below))
        candidates.extend(
            item
            for item in scene.on(below.id, Role.OPERATING_SYSTEM)
            if role_of(below) in (Role.HARDWARE, Role.VIRTUAL_MACHINE)
        )
        candidates.extend(
            item
            for item in scene.on(below.id, Role.HYPERVISOR)
            if role_of(below) in (Role.HARDWARE, Role.VIRTUAL_MACHINE)
        )
    for machine in (block, *scene.below(block)):
        for device in scene.on(machine.id, Role.VIRTUAL_DISK):
            backing = scene.backing(device)
            candidates.extend(item for item in (device, backing) if item is not None)
    if (backing := scene.backing(block)) is not None:
        candidates.append(backing)
    for item in candidates:
        if item.id not in seen:
            seen.add(item.id)
            yield item


def _owners(scene: Scene, hypervisor: Block) -> list[Block]:
    """The parent partition of a hypervisor with its system, or the system beside or below it."""
    owners = list(scene.on(hypervisor.id, Role.PARENT_PARTITION))
    system = serving_system(scene, hypervisor)
    return [*owners, *([system] if system is not None else [])]


def _rivals(scene: Scene, block: Block) -> Iterable[tuple[BlockId, str]]:
    """What can take processor, disk or network time from a VM or a workload."""
    vm = (
        block
        if role_of(block) is Role.VIRTUAL_MACHINE
        else next((item for item in scene.below(block) if role_of(item) is Role.VIRTUAL_MACHINE), None)
    )
    if role_of(block) in (Role.NOTE, Role.HARDWARE, Role.PHYSICAL_DISK, Role.PHYSICAL_NIC):
        return
    if vm is None:
        yield from _rivals_on_system(scene, block)
        return
    hypervisor = scene.support(vm)
    if hypervisor is None or role_of(hypervisor) is not Role.HYPERVISOR:
        return
    yield from _rivals_on_processors(scene, vm, hypervisor)
    yield from _rivals_on_devices(scene, vm)


def _rivals_on_processors(scene: Scene, vm: Block, hypervisor: Block) -> Iterable[tuple[BlockId, str]]:
    facts = scene.facts(hypervisor)
    values = scene.values(vm)
    enforced = facts.controls.weight.value and scene.values(hypervisor)["scheduler"] != "root"
    reserve = values["cpu_reserve"] if facts.controls.reserve.value else 0.0
    guard = f"; its reserve of {percent(reserve)} is safe" if reserve > 0 else ""
    for other in scene.on(hypervisor.id, Role.VIRTUAL_MACHINE):
        if other.id == vm.id:
            continue
        weights = f"weight {scene.values(other)['cpu_weight']:g} against {values['cpu_weight']:g}"
        share = weights if enforced else "without weights"
        yield other.id, f"It competes for the processors, {share}{guard}."
    for parent in scene.on(hypervisor.id, Role.PARENT_PARTITION):
        yield parent.id, f"It competes for the processors like a VM, and every I/O waits for it{guard}."
    system = serving_system(scene, hypervisor)
    for workload in scene.on(system.id, Role.WORKLOAD) if system is not None else ():
        where = "in the parent partition" if scene.on(hypervisor.id, Role.PARENT_PARTITION) else "on the host's system"
        yield workload.id, f"It runs {where}, whose processors and drivers the VM's requests need."


def _rivals_on_devices(scene: Scene, vm: Block) -> Iterable[tuple[BlockId, str]]:
    for role, word in ((Role.VIRTUAL_DISK, "disk"), (Role.VIRTUAL_NIC, "network card")):
        for device in scene.on(vm.id, role):
            backing = scene.backing(device)
            if backing is None:
                continue
            for user in _users(scene, backing.id):
                owner = scene.support(user)
                if owner is not None and role_of(owner) is Role.VIRTUAL_MACHINE and owner.id != vm.id:
                    yield owner.id, f"It uses the same {word}, “{backing.name}”."


def _users(scene: Scene, device: BlockId) -> Iterable[Block]:
    """What is attached to a device, directly or through switches and other virtual devices."""
    for attached in scene.index.attached_to(device):
        block = scene.blocks[attached]
        yield block
        yield from _users(scene, attached)


def _rivals_on_system(scene: Scene, block: Block) -> Iterable[tuple[BlockId, str]]:
    support = scene.support(block)
    if support is None:
        return
    for other in scene.on(support.id):
        if other.id != block.id and role_of(other) in (
            Role.WORKLOAD,
            Role.HYPERVISOR,
            Role.OPERATING_SYSTEM,
            Role.VIRTUAL_MACHINE,
            Role.PARENT_PARTITION,
        ):
            yield other.id, f"It shares “{support.name}” and competes for the processors."


def _effects(scene: Scene, found: dict[BlockId, str]) -> tuple[Effect, ...]:
    order = {block_id: number for number, block_id in enumerate(scene.blocks)}
    return tuple(Effect(block_id, found[block_id]) for block_id in sorted(found, key=order.__getitem__))
