"""What a block shows: its texts, marks and least size, worked out once per value of the block."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Final

from attrs import frozen

from hvstudio.catalog.appearance import Appearance, Shape
from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Report, Severity
from hvstudio.composition.classify import TYPE_LABELS
from hvstudio.editor.facts import key_facts
from hvstudio.gui.drawing.lettering import Lettering
from hvstudio.gui.look.theme import block_colour, ink_of, outline_of
from hvstudio.model.document import Block, BlockId

BAR_HEIGHT: Final = 44.0
CHIP_HEIGHT: Final = 24.0
INSET: Final = 12.0
"""Between the edge of a bar and what it shows."""
ICON: Final = 20.0
CHIP_ICON: Final = 13.0
TAG_ROOM: Final = 62.0
"""Kept free on hypervisors for the tag with the class, so that finding out the class moves nothing."""
NOTE_WIDTH: Final = 224.0

_WIDTHS: Final = {Shape.BAR: (120.0, 280.0), Shape.FRAME: (164.0, 240.0), Shape.CHIP: (66.0, 132.0)}
"""Least and greatest width by shape, for kinds that declare none of their own."""
_HEIGHTS: Final = {Shape.BAR: BAR_HEIGHT, Shape.FRAME: BAR_HEIGHT, Shape.CHIP: CHIP_HEIGHT}
_UNKNOWN: Final = Appearance()
"""How a kind is drawn that is not known here: one of a newer version."""


@frozen(kw_only=True, eq=False)
class Face:
    """One block as it is drawn: its texts, and the names of its drawing and of its colours in the theme."""

    shape: Shape
    role: Role | None
    icon: str
    fill: str
    outline: str
    ink: str
    title: str
    facts: str
    lines: tuple[str, ...] = ()
    empty: str = ""
    """What is said inside the frame while it holds nothing."""


@frozen(kw_only=True, eq=False)
class Marks:
    """What the checks say about the blocks of one document: worst severity by block, class by hypervisor."""

    severities: Mapping[BlockId, Severity]
    classes: Mapping[BlockId, str]


NO_MARKS: Final = Marks(severities={}, classes={})


def marks_of(report: Report | None) -> Marks:
    """The badges and class tags that a report gives; suppressed findings give none."""
    if report is None:
        return NO_MARKS
    severities: dict[BlockId, Severity] = {}
    for finding in report.findings:
        if finding.block is not None and not finding.suppressed:
            severities[finding.block] = max(finding.severity, severities.get(finding.block, Severity.NOTE))
    classes = {item.hypervisor: _class_label(item.vmm_type) for item in report.classifications}
    return Marks(severities=severities, classes=classes)


class Faces:
    """The faces of blocks, kept by the identity of the block's value."""

    def __init__(self, catalog: Catalog, lettering: Lettering) -> None:
        self.catalog = catalog
        self.lettering = lettering
        self._faces: dict[BlockId, tuple[Block, Face, tuple[float, float]]] = {}

    def of(self, block: Block) -> Face:
        """What the block shows."""
        return self._known(block)[1]

    def measure(self, block: Block) -> tuple[float, float]:
        """The least width and height of the block itself: the layout's `Measure`."""
        return self._known(block)[2]

    def _known(self, block: Block) -> tuple[Block, Face, tuple[float, float]]:
        known = self._faces.get(block.id)
        if known is None or known[0] is not block:
            face = self._made(block)
            known = (block, face, self._size(block, face))
            self._faces[block.id] = known
        return known

    def _made(self, block: Block) -> Face:
        kind = self.catalog.kinds.get(block.kind)
        look = kind.appearance if kind is not None else _UNKNOWN
        text = str(block.parameters.get("text", "")) if look.shape is Shape.NOTE else ""
        fill = block_colour(block.kind if kind is None else kind.colour)
        return Face(
            shape=look.shape,
            role=None if kind is None else kind.role,
            icon=block.kind if kind is None else kind.icon,
            fill=fill,
            outline=outline_of(fill),
            ink=ink_of(fill),
            title=block.name,
            facts="" if look.shape is Shape.NOTE else key_facts(self.catalog, block),
            lines=self.lettering.wrapped(text, NOTE_WIDTH - 2 * INSET) if text.strip() else (),
            empty=look.empty,
        )

    def _size(self, block: Block, face: Face) -> tuple[float, float]:
        if face.shape is Shape.NOTE:
            line = self.lettering.metrics("note").height()
            return NOTE_WIDTH, ceil(INSET * 2 + 18.0 + line * len(face.lines))
        kind = self.catalog.kinds.get(block.kind)
        look = kind.appearance if kind is not None else _UNKNOWN
        least, greatest = look.widths or _WIDTHS[face.shape]
        height = look.height or _HEIGHTS[face.shape]
        if face.shape is Shape.CHIP:
            needed = self.lettering.width("chip", face.title) + CHIP_ICON + 18.0
        else:
            letters = max(self.lettering.width("title", face.title), self.lettering.width("facts", face.facts))
            needed = letters + ICON + 8.0 + 2 * INSET
        if face.role is Role.HYPERVISOR:
            needed, least, greatest = needed + TAG_ROOM, least + TAG_ROOM, greatest + TAG_ROOM
        return _clamped(needed, (least, greatest)), height


def _clamped(width: float, limits: tuple[float, float]) -> float:
    """Within the limits and a multiple of four, so that nearly equal neighbours become equal."""
    return min(max(4.0 * ceil(width / 4.0), limits[0]), limits[1])


def _class_label(vmm_type: str) -> str:
    return TYPE_LABELS.get(vmm_type, vmm_type)
