"""How blocks of a kind are shown: shape, icon, colour, size, and the few facts under the name."""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from hvstudio.model.document import Value


class Shape(Enum):
    """The outline in which a block is drawn."""

    BAR = "bar"
    FRAME = "frame"
    """A bar at the foot of a frame around what stands on it."""
    CHIP = "chip"
    """Small and round, inside the bar of what it is built into."""
    NOTE = "note"
    """A sheet of paper with its text."""


@frozen(kw_only=True)
class Appearance:
    """How a kind looks. What is left empty follows from the kind's name (icon and colour) or its shape (size)."""

    shape: Shape = Shape.BAR
    icon: str = ""
    """The drawing in `resources/icons`, without its ending."""
    colour: str = ""
    """The entry under `[block]` in `resources/themes`; a colour that a theme lacks is drawn in its neutral tones."""
    widths: tuple[float, float] | None = None
    """Least and greatest width that its own text asks for, in scene units."""
    height: float | None = None
    """Height of its bar, in scene units."""
    empty: str = ""
    """What a frame that holds nothing yet says."""


@frozen(kw_only=True)
class KeyFact:
    """One of the facts under a block's name: the value of a parameter in words, or nothing while it is not worth it."""

    parameter: str
    text: str = "{}"
    """`{}` stands for the value with its unit, or for the first words of a choice."""
    noun: str = ""
    """What is counted; in the plural where the value is not one."""
    above: float | None = None
    """Shown only for larger values."""
    below: float | None = None
    """Shown only for smaller values."""
    only_if_set: bool = False
    """Shown only where the value is not the one that the kind or its product begins with."""
    when: tuple[str, tuple[Value, ...]] | None = None
    """Shown only while that other parameter has one of these values."""
    joined_by: str = ""
    """Put between this fact and the one before, so that both read as one: "2 × 4 cores"."""
