"""Converting a whole stack to another architecture in one edit, keeping its VMs and their workloads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from attrs import evolve, frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.declaration import Product
from hvstudio.catalog.kinds import ROLES, role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.fixes.adapt import adapted
from hvstudio.checks.fixes.host_system import host_below, with_fitting_system
from hvstudio.checks.fixes.mending import fitting_system
from hvstudio.checks.fixes.native import as_native
from hvstudio.checks.fixes.restructure import restructured, system_of_stack
from hvstudio.checks.fixes.selection import product_for, products_of_type
from hvstudio.composition.classify import TYPE_LABELS
from hvstudio.composition.knowledge import Knowledge
from hvstudio.composition.serving import system_fits
from hvstudio.errors import EditError
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import rename_block, replace_block
from hvstudio.model.index import index_of

REMEMBERED: Final = "products_before_conversion"
"""The extra field of a hypervisor that keeps the products that conversions replaced, the latest first."""


@frozen(kw_only=True, eq=False)
class Conversion:
    """A converted document; `lost` says in sentences what the target cannot express, `label` names the undo step."""

    document: Document
    lost: tuple[str, ...]
    label: str
    product: str = ""


def convert(
    document: Document, catalog: Catalog, *, hypervisor: BlockId, to: str, product: str | None = None
) -> Conversion:
    """The document with the stack of a hypervisor as `to` ("type1", "type2", "hybrid" or "native").

    `product` is the hypervisor to take; None takes one of the time of the stack (its host, system and hypervisor) that
    suits the host, and keeps the present one where it is of that architecture already. Raises EditError when the block
    is no hypervisor or has no machine of its own.
    """
    block = document.blocks.get(hypervisor)
    if block is None or role_of(block) is not Role.HYPERVISOR:
        raise EditError("only the stack of a hypervisor can be converted", where=hypervisor)
    if to == "native":
        rebuilt, lost = as_native(document, hypervisor)
        return Conversion(document=rebuilt, lost=lost, label=f"Convert “{block.name}” to native")
    knowledge = Knowledge(catalog)
    chosen = _chosen(document, knowledge, block, to, product)
    lost = _lost_layers(document, knowledge, block, to, chosen)
    changed = document if chosen is None else _with_product(document, block, chosen.id)
    changed = _renamed(changed, catalog, block, chosen)
    changed = restructured(changed, catalog, hypervisor=hypervisor, to=to)
    changed = with_fitting_system(changed, knowledge, hypervisor, to)
    fitted = adapted(changed, knowledge, hypervisor=hypervisor)
    label = f"Convert “{block.name}” to {TYPE_LABELS.get(to, to)}"
    return Conversion(
        document=fitted.document,
        lost=(*lost, *fitted.lost),
        label=label,
        product=chosen.id if chosen else block.product,
    )


def target_products(catalog: Catalog, to: str) -> tuple[Product, ...]:
    """The products a stack can be converted to for an architecture, in catalogue order."""
    return tuple(products_of_type(Knowledge(catalog), to))


def _chosen(
    document: Document, knowledge: Knowledge, hypervisor: Block, to: str, product: str | None
) -> Product | None:
    if product is not None:
        chosen = knowledge.catalog.product(product)
        if chosen is None or ROLES.get(chosen.kind) is not Role.HYPERVISOR:
            raise EditError("the catalogue has no such hypervisor", where=product)
        return chosen
    if not hypervisor.product or knowledge.facts(hypervisor.product).expected_class.value == to:
        return knowledge.catalog.product(hypervisor.product)
    for earlier in _products_before(hypervisor):
        if knowledge.facts(earlier).expected_class.value == to:
            return knowledge.catalog.product(earlier)
    host = host_below(document, hypervisor)
    system = system_of_stack(document, hypervisor.id)
    beside = document.blocks[system] if system is not None else None
    era = _era(knowledge.catalog, [hypervisor, host, beside])
    return product_for(knowledge, to, host=host, system=beside, era=era)


def _products_before(hypervisor: Block) -> tuple[str, ...]:
    """The products that conversions replaced, the latest first."""
    kept: object = hypervisor.extras.get(REMEMBERED)
    if not isinstance(kept, list | tuple):
        return ()
    return tuple(item for item in cast("list[object]", kept) if isinstance(item, str))


def _with_product(document: Document, hypervisor: Block, product: str) -> Document:
    """The document with another product, and the replaced one remembered."""
    if product == hypervisor.product:
        return document
    before = [hypervisor.product, *(item for item in _products_before(hypervisor) if item != hypervisor.product)]
    kept = [item for item in before if item and item != product]
    extras = {name: value for name, value in hypervisor.extras.items() if name != REMEMBERED}
    if kept:
        extras[REMEMBERED] = kept
    return replace_block(document, evolve(hypervisor, product=product, extras=extras))


def _era(catalog: Catalog, blocks: Sequence[Block | None]) -> int | None:
    """The year of the youngest product in the stack; None where no product says its year."""
    products = (catalog.product(block.product) for block in blocks if block is not None)
    return max((product.year for product in products if product is not None and product.year > 0), default=None)


def _renamed(document: Document, catalog: Catalog, hypervisor: Block, chosen: Product | None) -> Document:
    """A hypervisor that bears the name of its product bears that of the new one."""
    before = catalog.product(hypervisor.product)
    if chosen is None or before is None or hypervisor.name != before.label:
        return document
    return rename_block(document, hypervisor.id, chosen.label)


def _lost_layers(
    document: Document, knowledge: Knowledge, hypervisor: Block, to: str, chosen: Product | None
) -> tuple[str, ...]:
    """What becomes of the layers around the VMs, in words."""
    lost: list[str] = []
    index = index_of(document)
    facts = knowledge.facts(chosen.id if chosen else "")
    system = system_of_stack(document, hypervisor.id)
    parents = [
        child for child in index.children_of(hypervisor.id) if role_of(document.blocks[child]) is Role.PARENT_PARTITION
    ]
    if to != "type1":
        for parent in parents:
            if document.blocks[parent].parameters:
                name = document.blocks[parent].name
                lost.append(f"The parent partition “{name}” goes, and with it its memory and CPU settings.")
    if to == "type1" and facts.needs_parent.value is False and system is not None:
        name = document.blocks[system].name
        lost.append(f"{facts.label} has no parent partition: the host's system “{name}” goes.")
        for child in index.above(system):
            block = document.blocks[child]
            if role_of(block) is Role.WORKLOAD and not _in_vm(document, block):
                lost.append(f"The workload “{block.name}” ran on the host's system and goes with it.")
        return tuple(lost)
    wanted = facts.requires.parent_os if to == "type1" else facts.requires.host_os
    if system is not None and not system_fits(knowledge.catalog, wanted.value, document.blocks[system]):
        product = fitting_system(knowledge.catalog, wanted.value)
        if product is not None:
            lost.append(
                f"{facts.label} does not run with “{document.blocks[system].name}”; it becomes {product.label}."
            )
    return tuple(lost)


def _in_vm(document: Document, block: Block) -> bool:
    support = block.rests_on
    while support is not None and support in document.blocks:
        below = document.blocks[support]
        if role_of(below) is Role.VIRTUAL_MACHINE:
            return True
        support = below.rests_on
    return False
