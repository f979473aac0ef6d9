"""Which product suits an architecture on a given machine: the newest, or that of an era, whose demands are met."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hvstudio.catalog.declaration import Product
from hvstudio.catalog.kinds import kind_for
from hvstudio.catalog.role import Role
from hvstudio.composition.capabilities import of_host, unmet
from hvstudio.composition.knowledge import Knowledge
from hvstudio.composition.serving import system_fits
from hvstudio.model.document import Block

_SOON_YEARS: Final = 5
"""A product that came later than this is not of the era."""


def product_for(
    knowledge: Knowledge,
    vmm_type: str,
    *,
    host: Block | None = None,
    system: Block | None = None,
    with_parent: bool | None = None,
    era: int | None = None,
) -> Product | None:
    """The hypervisor product to take for an architecture; None when the catalogue has none of it.

    First those whose demands the host meets; then for Type 1 those with a parent partition (its system can change with
    the product), for the others those that run on the operating system at hand, and on most others; among these the
    newest, or with `era` (a year) those that were there by then or soon after, and the nearest to it. `with_parent`
    takes only products that have a parent partition, or only those that have none.
    """
    offered = None if host is None else of_host(knowledge.values(host))

    def rank(product: Product) -> tuple[bool, bool, bool, int, int, int]:
        facts = knowledge.facts(product.id)
        met = offered is None or not unmet(facts, offered)
        existed = era is None or product.year <= era + _SOON_YEARS
        distance = 0 if era is None else -_distance(product.year, era)
        if vmm_type == "type1":
            return met, facts.needs_parent.value is True, existed, 0, distance, product.year
        fits = system is None or system_fits(knowledge.catalog, facts.requires.host_os.value, system)
        return met, fits, existed, len(facts.requires.host_os.value), distance, product.year

    candidates = products_of_type(knowledge, vmm_type)
    if with_parent is not None:
        candidates = [item for item in candidates if knowledge.facts(item.id).needs_parent.value is with_parent]
    return max(candidates, key=rank, default=None)


def _distance(year: int, era: int) -> int:
    """How far a product is from a time; one that was there before counts as twice as far: it lacks what came since."""
    return year - era if year >= era else 2 * (era - year)


def suits(knowledge: Knowledge, product: Product, *, host: Block | None, system: Block | None) -> bool:
    """Whether a host and its operating system meet everything that a product demands, and are not too large for it."""
    facts = knowledge.facts(product.id)
    wanted = facts.requires.parent_os if facts.expected_class.value == "type1" else facts.requires.host_os
    if system is not None and not system_fits(knowledge.catalog, wanted.value, system):
        return False
    if host is None:
        return True
    values = knowledge.values(host)
    processors = values["sockets"] * values["cores_per_socket"] * values["threads_per_core"]
    limits = facts.limits
    sizes = ((limits.host_logical_processors, processors), (limits.host_memory_bytes, values["memory_bytes"]))
    return not unmet(facts, of_host(values)) and all(
        limit.value is None or size <= limit.value for limit, size in sizes
    )


def products_of_type(knowledge: Knowledge, vmm_type: str) -> list[Product]:
    """The hypervisor products said to be of an architecture, in catalogue order."""
    products: Iterable[Product] = knowledge.catalog.products_of(kind_for(Role.HYPERVISOR))
    return [product for product in products if knowledge.facts(product.id).expected_class.value == vmm_type]
