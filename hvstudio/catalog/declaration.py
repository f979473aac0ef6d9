"""How kinds, parameters and products are declared; palette, inspector, checks and compiler read these."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from attrs import field, frozen

from hvstudio.model.document import Value, empty_mapping
from hvstudio.units import Quantity


@frozen
class Source:
    """Where a number or statement comes from. An estimate says so wherever it is shown."""

    text: str
    estimate: bool = False


ESTIMATE = Source("estimate", estimate=True)
BY_DESIGN = Source("chosen by the person composing")


class ValueType(Enum):
    """What a parameter holds."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    TEXT = "text"


@frozen
class Choice:
    """One value of a choice parameter."""

    value: str
    label: str
    doc: str = ""


@frozen(kw_only=True)
class Parameter:
    """One property of a kind. `minimum` and `maximum` are inclusive; text has at most `maximum` characters."""

    name: str
    label: str
    value_type: ValueType
    default: Value
    doc: str
    quantity: Quantity = Quantity.PLAIN
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Choice, ...] = ()
    source: Source = BY_DESIGN
    group: str = "General"
    shown_when: tuple[str, tuple[Value, ...]] | None = None
    """Show only while that other parameter has one of these values."""


class Seat(Enum):
    """How a block sits on what it rests on."""

    ON_TOP = "on top"
    """Stacked above, side by side with its siblings."""
    BUILT_IN = "built in"
    """A part, drawn inside its support: devices."""
    FREE = "free"
    """Never rests on anything: hosts and notes."""


@frozen(kw_only=True)
class Kind:
    """A kind of block. `supports` are the kinds it has a slot on, sound architecture or not; checks judge the rest."""

    name: str
    label: str
    plural: str
    doc: str
    seat: Seat
    supports: frozenset[str] = frozenset()
    attaches_to: frozenset[str] = frozenset()
    parameters: tuple[Parameter, ...] = ()
    palette_group: str = ""
    has_products: bool = False

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, if the kind has it."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)


@frozen(kw_only=True)
class Product:
    """A named variant of a kind, read from `resources/catalog/*.toml` or a person's own file.

    `defaults` override the kind's parameter defaults, `sources` say where each of them comes from (by parameter
    name). `facts` are everything else the file states about the product, for checks and compiler; `fact_sources`
    name their sources by dotted path.
    """

    id: str
    kind: str
    label: str
    doc: str = ""
    vendor: str = ""
    year: int = 0
    defaults: Mapping[str, Value] = field(factory=empty_mapping)
    sources: Mapping[str, Source] = field(factory=empty_mapping)
    facts: Mapping[str, Any] = field(factory=empty_mapping)
    fact_sources: Mapping[str, Source] = field(factory=empty_mapping)
    origin: str = ""
