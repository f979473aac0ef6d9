"""The operating system that serves a converted stack: one the product runs on, the earlier one where it fits again."""

from __future__ import annotations

from typing import Any, Final, cast

from attrs import evolve

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.fixes.mending import fitting_system
from hvstudio.checks.fixes.restructure import system_of_stack
from hvstudio.composition.knowledge import Knowledge
from hvstudio.composition.serving import system_fits
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import replace_block

REMEMBERED: Final = "system_before_conversion"
"""The extra field of a system that keeps what a conversion replaced: product and name, before and after."""


def with_fitting_system(document: Document, knowledge: Knowledge, hypervisor: BlockId, to: str) -> Document:
    """The host's system as one that the hypervisor's product runs on; left alone where it is one already."""
    found = system_of_stack(document, hypervisor)
    if found is None:
        return document
    facts = knowledge.facts(document.blocks[hypervisor].product)
    wanted = facts.requires.parent_os.value if to == "type1" else facts.requires.host_os.value
    present = document.blocks[found]
    earlier = _earlier(present)
    if earlier is not present and system_fits(knowledge.catalog, wanted, earlier):
        return replace_block(document, earlier)
    if system_fits(knowledge.catalog, wanted, present):
        return document
    product = fitting_system(knowledge.catalog, wanted)
    if product is None:
        return document
    before = knowledge.catalog.product(earlier.product)
    named_after_it = before is not None and earlier.name == before.label
    name = product.label if named_after_it else earlier.name
    remembered = [earlier.product, earlier.name, product.id, name]
    changed = evolve(earlier, product=product.id, name=name, extras={**earlier.extras, REMEMBERED: remembered})
    return replace_block(document, changed)


def _earlier(system: Block) -> Block:
    """The system as it was before conversions, if nobody changed it since; else itself."""
    kept: object = system.extras.get(REMEMBERED)
    if not isinstance(kept, list | tuple):
        return system
    row = cast("list[Any]", kept)
    if len(row) != 4 or not all(isinstance(item, str) for item in row):
        return system
    product, name, product_after, name_after = row
    if (system.product, system.name) != (product_after, name_after):
        return system
    extras = {key: value for key, value in system.extras.items() if key != REMEMBERED}
    return evolve(system, product=product, name=name, extras=extras)


def host_below(document: Document, block: Block) -> Block | None:
    """The host at the bottom of a block's stack; None where there is none, also in a file that goes in a circle."""
    support = block.rests_on
    for _ in range(len(document.blocks)):
        if support is None or support not in document.blocks:
            return None
        below = document.blocks[support]
        if role_of(below) is Role.HARDWARE:
            return below
        support = below.rests_on
    return None
