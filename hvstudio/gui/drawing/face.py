"""What a block shows: its texts, marks and least size, worked out once per value of the block."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Final

from attrs import frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.declaration import Seat
from hvstudio.checks.finding import Report, Severity
from hvstudio.composition.classification import TYPE_LABELS
from hvstudio.editor.facts import key_facts
from hvstudio.gui.drawing.lettering import Lettering
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

_BAR_WIDTHS: Final = (120.0, 280.0)
_FRAME_WIDTHS: Final = (164.0, 240.0)
_HOST_MINIMUM: Final = 260.0
_CHIP_WIDTHS: Final = (66.0, 132.0)
_SMALL_CHIP_WIDTHS: Final = (64.0, 98.0)
"""Chips of virtual machines: two of them fit side by side into a narrow column."""


@frozen(kw_only=True, eq=False)
class Face:
    """One block as it is drawn. `shape` is "bar", "frame", "chip" or "note"."""

    shape: str
    kind: str
    title: str
    facts: str
    lines: tuple[str, ...] = ()


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
            known = (block, face, self._size(face))
            self._faces[block.id] = known
        return known

    def _made(self, block: Block) -> Face:
        shape = self.shape_of(block.kind)
        text = str(block.parameters.get("text", "")) if shape == "note" else ""
        lines = self.lettering.wrapped(text, NOTE_WIDTH - 2 * INSET) if text.strip() else ()
        facts = "" if shape == "note" else key_facts(self.catalog, block)
        return Face(shape=shape, kind=block.kind, title=block.name, facts=facts, lines=lines)

    def shape_of(self, kind: str) -> str:
        """The shape in which blocks of a kind are drawn."""
        declared = self.catalog.kinds.get(kind)
        if kind == "note":
            return "note"
        if declared is not None and declared.seat is Seat.BUILT_IN:
            return "chip"
        return "frame" if kind in ("vm", "parent_partition") else "bar"

    def _size(self, face: Face) -> tuple[float, float]:
        if face.shape == "note":
            line = self.lettering.metrics("note").height()
            return NOTE_WIDTH, ceil(INSET * 2 + 18.0 + line * len(face.lines))
        title = self.lettering.width("chip" if face.shape == "chip" else "title", face.title)
        if face.shape == "chip":
            limits = _SMALL_CHIP_WIDTHS if face.kind in ("virtual_disk", "virtual_nic") else _CHIP_WIDTHS
            return _clamped(title + CHIP_ICON + 18.0, limits), CHIP_HEIGHT
        facts = self.lettering.width("facts", face.facts)
        needed = max(title, facts) + ICON + 8.0 + 2 * INSET
        if face.kind == "hypervisor":
            needed += TAG_ROOM
        if face.kind == "host":
            return max(_clamped(needed, (_HOST_MINIMUM, 420.0)), _HOST_MINIMUM), BAR_HEIGHT + 8.0
        limits = _FRAME_WIDTHS if face.shape == "frame" else _BAR_WIDTHS
        if face.kind == "hypervisor":
            limits = (limits[0] + TAG_ROOM, limits[1] + TAG_ROOM)
        return _clamped(needed, limits), BAR_HEIGHT


def _clamped(width: float, limits: tuple[float, float]) -> float:
    """Within the limits and a multiple of four, so that nearly equal neighbours become equal."""
    return min(max(4.0 * ceil(width / 4.0), limits[0]), limits[1])


def _class_label(vmm_type: str) -> str:
    return TYPE_LABELS.get(vmm_type, vmm_type)
