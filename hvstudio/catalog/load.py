"""Read products and cost cards from TOML: the shipped ones and a person's own file. Every value carries its source."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.entry import Entry
from hvstudio.catalog.facts import HypervisorFacts, ProductFacts
from hvstudio.catalog.fitting import value_problem
from hvstudio.catalog.kinds import KINDS
from hvstudio.catalog.product import card_from, check_cards, product_from
from hvstudio.errors import CatalogError
from hvstudio.resources import names_in, read_text

__all__ = ["load_catalog", "load_with_user_file", "shipped_catalog", "value_problem"]

_MAXIMUM_TEXT = 4_000_000


@cache
def shipped_catalog() -> Catalog:
    """The catalogue that ships with the program, read once."""
    return load_catalog((name, read_text(f"catalog/{name}")) for name in names_in("catalog", ".toml"))


def load_with_user_file(path: Path | str) -> Catalog:
    """The shipped catalogue with a person's own products and cost cards over it.

    Raises CatalogError naming the file, the line, the product and the field, and saying what to do.
    """
    file = Path(path)
    return load_catalog([(file.name, _user_text(file))], base=shipped_catalog())


def _user_text(file: Path) -> str:
    try:
        if file.stat().st_size > _MAXIMUM_TEXT:
            raise CatalogError(
                "the file is larger than 4 MB", where=str(file), hint="A catalogue is a short text file."
            )
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CatalogError("this is not a UTF-8 text", where=str(file), hint="Save it as UTF-8.") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CatalogError(f"the file cannot be read: {reason}", where=str(file)) from error


def load_catalog(texts: Iterable[tuple[str, str]], *, base: Catalog | None = None) -> Catalog:
    """Build a catalogue from (file name, TOML text) pairs, on top of `base`; later entries replace earlier ones.

    Raises CatalogError naming the file, the line, the product or card and the field.
    """
    cards = dict(base.cards) if base else {}
    products = dict(base.products) if base else {}
    hypervisors = dict(base.hypervisors) if base else {}
    systems = dict(base.systems) if base else {}
    made: list[tuple[Entry, ProductFacts]] = []
    for name, text in texts:
        data = _parse(name, text)
        if unknown := sorted(set(data) - {"product", "card"}):
            raise CatalogError(
                f"unknown entries: {', '.join(unknown)}", where=name, hint="Use [[product]] and [[card]]."
            )
        for entry in _entries(name, text, data, "card"):
            card = card_from(entry)
            cards[card.id] = card
        for entry in _entries(name, text, data, "product"):
            product, facts = product_from(entry, products)
            products[product.id] = product
            hypervisors.pop(product.id, None)
            systems.pop(product.id, None)
            if isinstance(facts, HypervisorFacts):
                hypervisors[product.id] = facts
            elif facts is not None:
                systems[product.id] = facts
            if facts is not None:
                made.append((entry, facts))
    for entry, facts in made:
        check_cards(entry, facts, cards)
    return Catalog(kinds=KINDS, products=products, cards=cards, hypervisors=hypervisors, systems=systems)


def _parse(name: str, text: str) -> dict[str, Any]:
    if len(text) > _MAXIMUM_TEXT:
        raise CatalogError("the file is larger than 4 MB", where=name, hint="A catalogue is a short text file.")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CatalogError(f"this is not valid TOML: {error}", where=name) from error


def _entries(name: str, text: str, data: Mapping[str, Any], table: str) -> Iterator[Entry]:
    node = data.get(table, [])
    if not isinstance(node, list) or not all(isinstance(item, dict) for item in cast("list[object]", node)):
        raise CatalogError("expected a list of tables", where=f"{name}: {table}", hint=f"Write [[{table}]].")
    for number, values in enumerate(cast("list[dict[str, Any]]", node)):
        yield Entry(file=name, text=text, table=table, number=number, values=values)
