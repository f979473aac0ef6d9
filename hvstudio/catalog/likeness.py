"""Checks a person's own products and cost cards against the shipped ones: names that nobody reads are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final, cast

from hvstudio.catalog.catalog import Catalog, CostCard
from hvstudio.catalog.declaration import Product
from hvstudio.errors import CatalogError

_CARD_FACTS: Final = ("techniques", "disk_models", "nic_models")
"""Facts whose values are ids of cost cards."""


def check_additions(catalog: Catalog, shipped: Catalog) -> None:
    """Raises CatalogError for a fact or value that no shipped product or card knows, of another type, or that
    names a cost card that does not exist.
    """
    for card in catalog.cards.values():
        if shipped.cards.get(card.id) is not card:
            _check_card(card, shipped)
    for product in catalog.products.values():
        if shipped.products.get(product.id) is not product:
            _check_product(product, catalog, shipped)


def _check_card(card: CostCard, shipped: Catalog) -> None:
    known: dict[str, Any] = {}
    for other in shipped.cards.values():
        known.update(_leaves(other.values))
    for path, value in _leaves(card.values):
        _check_leaf(path, value, known, f"card {card.id}")
        if isinstance(value, int | float) and not isinstance(value, bool) and not 0 <= value < 1e15:
            raise CatalogError(f"{path} is {value:g}.", where=f"card {card.id}", hint="A cost is 0 or more.")


def _check_product(product: Product, catalog: Catalog, shipped: Catalog) -> None:
    where = f"{product.origin}: product {product.id}"
    known: dict[str, Any] = {}
    for other in shipped.products_of(product.kind):
        known.update(_leaves(other.facts))
    for path, value in _leaves(product.facts):
        _check_leaf(path, value, known, where)
        if path.split(".")[0] in (*_CARD_FACTS, "costs") and value not in catalog.cards:
            raise CatalogError(
                f"{path} names a cost card that does not exist: {value}", where=where, hint=_near(value, catalog.cards)
            )


def _check_leaf(path: str, value: Any, known: Mapping[str, Any], where: str) -> None:
    if path not in known:
        raise CatalogError(f"nothing reads a value of this name: {path}", where=where, hint=_near(path, known))
    expected = known[path]
    if _type_name(value) != _type_name(expected):
        raise CatalogError(f"{path} must be {_type_name(expected)}, not {_type_name(value)}.", where=where)


def _near(name: object, names: Mapping[str, Any]) -> str:
    close = get_close_matches(str(name), list(names), n=1)
    return f"Did you mean {close[0]}?" if close else ""


def _type_name(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return {"str": "a text", "list": "a list"}.get(type(value).__name__, type(value).__name__)


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, node in table.items():
        if isinstance(node, Mapping):
            yield from _leaves(cast("Mapping[str, Any]", node), f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", node
