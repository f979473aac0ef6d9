"""Makes one product or one cost card of a table of a catalogue file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from attrs import evolve

from hvstudio.catalog.cards import RETIRED_VALUES, CostCard, Processor, shape_of_card, value_names
from hvstudio.catalog.declaration import Kind, Product, Source
from hvstudio.catalog.entry import Entry
from hvstudio.catalog.facts import FACTS_OF_KIND, HypervisorFacts, ProductFacts, SystemFacts, named_cards
from hvstudio.catalog.fitting import value_problem
from hvstudio.catalog.kinds import KINDS
from hvstudio.catalog.structure import UnreadEntry, WrongEntry, is_leaf, near, read_leaf, structure
from hvstudio.model.document import Value

_PRODUCT_FIELDS = ("id", "based_on", "kind", "label", "doc", "vendor", "year", "defaults", "facts")
_CARD_FIELDS = ("id", "label", "doc", "values")


def product_from(entry: Entry, known: Mapping[str, Product]) -> tuple[Product, ProductFacts | None]:
    """The product and what it states; None for kinds whose products state nothing but defaults.

    `known` are the products before it, on which it may be based. Raises CatalogError.
    """
    product_id = entry.string("id")
    base = _base(entry, known)
    kind = KINDS.get(entry.string("kind", base.kind if base else None))
    if kind is None:
        raise entry.wrong("unknown kind of block", "kind", hint=f"Kinds: {', '.join(KINDS)}.")
    _check_fields(entry, _PRODUCT_FIELDS)
    year = entry.values.get("year", base.year if base else 0)
    if not isinstance(year, int) or isinstance(year, bool):
        raise entry.wrong("field year must be a whole number", "year")
    defaults, sources = _sourced(entry, "defaults")
    _check_defaults(entry, kind, defaults)
    own = entry.below("facts")
    facts = _facts(entry, kind, base.stated if base else {}, own)
    product = Product(
        id=product_id,
        kind=kind.name,
        label=entry.string("label"),
        doc=entry.string("doc", ""),
        vendor=entry.string("vendor", base.vendor if base else ""),
        year=year,
        defaults=cast("dict[str, Value]", {**(base.defaults if base else {}), **defaults}),
        sources={**(base.sources if base else {}), **sources},
        stated=_merged(base.stated, own) if base else own,
        origin=entry.file,
    )
    return product, facts


def card_from(entry: Entry) -> CostCard:
    """The cost card, of the shape that its id or its values tell. Raises CatalogError."""
    card_id = entry.string("id")
    _check_fields(entry, _CARD_FIELDS)
    values, sources = _sourced(entry, "values")
    for name in RETIRED_VALUES & set(values):
        del values[name], sources[name]
    shape = shape_of_card(card_id, values)
    names = value_names(shape)
    if unknown := [name for name in values if name not in names]:
        wrong = UnreadEntry("", (unknown[0],))
        raise entry.wrong(wrong.sentence, "values", unknown[0], hint=near(unknown[0], names))
    plain = {"id": card_id, "label": entry.string("label"), "doc": entry.string("doc", ""), "sources": sources}
    try:
        card = structure({**values, **plain}, shape)
    except WrongEntry as wrong:
        raise entry.wrong(wrong.sentence, "values", *wrong.path, hint=wrong.hint) from wrong
    if isinstance(card, Processor):
        _check_generations(entry, card)
    return card


def check_cards(entry: Entry, facts: ProductFacts, cards: Mapping[str, CostCard]) -> None:
    """Raises CatalogError where facts name a cost card that does not exist, or one of something else."""
    for path, fact, shape in named_cards(facts):
        card_id = fact.value
        if card_id is None or isinstance(cards.get(card_id), shape):
            continue
        if card_id in cards:
            raise entry.wrong(f"{path} names a cost card of something else: {card_id}", "facts", *path.split("."))
        raise entry.wrong(
            f"{path} names a cost card that does not exist: {card_id}",
            "facts",
            *path.split("."),
            hint=near(card_id, [one for one, card in cards.items() if isinstance(card, shape)]),
        )


def _check_fields(entry: Entry, known: tuple[str, ...]) -> None:
    if unknown := sorted(set(entry.values) - set(known)):
        raise entry.wrong(f"unknown fields: {', '.join(unknown)}", unknown[0], hint=near(unknown[0], known))


def _base(entry: Entry, known: Mapping[str, Product]) -> Product | None:
    """The product this one starts from, if it names one."""
    if "based_on" not in entry.values:
        return None
    base_id = entry.string("based_on")
    base = known.get(base_id)
    if base is None:
        raise entry.wrong(f"based_on names a product that does not come before it: {base_id}", "based_on")
    if entry.values.get("kind", base.kind) != base.kind:
        raise entry.wrong(f"it is based on a product of kind {base.kind}", "kind", hint="Leave kind away.")
    return base


def _facts(entry: Entry, kind: Kind, before: Mapping[str, Any], own: Mapping[str, Any]) -> ProductFacts | None:
    shape = FACTS_OF_KIND.get(kind.name)
    if shape is None:
        if own:
            raise entry.wrong(f"a {kind.label.lower()} states nothing but defaults", "facts")
        return None
    stated = _moved(_merged(before, own), shape)
    try:
        facts = structure(stated, shape)
    except WrongEntry as wrong:
        raise entry.wrong(wrong.sentence, "facts", *wrong.path, hint=wrong.hint) from wrong
    for name in shape.MUST_STATE:
        if name not in stated:
            raise entry.wrong(f"facts.{name} is not stated", hint=f"Every {kind.label.lower()} says it.")
    return evolve(facts, product=entry.string("id"), label=entry.string("label"))


def _moved(stated: dict[str, Any], shape: type[HypervisorFacts] | type[SystemFacts]) -> dict[str, Any]:
    """Without facts that nobody reads any more, and with those that moved in their new place."""
    for old, new in shape.RETIRED.items():
        table, _, name = old.rpartition(".")
        holder = stated if not table else dict(stated.get(table, {}))
        if name not in holder:
            continue
        fact = holder.pop(name)
        if table:
            stated[table] = holder
        if new:
            group, _, key = new.rpartition(".")
            stated[group] = {key: fact, **stated.get(group, {})}
    return stated


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the entries of `own` over it, table by table."""
    merged = dict(base)
    for key, node in own.items():
        before = merged.get(key)
        if isinstance(node, dict) and not is_leaf(cast("object", node)) and isinstance(before, Mapping):
            merged[key] = _merged(cast("Mapping[str, Any]", before), cast("Mapping[str, Any]", node))
        else:
            merged[key] = node
    return merged


def _sourced(entry: Entry, key: str) -> tuple[dict[str, Any], dict[str, Source]]:
    """The values of a table inside the entry and their sources, both by name; inside tables sources by dotted path."""
    try:
        return _split(entry.below(key))
    except WrongEntry as wrong:
        raise entry.wrong(wrong.sentence, key, *wrong.path, hint=wrong.hint) from wrong


def _split(table: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Source]]:
    values: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    for key, node in table.items():
        try:
            if is_leaf(node):
                values[key], sources[key] = read_leaf(node)
            else:
                values[key], nested = _split(node)
                sources.update({f"{key}.{path}": source for path, source in nested.items()})
        except WrongEntry as wrong:
            raise wrong.below(key) from wrong
    return values, sources


def _check_defaults(entry: Entry, kind: Kind, defaults: Mapping[str, Any]) -> None:
    known = [parameter.name for parameter in kind.parameters]
    for name, value in defaults.items():
        parameter = kind.parameter(name)
        if parameter is None:
            raise entry.wrong(f"{kind.label} has no parameter {name}", "defaults", name, hint=near(name, known))
        if problem := value_problem(parameter, value):
            raise entry.wrong(problem, "defaults", name)


def _check_generations(entry: Entry, card: Processor) -> None:
    parameter = KINDS["host"].parameter("cpu_generation")
    known = [choice.value for choice in parameter.choices] if parameter else []
    for name in card.exit_cycles:
        if name not in known:
            raise entry.wrong(f"no such generation: {name}", "values", "exit_cycles", name, hint=near(name, known))
