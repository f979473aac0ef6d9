"""What is said about a composition and has no effect on anything."""

from __future__ import annotations

from typing import Final

from hvstudio.catalog.appearance import Appearance, Shape
from hvstudio.catalog.declaration import Kind, Parameter, Seat, ValueType
from hvstudio.catalog.role import Role

# fmt: off
NOTE: Final = Kind(
    name="note", role=Role.NOTE, label="Note", plural="Notes", seat=Seat.FREE, palette_group="Annotations",
    doc="A text on the canvas. It has no effect on anything.",
    appearance=Appearance(shape=Shape.NOTE),
    parameters=(
        Parameter(name="text", label="Text", value_type=ValueType.TEXT, default="", doc="What the note says.",
                  maximum=10_000),
    ),
)
# fmt: on

ANNOTATION_KINDS: Final = (NOTE,)
