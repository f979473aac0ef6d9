"""Rules of structure for machines: systems, virtual machines and software on what carries them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hvstudio.catalog.kinds import kind_for, role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Fix, Severity
from hvstudio.checks.fixes.mending import dissolved, moved_onto, moving, slipped_under, with_system
from hvstudio.checks.fixes.selection import product_for
from hvstudio.checks.rule import Hit, rule
from hvstudio.checks.rules.structure import MODEL
from hvstudio.checks.sums import uses_disk, uses_network
from hvstudio.composition.scene import Scene
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import Edit, add_block, free_name
from hvstudio.model.index import index_of

ARCHITECTURES: Final = (
    "The three architectures: Windows Server 2012 Hyper-V Cookbook, appendix A, Understanding Hypervisors"
)


@rule(
    "structure.vm-on-hardware",
    Role.HARDWARE,
    title="A virtual machine directly on the hardware",
    severity=Severity.ERROR,
    why="A VM is made by a hypervisor: without one nothing creates it, divides the hardware or carries its requests.",
    source=ARCHITECTURES,
    remedy="Put a hypervisor between the hardware and the VM.",
)
def vm_on_hardware(scene: Scene, host: Block) -> Sequence[Hit]:
    """VMs that rest on a host."""
    vms = scene.on(host.id, Role.VIRTUAL_MACHINE)
    if not vms:
        return ()
    fixes = _hypervisor_fixes(scene, host, [vm.id for vm in vms])
    return [
        Hit(
            block=vm.id,
            message=f"The VM “{vm.name}” stands directly on the hardware; it needs a hypervisor under it.",
            related=(host.id,),
            fixes=fixes,
        )
        for vm in vms
    ]


def _hypervisor_fixes(scene: Scene, support: Block, vms: list[BlockId]) -> tuple[Fix, ...]:
    """Move VMs onto a hypervisor at hand, or put a new one under them."""
    at_hand = next((item for item in scene.above(support.id) if role_of(item) is Role.HYPERVISOR), None)
    inside = at_hand is not None and any(item.id in vms for item in scene.below(at_hand))
    if at_hand is not None and not inside:
        return (moving(f"Put it on “{at_hand.name}”", vms, at_hand.id),)
    vmm_type = (
        "type2"
        if role_of(support) is Role.OPERATING_SYSTEM
        else "hybrid"
        if scene.on(support.id, Role.OPERATING_SYSTEM)
        else "type1"
    )
    host = support if role_of(support) is Role.HARDWARE else None
    product = product_for(
        scene.knowledge, vmm_type, host=host, system=support if role_of(support) is Role.OPERATING_SYSTEM else None
    )
    name = product.label if product else "Hypervisor"

    def edit(document: Document) -> Document:
        return slipped_under(
            document, vms, kind=kind_for(Role.HYPERVISOR), name=name, product=product.id if product else ""
        )[0]

    return (Fix(label=f"Put {name} under it", edit=edit),)


@rule(
    "structure.vm-on-os",
    Role.OPERATING_SYSTEM,
    title="A virtual machine directly on an operating system",
    severity=Severity.ERROR,
    why="An operating system alone does not make VMs; a hypervisor on it does (that is Type 2).",
    source=ARCHITECTURES,
    remedy="Put a hypervisor between the operating system and the VM.",
)
def vm_on_system(scene: Scene, system: Block) -> Sequence[Hit]:
    """VMs that rest on an operating system."""
    vms = scene.on(system.id, Role.VIRTUAL_MACHINE)
    if not vms:
        return ()
    fixes = _hypervisor_fixes(scene, system, [vm.id for vm in vms])
    return [
        Hit(
            block=vm.id,
            message=f"The VM “{vm.name}” stands on “{system.name}” without a hypervisor in between.",
            related=(system.id,),
            fixes=fixes,
        )
        for vm in vms
    ]


@rule(
    "structure.two-systems",
    Role.HARDWARE,
    Role.VIRTUAL_MACHINE,
    Role.PARENT_PARTITION,
    title="Two operating systems side by side on one machine",
    severity=Severity.ERROR,
    why="A machine runs one operating system at a time; running two at once is what a hypervisor is for.",
    source="Popek, Goldberg 1974: the virtual machine monitor gives each system a machine of its own",
    remedy="Keep one; give the other a VM of its own.",
)
def two_systems(scene: Scene, machine: Block) -> Sequence[Hit]:
    """More than one operating system on a host, VM or parent partition."""
    systems = scene.on(machine.id, Role.OPERATING_SYSTEM)
    if len(systems) < 2:
        return ()
    first = systems[0]
    return [
        Hit(
            block=system.id,
            message=f"“{system.name}” and “{first.name}” are both on “{machine.name}”; only one can run there.",
            related=(first.id, machine.id),
            fixes=(
                Fix(
                    label=f"Remove it and put what it carries on “{first.name}”",
                    edit=_dissolving(system.id, first.id),
                ),
            ),
        )
        for system in systems[1:]
    ]


def _dissolving(block_id: BlockId, onto: BlockId) -> Edit:
    return lambda document: dissolved(document, block_id, onto)


@rule(
    "structure.os-on-os",
    Role.OPERATING_SYSTEM,
    title="An operating system on another operating system",
    severity=Severity.ERROR,
    why="An operating system expects a machine, real or virtual, under it, not another system.",
    source=MODEL,
    remedy="Put a hypervisor and a VM between the two, or remove one.",
)
def system_on_system(scene: Scene, system: Block) -> Sequence[Hit]:
    """Operating systems that rest on an operating system."""
    return [
        Hit(
            block=upper.id,
            message=f"“{upper.name}” is an operating system on an operating system, “{system.name}”.",
            related=(system.id,),
            fixes=(
                Fix(
                    label=f"Remove it and put what it carries on “{system.name}”",
                    edit=_dissolving(upper.id, system.id),
                ),
            ),
        )
        for upper in scene.on(system.id, Role.OPERATING_SYSTEM)
    ]


@rule(
    "structure.os-on-hypervisor",
    Role.HYPERVISOR,
    title="An operating system directly on a hypervisor",
    severity=Severity.ERROR,
    why="A hypervisor carries partitions: VMs and, for Type 1, the parent partition. A system runs inside one of them.",
    source=ARCHITECTURES,
    remedy="Move the system into a VM or into the parent partition.",
)
def system_on_hypervisor(scene: Scene, hypervisor: Block) -> Sequence[Hit]:
    """Operating systems that rest on a hypervisor without a partition."""
    systems = scene.on(hypervisor.id, Role.OPERATING_SYSTEM)
    if not systems:
        return ()
    parents = scene.on(hypervisor.id, Role.PARENT_PARTITION)
    empty = next((parent for parent in parents if not scene.on(parent.id, Role.OPERATING_SYSTEM)), None)
    return [_partition_hit(scene, hypervisor, system, empty) for system in systems]


def _partition_hit(scene: Scene, hypervisor: Block, system: Block, empty: Block | None) -> Hit:
    as_parent = not scene.on(hypervisor.id, Role.PARENT_PARTITION) and scene.facts(hypervisor).needs_parent.value
    kind = kind_for(Role.PARENT_PARTITION if as_parent else Role.VIRTUAL_MACHINE)
    name = "Parent partition" if as_parent else f"VM of {system.name}"
    into_vm = Fix(
        label="Put a parent partition under it" if as_parent else "Put a VM under it",
        edit=lambda document: slipped_under(document, [system.id], kind=kind, name=name)[0],
    )
    fixes = (into_vm,)
    if empty is not None:
        fixes = (moving(f"Move it into “{empty.name}”", [system.id], empty.id), into_vm)
    return Hit(
        block=system.id,
        message=f"“{system.name}” stands on the hypervisor “{hypervisor.name}” without a partition of its own.",
        related=(hypervisor.id,),
        fixes=fixes,
    )


@rule(
    "structure.workload-without-system",
    Role.HARDWARE,
    Role.HYPERVISOR,
    Role.PARENT_PARTITION,
    title="Software without an operating system",
    severity=Severity.ERROR,
    why="Software needs an operating system to run in; bare hardware and a bare hypervisor do not start programs.",
    source=MODEL,
    remedy="Put it on an operating system.",
)
def workload_without_system(scene: Scene, block: Block) -> Sequence[Hit]:
    """Workloads that rest on hardware, a hypervisor or a parent partition."""
    workloads = scene.on(block.id, Role.WORKLOAD)
    if not workloads:
        return ()
    fix = _system_fix(scene, block, [workload.id for workload in workloads])
    return [
        Hit(
            block=workload.id,
            message=f"“{workload.name}” has no operating system to run in on “{block.name}”.",
            related=(block.id,),
            fixes=(fix,),
        )
        for workload in workloads
    ]


def _apart(scene: Scene, block: Block, others: list[BlockId]) -> bool:
    """Whether a block rests on none of the others."""
    return not any(below.id in others for below in scene.below(block))


def _system_fix(scene: Scene, block: Block, workloads: list[BlockId]) -> Fix:
    """Move workloads into a system at hand, or into a new VM or a new system."""
    if role_of(block) is Role.HYPERVISOR:
        guest = next(
            (
                item
                for item in scene.above(block.id)
                if role_of(item) is Role.OPERATING_SYSTEM and _apart(scene, item, workloads)
            ),
            None,
        )
        if guest is not None:
            return moving(f"Move it into “{guest.name}”", workloads, guest.id)

        def in_new_vm(document: Document) -> Document:
            document, vm = add_block(document, kind=kind_for(Role.VIRTUAL_MACHINE), name="New VM", rests_on=block.id)
            document, system = with_system(document, vm, None)
            return moved_onto(document, workloads, system)

        return Fix(label="Put it into a VM of its own", edit=in_new_vm)
    system = scene.system_of(block.id)
    if system is not None:
        return moving(f"Move it onto “{system.name}”", workloads, system.id)

    def on_new_system(document: Document) -> Document:
        document, added = with_system(document, block.id, None)
        return moved_onto(document, workloads, added)

    return Fix(label="Put an operating system under it", edit=on_new_system)


@rule(
    "structure.vm-empty",
    Role.VIRTUAL_MACHINE,
    title="A virtual machine with nothing in it",
    severity=Severity.WARNING,
    why="A VM without an operating system does not do anything, but still takes memory from the host.",
    source=MODEL,
    remedy="Put a guest operating system in it.",
)
def vm_empty(scene: Scene, vm: Block) -> Sequence[Hit]:
    """A VM that carries no system, hypervisor or workload."""
    if scene.on(vm.id, Role.OPERATING_SYSTEM) or scene.on(vm.id, Role.HYPERVISOR) or scene.on(vm.id, Role.WORKLOAD):
        return ()
    fix = Fix(label="Add an operating system", edit=lambda document: with_system(document, vm.id, None)[0])
    return [Hit(block=vm.id, message=f"The VM “{vm.name}” has no operating system.", fixes=(fix,))]


@rule(
    "structure.vm-idle",
    Role.VIRTUAL_MACHINE,
    title="A virtual machine without a workload",
    severity=Severity.WARNING,
    why="Without a workload the VM has nothing to do, so its throughput stays at zero.",
    source=MODEL,
    remedy="Drag a workload onto its operating system; “idle” says on purpose that it only ticks.",
)
def vm_idle(scene: Scene, vm: Block) -> Sequence[Hit]:
    """A VM whose system runs no workload and no hypervisor."""
    systems = scene.on(vm.id, Role.OPERATING_SYSTEM)
    if not systems or scene.on(vm.id, Role.WORKLOAD) or scene.on(vm.id, Role.HYPERVISOR):
        return ()
    if any(scene.on(system.id, Role.WORKLOAD) or scene.on(system.id, Role.HYPERVISOR) for system in systems):
        return ()
    system = systems[0]
    products = list(scene.catalog.products_of(kind_for(Role.WORKLOAD)))
    product = next((item for item in products if item.id == "idle"), products[0] if products else None)

    def edit(document: Document) -> Document:
        name, chosen = (product.label, product.id) if product else ("Workload", "")
        document, added = add_block(
            document, kind=kind_for(Role.WORKLOAD), name=name, product=chosen, rests_on=system.id
        )
        return with_devices_for(document, scene.knowledge.values(document.blocks[added]), added)

    return [
        Hit(
            block=vm.id,
            message=f"The VM “{vm.name}” has nothing to do: no workload runs in “{system.name}”.",
            related=(system.id,),
            fixes=(Fix(label=f"Add the workload “{product.label if product else 'Workload'}”", edit=edit),),
        )
    ]


def with_devices_for(document: Document, values: Mapping[str, Any], workload: BlockId) -> Document:
    """The document with the disk and the network card that a workload needs built into its host, if it has none."""
    root = document.blocks[index_of(document).root_of(workload)]
    present = {role_of(document.blocks[child]) for child in index_of(document).children_of(root.id)}
    wanted = (
        (Role.PHYSICAL_DISK, "Disk", uses_disk(values)),
        (Role.PHYSICAL_NIC, "Network card", uses_network(values)),
    )
    for role, name, is_needed in wanted:
        if is_needed and role_of(root) is Role.HARDWARE and role not in present:
            document = add_block(document, kind=kind_for(role), name=free_name(document, name), rests_on=root.id)[0]
    return document


_LAYERS: Final = (
    Role.OPERATING_SYSTEM,
    Role.HYPERVISOR,
    Role.VIRTUAL_MACHINE,
    Role.WORKLOAD,
    Role.PARENT_PARTITION,
)
"""What gives a host something to do."""


@rule(
    "structure.host-empty",
    Role.HARDWARE,
    title="A host that nothing runs on",
    severity=Severity.NOTE,
    why="Hardware alone does nothing; the first layer on it decides the architecture.",
    source=ARCHITECTURES,
    remedy="Put an operating system (Type 2, native) or a hypervisor (Type 1) on it, or both side by side (Hybrid).",
)
def host_empty(scene: Scene, host: Block) -> Sequence[Hit]:
    """A host with neither system nor hypervisor nor VM on it."""
    if any(scene.on(host.id, role) for role in _LAYERS):
        return ()
    fix = Fix(label="Add an operating system", edit=lambda document: with_system(document, host.id, None)[0])
    return [Hit(block=host.id, message=f"Nothing runs on “{host.name}” yet.", fixes=(fix,))]
