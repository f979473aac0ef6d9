"""The edits that fixes are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import evolve

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.declaration import Product
from hvstudio.catalog.kinds import kind_for
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Fix
from hvstudio.model.document import BlockId, Document, Value
from hvstudio.model.edits import (
    Edit,
    add_block,
    attach,
    free_name,
    move_block,
    remove_blocks,
    set_parameters,
    set_product,
)
from hvstudio.model.index import index_of


def setting(label: str, block_ids: Iterable[BlockId], values: Mapping[str, Value | None]) -> Fix:
    """A fix that sets parameters."""
    ids = tuple(block_ids)
    return Fix(label=label, edit=lambda document: set_parameters(document, ids, values))


def choosing(label: str, block_id: BlockId, product: str) -> Fix:
    """A fix that makes a block another product."""
    return Fix(label=label, edit=lambda document: set_product(document, [block_id], product))


def removing(label: str, block_ids: Iterable[BlockId]) -> Fix:
    """A fix that removes blocks with what rests on them."""
    ids = tuple(block_ids)

    def edit(document: Document) -> Document:
        return remove_blocks(document, [block_id for block_id in ids if block_id in document.blocks])

    return Fix(label=label, edit=edit)


def moving(label: str, block_ids: Iterable[BlockId], onto: BlockId) -> Fix:
    """A fix that moves blocks, with what rests on them, onto another."""
    ids = tuple(block_ids)
    return Fix(label=label, edit=lambda document: moved_onto(document, ids, onto))


def attaching(label: str, block_id: BlockId, target: BlockId | None) -> Fix:
    """A fix that attaches a device to something else, or to nothing."""
    return Fix(label=label, edit=lambda document: attach(document, block_id, target))


def chained(*edits: Edit) -> Edit:
    """One edit that does several in turn."""

    def edit(document: Document) -> Document:
        for step in edits:
            document = step(document)
        return document

    return edit


def moved_onto(document: Document, block_ids: Iterable[BlockId], onto: BlockId) -> Document:
    """The document with blocks moved onto another, kept in their order."""
    for block_id in block_ids:
        document = move_block(document, block_id, rests_on=onto)
    return document


def dissolved(document: Document, block_id: BlockId, onto: BlockId | None) -> Document:
    """The document without a block; what rested on it rests on `onto`."""
    for child in index_of(document).children_of(block_id):
        document = move_block(document, child, rests_on=onto, position=document.positions.get(block_id))
    return remove_blocks(document, [block_id])


def slipped_under(
    document: Document, block_ids: Iterable[BlockId], *, kind: str, name: str, product: str = ""
) -> tuple[Document, BlockId]:
    """The document with a new block put between blocks that stand side by side and what they rest on."""
    ids = tuple(block_ids)
    support = document.blocks[ids[0]].rests_on
    document, new = add_block(
        document, kind=kind, name=free_name(document, name), product=product, rests_on=support, before=ids[0]
    )
    return moved_onto(document, ids, new), new


def with_system(
    document: Document, machine: BlockId, product: Product | None, *, family: str = "Operating system"
) -> tuple[Document, BlockId]:
    """The document with an operating system added on a machine."""
    return add_block(
        document,
        kind=kind_for(Role.OPERATING_SYSTEM),
        name=free_name(document, product.label if product else family),
        product=product.id if product else "",
        rests_on=machine,
    )


def with_parent(document: Document, hypervisor: BlockId, product: Product | None) -> Document:
    """The document with a parent partition and its operating system added on a hypervisor, as the first on it."""
    first = next(iter(index_of(document).children_of(hypervisor)), None)
    document, parent = add_block(
        document,
        kind=kind_for(Role.PARENT_PARTITION),
        name=free_name(document, "Parent partition"),
        rests_on=hypervisor,
        before=first,
    )
    return with_system(document, parent, product)[0]


def fitting_system(catalog: Catalog, wanted: Sequence[str]) -> Product | None:
    """The first operating system that a list of ids and families names; None when none is named."""
    systems = list(catalog.products_of(kind_for(Role.OPERATING_SYSTEM)))
    for entry in wanted:
        for product in systems:
            if product.id == entry:
                return product
    return next((product for product in systems if catalog.system(product.id).family.value in wanted), None)


def with_values(document: Document, block_id: BlockId, values: Mapping[str, Value | None]) -> Document:
    """The document with parameters of one block set."""
    return set_parameters(document, [block_id], values)


def detached(document: Document, block_id: BlockId) -> Document:
    """The document with a block that rests on nothing, even out of a circle."""
    block = evolve(document.blocks[block_id], rests_on=None)
    positions = {**document.positions, block_id: document.positions.get(block_id, (0.0, 0.0))}
    return evolve(document, blocks={**document.blocks, block_id: block}, positions=positions)
