"""Which VMM architecture each hypervisor is, read from the composition alone, with the argument step by step.

Source: the three definitions of "Windows Server 2012 Hyper-V Cookbook", appendix A: Type 2 stands on an operating
system, Hybrid beside it on the same hardware, Type 1 between the hardware and all partitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from attrs import frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.composition.knowledge import Knowledge
from hvstudio.composition.scene import Scene
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.index import Index

TYPE_LABELS = {"type1": "Type 1", "type2": "Type 2", "hybrid": "Hybrid", "native": "Native", "unclear": "Unclear"}


@frozen(kw_only=True)
class Classification:
    """What one hypervisor is, by structure: `vmm_type` is "type1", "type2", "hybrid" or "unclear".

    `nested_in` is the hypervisor it runs under, if any. `sentence` is the reason in one sentence; `argument` is the
    same step by step, each step with the blocks it speaks of, to be highlighted on the diagram. `expected` is what
    the product is said to be, with `expected_source`.
    """

    hypervisor: BlockId
    vmm_type: str
    sentence: str
    nested_in: BlockId | None = None
    argument: tuple[tuple[str, tuple[BlockId, ...]], ...] = ()
    expected: str = ""
    expected_source: str = ""


Step: TypeAlias = tuple[str, tuple[BlockId, ...]]
_NAMED: Final = 4
"""How many blocks a sentence names before it says "and 3 more"."""


@frozen(kw_only=True, eq=False)
class Shape:
    """What lies around one hypervisor: the machine it runs on, the system under it, what stands beside it.

    `hypervisors_beside` holds the first few only, enough to name them.
    """

    hypervisor: Block
    machine: Block | None
    under: Block | None
    systems_beside: tuple[Block, ...]
    hypervisors_beside: tuple[Block, ...]
    parents: tuple[Block, ...]
    vms: tuple[Block, ...]
    outer: Block | None


def classify(document: Document, catalog: Catalog, index: Index | None = None) -> tuple[Classification, ...]:
    """What every hypervisor of the document is, in document order."""
    scene = Scene(document, Knowledge(catalog), index)
    scene.settle()
    return tuple(classification(scene, block) for block in scene.blocks.values() if role_of(block) is Role.HYPERVISOR)


def classification(scene: Scene, hypervisor: Block) -> Classification:
    """What one hypervisor is, kept in the scene."""
    kept = scene.kept.setdefault("class", {})
    found: Classification | None = kept.get(hypervisor.id)
    if found is None:
        found = kept[hypervisor.id] = _classified(scene, hypervisor)
    return found


def vmm_type_of(scene: Scene, hypervisor: Block) -> str:
    """ "type1", "type2", "hybrid" or "unclear"."""
    return classification(scene, hypervisor).vmm_type


def shape_of(scene: Scene, hypervisor: Block) -> Shape:
    """What lies around a hypervisor."""
    under, machine, outer = _underneath(scene, hypervisor)
    others = scene.on(under.id, Role.HYPERVISOR)[: _NAMED + 2] if under else ()
    return Shape(
        hypervisor=hypervisor,
        machine=machine,
        under=under,
        systems_beside=tuple(scene.on(under.id, Role.OPERATING_SYSTEM)) if under else (),
        hypervisors_beside=tuple(item for item in others if item.id != hypervisor.id),
        parents=tuple(scene.on(hypervisor.id, Role.PARENT_PARTITION)),
        vms=tuple(scene.on(hypervisor.id, Role.VIRTUAL_MACHINE)),
        outer=outer,
    )


def _underneath(scene: Scene, hypervisor: Block) -> tuple[Block | None, Block | None, Block | None]:
    """What a hypervisor rests on, the machine it runs on, and the hypervisor below, as far as there are any."""
    under: Block | None = None
    machine: Block | None = None
    for item in scene.below(hypervisor):
        under = under or item
        if machine is None and role_of(item) in (Role.HARDWARE, Role.VIRTUAL_MACHINE, Role.PARENT_PARTITION):
            machine = item
        if role_of(item) is Role.HYPERVISOR:
            return under, machine, item
    return under, machine, None


def _classified(scene: Scene, hypervisor: Block) -> Classification:
    shape = shape_of(scene, hypervisor)
    vmm_type, sentence, first = _structure(scene, shape)
    facts = scene.facts(hypervisor)
    expected = facts.expected_class.value or ""
    source = facts.expected_class.said_by
    steps: list[Step] = list(first)
    if vmm_type != "unclear":
        steps += [_owner(scene, shape, vmm_type), _schedule(shape, vmm_type), _path(scene, shape, vmm_type)]
    if shape.outer is not None and vmm_type != "unclear":
        outer = shape.outer
        steps.append(
            (
                f"All of this runs inside {scene.name(shape.machine.id if shape.machine else None)}, "
                f"which itself is carried by {scene.name(outer.id)}: every layer below is passed as well.",
                _ids(shape.machine, outer),
            )
        )
    if note := facts.class_note.value:
        steps.append((f"{note.rstrip('.')}.", (hypervisor.id,)))
    if expected:
        steps.append(_product_step(hypervisor, facts.label, vmm_type, expected, source))
    if shape.outer is not None and vmm_type != "unclear":
        sentence = f"{sentence} It is nested in {scene.name(shape.outer.id)}."
    return Classification(
        hypervisor=hypervisor.id,
        vmm_type=vmm_type,
        sentence=sentence,
        nested_in=shape.outer.id if shape.outer else None,
        argument=tuple(steps),
        expected=expected,
        expected_source=source,
    )


def _structure(scene: Scene, shape: Shape) -> tuple[str, str, list[Step]]:
    """The type by structure, its sentence, and the first steps of the argument."""
    under, me = shape.under, f"“{shape.hypervisor.name}”"
    if under is None:
        return _unclear(shape, f"{me} rests on nothing: without hardware or a system below it, it is no type yet.")
    if role_of(under) is Role.OPERATING_SYSTEM:
        return _on_system(scene, shape)
    if role_of(under) not in (Role.HARDWARE, Role.VIRTUAL_MACHINE):
        where = "another hypervisor" if role_of(under) is Role.HYPERVISOR else "a parent partition"
        if role_of(under) not in (Role.HYPERVISOR, Role.PARENT_PARTITION):
            where = "a block that cannot carry it"
        return _unclear(
            shape,
            f"{me} rests on {where}, “{under.name}”; "
            "it needs hardware, an operating system or a virtual machine under it to be one of the three types.",
        )
    if role_of(under) is Role.HARDWARE and under.rests_on is not None:
        return _unclear(shape, f"The host “{under.name}” under {me} does not stand on the ground, so nothing is clear.")
    if role_of(under) is Role.VIRTUAL_MACHINE and shape.outer is None:
        return _unclear(shape, f"{me} runs in the VM “{under.name}”, but no hypervisor carries that VM.")
    if shape.systems_beside:
        return _beside_system(shape)
    if shape.hypervisors_beside:
        return _unclear(
            shape,
            f"{me} shares {_ground(under)} with another hypervisor, {_names(shape.hypervisors_beside)}; "
            "only one can be the layer between the hardware and the partitions.",
        )
    return _on_bare_machine(shape)


_PLACES: Final[Mapping[Role | None, str]] = {
    Role.HARDWARE: "which runs on the hardware",
    Role.VIRTUAL_MACHINE: "the system of a virtual machine",
    Role.PARENT_PARTITION: "the system of a parent partition",
}
_GROUNDS: Final[Mapping[Role | None, str]] = {
    Role.HARDWARE: "the hardware “{}”",
    Role.VIRTUAL_MACHINE: "the virtual hardware of the VM “{}”",
    Role.PARENT_PARTITION: "the parent partition “{}”",
}


def _on_system(scene: Scene, shape: Shape) -> tuple[str, str, list[Step]]:
    under, machine, me = shape.under, shape.machine, f"“{shape.hypervisor.name}”"
    if under is None or machine is None or (role_of(machine) is Role.HARDWARE and machine.rests_on is not None):
        system = under.name if under else "nothing"
        return _unclear(shape, f"{me} rests on “{system}”, but no hardware lies under that.")
    if role_of(machine) is not Role.HARDWARE and shape.outer is None:
        return _unclear(shape, f"{me} rests on “{under.name}” in “{machine.name}”, but no hypervisor carries that.")
    place = _PLACES[role_of(machine)]
    sentence = (
        f"{me} is Type 2: it rests on the operating system “{under.name}”, {place}. "
        "What a VM asks of the hardware goes through the hypervisor and then through that system."
    )
    below = scene.support(under)
    steps: list[Step] = [
        (f"{me} rests on the operating system “{under.name}”.", _ids(shape.hypervisor, under)),
        (f"“{under.name}” rests on {_ground(below)}: it was there first.", _ids(under, below)),
    ]
    return "type2", sentence, steps


def _beside_system(shape: Shape) -> tuple[str, str, list[Step]]:
    under, me = shape.under, f"“{shape.hypervisor.name}”"
    beside = shape.systems_beside
    sentence = (
        f"{me} is Hybrid: it stands on {_ground(under)} at the same level as {_names(beside)}. "
        "Both have the same access with the same priority, so it is not as fast and not as safe as it could be."
    )
    steps: list[Step] = [
        (f"{me} rests directly on {_ground(under)}.", _ids(shape.hypervisor, under)),
        (f"{_names(beside)} rests there as well, at the same level.", _ids(*beside, shape.hypervisor)),
    ]
    return "hybrid", sentence, steps


def _on_bare_machine(shape: Shape) -> tuple[str, str, list[Step]]:
    under, me = shape.under, f"“{shape.hypervisor.name}”"
    carried = (
        f"the parent partition {_names(shape.parents)} and the VMs stand side by side on it"
        if shape.parents
        else "the VMs stand on it"
    )
    sentence = f"{me} is Type 1: it is the only layer between {_ground(under)} and what runs there; {carried}."
    steps: list[Step] = [
        (f"{me} rests directly on {_ground(under)}.", _ids(shape.hypervisor, under)),
        (f"No operating system stands beside it on {_ground(under)}.", _ids(under)),
        (
            f"On it, side by side: {_names((*shape.parents, *shape.vms)) or 'nothing yet'}.",
            _ids(*shape.parents, *shape.vms),
        ),
    ]
    return "type1", sentence, steps


def _owner(scene: Scene, shape: Shape, vmm_type: str) -> Step:
    """Who owns the devices."""
    me = shape.hypervisor
    if vmm_type == "type2" and shape.under is not None:
        return (
            f"“{shape.under.name}” owns the devices: its drivers reach them, the hypervisor asks it.",
            _ids(shape.under),
        )
    if vmm_type == "hybrid":
        return (
            f"{_names(shape.systems_beside)} and “{me.name}” both reach the devices; neither is above the other.",
            _ids(*shape.systems_beside, me),
        )
    if shape.parents and not scene.facts(me).own_drivers.value:
        parent = shape.parents[0]
        system = scene.system_of(parent.id)
        of = f"“{system.name}” in the parent partition “{parent.name}”" if system else f"“{parent.name}”"
        return (f"{of} has the drivers and owns the devices; “{me.name}” keeps the VMs apart.", _ids(system, parent))
    return (f"“{me.name}” has the drivers itself and owns the devices.", _ids(me))


def _schedule(shape: Shape, vmm_type: str) -> Step:
    """Who decides what runs."""
    me = shape.hypervisor
    if vmm_type == "type2" and shape.under is not None:
        return (
            f"“{shape.under.name}” schedules: to it a VM is one program among others.",
            _ids(shape.under, *shape.vms),
        )
    if vmm_type == "hybrid":
        return (
            f"{_names(shape.systems_beside)} and “{me.name}” take turns on the processors as equals.",
            _ids(*shape.systems_beside, me),
        )
    competing = " The parent partition competes like any other partition." if shape.parents else ""
    return (f"“{me.name}” schedules every virtual processor.{competing}", _ids(me, *shape.parents))


def _path(scene: Scene, shape: Shape, vmm_type: str) -> Step:
    """Which way a request of a VM takes down to the machine."""
    vm = shape.vms[0] if shape.vms else None
    start = f"“{vm.name}”" if vm else "a VM"
    me, under = shape.hypervisor, shape.under
    route: list[Block | None] = [vm, me]
    if vmm_type == "type2":
        route.append(under)
    elif vmm_type == "type1" and shape.parents and not scene.facts(me).own_drivers.value:
        route.append(shape.parents[0])
    route.append(shape.machine if vmm_type == "type2" else under)
    names = " → ".join([start, *(f"“{item.name}”" for item in route[1:] if item is not None)])
    return (f"A request takes this way: {names}.", _ids(*route))


def _product_step(hypervisor: Block, label: str, vmm_type: str, expected: str, source: str) -> Step:
    said = TYPE_LABELS.get(expected, expected)
    by = f" ({source})" if source else ""
    if vmm_type == expected:
        return (f"{label} is said to be {said}{by}; the picture agrees.", (hypervisor.id,))
    shown = "not clear yet" if vmm_type == "unclear" else TYPE_LABELS[vmm_type]
    return (f"{label} is said to be {said}{by}; the picture shows something else: {shown}.", (hypervisor.id,))


def _unclear(shape: Shape, sentence: str) -> tuple[str, str, list[Step]]:
    return "unclear", sentence, [(sentence, _ids(shape.hypervisor, shape.under, *shape.hypervisors_beside))]


def _ground(block: Block | None) -> str:
    if block is None:
        return "nothing"
    return _GROUNDS.get(role_of(block), "“{}”").format(block.name)


def _names(blocks: tuple[Block, ...], limit: int = _NAMED) -> str:
    names = [f"“{block.name}”" for block in blocks[:limit]]
    if len(blocks) > limit:
        return f"{', '.join(names)} and {len(blocks) - limit} more"
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def _ids(*blocks: Block | None) -> tuple[BlockId, ...]:
    return tuple(block.id for block in blocks if block is not None)
