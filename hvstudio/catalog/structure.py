"""Makes typed records of what a catalogue file says: unknown names, wrong types and missing sources are refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

from attrs import NOTHING, Attribute, fields, has
from cattrs import BaseConverter

from hvstudio.catalog.declaration import Source
from hvstudio.catalog.sourced import Fact
from hvstudio.units import Quantity

_Record = TypeVar("_Record")
_LARGEST = 1e15
_PARTS = frozenset({"value", "source", "estimate"})
NO_SOURCE = Source("no source given", estimate=True)


class WrongEntry(Exception):  # noqa: N818  (told to a person as CatalogError, which knows file and line)
    """What is wrong, at which keys below the record, and what may help."""

    def __init__(self, message: str, path: tuple[str, ...] = (), hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.hint = hint

    def below(self, key: str) -> WrongEntry:
        """The same, told from one table further out."""
        return WrongEntry(self.message, (key, *self.path), self.hint)

    @property
    def sentence(self) -> str:
        """What is wrong with what."""
        return f"{'.'.join(self.path)} {self.message}".strip()


class UnreadEntry(WrongEntry):
    """A name that nothing reads."""

    def below(self, key: str) -> WrongEntry:
        """The same, told from one table further out."""
        return UnreadEntry(self.message, (key, *self.path), self.hint)

    @property
    def sentence(self) -> str:
        """What is wrong with what."""
        return f"nothing reads a value of this name: {'.'.join(self.path)}"


def structure(values: Mapping[str, Any], shape: type[_Record]) -> _Record:
    """The record; raises WrongEntry for the first thing that does not fit."""
    try:
        return _converter().structure(values, shape)
    except UnreadEntry as wrong:
        raise UnreadEntry(wrong.message, wrong.path, near(".".join(wrong.path), paths_of(shape))) from wrong


def is_leaf(node: object) -> bool:
    """Whether a TOML value is one fact and not a table of facts."""
    return not isinstance(node, dict) or not _PARTS.isdisjoint(cast("dict[str, Any]", node))


def read_leaf(node: object) -> tuple[Any, Source]:
    """`{value = 4, source = "..."}` as value and source; a plain value has no source and counts as an estimate."""
    if not isinstance(node, dict):
        return node, NO_SOURCE
    leaf = cast("dict[str, Any]", node)
    if "value" not in leaf:
        raise WrongEntry("has no value", hint='Write { value = …, source = "…" }.')
    if unknown := sorted(set(leaf) - _PARTS):
        raise WrongEntry(f"knows no {unknown[0]}", hint="A fact has value, source and estimate.")
    estimate = leaf.get("estimate", False)
    if not isinstance(estimate, bool):
        raise WrongEntry("estimate must be true or false")
    source = leaf.get("source", "estimate" if estimate else None)
    if not isinstance(source, str):
        raise WrongEntry("has no source", hint="Give source = … or estimate = true.")
    return leaf["value"], Source(source, estimate=estimate)


class _StrictConverter(BaseConverter):
    """Refuses keys that a record does not have, and tells where a wrong value stands.

    cattrs' own converter does so too, but writes and compiles a function for every class first: three times as long
    for a catalogue that is read once.
    """

    def structure_attrs_fromdict(self, obj: Mapping[str, Any], cl: type[_Record]) -> _Record:
        """One record of one table."""
        attributes = _attributes(cl)
        given: dict[str, Any] = {}
        for key, node in _table(obj).items():
            attribute = attributes.get(key)
            if attribute is None:
                raise UnreadEntry("", (key,))
            try:
                given[attribute.name] = self.structure(node, cast("Any", attribute.type))
            except WrongEntry as wrong:
                raise wrong.below(key) from wrong
        for key, attribute in attributes.items():
            if attribute.default is NOTHING and attribute.name not in given:
                raise WrongEntry("is not stated", (key,))
        return cl(**given)


@cache
def _attributes(shape: type[Any]) -> Mapping[str, Attribute[Any]]:
    """The attributes of a record by the names that files give them."""
    keys = ((str(attribute.metadata.get("key", attribute.name)), attribute) for attribute in fields(shape))
    return {key: attribute for key, attribute in keys if key}


@cache
def _converter() -> BaseConverter:
    converter = _StrictConverter()
    converter.register_structure_hook_factory(lambda kind: get_origin(kind) is Fact, _fact_hook)
    converter.register_structure_hook_factory(_is_value, _value_hook)
    converter.register_structure_hook_func(lambda kind: get_origin(kind) is Mapping, _by_name)
    return converter


def _by_name(node: Any, kind: Any) -> Mapping[str, Any]:
    """A table of values of one type, such as costs by generation; sources are kept for the record whole."""
    inner: Any = get_args(kind)[1]
    if inner is Source:
        return node
    read = _reader(inner)
    found: dict[str, Any] = {}
    for name, value in _table(node).items():
        try:
            found[name] = read(value)
        except WrongEntry as wrong:
            raise wrong.below(name) from wrong
    return found


def _fact_hook(kind: Any) -> Callable[[Any, Any], Fact[Any]]:
    read = _reader(get_args(kind)[0])

    def hook(node: Any, _: Any) -> Fact[Any]:
        value, source = read_leaf(node)
        return Fact(read(value), source)

    return hook


def _is_value(kind: Any) -> bool:
    return kind in (str, float, int, bool) or get_origin(kind) in (Annotated, Literal)


def _value_hook(kind: Any) -> Callable[[Any, Any], Any]:
    read = _reader(kind)
    return lambda node, _: read(node)


def _reader(kind: Any) -> Callable[[Any], Any]:
    """What checks a plain value against its declared type."""
    if get_origin(kind) in (Union, UnionType):
        kind = next(one for one in get_args(kind) if one is not NoneType)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return lambda value: _choice(value, arguments)
    if origin is tuple:
        return _texts
    base, *notes = arguments if origin is Annotated else (kind,)
    if base is bool:
        return lambda value: value if isinstance(value, bool) else _refuse(value, "true or false")
    if base is str:
        return lambda value: value if isinstance(value, str) else _refuse(value, "a text")
    is_part = Quantity.FRACTION in notes
    return lambda value: _number(value, base, is_part=is_part)


def _number(value: Any, base: type[Any], *, is_part: bool) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _refuse(value, "a number")
    if not math.isfinite(value) or not 0 <= value < _LARGEST:
        raise WrongEntry(f"is {value:g}.", hint="It must be 0 or more.")
    if is_part and value > 1:
        raise WrongEntry(f"is {value:g}.", hint="A part of a whole lies between 0 and 1.")
    if base is int and value != int(value):
        raise WrongEntry(f"is {value:g}.", hint="It must be a whole number.")
    return base(value)


def _choice(value: Any, choices: tuple[str, ...]) -> str:
    if not isinstance(value, str):
        return _refuse(value, "a text")
    if value not in choices:
        raise WrongEntry(f"must be one of {', '.join(choices)}, not {value}.", hint=near(value, choices))
    return value


def _table(value: Any) -> Mapping[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else _refuse(value, "a table")


def _texts(value: Any) -> tuple[str, ...]:
    items = cast("list[Any]", value) if isinstance(value, list) else _refuse(value, "a list of texts")
    return tuple(item if isinstance(item, str) else _refuse(item, "a list of texts") for item in items)


def _refuse(value: object, expected: str) -> Any:
    found = "true or false" if isinstance(value, bool) else "a number" if isinstance(value, int | float) else ""
    found = found or {str: "a text", list: "a list", dict: "a table"}.get(cast("Any", type(value)), "a date")
    raise WrongEntry(f"must be {expected}, not {found}.")


def near(name: str, names: Any) -> str:
    """A hint that names the nearest of `names`, by the whole path or else by its last part; empty if none is near."""
    known = list(names)
    close = get_close_matches(name, known, n=1)
    if not close:
        by_last = {path.rpartition(".")[2]: path for path in known}
        close = [by_last[last] for last in get_close_matches(name.rpartition(".")[2], by_last, n=1)]
    return f"Did you mean {close[0]}?" if close else ""


def paths_of(shape: type[Any], prefix: str = "") -> Iterator[str]:
    """The dotted names of all that a record may state."""
    for key, attribute in _attributes(shape).items():
        if isinstance(attribute.type, type) and has(attribute.type):
            yield from paths_of(cast("type[Any]", attribute.type), f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"
