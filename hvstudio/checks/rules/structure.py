"""Rules of structure that hold for every block: what it is, what it rests on, what it is attached to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from hvstudio.catalog.declaration import Seat
from hvstudio.catalog.kinds import kind_for, role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Fix, Severity
from hvstudio.checks.fixes.mending import attaching, choosing, detached, moving, removing
from hvstudio.checks.rule import Hit, rule
from hvstudio.checks.wording import with_article
from hvstudio.composition.scene import Scene
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import Edit, move_block, remove_blocks, rename_block

MODEL: Final = "How HVStudio reads a diagram: every block rests on the one that carries it"


def _title(scene: Scene, kind: str) -> str:
    declared = scene.catalog.kinds.get(kind)
    return declared.label.lower() if declared else kind


@rule(
    "structure.unknown-kind",
    "*",
    title="A kind of block that this version does not know",
    severity=Severity.WARNING,
    why="It takes no part in the checks and in the simulation; it is kept in the file as it is.",
    source=MODEL,
    remedy="Open the file with the version that made it, or remove the block.",
)
def unknown_kind(scene: Scene, block: Block) -> Sequence[Hit]:
    """A block whose kind the catalogue does not have."""
    if block.kind in scene.catalog.kinds:
        return ()
    return [
        Hit(
            block=block.id,
            message=f"“{block.name}” is of a kind this version does not know ({block.kind}).",
            fixes=(removing("Remove it", [block.id]),),
        )
    ]


@rule(
    "structure.unknown-product",
    "*",
    title="A product that the catalogue does not have",
    severity=Severity.WARNING,
    why="Without the product nothing is known of its limits and costs, so the checks cannot speak of them.",
    source="The catalogue of this installation",
    remedy="Choose a product of the catalogue, or add the missing one to a catalogue file of your own.",
)
def unknown_product(scene: Scene, block: Block) -> Sequence[Hit]:
    """A product id that is not in the catalogue, or belongs to another kind of block."""
    product = scene.catalog.products.get(block.product)
    if not block.product or block.kind not in scene.catalog.kinds or (product and product.kind == block.kind):
        return ()
    what = f"is {with_article(_title(scene, product.kind))}" if product else "is not in the catalogue"
    return [
        Hit(
            block=block.id,
            message=f"The product of “{block.name}”, {block.product}, {what}.",
            fixes=(choosing("Choose no product", block.id, ""),),
        )
    ]


@rule(
    "structure.floating",
    "*",
    title="A block that rests on nothing",
    severity=Severity.ERROR,
    why="Everything but a host needs something to carry it; a block in the air gets no processor, memory or device.",
    source=MODEL,
    remedy="Drag it onto the block that should carry it, or remove it.",
)
def floating(scene: Scene, block: Block) -> Sequence[Hit]:
    """A block other than a host or a note without support."""
    kind = scene.catalog.kinds.get(block.kind)
    if block.rests_on is not None or kind is None or kind.seat is Seat.FREE:
        return ()
    fixes = [removing("Remove it", [block.id])]
    carrier = _carrier(scene, block)
    if carrier is not None:
        fixes.insert(0, moving(f"Put it on {scene.name(carrier)}", [block.id], carrier))
    return [
        Hit(
            block=block.id,
            message=f"“{block.name}” rests on nothing. Put it on what should carry it.",
            fixes=tuple(fixes),
        )
    ]


_CARRIERS: Final[Mapping[Role | None, tuple[Role, ...]]] = {
    Role.PHYSICAL_DISK: (Role.HARDWARE,),
    Role.PHYSICAL_NIC: (Role.HARDWARE,),
    Role.OPERATING_SYSTEM: (Role.VIRTUAL_MACHINE, Role.HARDWARE),
    Role.HYPERVISOR: (Role.HARDWARE,),
    Role.PARENT_PARTITION: (Role.HYPERVISOR,),
    Role.VIRTUAL_MACHINE: (Role.HYPERVISOR,),
    Role.VIRTUAL_DISK: (Role.VIRTUAL_MACHINE,),
    Role.VIRTUAL_NIC: (Role.VIRTUAL_MACHINE,),
    Role.VIRTUAL_SWITCH: (Role.PARENT_PARTITION, Role.HYPERVISOR, Role.OPERATING_SYSTEM),
    Role.WORKLOAD: (Role.OPERATING_SYSTEM, Role.VIRTUAL_MACHINE),
}
"""Where a block usually belongs, best first."""


def _carrier(scene: Scene, block: Block) -> BlockId | None:
    """The first block of the document that usually carries this kind and does not stand on it."""
    for role in _CARRIERS.get(role_of(block), ()):
        found = scene.firsts.get(kind_for(role))
        if found is None or found == block.id:
            continue
        root = scene.places[found].root if found in scene.places else _root(scene, found)
        if root != block.id:
            return found
    return None


def _root(scene: Scene, block_id: BlockId) -> BlockId:
    block = scene.blocks[block_id]
    return next((item.id for item in reversed(list(scene.below(block)))), block_id)


@rule(
    "structure.circle",
    "*",
    title="Blocks that rest on each other in a circle, or on a block that is gone",
    severity=Severity.ERROR,
    why="Such blocks never reach the hardware. It comes from a file edited by hand; the studio itself refuses it.",
    source=MODEL,
    remedy="Take the block out of the circle and put it where it belongs.",
)
def circle(scene: Scene, block: Block) -> Sequence[Hit]:
    """A block that no ground carries: its support is missing or leads back to itself."""
    if block.id not in scene.loose:
        return ()
    support = scene.support(block)
    lost = support is None
    what = "a block that is not there" if lost else f"“{support.name}”, which never reaches the ground"
    fix = Fix(label="Take it out", edit=lambda document: detached(document, block.id))
    return [Hit(block=block.id, message=f"“{block.name}” rests on {what}.", fixes=(fix,))]


@rule(
    "structure.no-slot",
    "*",
    title="A block on a support that has no place for it",
    severity=Severity.ERROR,
    why="The support cannot carry a block of this kind, so it takes no part in anything.",
    source=MODEL,
    remedy="Move it to a block that carries its kind.",
)
def no_slot(scene: Scene, block: Block) -> Sequence[Hit]:
    """A support that is none of those the kind declares."""
    place = scene.place(block)
    kind = scene.catalog.kinds.get(block.kind)
    if kind is None or place.support is None or place.support_kind in kind.supports:
        return ()
    if block.id in scene.loose:
        return ()
    where = "a block of an unknown kind"
    if place.support_kind in scene.catalog.kinds:
        where = with_article(_title(scene, place.support_kind))
    fix = Fix(label="Move it down to where it fits, or take it out", edit=_moving_down(block.id, kind.supports))
    if kind.seat is Seat.FREE:
        fix = Fix(label="Let it stand on its own", edit=lambda document: detached(document, block.id))
    return [
        Hit(
            block=block.id,
            message=f"“{block.name}” is {with_article(kind.label.lower())} and cannot rest on {where}.",
            fixes=(fix,),
        )
    ]


def _moving_down(block_id: BlockId, supports: frozenset[str]) -> Edit:
    """Move a block onto the first block below it that carries its kind; remove it where there is none."""

    def edit(document: Document) -> Document:
        support = document.blocks[block_id].rests_on
        while support is not None and support in document.blocks:
            if document.blocks[support].kind in supports:
                return move_block(document, block_id, rests_on=support)
            support = document.blocks[support].rests_on
        return remove_blocks(document, [block_id])

    return edit


@rule(
    "structure.same-name",
    Role.HYPERVISOR,
    title="Two virtual machines of the same name on one hypervisor",
    severity=Severity.NOTE,
    why="Most products refuse it, and in plots and tables the two cannot be told apart.",
    source="Virtual Server 2005, VMware and VirtualBox name a VM's folder after it; estimate for the others",
    remedy="Rename one of them.",
)
def same_name(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """VMs on one hypervisor that bear the name of an earlier one."""
    vms = scene.on(hypervisor.id, Role.VIRTUAL_MACHINE)
    if len({vm.name for vm in vms}) == len(vms):
        return ()
    taken: dict[str, BlockId] = {}
    hits: list[Hit] = []
    for vm in vms:
        first = taken.setdefault(vm.name, vm.id)
        if first != vm.id:
            fix = Fix(label="Give it a name of its own", edit=_renaming(vm))
            message = f"Another VM on “{hypervisor.name}” is also called “{vm.name}”."
            hits.append(Hit(block=vm.id, message=message, related=(first,), fixes=(fix,)))
    return hits


def _renaming(vm: Block) -> Edit:
    def edit(document: Document) -> Document:
        taken = {block.name for block in document.blocks.values()}
        number = 2
        while f"{vm.name} {number}" in taken:
            number += 1
        return rename_block(document, vm.id, f"{vm.name} {number}")

    return edit


@rule(
    "structure.attached-to-lost",
    Role.VIRTUAL_DISK,
    Role.VIRTUAL_NIC,
    Role.VIRTUAL_SWITCH,
    title="A device attached to a block that is gone, or to itself in a circle",
    severity=Severity.ERROR,
    why="Its requests lead nowhere. It comes from a file edited by hand; the studio itself refuses it.",
    source=MODEL,
    remedy="Detach it and attach it to a device of the host.",
)
def attached_to_lost(scene: Scene, block: Block) -> Sequence[Hit]:
    """An attachment that names no block, or that leads back to its start."""
    if block.attached_to is None:
        return ()
    target = scene.target(block)
    if target is not None and target.attached_to is None:
        return ()
    seen: list[BlockId] = []
    current: Block | None = block
    while current is not None and current.attached_to is not None and current.id not in seen:
        seen.append(current.id)
        current = scene.target(current)
    lost = target is None
    if not lost and not (current is not None and current.id == block.id):
        return ()
    what = "a block that is not there" if lost else "itself, by way of others"
    fix = attaching("Detach it", block.id, None)
    return [Hit(block=block.id, message=f"“{block.name}” is attached to {what}.", fixes=(fix,))]
