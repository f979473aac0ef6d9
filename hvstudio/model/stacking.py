"""The layout: stacks that lay themselves out the way textbooks draw them, as a pure function of the document.

A block is a horizontal bar. What rests on it stands on top of it, side by side, and a row shares the width of what
carries it; supports widen to fit. Devices are chips inside their support's bar. Virtual machines and partitions are
frames: their bar is the base, what they contain stands inside. Bars of one row are equally high and frames of one
row reach equally far up, so that columns line up. Many VMs on one support wrap into rows, the first one lowest.
The position of a root is the lower left corner of its bar: a stack grows upwards and its ground stays where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil, sqrt
from typing import Final, NamedTuple, TypeAlias

from attrs import frozen

from hvstudio.model.document import Block, BlockId, Document, Point
from hvstudio.model.geometry import Rect, around
from hvstudio.model.index import Index

LAYER_GAP: Final = 6.0
"""Between a bar and what stands on it."""
COLUMN_GAP: Final = 8.0
"""Between neighbours of one row."""
FRAME_INSET: Final = 6.0
"""Between a frame and what stands inside it."""
EMPTY_FRAME: Final = 38.0
"""Room above the bar of a frame that holds nothing yet: where its guest will stand."""
CHIP_GAP: Final = 6.0
CHIP_INSET: Final = 8.0
"""Between a chip and the edge of the bar that it is built into."""
CHIP_MAXIMUM: Final = 176.0
"""Chips do not grow wider than this, however wide their bar."""
ROW_LIMIT: Final = 10
"""So many frames stand in one row before they wrap."""


ROOT_GAP: Final = 32.0
"""Kept free between neighbouring stacks, whatever their positions say."""
SETTLED_ROOTS: Final = 300
"""With more roots than this each one stays where its position says: keeping them apart is O(roots²)."""


class Place(NamedTuple):
    """Where a block is. `bar` is the block itself (bar, chip or note); `column` is the bar with everything above it,
    up to the top of its row: the frame of a VM, and where a thing dropped above the block still counts as on it."""

    bar: Rect
    column: Rect
    depth: int
    """How many blocks lie under it: painting order."""
    is_chip: bool
    """Whether it is built into its support's bar; a device that floats alone is a bar of its own."""


@frozen(kw_only=True)
class Form:
    """How blocks of a kind are laid out."""

    is_chip: bool = False
    """Built into its support's bar."""
    is_frame: bool = False
    """Encloses what stands on it."""
    wraps: bool = False
    """Many frames of this kind on one support wrap into rows."""
    fills: bool = False
    """What stands topmost in such a frame reaches up to its edge: the parent is as high as the VMs beside it."""
    chips_below: bool = False
    """Chips stand under the title instead of beside it: for narrow, high blocks."""
    chips_per_row: int = 8
    is_loose: bool = False
    """Stays exactly where it was put, whatever stands beside it."""


Measure: TypeAlias = Callable[[Block], tuple[float, float]]
"""The least width and height a block needs by itself: a bar's title, a chip, a note."""

_BAR: Final = Form()


@frozen(kw_only=True, eq=False)
class Layout:
    """Where every block of one document is. `order` lists them supports first, which is the painting order."""

    places: Mapping[BlockId, Place]
    order: tuple[BlockId, ...]
    roots: tuple[BlockId, ...]

    def bounds(self) -> Rect:
        """The smallest rectangle around everything; empty at the origin when there is nothing. O(roots)."""
        return around(self.places[root].column for root in self.roots)


def lay_out(document: Document, index: Index, *, forms: Mapping[str, Form], measure: Measure) -> Layout:
    """Place every block; O(blocks). Kinds without a form are plain bars."""
    stacks = {root: lay_out_stack(document, index, root, forms=forms, measure=measure) for root in index.roots}
    grounds = settled(document, {root: stack[root].column for root, stack in stacks.items()}, forms)
    places: dict[BlockId, Place] = {}
    for root, stack in stacks.items():
        x, y = grounds[root]
        places.update({block_id: shifted(place, x, y) for block_id, place in stack.items()})
    return Layout(places=places, order=tuple(places), roots=index.roots)


def settled(document: Document, columns: Mapping[BlockId, Rect], forms: Mapping[str, Form]) -> dict[BlockId, Point]:
    """Where each root really stands: at its position, moved right as far as a stack left of it has grown.

    `columns` are the stacks as if their roots stood at the origin. What is loose stays exactly where it was put.
    """
    wanted = {root: document.positions.get(root, (0.0, 0.0)) for root in columns}
    solid = [root for root in columns if not forms.get(document.blocks[root].kind, _BAR).is_loose]
    if len(solid) < 2 or len(columns) > SETTLED_ROOTS:
        return wanted
    order = {root: number for number, root in enumerate(columns)}
    solid.sort(key=lambda root: (wanted[root][0], order[root]))
    standing: list[Rect] = []
    for root in solid:
        x, y = wanted[root]
        column = columns[root]
        mine = Rect(x, y + column.y, column.width, column.height)
        for other in sorted(standing):
            if mine._replace(x=mine.x - ROOT_GAP / 2, width=mine.width + ROOT_GAP / 2).meets(other):
                mine = mine._replace(x=other.right + ROOT_GAP)
        standing.append(mine)
        wanted[root] = (mine.x, y)
    return wanted


def lay_out_stack(
    document: Document, index: Index, root: BlockId, *, forms: Mapping[str, Form], measure: Measure
) -> dict[BlockId, Place]:
    """Place one stack with the lower left corner of its root at the origin, supports before what rests on them."""
    stack = _Stack(document, index, forms, measure)
    stack.collect(root)
    stack.measure_all()
    return stack.place_all(root)


def shifted(place: Place, x: float, y: float) -> Place:
    """The same place somewhere else."""
    bar, column, depth, is_chip = place
    return Place(
        Rect(bar.x + x, bar.y + y, bar.width, bar.height),
        Rect(column.x + x, column.y + y, column.width, column.height),
        depth,
        is_chip,
    )


class _Needs(NamedTuple):
    """What a block needs: least width, height of its bar, room above the bar."""

    width: float
    bar: float
    above: float


class _Slot(NamedTuple):
    """What a row gives to a block: where its column stands and how high the row's bars and columns are."""

    x: float
    bottom: float
    width: float
    bar: float
    height: float
    depth: int
    fills: bool = False


class _Grid(NamedTuple):
    """Frames wrapped into rows: how many columns, and the bar and total height of each row."""

    columns: int
    rows: tuple[tuple[float, float], ...]
    column_width: float


class _Stack:
    """One stack while it is laid out: children by role, then needs from the top down, then places from the ground up.

    Everything loops instead of recursing: a hostile file may stack 10,000 blocks on each other.
    """

    def __init__(self, document: Document, index: Index, forms: Mapping[str, Form], measure: Measure) -> None:
        self.blocks = document.blocks
        self.index = index
        self.forms = forms
        self.measure = measure
        self.order: list[BlockId] = []
        self.row: dict[BlockId, list[BlockId]] = {}
        self.chips: dict[BlockId, list[BlockId]] = {}
        self.chip_sizes: dict[BlockId, tuple[float, float]] = {}
        self.needs: dict[BlockId, _Needs] = {}
        self.grids: dict[BlockId, _Grid] = {}

    def form(self, block_id: BlockId) -> Form:
        return self.forms.get(self.blocks[block_id].kind, _BAR)

    def collect(self, root: BlockId) -> None:
        """Sort what rests on each bar into chips and columns; what rests on a chip counts as resting on its bar."""
        pending = [root]
        while pending:
            bar = pending.pop()
            self.order.append(bar)
            chips: list[BlockId] = []
            columns: list[BlockId] = []
            waiting = list(reversed(self.index.children_of(bar)))
            while waiting:
                child = waiting.pop()
                if self.form(child).is_chip:
                    chips.append(child)
                    waiting.extend(reversed(self.index.children_of(child)))
                else:
                    columns.append(child)
            if chips:
                self.chips[bar] = chips
            if columns:
                self.row[bar] = columns
                pending.extend(reversed(columns))

    def measure_all(self) -> None:
        """What every bar needs, from the top of the stack down."""
        for block_id in reversed(self.order):
            form = self.form(block_id)
            width, bar = self._bar_needs(block_id, form)
            row_width, above = self._row_needs(block_id)
            inset = 2 * FRAME_INSET if form.is_frame else 0.0
            if above:
                above += LAYER_GAP + (FRAME_INSET if form.is_frame else 0.0)
            elif form.is_frame:
                above = EMPTY_FRAME + LAYER_GAP
            self.needs[block_id] = _Needs(max(width, row_width + inset), bar, above)

    def _bar_needs(self, block_id: BlockId, form: Form) -> tuple[float, float]:
        """Least width and height of the bar itself, its chips included."""
        width, height = self.measure(self.blocks[block_id])
        chips = self.chips.get(block_id)
        if not chips:
            return width, height
        for chip in chips:
            self.chip_sizes[chip] = self.measure(self.blocks[chip])
        per_row = min(len(chips), form.chips_per_row)
        chip_width = max(self.chip_sizes[chip][0] for chip in chips)
        chip_height = max(self.chip_sizes[chip][1] for chip in chips)
        needed = per_row * chip_width + (per_row - 1) * CHIP_GAP
        rows = ceil(len(chips) / per_row)
        stacked = rows * chip_height + (rows - 1) * CHIP_GAP
        if form.chips_below:
            return max(width, needed + 2 * CHIP_INSET), height + stacked + CHIP_INSET - 2
        return width + needed + CHIP_INSET, max(height, stacked + 2 * CHIP_INSET)

    def _row_needs(self, block_id: BlockId) -> tuple[float, float]:
        """Least width and height of what stands on a bar."""
        row = self.row.get(block_id)
        if not row:
            return 0.0, 0.0
        frames = [child for child in row if self._wraps(child)]
        if len(frames) <= ROW_LIMIT:
            needs = [self.needs[child] for child in row]
            width = sum(need.width for need in needs) + COLUMN_GAP * (len(needs) - 1)
            return width, max(need.bar for need in needs) + max(need.above for need in needs)
        grid = self._grid(frames)
        self.grids[block_id] = grid
        others = [self.needs[child] for child in row if not self._wraps(child)]
        width = grid.columns * (grid.column_width + COLUMN_GAP) - COLUMN_GAP
        width += sum(need.width + COLUMN_GAP for need in others)
        height = sum(total for _, total in grid.rows) + COLUMN_GAP * (len(grid.rows) - 1)
        bar = max([grid.rows[0][0], *(need.bar for need in others)])
        return width, max(height, bar + max([0.0, *(need.above for need in others)]))

    def _wraps(self, block_id: BlockId) -> bool:
        form = self.form(block_id)
        return form.is_frame and form.wraps

    def _grid(self, frames: list[BlockId]) -> _Grid:
        rows = ceil(len(frames) / max(8, ceil(sqrt(len(frames) * 1.6))))
        columns = ceil(len(frames) / rows)
        heights: list[tuple[float, float]] = []
        for start in range(0, len(frames), columns):
            needs = [self.needs[frame] for frame in frames[start : start + columns]]
            bar = max(need.bar for need in needs)
            heights.append((bar, bar + max(need.above for need in needs)))
        return _Grid(columns, tuple(heights), max(self.needs[frame].width for frame in frames))

    def place_all(self, root: BlockId) -> dict[BlockId, Place]:
        """Give every bar its slot, from the ground up."""
        needs = self.needs[root]
        slots = {root: _Slot(0.0, 0.0, needs.width, needs.bar, needs.bar + needs.above, 0)}
        places: dict[BlockId, Place] = {}
        for block_id in self.order:
            slot = slots.pop(block_id)
            high = slot.height if slot.fills and block_id not in self.row else slot.bar
            bar = Rect(slot.x, slot.bottom - high, slot.width, high)
            column = Rect(slot.x, slot.bottom - slot.height, slot.width, slot.height)
            places[block_id] = Place(bar, column, slot.depth, False)
            if block_id in self.chips:
                self._place_chips(block_id, bar, slot.depth, places)
            if block_id in self.row:
                self._share_row(block_id, slot, slots)
        return places

    def _place_chips(self, block_id: BlockId, bar: Rect, depth: int, places: dict[BlockId, Place]) -> None:
        form = self.form(block_id)
        chips = self.chips[block_id]
        per_row = min(len(chips), form.chips_per_row)
        needed = max(self.chip_sizes[chip][0] for chip in chips)
        height = max(self.chip_sizes[chip][1] for chip in chips)
        rows = ceil(len(chips) / per_row)
        title = self.measure(self.blocks[block_id])[0]
        room = bar.width - 2 * CHIP_INSET if form.chips_below else bar.width - title - CHIP_INSET
        width = min(max(CHIP_MAXIMUM, needed), (room - CHIP_GAP * (per_row - 1)) / per_row)
        used = per_row * width + (per_row - 1) * CHIP_GAP
        stacked = rows * height + (rows - 1) * CHIP_GAP
        left = bar.x + CHIP_INSET if form.chips_below else bar.right - CHIP_INSET - used
        top = bar.bottom - CHIP_INSET - stacked if form.chips_below else bar.y + (bar.height - stacked) / 2
        for number, chip in enumerate(chips):
            row, column = divmod(number, per_row)
            rect = Rect(left + column * (width + CHIP_GAP), top + row * (height + CHIP_GAP), width, height)
            places[chip] = Place(rect, rect, depth + 1, True)

    def _share_row(self, block_id: BlockId, slot: _Slot, slots: dict[BlockId, _Slot]) -> None:
        """Share the width of a bar among what stands on it."""
        inset = FRAME_INSET if self.form(block_id).is_frame else 0.0
        x, width = slot.x + inset, slot.width - 2 * inset
        bottom = slot.bottom - slot.bar - LAYER_GAP
        height = slot.height - slot.bar - LAYER_GAP - inset
        if block_id in self.grids:
            self._share_grid(block_id, _Slot(x, bottom, width, 0.0, height, slot.depth + 1), slots)
            return
        row = self.row[block_id]
        fills = slot.fills or self.form(block_id).fills
        bar = max(self.needs[child].bar for child in row)
        widths = shared_widths([self.needs[child].width for child in row], width - COLUMN_GAP * (len(row) - 1))
        for child, share in zip(row, widths, strict=True):
            slots[child] = _Slot(x, bottom, share, bar, height, slot.depth + 1, fills)
            x += share + COLUMN_GAP

    def _share_grid(self, block_id: BlockId, area: _Slot, slots: dict[BlockId, _Slot]) -> None:
        """The same where frames wrap into rows: the rows stand where the first frame would."""
        grid = self.grids[block_id]
        row = self.row[block_id]
        frames = [child for child in row if self._wraps(child)]
        cells = [child for child in row if child == frames[0] or not self._wraps(child)]
        minimum = grid.columns * (grid.column_width + COLUMN_GAP) - COLUMN_GAP
        wanted = [minimum if cell == frames[0] else self.needs[cell].width for cell in cells]
        spare = area.width - sum(wanted) - COLUMN_GAP * (len(cells) - 1)
        bar = max([grid.rows[0][0], *(self.needs[cell].bar for cell in cells if cell != frames[0])])
        x = area.x
        for cell, least in zip(cells, wanted, strict=True):
            share = least + spare if cell == frames[0] else least
            if cell == frames[0]:
                self._fill_grid(grid, frames, area._replace(x=x, width=share), slots)
            else:
                slots[cell] = area._replace(x=x, width=share, bar=bar)
            x += share + COLUMN_GAP

    def _fill_grid(self, grid: _Grid, frames: list[BlockId], area: _Slot, slots: dict[BlockId, _Slot]) -> None:
        width = (area.width - COLUMN_GAP * (grid.columns - 1)) / grid.columns
        needed = sum(total for _, total in grid.rows) + COLUMN_GAP * (len(grid.rows) - 1)
        spare = (area.height - needed) / len(grid.rows)
        bottom = area.bottom
        for number, (bar, total) in enumerate(grid.rows):
            start = number * grid.columns
            for column, frame in enumerate(frames[start : start + grid.columns]):
                x = area.x + column * (width + COLUMN_GAP)
                slots[frame] = _Slot(x, bottom, width, bar, total + spare, area.depth)
            bottom -= total + spare + COLUMN_GAP


def shared_widths(least: list[float], available: float) -> list[float]:
    """Widths that use all there is: equal ones, except for those that need more than that; O(k log k)."""
    remaining, count = available, len(least)
    wide: dict[int, float] = {}
    for position in sorted(range(len(least)), key=least.__getitem__, reverse=True):
        if least[position] * count <= remaining:
            break
        wide[position] = least[position]
        remaining -= least[position]
        count -= 1
    equal = remaining / count if count else 0.0
    return [wide.get(position, equal) for position in range(len(least))]
