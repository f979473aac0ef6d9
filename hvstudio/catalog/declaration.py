"""How kinds, parameters and products are declared; palette, inspector, checks and compiler read these."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from attrs import field, frozen

from hvstudio.catalog.appearance import Appearance, KeyFact, Shape
from hvstudio.catalog.role import Role
from hvstudio.model.document import Value, empty_mapping
from hvstudio.model.stacking import Form
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
    is_live: bool = False
    """It may be changed while a run goes on: the run takes the new value at once."""


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
    """A kind of block, whole: what it is to the checks and the run, where it goes, how it is set, laid out and drawn.

    Where it may go is declared by role, so that a new kind fits wherever its role does.
    """

    name: str
    label: str
    plural: str
    doc: str
    role: Role
    seat: Seat
    rests_on: tuple[Role, ...] = ()
    """Where architecture has it: what snapping prefers."""
    may_rest_on: tuple[Role, ...] = ()
    """Where it can be put as well: drawn, and explained by the checks."""
    may_attach_to: tuple[Role, ...] = ()
    """What it can be attached to, what a new one is attached to first."""
    is_one_each: bool = False
    """A support normally carries one: a new one goes where there is none yet, and needs no number to be told apart."""
    counted_as: str = ""
    """New ones are called this and a number, from 1; without it they are called as the product or the kind is."""
    comes_with: tuple[Role, ...] = ()
    """Devices that a new one brings along, each if there is something to attach it to."""
    parameters: tuple[Parameter, ...] = ()
    palette_group: str = ""
    has_products: bool = False
    appearance: Appearance = field(factory=Appearance)
    layout: Form | None = None
    """How it is laid out; where nothing is said, as its shape asks for."""
    key_facts: tuple[KeyFact, ...] = ()
    """What stands under its name, in this order."""
    supports: frozenset[str] = frozenset()
    """Derived, as the two below: the names of the kinds that it has a slot on, sound architecture or not."""
    sound_supports: frozenset[str] = frozenset()
    attaches_to: tuple[str, ...] = ()

    @property
    def form(self) -> Form:
        """How the layout treats it."""
        if self.layout is not None:
            return self.layout
        shape = self.appearance.shape
        return Form(is_chip=shape is Shape.CHIP, is_frame=shape is Shape.FRAME, is_loose=shape is Shape.NOTE)

    @property
    def icon(self) -> str:
        """The name of its drawing in `resources/icons`."""
        return self.appearance.icon or self.name

    @property
    def colour(self) -> str:
        """The name of its colour in the themes."""
        return self.appearance.colour or self.name

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, if the kind has it."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)


@frozen(kw_only=True)
class Product:
    """A named variant of a kind, read from `resources/catalog/*.toml` or a person's own file.

    `defaults` override the kind's parameter defaults, `sources` say where each of them comes from (by parameter
    name). What else the file states about it is in the catalogue as a record (`Catalog.hypervisor`, `Catalog.system`);
    `stated` is that part of the file as it stands there, for products based on this one.
    """

    id: str
    kind: str
    label: str
    doc: str = ""
    vendor: str = ""
    year: int = 0
    defaults: Mapping[str, Value] = field(factory=empty_mapping)
    sources: Mapping[str, Source] = field(factory=empty_mapping)
    stated: Mapping[str, Any] = field(factory=empty_mapping, repr=False)
    origin: str = ""
