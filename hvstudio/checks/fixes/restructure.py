"""Moving the layers of a stack into the shape of another architecture, with the VMs left as they are."""

from __future__ import annotations

from typing import Final

from hvstudio.catalog.catalog import Catalog, empty_catalog
from hvstudio.catalog.facts import HypervisorFacts
from hvstudio.catalog.kinds import kind_for, role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.fixes.mending import dissolved, fitting_system, with_system
from hvstudio.composition.knowledge import Knowledge
from hvstudio.composition.scene import Scene
from hvstudio.composition.serving import serving_system
from hvstudio.errors import EditError
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import add_block, free_name, move_block, remove_blocks
from hvstudio.model.index import index_of

SHAPES: Final = ("type1", "type2", "hybrid")


def restructured(document: Document, catalog: Catalog, *, hypervisor: BlockId, to: str) -> Document:
    """The document with the layers around a hypervisor in the shape of `to`; its product and its VMs stay.

    Raises EditError when the block is no hypervisor, `to` no architecture, or the stack has no machine of its own.
    """
    if to not in SHAPES:
        raise EditError(f"{to} is not an architecture", hint=f"Choose one of {', '.join(SHAPES)}.")
    block = document.blocks.get(hypervisor)
    if block is None or role_of(block) is not Role.HYPERVISOR:
        raise EditError("only a hypervisor can be rebuilt as another architecture", where=hypervisor)
    knowledge = Knowledge(catalog)
    facts = knowledge.facts(block.product)
    document, machine = _machine(document, block)
    if to == "type1":
        monolithic = facts.needs_parent.value is False and facts.expected_class.value in ("type1", None)
        return _as_type1(document, catalog, facts, hypervisor, machine, monolithic=monolithic)
    return _beside_or_on(document, catalog, facts, hypervisor, machine, on_system=to == "type2")


def system_of_stack(document: Document, hypervisor: BlockId) -> BlockId | None:
    """The operating system that serves a hypervisor: under it, in its parent partition, or beside it."""
    scene = Scene(document, Knowledge(empty_catalog()))  # who serves whom follows from the structure alone
    found = serving_system(scene, document.blocks[hypervisor])
    return None if found is None else found.id


def _machine(document: Document, hypervisor: Block) -> tuple[Document, BlockId]:
    """The host or VM that the stack stands on; a host is added where there is none."""
    support = hypervisor.rests_on
    steps = 0
    while support is not None and steps <= len(document.blocks):
        block = document.blocks.get(support)
        if block is None:
            break
        if role_of(block) in (Role.HARDWARE, Role.VIRTUAL_MACHINE):
            return document, block.id
        if role_of(block) is Role.PARENT_PARTITION:
            raise EditError(
                "a hypervisor inside a parent partition has no machine of its own to be rebuilt on",
                where=hypervisor.name,
                hint="Move it into a VM, or onto a host.",
            )
        support = block.rests_on
        steps += 1
    position = document.positions.get(hypervisor.id)
    return add_block(document, kind=kind_for(Role.HARDWARE), name=free_name(document, "Host"), position=position)


def _as_type1(
    document: Document,
    catalog: Catalog,
    facts: HypervisorFacts,
    hypervisor: BlockId,
    machine: BlockId,
    *,
    monolithic: bool,
) -> Document:
    system = system_of_stack(document, hypervisor)
    document = _moved(document, hypervisor, machine)
    if monolithic:
        return _without_system(document, hypervisor, machine, system)
    parent = _first_on(document, hypervisor, Role.PARENT_PARTITION)
    if parent is None:
        first = next(iter(index_of(document).children_of(hypervisor)), None)
        document, parent = add_block(
            document,
            kind=kind_for(Role.PARENT_PARTITION),
            name=free_name(document, "Parent partition"),
            rests_on=hypervisor,
            before=first,
        )
    if system is None:
        document, system = with_system(document, parent, fitting_system(catalog, facts.requires.parent_os.value))
    document = _moved(document, system, parent)
    for other in _all_on(document, machine, Role.OPERATING_SYSTEM):
        document = dissolved(document, other, system)
    return _switches_onto(document, (system, hypervisor), parent)


def _without_system(document: Document, hypervisor: BlockId, machine: BlockId, system: BlockId | None) -> Document:
    """A monolithic hypervisor: no system beside it, none in a parent partition."""
    parents = _all_on(document, hypervisor, Role.PARENT_PARTITION)
    systems = dict.fromkeys([*((system,) if system else ()), *_all_on(document, machine, Role.OPERATING_SYSTEM)])
    document = _switches_onto(document, (*parents, *systems), hypervisor)
    doomed = [*parents, *systems]
    for block_id in doomed:
        for vm in _outermost_vms(document, block_id):
            document = _moved(document, vm, hypervisor)
    return remove_blocks(document, doomed)


def _outermost_vms(document: Document, start: BlockId) -> list[BlockId]:
    """The VMs above a block that stand in no other VM above it."""
    index = index_of(document)
    found: list[BlockId] = []
    waiting = list(index.children_of(start))
    while waiting:
        current = waiting.pop(0)
        if role_of(document.blocks[current]) is Role.VIRTUAL_MACHINE:
            found.append(current)
        else:
            waiting.extend(index.children_of(current))
    return found


def _beside_or_on(
    document: Document,
    catalog: Catalog,
    facts: HypervisorFacts,
    hypervisor: BlockId,
    machine: BlockId,
    *,
    on_system: bool,
) -> Document:
    system = system_of_stack(document, hypervisor)
    document = _moved(document, hypervisor, machine)
    if system is None:
        document, system = with_system(document, machine, fitting_system(catalog, facts.requires.host_os.value))
    document = move_block(document, system, rests_on=machine, before=hypervisor)
    for parent in _all_on(document, hypervisor, Role.PARENT_PARTITION):
        document = _emptied(document, parent, system)
    return _moved(document, hypervisor, system) if on_system else document


def _emptied(document: Document, parent: BlockId, system: BlockId) -> Document:
    """The document without a parent partition; what was in it rests on the system (VMs on the hypervisor)."""
    hypervisor = document.blocks[parent].rests_on
    for child in index_of(document).children_of(parent):
        role = role_of(document.blocks[child])
        if role is Role.OPERATING_SYSTEM:
            document = dissolved(document, child, system)
        elif role is Role.VIRTUAL_MACHINE and hypervisor is not None:
            document = _moved(document, child, hypervisor)
        else:
            document = _moved(document, child, system)
    return remove_blocks(document, [parent])


def _moved(document: Document, block_id: BlockId, onto: BlockId) -> Document:
    return document if document.blocks[block_id].rests_on == onto else move_block(document, block_id, rests_on=onto)


def _switches_onto(document: Document, sources: tuple[BlockId, ...], onto: BlockId) -> Document:
    for source in sources:
        for switch in _all_on(document, source, Role.VIRTUAL_SWITCH):
            document = _moved(document, switch, onto)
        for system in _all_on(document, source, Role.OPERATING_SYSTEM) if source != onto else ():
            document = _switches_onto(document, (system,), onto)
    return document


def _all_on(document: Document, support: BlockId, role: Role) -> tuple[BlockId, ...]:
    children = index_of(document).children_of(support)
    return tuple(child for child in children if role_of(document.blocks[child]) is role)


def _first_on(document: Document, support: BlockId, role: Role) -> BlockId | None:
    return next(iter(_all_on(document, support, role)), None)
