"""One thing that the catalogue states: its value together with who says so; the declared type names the unit."""

from __future__ import annotations

from typing import Annotated, Final, Generic, TypeVar

from attrs import frozen

from hvstudio.catalog.declaration import Source
from hvstudio.units import Quantity

T_co = TypeVar("T_co", covariant=True)

Count = Annotated[int, Quantity.COUNT]
Bytes = Annotated[int, Quantity.BYTES]
Seconds = Annotated[float, Quantity.SECONDS]
Cycles = Annotated[float, Quantity.CYCLES]
CyclesPerByte = Annotated[float, Quantity.PLAIN]
Number = Annotated[float, Quantity.PLAIN]
"""Counts that need not be whole, such as exits on average, and factors."""
Fraction = Annotated[float, Quantity.FRACTION]


@frozen(eq=False)
class Fact(Generic[T_co]):
    """A value and its source. The unit is in the type it is declared with: `Fact[Bytes]`, `Fact[Seconds | None]`."""

    value: T_co
    source: Source = Source("")

    @property
    def said_by(self) -> str:
        """Who says so, with a mark on estimates; empty where nobody says anything."""
        text = self.source.text
        return f"{text} (estimate)" if self.source.estimate and "estimate" not in text else text


UNKNOWN: Final[Fact[None]] = Fact(None)
"""What nobody states."""


def assumed(value: T_co, why: str) -> Fact[T_co]:
    """What is taken where a product does not say; an estimate, and says so."""
    return Fact(value, Source(f"estimate: {why}", estimate=True))
