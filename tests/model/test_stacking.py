"""The layout: hand-worked small stacks, and what holds for any document."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from model_strategies import SCRIPTS, Draw, run

from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import add_block, insert_blocks
from hvstudio.model.geometry import Rect
from hvstudio.model.index import Index, index_of
from hvstudio.model.stacking import (
    CHIP_MAXIMUM,
    COLUMN_GAP,
    EMPTY_FRAME,
    FRAME_INSET,
    LAYER_GAP,
    ROOT_GAP,
    Form,
    Layout,
    lay_out,
    shared_widths,
)

FORMS = {
    "disk": Form(is_chip=True),
    "nic": Form(is_chip=True),
    "virtual_disk": Form(is_chip=True),
    "virtual_nic": Form(is_chip=True),
    "virtual_switch": Form(is_chip=True),
    "note": Form(is_loose=True),
    "vm": Form(is_frame=True, wraps=True, chips_below=True, chips_per_row=2),
    "parent_partition": Form(is_frame=True, fills=True, chips_below=True, chips_per_row=2),
}


def measure(block: Block) -> tuple[float, float]:
    """Bars are 100 by 40, chips 60 by 20, whatever they are called."""
    return (60.0, 20.0) if block.kind in FORMS and FORMS[block.kind].is_chip else (100.0, 40.0)


def laid_out(document: Document) -> Layout:
    return lay_out(document, index_of(document), forms=FORMS, measure=measure)


class World:
    """Builds documents by names."""

    def __init__(self) -> None:
        self.document = Document()
        self.ids: dict[str, BlockId] = {}

    def add(self, kind: str, name: str, on: str = "", position: tuple[float, float] | None = None) -> BlockId:
        support = self.ids[on] if on else None
        self.document, block_id = add_block(
            self.document, kind=kind, name=name, rests_on=support, position=position
        )  # fmt: skip
        self.ids[name] = block_id
        return block_id

    def bar(self, name: str) -> Rect:
        return laid_out(self.document).places[self.ids[name]].bar

    def column(self, name: str) -> Rect:
        return laid_out(self.document).places[self.ids[name]].column


def test_a_root_stands_with_its_lower_left_corner_on_its_position() -> None:
    world = World()
    world.add("host", "h", position=(30.0, 200.0))
    assert world.bar("h") == Rect(30.0, 160.0, 100.0, 40.0)


def test_a_stack_grows_upwards_and_its_ground_stays() -> None:
    world = World()
    world.add("host", "h", position=(0.0, 0.0))
    world.add("os", "o", "h")
    assert world.bar("h") == Rect(0.0, -40.0, 100.0, 40.0)
    assert world.bar("o") == Rect(0.0, -40.0 - LAYER_GAP - 40.0, 100.0, 40.0)


def test_a_support_widens_to_carry_a_row_and_the_row_shares_its_width() -> None:
    world = World()
    world.add("host", "h")
    for name in ("a", "b", "c"):
        world.add("os", name, "h")
    assert world.bar("h").width == 3 * 100.0 + 2 * COLUMN_GAP
    assert [world.bar(name).x for name in ("a", "b", "c")] == [0.0, 108.0, 216.0]
    assert {world.bar(name).width for name in ("a", "b", "c")} == {100.0}


def test_hybrid_stands_side_by_side_at_one_height() -> None:
    world = World()
    world.add("host", "h")
    world.add("os", "os", "h")
    world.add("hypervisor", "v", "h")
    world.add("virtual_switch", "switch", "v")
    for number in range(3):
        world.add("vm", f"vm{number}", "v")
    os, hypervisor = world.bar("os"), world.bar("v")
    assert (os.y, os.height) == (hypervisor.y, hypervisor.height)
    assert os.right + COLUMN_GAP == hypervisor.x
    assert hypervisor.right == world.bar("h").right


def test_frames_of_a_row_reach_equally_far_up() -> None:
    world = World()
    world.add("host", "h")
    world.add("hypervisor", "v", "h")
    world.add("vm", "full", "v")
    world.add("os", "os", "full")
    world.add("workload", "work", "os")
    world.add("vm", "empty", "v")
    full, empty = world.column("full"), world.column("empty")
    assert (full.y, full.bottom) == (empty.y, empty.bottom)
    assert full.height == 40 + LAYER_GAP + 40 + LAYER_GAP + 40 + FRAME_INSET
    assert world.bar("os").x == full.x + FRAME_INSET
    assert world.bar("os").right == full.right - FRAME_INSET


def test_an_empty_frame_keeps_room_for_its_guest() -> None:
    world = World()
    world.add("vm", "vm")
    assert world.column("vm").height == 40.0 + LAYER_GAP + EMPTY_FRAME


def test_the_system_in_the_parent_partition_fills_it() -> None:
    world = World()
    world.add("hypervisor", "v")
    world.add("parent_partition", "p", "v")
    world.add("os", "root", "p")
    world.add("vm", "vm", "v")
    world.add("os", "guest", "vm")
    world.add("workload", "work", "guest")
    assert world.bar("root").y == world.bar("work").y
    assert world.bar("root").bottom == world.bar("guest").bottom


def test_chips_stand_at_the_right_end_of_a_wide_bar() -> None:
    world = World()
    world.add("host", "h")
    world.add("disk", "d", "h")
    world.add("nic", "n", "h")
    host, disk, card = world.bar("h"), world.bar("d"), world.bar("n")
    assert host.width == 100 + 60 + 6 + 60 + 8
    assert card.right == host.right - 8
    assert disk.right + 6 == card.x
    assert disk.y == host.y + 10


def test_chips_do_not_grow_without_end() -> None:
    world = World()
    world.add("host", "h")
    world.add("disk", "d", "h")
    for number in range(9):
        world.add("os", str(number), "h")
    assert world.bar("d").width == CHIP_MAXIMUM


def test_chips_of_a_vm_stand_under_its_title_and_rows_stay_level() -> None:
    world = World()
    world.add("hypervisor", "v")
    world.add("vm", "a", "v")
    world.add("vm", "b", "v")
    world.add("virtual_disk", "d", "a")
    assert world.bar("a").height == 40 + 20 + 8 - 2
    assert world.bar("b").height == world.bar("a").height
    assert world.bar("d").y > world.bar("a").y + 30


def test_twelve_vms_wrap_into_two_rows_the_first_one_lowest() -> None:
    world = World()
    world.add("hypervisor", "v")
    world.add("parent_partition", "p", "v")
    for number in range(12):
        world.add("vm", f"vm{number}", "v")
    first, sixth, seventh = world.column("vm0"), world.column("vm5"), world.column("vm6")
    assert first.y == sixth.y
    assert seventh.x == first.x
    assert seventh.bottom == first.y - COLUMN_GAP
    assert world.column("p").y == seventh.y
    assert world.column("vm11").right == world.bar("v").right


def test_widths_are_equal_except_for_those_that_need_more() -> None:
    assert shared_widths([100, 100], 300) == [150, 150]
    assert shared_widths([200, 50, 50], 320) == [200, 60, 60]
    assert shared_widths([40], 100) == [100]
    assert shared_widths([], 100) == []


def test_what_foreign_files_rest_on_a_device_counts_as_resting_on_its_bar() -> None:
    world = World()
    world.add("host", "h")
    world.add("disk", "d", "h")
    world.add("os", "o", "d")
    assert world.bar("o").bottom == world.bar("h").y - LAYER_GAP


def test_a_stack_that_grows_pushes_its_right_neighbour_away_and_the_document_keeps_the_wish() -> None:
    world = World()
    world.add("host", "left", position=(0.0, 0.0))
    world.add("host", "right", position=(150.0, 0.0))
    assert world.bar("right").x == 150.0
    for name in ("a", "b", "c"):
        world.add("os", name, "left")
    assert world.bar("right").x == 316.0 + ROOT_GAP
    assert world.document.positions[world.ids["right"]] == (150.0, 0.0)


def test_stacks_above_each_other_and_notes_are_left_alone() -> None:
    world = World()
    world.add("host", "low", position=(0.0, 0.0))
    world.add("host", "high", position=(10.0, -300.0))
    world.add("note", "note", position=(20.0, 0.0))
    assert world.bar("high").x == 10.0
    assert world.bar("note").x == 20.0


@given(SCRIPTS)
def test_any_document_is_laid_out_without_overlaps(script: list[Draw]) -> None:
    document = Document()
    for draw in script:
        document = run(document, draw)
    layout = laid_out(document)
    assert set(layout.places) == set(document.blocks)
    assert_presentable(document, layout)


def assert_presentable(document: Document, layout: Layout) -> None:
    """No bars of one stack overlap, columns contain what stands in them, supports come first."""
    index = index_of(document)
    seen: set[BlockId] = set()
    for block_id in layout.order:
        support = document.block(block_id).rests_on
        assert support is None or support in seen
        seen.add(block_id)
    stacks = [layout.places[root].column for root in index.roots if document.block(root).kind != "note"]
    for number, column in enumerate(stacks):
        assert not any(_shrunk(column).meets(_shrunk(other)) for other in stacks[number + 1 :])
    for root in index.roots:
        members = list(index.subtree(root))
        bars = [layout.places[member] for member in members]
        for number, first in enumerate(bars):
            for second in bars[number + 1 :]:
                if first.is_chip == second.is_chip:
                    assert not _shrunk(first.bar).meets(_shrunk(second.bar))
    for block_id, place in layout.places.items():
        support = document.block(block_id).rests_on
        if support is not None and not layout.places[support].is_chip:
            outer = layout.places[support].column
            assert outer.x - 0.01 <= place.column.x
            assert place.column.right <= outer.right + 0.01
            assert outer.y - 0.01 <= place.column.y
            assert place.column.bottom <= outer.bottom + 0.01


def _shrunk(rect: Rect) -> Rect:
    """Rounding of sums is not an overlap."""
    return Rect(rect.x + 0.01, rect.y + 0.01, rect.width - 0.02, rect.height - 0.02)


def test_a_tower_of_ten_thousand_does_not_exhaust_the_stack() -> None:
    blocks = [
        Block(id=BlockId(f"os-{number}"), kind="os", name="o", rests_on=BlockId(f"os-{number - 1}") if number else None)
        for number in range(10_000)
    ]
    layout = laid_out(insert_blocks(Document(), blocks))
    assert layout.places[BlockId("os-9999")].bar.bottom == pytest.approx(-9999 * (40 + LAYER_GAP))


def large(hosts: int, machines: int) -> Document:
    """Hosts with a hypervisor and VMs of four blocks each."""
    blocks: list[Block] = []

    def put(kind: str, rests_on: BlockId | None) -> BlockId:
        block_id = BlockId(f"{kind}-{len(blocks) + 1}")
        blocks.append(Block(id=block_id, kind=kind, name=block_id, rests_on=rests_on))
        return block_id

    for _ in range(hosts):
        host = put("host", None)
        hypervisor = put("hypervisor", host)
        for _ in range(machines):
            machine = put("vm", hypervisor)
            put("workload", put("os", machine))
            put("virtual_disk", machine)
    return insert_blocks(Document(), blocks)


def test_laying_out_grows_with_the_number_of_blocks_and_not_faster() -> None:
    """Four times as many blocks take some four times as long, not sixteen times: measured in turns, in CPU time."""
    few, many = large(19, 32), large(76, 32)
    assert len(many) == pytest.approx(4 * len(few), rel=0.01)
    assert 9_800 <= len(many) <= 10_000
    indexes = [index_of(few), index_of(many)]
    rounds = [[_timed(document, index) for document, index in zip((few, many), indexes, strict=True)] for _ in range(5)]
    short, long = (min(times) for times in zip(*rounds, strict=True))
    assert long < 8 * short


def _timed(document: Document, index: Index) -> float:
    start = time.thread_time()
    lay_out(document, index, forms=FORMS, measure=measure)
    return time.thread_time() - start
