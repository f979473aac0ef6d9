"""How each kind of block is laid out: which are frames, which are chips, where a bar's chips stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.declaration import Seat
from hvstudio.model.stacking import Form

_CHIP: Final = Form(is_chip=True)
_BAR: Final = Form()
_FORMS: Final[Mapping[str, Form]] = {
    "vm": Form(is_frame=True, wraps=True, chips_below=True, chips_per_row=2),
    "parent_partition": Form(is_frame=True, fills=True, chips_below=True, chips_per_row=2),
}


def forms_of(catalog: Catalog) -> dict[str, Form]:
    """The form of every kind in the catalogue: partitions are frames, what is built in is a chip, the rest are bars."""
    return {
        name: _FORMS.get(name, _CHIP if kind.seat is Seat.BUILT_IN else _BAR) for name, kind in catalog.kinds.items()
    }


FRAMES: Final = frozenset(name for name, form in _FORMS.items() if form.is_frame)
"""The kinds drawn as a frame around what they contain."""
