"""Cost cards by the names the compiler has used; they live in `hvstudio.catalog.cards`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from hvstudio.catalog.cards import CostCard, DeviceModel, DiskFormat, DriverCosts, Technique
from hvstudio.catalog.catalog import Catalog

__all__ = ["DeviceModel", "DiskFormat", "DriverCosts", "Technique", "number_of", "read_card"]

_Card = TypeVar("_Card", bound=CostCard)


def read_card(catalog: Catalog, card_id: str, shape: type[_Card]) -> _Card:
    """The card of that id. Raises CatalogError for an unknown card or one of another shape."""
    return catalog.card_of(shape, card_id)


def number_of(values: Mapping[str, Any], name: str, default: float = 0.0) -> float:
    """A number from a card or a table of facts."""
    value = values.get(name, default)
    return float(value) if isinstance(value, int | float) else default
