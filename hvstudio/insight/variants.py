"""The same VMs as other VMM architectures: one document for each that can be made from the one given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.fixes.convert import convert
from hvstudio.composition.classify import classify
from hvstudio.errors import EditError, HVStudioError
from hvstudio.model.document import BlockId, Document


@frozen(kw_only=True)
class Variant:
    """A document of one architecture. `lost` says what it cannot express; `problem` why there is none.

    `products` are the hypervisors that make it, nested ones left out.
    """

    vmm_type: str
    document: Document | None
    lost: tuple[str, ...] = ()
    problem: str = ""
    products: tuple[str, ...] = ()


def present_types(document: Document, catalog: Catalog) -> dict[BlockId, str]:
    """The architecture of every hypervisor that no other hypervisor carries, in document order."""
    return {item.hypervisor: item.vmm_type for item in classify(document, catalog) if not item.nested_in}


def variants(
    document: Document, catalog: Catalog, types: Sequence[str], *, products: Mapping[str, str] | None = None
) -> list[Variant]:
    """A variant for each type in the order asked for; the present architecture is taken as it is.

    `products` names hypervisors to take, by type; the present architecture gets that one, too.
    """
    wanted = products or {}
    present = present_types(document, catalog)
    if not present:
        hint = "Add one with VMs on it; comparing keeps the VMs and changes what carries them."
        raise HVStudioError("there is no hypervisor whose stack could be compared.", where=document.title, hint=hint)
    made: list[Variant] = []
    for vmm_type in types:
        changed, lost = document, list[str]()
        try:
            for hypervisor, now in present.items():
                if now != vmm_type or vmm_type in wanted:
                    product = wanted.get(vmm_type)
                    conversion = convert(changed, catalog, hypervisor=hypervisor, to=vmm_type, product=product)
                    changed = conversion.document
                    lost += conversion.lost
        except EditError as error:
            made.append(Variant(vmm_type=vmm_type, document=None, problem=str(error)))
        else:
            told = tuple(dict.fromkeys(lost))
            labels = _products(changed, catalog, present)
            made.append(Variant(vmm_type=vmm_type, document=changed, lost=told, products=labels))
    return made


def _products(document: Document, catalog: Catalog, hypervisors: Iterable[BlockId]) -> tuple[str, ...]:
    labels: dict[str, None] = {}
    for hypervisor in hypervisors:
        block = document.blocks.get(hypervisor)
        if block is not None:
            product = catalog.product_of(block)
            labels[block.name if product is None else product.label] = None
    return tuple(labels)
