"""Read products and cost cards from TOML: the shipped ones and a person's own file. Every value carries its source."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from hvstudio.catalog.catalog import Catalog, CostCard
from hvstudio.catalog.declaration import Kind, Parameter, Product, Source, ValueType
from hvstudio.catalog.kinds import KINDS
from hvstudio.catalog.likeness import check_additions
from hvstudio.errors import CatalogError
from hvstudio.model.document import Value
from hvstudio.resources import names_in, read_text

_MAXIMUM_TEXT = 4_000_000
_NO_SOURCE = Source("no source given", estimate=True)


@cache
def shipped_catalog() -> Catalog:
    """The catalogue that ships with the program, read once."""
    return load_catalog((name, read_text(f"catalog/{name}")) for name in names_in("catalog", ".toml"))


def load_with_user_file(path: Path | str) -> Catalog:
    """The shipped catalogue with a person's own products and cost cards over it.

    Raises CatalogError naming the file, the product and the field, and saying what to do.
    """
    file = Path(path)
    shipped = shipped_catalog()
    catalog = load_catalog([(file.name, _user_text(file))], base=shipped)
    check_additions(catalog, shipped)
    return catalog


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

    Raises CatalogError naming the file, the product and the field.
    """
    products = dict(base.products) if base else {}
    cards = dict(base.cards) if base else {}
    for name, text in texts:
        data = _parse(name, text)
        for entry in _tables(data.pop("product", []), f"{name}: product"):
            product = _product(entry, name, products)
            products[product.id] = product
        for entry in _tables(data.pop("card", []), f"{name}: card"):
            card = _card(entry, name)
            cards[card.id] = card
        if data:
            raise CatalogError(
                f"unknown entries: {', '.join(sorted(data))}", where=name, hint="Use [[product]] and [[card]]."
            )
    return Catalog(kinds=KINDS, products=products, cards=cards)


def value_problem(parameter: Parameter, value: object) -> str:
    """Why a value does not fit a parameter, in a sentence; empty when it fits."""
    expected = parameter.value_type
    if expected is ValueType.BOOLEAN:
        return "" if isinstance(value, bool) else f"{parameter.label} must be true or false."
    if expected is ValueType.CHOICE:
        known = [choice.value for choice in parameter.choices]
        return "" if value in known else f"{parameter.label} must be one of {', '.join(known)}."
    if expected is ValueType.TEXT:
        if not isinstance(value, str):
            return f"{parameter.label} must be a text."
        too_long = parameter.maximum is not None and len(value) > parameter.maximum
        return f"{parameter.label} may have at most {parameter.maximum:,.0f} characters." if too_long else ""
    return _number_problem(parameter, value)


def _number_problem(parameter: Parameter, value: object) -> str:
    from hvstudio.units import format_quantity

    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{parameter.label} must be a number."
    if isinstance(value, float) and not math.isfinite(value):
        return f"{parameter.label} must be a number."
    if parameter.value_type is ValueType.INTEGER and int(value) != value:
        return f"{parameter.label} must be a whole number."
    if parameter.minimum is not None and value < parameter.minimum:
        return f"{parameter.label} must be at least {format_quantity(parameter.minimum, parameter.quantity)}."
    if parameter.maximum is not None and value > parameter.maximum:
        return f"{parameter.label} must be at most {format_quantity(parameter.maximum, parameter.quantity)}."
    return ""


def _parse(name: str, text: str) -> dict[str, Any]:
    if len(text) > _MAXIMUM_TEXT:
        raise CatalogError("the file is larger than 4 MB", where=name, hint="A catalogue is a short text file.")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CatalogError(f"this is not valid TOML: {error}", where=name) from error


def _tables(node: object, where: str) -> list[dict[str, Any]]:
    if not isinstance(node, list) or not all(isinstance(item, dict) for item in cast("list[object]", node)):
        raise CatalogError("expected a list of tables", where=where, hint=f"Write [[{where.rpartition(' ')[2]}]].")
    return cast("list[dict[str, Any]]", node)


def _text(entry: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = entry.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise CatalogError(f"field {key} must be a text", where=where)
    return value


_PRODUCT_FIELDS = {"id", "based_on", "kind", "label", "doc", "vendor", "year", "defaults", "facts"}


def _product(entry: dict[str, Any], origin: str, known: Mapping[str, Product]) -> Product:
    product_id = _text(entry, "id", f"{origin}: a product")
    where = f"{origin}: product {product_id}"
    base = _base(entry, where, known)
    kind = KINDS.get(_text(entry, "kind", where, base.kind if base else None))
    if kind is None:
        raise CatalogError("unknown kind of block", where=where, hint=f"Kinds: {', '.join(KINDS)}.")
    unknown = set(entry) - _PRODUCT_FIELDS
    if unknown:
        raise CatalogError(f"unknown fields: {', '.join(sorted(unknown))}", where=where)
    year = entry.get("year", base.year if base else 0)
    if not isinstance(year, int) or isinstance(year, bool):
        raise CatalogError("field year must be a whole number", where=where)
    defaults, sources = _sourced(_table(entry, "defaults", where), where)
    facts, fact_sources = _sourced(_table(entry, "facts", where), where)
    _check_defaults(kind, defaults, where)
    return Product(
        id=product_id,
        kind=kind.name,
        label=_text(entry, "label", where),
        doc=_text(entry, "doc", where, ""),
        vendor=_text(entry, "vendor", where, base.vendor if base else ""),
        year=year,
        defaults=cast("dict[str, Value]", {**(base.defaults if base else {}), **defaults}),
        sources={**(base.sources if base else {}), **sources},
        facts=_merged(base.facts, facts) if base else facts,
        fact_sources={**(base.fact_sources if base else {}), **fact_sources},
        origin=origin,
    )


def _base(entry: Mapping[str, Any], where: str, known: Mapping[str, Product]) -> Product | None:
    """The product this one starts from, if it names one."""
    if "based_on" not in entry:
        return None
    base_id = _text(entry, "based_on", where)
    base = known.get(base_id)
    if base is None:
        raise CatalogError(f"based_on names a product that does not come before it: {base_id}", where=where)
    if entry.get("kind", base.kind) != base.kind:
        raise CatalogError(f"it is based on a product of kind {base.kind}", where=where, hint="Leave kind away.")
    return base


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the entries of `own` over it, table by table."""
    merged = dict(base)
    for key, node in own.items():
        before = merged.get(key)
        if isinstance(node, Mapping) and isinstance(before, Mapping):
            merged[key] = _merged(cast("Mapping[str, Any]", before), cast("Mapping[str, Any]", node))
        else:
            merged[key] = node
    return merged


def _card(entry: dict[str, Any], origin: str) -> CostCard:
    card_id = _text(entry, "id", f"{origin}: a card")
    where = f"{origin}: card {card_id}"
    values, sources = _sourced(_table(entry, "values", where), where)
    return CostCard(
        id=card_id,
        label=_text(entry, "label", where),
        doc=_text(entry, "doc", where, ""),
        values=values,
        sources=sources,
    )


def _table(entry: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    table = entry.get(key, {})
    if not isinstance(table, dict):
        raise CatalogError(f"{key} must be a table", where=where)
    return cast("dict[str, Any]", table)


def _sourced(table: Mapping[str, Any], where: str, prefix: str = "") -> tuple[dict[str, Any], dict[str, Source]]:
    """Split `{value = 4, source = "..."}` leaves into plain values and their sources, by dotted path."""
    values: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    for key, node in table.items():
        path = f"{prefix}{key}"
        if isinstance(node, dict) and "value" in node:
            leaf = cast("dict[str, Any]", node)
            estimate = leaf.get("estimate", False) is True
            source = leaf.get("source", "estimate" if estimate else None)
            if not isinstance(source, str):
                raise CatalogError(f"{path} has no source", where=where, hint="Give source = … or estimate = true.")
            values[key] = leaf["value"]
            sources[path] = Source(source, estimate=estimate)
        elif isinstance(node, dict):
            values[key], nested = _sourced(cast("dict[str, Any]", node), where, f"{path}.")
            sources.update(nested)
        else:
            values[key] = node
            sources[path] = _NO_SOURCE
    return values, sources


def _check_defaults(kind: Kind, defaults: Mapping[str, Any], where: str) -> None:
    for name, value in defaults.items():
        parameter = kind.parameter(name)
        if parameter is None:
            raise CatalogError(f"{kind.label} has no parameter {name}", where=where)
        if problem := value_problem(parameter, value):
            raise CatalogError(problem, where=f"{where}: {name}")
