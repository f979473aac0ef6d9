"""Is this stack a Type 1, a Type 2, a Hybrid? Why not, and what would make it one."""

from __future__ import annotations

from attrs import frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Fix
from hvstudio.checks.fixes.convert import convert
from hvstudio.checks.fixes.mending import moved_onto
from hvstudio.checks.fixes.restructure import restructured
from hvstudio.composition.classify import TYPE_LABELS, Classification, Step, classification, shape_of
from hvstudio.composition.scene import read_scene
from hvstudio.composition.serving import serving_system
from hvstudio.errors import EditError
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import Edit, remove_blocks
from hvstudio.model.index import index_of


@frozen(kw_only=True, eq=False)
class Verdict:
    """Whether a hypervisor's stack is of an architecture.

    `sentence` says it whole; `because` are the reasons, each with the blocks it speaks of; `becomes` says what would
    make it one; `fixes` do that in one edit each.
    """

    hypervisor: BlockId
    asked: str
    holds: bool
    sentence: str
    because: tuple[Step, ...]
    becomes: str
    fixes: tuple[Fix, ...]
    classification: Classification


def validate_as(document: Document, catalog: Catalog, hypervisor: BlockId, vmm_type: str) -> Verdict:
    """The verdict on one hypervisor; `vmm_type` is "type1", "type2", "hybrid" or "any".

    Raises EditError when the block is no hypervisor or the type is unknown.
    """
    block = document.blocks.get(hypervisor)
    if block is None or role_of(block) is not Role.HYPERVISOR:
        raise EditError("only a hypervisor can be validated as an architecture", where=hypervisor)
    if vmm_type not in ("any", "type1", "type2", "hybrid"):
        raise EditError(f"{vmm_type} is not an architecture", hint="Choose any, type1, type2 or hybrid.")
    scene = read_scene(document, catalog)
    found = classification(scene, block)
    holds = found.vmm_type == vmm_type or (vmm_type == "any" and found.vmm_type != "unclear")
    if holds:
        return Verdict(
            hypervisor=hypervisor,
            asked=vmm_type,
            holds=True,
            sentence=found.sentence,
            because=found.argument,
            becomes="",
            fixes=(),
            classification=found,
        )
    shape = shape_of(scene, block)
    target = vmm_type if vmm_type != "any" else (found.expected or "type1")
    reason, becomes = _reason(found, block.name, serving_system(scene, block), target)
    name = "one of the three architectures" if vmm_type == "any" else f"a {TYPE_LABELS[vmm_type]}"
    return Verdict(
        hypervisor=hypervisor,
        asked=vmm_type,
        holds=False,
        sentence=f"“{block.name}” is not {name} because {reason}; it becomes one if {becomes}.",
        because=((f"{reason[:1].upper()}{reason[1:]}.", _blocks(block, shape.under, shape.systems_beside)),),
        becomes=becomes,
        fixes=_fixes(document, catalog, block, target),
        classification=found,
    )


def _reason(found: Classification, name: str, serving: Block | None, target: str) -> tuple[str, str]:
    """Why it is not of the target architecture, and what would make it one."""
    system = f"“{serving.name}”" if serving is not None else "an operating system"
    out = "moves out of its partition" if serving is not None else "is put"
    because = {
        "hybrid": f"the operating system {system} sits on the hardware beside the hypervisor",
        "type2": f"the hypervisor rests on the operating system {system} instead of the hardware",
        "type1": "the hypervisor is the only layer on the hardware, with no operating system under or beside it",
    }.get(found.vmm_type)
    becomes = {
        ("hybrid", "type1"): f"{system} moves into a parent partition on the hypervisor",
        ("type2", "type1"): f"the hypervisor moves onto the hardware and {system} into a parent partition on it",
        ("hybrid", "type2"): f"the hypervisor moves on top of {system}",
        ("type1", "type2"): f"{system} {out} onto the hardware and the hypervisor on top of it",
        ("type2", "hybrid"): f"the hypervisor moves down beside {system}, onto the hardware",
        ("type1", "hybrid"): f"{system} {out} onto the hardware beside the hypervisor",
    }.get((found.vmm_type, target))
    if because is None or becomes is None:
        why = found.sentence.rstrip(".")
        me = f"“{name}” "
        because = f"it {why.removeprefix(me)}" if why.startswith(me) else f"{why[:1].lower()}{why[1:]}"
        becomes = {
            "type1": "it stands on hardware as the only layer there",
            "type2": "it stands on an operating system that stands on hardware",
            "hybrid": "it stands on hardware beside an operating system",
        }.get(target, "it stands on hardware or on an operating system")
    return because, becomes


def _fixes(document: Document, catalog: Catalog, block: Block, target: str) -> tuple[Fix, ...]:
    """The ways that really lead there: rebuild with the same product, merge what stands beside, another product."""
    name = TYPE_LABELS[target]
    ways = [
        Fix(label=f"Rebuild the stack as {name}", edit=_rebuilding(catalog, block.id, target)),
        Fix(
            label=f"Rebuild the stack as {name} and take over the VMs of the other hypervisors",
            edit=_merging(catalog, block.id, target),
        ),
    ]
    fixes = [next((way for way in ways if _leads_to(document, catalog, way, block.id, target)), None)]
    expected = catalog.hypervisor(block.product).expected_class.value
    if expected is not None and expected != target:
        label = f"Convert to {name}"
        try:
            product = catalog.product(convert(document, catalog, hypervisor=block.id, to=target).product)
        except EditError:
            product = None
        if product is not None and product.id != block.product:
            label = f"Convert to {name} with {product.label}"
            way = Fix(label=label, edit=_converting(catalog, block.id, target))
            fixes.append(way if _leads_to(document, catalog, way, block.id, target) else None)
    return tuple(fix for fix in fixes if fix is not None)


def _leads_to(document: Document, catalog: Catalog, way: Fix, hypervisor: BlockId, target: str) -> bool:
    """Whether an edit really makes the hypervisor one of the target architecture."""
    try:
        made = way.edit(document)
    except EditError:
        return False
    scene = read_scene(made, catalog)
    return classification(scene, made.blocks[hypervisor]).vmm_type == target


def _merging(catalog: Catalog, hypervisor: BlockId, target: str) -> Edit:
    """Rebuild, then put the VMs of the hypervisors that stand beside onto this one and remove those."""

    def edit(document: Document) -> Document:
        document = restructured(document, catalog, hypervisor=hypervisor, to=target)
        support = document.blocks[hypervisor].rests_on
        children = index_of(document).children_of(support) if support is not None else ()
        for other in children:
            if other != hypervisor and role_of(document.blocks[other]) is Role.HYPERVISOR:
                vms = [
                    item
                    for item in index_of(document).children_of(other)
                    if role_of(document.blocks[item]) is Role.VIRTUAL_MACHINE
                ]
                document = remove_blocks(moved_onto(document, vms, hypervisor), [other])
        return document

    return edit


def _rebuilding(catalog: Catalog, hypervisor: BlockId, target: str) -> Edit:
    return lambda document: restructured(document, catalog, hypervisor=hypervisor, to=target)


def _converting(catalog: Catalog, hypervisor: BlockId, target: str) -> Edit:
    return lambda document: convert(document, catalog, hypervisor=hypervisor, to=target).document


def _blocks(block: Block, under: Block | None, beside: tuple[Block, ...]) -> tuple[BlockId, ...]:
    return tuple(item.id for item in (block, under, *beside) if item is not None)
