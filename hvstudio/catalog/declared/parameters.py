"""Parameters in one line each: the ways in which nearly every property of a kind is declared."""

from __future__ import annotations

from typing import Final

from hvstudio.catalog.declaration import BY_DESIGN, Choice, Parameter, Source, ValueType
from hvstudio.model.document import Value
from hvstudio.units import Quantity

GIB: Final = 2**30
MIB: Final = 2**20


def count(name: str, label: str, default: int, doc: str, *, maximum: int, minimum: int = 1, group: str = "General",
          source: Source = BY_DESIGN) -> Parameter:  # fmt: skip
    """A whole number of things."""
    return Parameter(
        name=name, label=label, value_type=ValueType.INTEGER, default=default, doc=doc, quantity=Quantity.COUNT,
        minimum=minimum, maximum=maximum, group=group, source=source,
    )  # fmt: skip


def byte_count(name: str, label: str, default: int, doc: str, *, minimum: int = MIB, maximum: int = 2**50,
           group: str = "Memory", shown_when: tuple[str, tuple[Value, ...]] | None = None) -> Parameter:  # fmt: skip
    """An amount of memory or of data, in bytes."""
    return Parameter(
        name=name, label=label, value_type=ValueType.INTEGER, default=default, doc=doc, quantity=Quantity.BYTES,
        minimum=minimum, maximum=maximum, group=group, shown_when=shown_when,
    )  # fmt: skip


def number(name: str, label: str, default: float, doc: str, *, quantity: Quantity, minimum: float, maximum: float,
            group: str = "General", source: Source = BY_DESIGN, is_live: bool = False) -> Parameter:  # fmt: skip
    """A number with a unit."""
    return Parameter(
        name=name, label=label, value_type=ValueType.NUMBER, default=default, doc=doc, quantity=quantity,
        minimum=minimum, maximum=maximum, group=group, source=source, is_live=is_live,
    )  # fmt: skip


def switch(name: str, label: str, default: bool, doc: str, *, group: str = "General") -> Parameter:
    """Something that is or is not so."""
    return Parameter(name=name, label=label, value_type=ValueType.BOOLEAN, default=default, doc=doc, group=group)


def choice(name: str, label: str, default: str, doc: str, choices: tuple[Choice, ...], *,
            group: str = "General") -> Parameter:  # fmt: skip
    """One of several words."""
    return Parameter(
        name=name, label=label, value_type=ValueType.CHOICE, default=default, doc=doc, choices=choices, group=group,
    )  # fmt: skip
