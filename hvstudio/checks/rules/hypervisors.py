"""Rules of structure for hypervisors and parent partitions: where they belong and what belongs on them."""

from __future__ import annotations

from collections.abc import Sequence

from hvstudio.catalog.declared.parameters import GIB, MIB
from hvstudio.catalog.kinds import kind_for, role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Fix, Severity
from hvstudio.checks.fixes.mending import (
    chained,
    choosing,
    dissolved,
    fitting_system,
    moved_onto,
    moving,
    removing,
    slipped_under,
    with_parent,
    with_system,
)
from hvstudio.checks.fixes.restructure import restructured
from hvstudio.checks.fixes.selection import product_for, suits
from hvstudio.checks.rule import Hit, rule
from hvstudio.checks.rules.capacity import spare_memory
from hvstudio.checks.rules.placement import ARCHITECTURES
from hvstudio.composition.classify import TYPE_LABELS, classification, shape_of
from hvstudio.composition.scene import Scene, read_scene
from hvstudio.composition.serving import serving_system
from hvstudio.composition.starting import Hindrance, hypervisor_obstacles
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import Edit, add_block, free_name, remove_blocks, set_parameters
from hvstudio.model.index import index_of


@rule(
    "structure.hypervisor-without-vm",
    Role.HYPERVISOR,
    title="A hypervisor without virtual machines",
    severity=Severity.WARNING,
    why="Its whole purpose is to create VMs and to divide the hardware among them.",
    source=ARCHITECTURES,
    remedy="Put a VM on it.",
)
def hypervisor_without_vm(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A hypervisor that carries no VM."""
    if scene.on(hypervisor.id, Role.VIRTUAL_MACHINE):
        return ()

    return [
        Hit(
            block=hypervisor.id,
            message=f"The hypervisor “{hypervisor.name}” carries no VM yet.",
            fixes=(Fix(label="Add a VM", edit=_adding_vm(scene, hypervisor)),),
        )
    ]


def _adding_vm(scene: Scene, hypervisor: Block) -> Edit:
    """Add a VM that takes half of the spare memory, at most 1 GiB; a full machine gets a little more."""

    def edit(document: Document) -> Document:
        now = read_scene(document, scene.catalog)
        machine = shape_of(now, now.blocks[hypervisor.id]).machine
        spare: float = GIB
        if machine is not None and role_of(machine) is not Role.PARENT_PARTITION:
            spare = spare_memory(now, machine)
            if 0 <= spare < 256 * MIB:
                larger = now.values(machine)["memory_bytes"] + 256 * MIB
                document = set_parameters(document, [machine.id], {"memory_bytes": larger})
        memory = int(min(GIB, max(128 * MIB, spare // 2))) // MIB * MIB
        name, values = free_name(document, "New VM"), {"memory_bytes": memory}
        document, vm = add_block(
            document, kind=kind_for(Role.VIRTUAL_MACHINE), name=name, rests_on=hypervisor.id, parameters=values
        )
        return with_system(document, vm, None)[0]

    return edit


@rule(
    "structure.two-hypervisors",
    Role.HARDWARE,
    Role.VIRTUAL_MACHINE,
    title="Two hypervisors directly on one machine",
    severity=Severity.ERROR,
    why="Each wants to be the one layer that owns the processors (root mode of VT-x/AMD-V); only one can.",
    source="Intel SDM volume 3, VMX: one VMM in root operation owns a logical processor (recalled)",
    remedy="Keep one and put all VMs on it, or give the other a VM of its own (nesting).",
)
def two_hypervisors(scene: Scene, machine: Block) -> Sequence[Hit]:
    """More than one hypervisor that rests directly on a host or a VM."""
    return _doubled(scene, machine, "only one can have it for itself")


@rule(
    "structure.two-hosted-hypervisors",
    Role.OPERATING_SYSTEM,
    title="Two hypervisors on one operating system",
    severity=Severity.WARNING,
    why="They can be installed together, but while one uses VT-x/AMD-V the other waits, is slow, or refuses to start.",
    source="VirtualBox and VMware Workstation manuals: VT-x is used by one at a time (recalled)",
    remedy="Keep one and put all VMs on it.",
)
def two_hosted_hypervisors(scene: Scene, system: Block) -> Sequence[Hit]:
    """More than one hypervisor on an operating system."""
    return _doubled(scene, system, "while one uses VT-x/AMD-V the other has to wait")


def _doubled(scene: Scene, support: Block, end: str) -> Sequence[Hit]:
    hypervisors = scene.on(support.id, Role.HYPERVISOR)
    if len(hypervisors) < 2:
        return ()
    first = hypervisors[0]
    return [
        Hit(
            block=other.id,
            message=f"“{other.name}” and “{first.name}” are both on “{support.name}”; {end}.",
            related=(first.id, support.id),
            fixes=(_merging(scene, other, first),),
        )
        for other in hypervisors[1:]
    ]


def _merging(scene: Scene, other: Block, first: Block) -> Fix:
    vms = tuple(vm.id for vm in scene.on(other.id, Role.VIRTUAL_MACHINE))
    return Fix(
        label=f"Remove it and put its VMs on “{first.name}”",
        edit=chained(
            lambda document: moved_onto(document, vms, first.id),
            lambda document: remove_blocks(document, [other.id]),
        ),
    )


@rule(
    "structure.hypervisor-on-hypervisor",
    Role.HYPERVISOR,
    title="A hypervisor directly on another hypervisor",
    severity=Severity.ERROR,
    why="A hypervisor needs a machine. A nested one gets a virtual machine from the one below.",
    source="Ben-Yehuda et al., The Turtles Project (OSDI 2010): nested hypervisors run in a VM (recalled)",
    remedy="Put a VM between the two.",
)
def hypervisor_on_hypervisor(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """Hypervisors that rest on a hypervisor."""
    return [
        Hit(
            block=upper.id,
            message=f"“{upper.name}” rests directly on the hypervisor “{hypervisor.name}”, without a VM in between.",
            related=(hypervisor.id,),
            fixes=(
                Fix(label="Put a VM between them", edit=_vm_under(upper)),
                removing("Remove it", [upper.id]),
            ),
        )
        for upper in scene.on(hypervisor.id, Role.HYPERVISOR)
    ]


def _vm_under(upper: Block) -> Edit:
    def edit(document: Document) -> Document:
        document, vm = slipped_under(
            document, [upper.id], kind=kind_for(Role.VIRTUAL_MACHINE), name=f"VM of {upper.name}"
        )
        return set_parameters(document, [vm], {"nested_virtualization": True, "memory_bytes": 4 * 2**30})

    return edit


@rule(
    "structure.inside-parent",
    Role.PARENT_PARTITION,
    title="A hypervisor or a VM inside the parent partition",
    severity=Severity.ERROR,
    why="The parent partition is one partition among others: VMs stand beside it on the hypervisor, never on it.",
    source="Microsoft Docs, Hyper-V architecture: the root partition creates children, which run on the hypervisor",
    remedy="Move the VM out, beside the parent partition.",
)
def inside_parent(scene: Scene, parent: Block) -> Sequence[Hit]:
    """VMs and hypervisors that rest on a parent partition."""
    guests = (*scene.on(parent.id, Role.VIRTUAL_MACHINE), *scene.on(parent.id, Role.HYPERVISOR))
    if not guests:
        return ()
    below = scene.place(parent).hypervisor
    hits: list[Hit] = []
    for guest in guests:
        fixes = (removing("Remove it", [guest.id]),)
        if role_of(guest) is Role.VIRTUAL_MACHINE and below is not None:
            fixes = (moving("Move it out, beside the parent partition", [guest.id], below),)
        elif role_of(guest) is Role.HYPERVISOR and (system := scene.system_of(parent.id)) is not None:
            fixes = (moving(f"Put it on “{system.name}”", [guest.id], system.id), *fixes)
        message = f"“{guest.name}” stands on the parent partition “{parent.name}” instead of beside it."
        hits.append(Hit(block=guest.id, message=message, related=(parent.id,), fixes=fixes))
    return hits


@rule(
    "structure.parent-missing",
    Role.HYPERVISOR,
    title="The parent partition is missing",
    severity=Severity.ERROR,
    why="This product has no drivers of its own: without the parent partition nothing reaches a disk or a network.",
    source="Microsoft Docs, Hyper-V architecture: at least one root partition is mandatory; TLFS v2.0a 22.4",
    remedy="Add a parent partition with an operating system on the hypervisor, beside the VMs.",
)
def parent_missing(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A product that needs a parent partition, on a bare machine, without one."""
    facts = scene.facts(hypervisor)
    if not facts.needs_parent.value or scene.on(hypervisor.id, Role.PARENT_PARTITION):
        return ()
    shape = shape_of(scene, hypervisor)
    if shape.under is None or role_of(shape.under) not in (Role.HARDWARE, Role.VIRTUAL_MACHINE) or shape.systems_beside:
        return ()
    product = fitting_system(scene.catalog, facts.requires.parent_os.value)
    return [
        Hit(
            block=hypervisor.id,
            message=f"“{hypervisor.name}” needs a parent partition, as {facts.label} always does, and there is none.",
            source=facts.needs_parent.said_by,
            fixes=(
                Fix(
                    label="Add a parent partition",
                    edit=lambda document: with_parent(document, hypervisor.id, product),
                ),
            ),
        )
    ]


@rule(
    "structure.parent-doubled",
    Role.HYPERVISOR,
    title="Two parent partitions on one hypervisor",
    severity=Severity.ERROR,
    why="The parent partition owns the devices and creates the others; two cannot own the same device.",
    source="TLFS v2.0a 22.4: the root partition is the one that has no parent",
    remedy="Keep one.",
)
def parent_doubled(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """More than one parent partition."""
    parents = scene.on(hypervisor.id, Role.PARENT_PARTITION)
    if len(parents) < 2:
        return ()
    first = parents[0]
    return [
        Hit(
            block=other.id,
            message=f"“{hypervisor.name}” has two parent partitions: “{first.name}” and “{other.name}”.",
            related=(first.id, hypervisor.id),
            fixes=(removing(f"Keep “{first.name}” and remove this one", [other.id]),),
        )
        for other in parents[1:]
    ]


@rule(
    "structure.parent-not-used",
    Role.HYPERVISOR,
    title="A parent partition on a hypervisor that has none",
    severity=Severity.ERROR,
    why="This product drives the devices itself or leaves them to the host's system; it has no privileged partition.",
    source="Windows IT Pro, difference between monolithic and microkernelized hypervisors",
    remedy="Remove the parent partition, or choose a product that has one.",
)
def parent_not_used(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A parent partition on a product known to need none."""
    facts = scene.facts(hypervisor)
    if facts.needs_parent.value is not False:
        return ()
    parents = scene.on(hypervisor.id, Role.PARENT_PARTITION)
    return [
        Hit(
            block=parent.id,
            message=f"{facts.label} has no parent partition, but “{parent.name}” rests on it.",
            related=(hypervisor.id,),
            source=facts.needs_parent.said_by,
            fixes=(removing("Remove the parent partition", [parent.id]),),
        )
        for parent in parents
    ]


@rule(
    "structure.parent-without-hypervisor",
    Role.HARDWARE,
    Role.OPERATING_SYSTEM,
    title="A parent partition without a hypervisor",
    severity=Severity.ERROR,
    why="A partition is a part of what a hypervisor divides; without one it is just a machine.",
    source=ARCHITECTURES,
    remedy="Put a Type 1 hypervisor under it, or let its system stand on the hardware.",
)
def parent_without_hypervisor(scene: Scene, support: Block) -> Sequence[Hit]:
    """Parent partitions on a host or an operating system."""
    parents = scene.on(support.id, Role.PARENT_PARTITION)
    if not parents:
        return ()
    hits: list[Hit] = []
    for parent in parents:
        fixes = (Fix(label="Take the partition away, keep what is in it", edit=_taking_away(parent.id, support.id)),)
        if (
            role_of(support) is Role.HARDWARE
            and not scene.on(support.id, Role.HYPERVISOR)
            and not scene.on(support.id, Role.OPERATING_SYSTEM)
        ):
            fixes = (_type1_under(scene, support, tuple(item.id for item in parents)), *fixes)
        message = f"The parent partition “{parent.name}” rests on “{support.name}”, not on a hypervisor."
        hits.append(Hit(block=parent.id, message=message, related=(support.id,), fixes=fixes))
    return hits


def _taking_away(block_id: BlockId, onto: BlockId) -> Edit:
    def edit(document: Document) -> Document:
        return dissolved(document, block_id, onto)

    return edit


def _type1_under(scene: Scene, host: Block, parents: tuple[BlockId, ...]) -> Fix:
    product = product_for(scene.knowledge, "type1", host=host)
    name = product.label if product else "Hypervisor"

    def edit(document: Document) -> Document:
        vms = tuple(
            child
            for child in index_of(document).children_of(host.id)
            if role_of(document.blocks[child]) is Role.VIRTUAL_MACHINE
        )
        return slipped_under(
            document, (*parents, *vms), kind=kind_for(Role.HYPERVISOR), name=name, product=product.id if product else ""
        )[0]

    return Fix(label=f"Put {name} under it", edit=edit)


@rule(
    "structure.parent-without-os",
    Role.PARENT_PARTITION,
    title="A parent partition without an operating system",
    severity=Severity.ERROR,
    why="Its operating system holds the drivers and the services that create and serve the VMs.",
    source="Microsoft Docs, Hyper-V architecture: the root partition runs Windows and the virtualization stack",
    remedy="Put an operating system into the parent partition.",
)
def parent_without_system(scene: Scene, parent: Block) -> Sequence[Hit]:
    """A parent partition that carries no operating system."""
    if scene.on(parent.id, Role.OPERATING_SYSTEM):
        return ()
    product = fitting_system(scene.catalog, scene.place(parent).facts.requires.parent_os.value)
    return [
        Hit(
            block=parent.id,
            message=f"The parent partition “{parent.name}” has no operating system.",
            fixes=(
                Fix(
                    label="Add an operating system",
                    edit=lambda document: with_system(document, parent.id, product)[0],
                ),
            ),
        )
    ]


@rule(
    "structure.nobody-drives",
    Role.HYPERVISOR,
    title="A hypervisor with nobody to drive the devices",
    severity=Severity.ERROR,
    why="Somebody must have drivers: the hypervisor, a system under or beside it, or one in its parent partition.",
    source=ARCHITECTURES,
    remedy="Choose a product that has drivers of its own, or give it an operating system that has them.",
)
def nobody_drives(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A hypervisor on a machine, without drivers of its own and without a system that serves it."""
    place = scene.place(hypervisor)
    obstacles = (item for item in hypervisor_obstacles(scene, hypervisor) if item.hindrance is Hindrance.NO_DRIVERS)
    obstacle = next(obstacles, None)
    if obstacle is None or obstacle.about or place.machine is None:
        return ()
    fixes: tuple[Fix, ...] = ()
    product = product_for(scene.knowledge, "type1", host=scene.hardware(hypervisor), with_parent=False)
    if not hypervisor.product and product is not None:
        fixes = (choosing(f"Choose {product.label}", hypervisor.id, product.id),)
    return [Hit(block=hypervisor.id, message=f"{obstacle.reason}.", fixes=fixes)]


@rule(
    "structure.os-beside-type1",
    Role.HYPERVISOR,
    title="An operating system beside a Type 1 product",
    severity=Severity.ERROR,
    why="A Type 1 hypervisor is the only layer on the hardware; the host's system runs in a partition on top of it.",
    source=ARCHITECTURES,
    remedy="Move the operating system into a parent partition on the hypervisor.",
)
def system_beside_type1(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """A product that is said to be Type 1, drawn at the same level as an operating system."""
    found = classification(scene, hypervisor)
    if found.vmm_type != "hybrid" or found.expected != "type1":
        return ()
    systems = shape_of(scene, hypervisor).systems_beside
    facts = scene.facts(hypervisor)
    place = "has no place beside it" if facts.needs_parent.value is False else "belongs in its parent partition"
    return [
        _misplaced(
            scene,
            hypervisor,
            f"{facts.label} is a Type 1 product, but “{systems[0].name}” stands beside it on the hardware, "
            f"which makes the picture a Hybrid. That system {place}.",
        )
    ]


@rule(
    "structure.product-misplaced",
    Role.HYPERVISOR,
    title="A product in the place of another architecture",
    severity=Severity.ERROR,
    why="The class follows from the structure. A product that is built for another one does not work like the picture.",
    source=ARCHITECTURES,
    remedy="Move the blocks into the shape of the product, or choose a product of the shape you drew.",
)
def product_misplaced(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """Product and structure disagree."""
    facts = scene.facts(hypervisor)
    found = classification(scene, hypervisor)
    if found.vmm_type == "unclear" or found.expected not in TYPE_LABELS or found.expected == found.vmm_type:
        return ()
    if found.vmm_type == "hybrid" and found.expected == "type1":
        return ()
    shown, expected = TYPE_LABELS[found.vmm_type], TYPE_LABELS[found.expected]
    return [_misplaced(scene, hypervisor, f"{facts.label} is a {expected} product, but the picture shows {shown}.")]


def _misplaced(scene: Scene, hypervisor: Block, message: str) -> Hit:
    facts = scene.facts(hypervisor)
    found = classification(scene, hypervisor)
    shape = shape_of(scene, hypervisor)
    fixes: tuple[Fix, ...] = ()
    if shape.machine is None or role_of(shape.machine) is not Role.PARENT_PARTITION:
        fixes = (
            Fix(
                label=f"Rebuild the stack as {TYPE_LABELS[found.expected]}",
                edit=lambda document: restructured(
                    document, scene.catalog, hypervisor=hypervisor.id, to=found.expected
                ),
            ),
        )
    host = shape.machine if shape.machine is not None and role_of(shape.machine) is Role.HARDWARE else None
    parent = bool(shape.parents) if found.vmm_type == "type1" else None
    other = product_for(scene.knowledge, found.vmm_type, host=host, with_parent=parent)
    if other is not None and suits(scene.knowledge, other, host=host, system=serving_system(scene, hypervisor)):
        fixes = (*fixes, choosing(f"Choose {other.label} instead", hypervisor.id, other.id))
    note = facts.class_note.value
    return Hit(
        block=hypervisor.id,
        message=message,
        severity=Severity.WARNING if facts.contested.value else None,
        related=tuple(item.id for item in (shape.under, *shape.systems_beside) if item is not None),
        source=found.expected_source,
        why=f"The class follows from the structure, not from the name. {note}" if note else "",
        fixes=fixes,
    )
