"""How each kind of block is laid out, by the name of the kind."""

from __future__ import annotations

from hvstudio.catalog.catalog import Catalog
from hvstudio.model.stacking import Form


def forms_of(catalog: Catalog) -> dict[str, Form]:
    """The form of every kind in the catalogue, as the layout wants them."""
    return {name: kind.form for name, kind in catalog.kinds.items()}
