"""Where a held thing would go, worked out by hand on one small stack: slots, marks, reach, ghosts, keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hvstudio.catalog.catalog import Catalog
from hvstudio.editor.arrangement import Arrangement
from hvstudio.editor.clipboard import copy_text, duplicate, paste
from hvstudio.editor.forms import forms_of
from hvstudio.editor.gestures import Moving, Placing, RubberBand, Wanted
from hvstudio.editor.navigation import following, neighbour
from hvstudio.editor.routes import route
from hvstudio.editor.slots import block_at, find_target, hit
from hvstudio.model.change import between
from hvstudio.model.edits import move_blocks
from hvstudio.model.geometry import Rect
from hvstudio.model.index import index_of
from hvstudio.model.stacking import lay_out

if TYPE_CHECKING:
    from conftest import World


@pytest.fixture
def stack(world: World) -> World:
    """A host, on it a hypervisor, on it two empty VMs; bars are 100 by 40.

    An empty VM is 40 + 6 + 38 = 84 high; two of them and a gap of 8 make everything 208 wide. From the ground at 0
    upwards: host to -40, gap, hypervisor from -46 to -86, gap, VMs from -92 to -176, their bars from -92 to -132.
    """
    world.add("host", "host", position=(0.0, 0.0))
    world.add("hypervisor", "hv", "host", product="hyper-v-2016")
    world.add("vm", "a", "hv")
    world.add("vm", "b", "hv")
    return world


def test_the_stack_is_the_one_described(stack: World) -> None:
    places = stack.stage.layout.places
    assert places[stack["host"]].bar == Rect(0.0, -40.0, 208.0, 40.0)
    assert places[stack["hv"]].bar == Rect(0.0, -86.0, 208.0, 40.0)
    assert places[stack["a"]].column == Rect(0.0, -176.0, 100.0, 84.0)
    assert places[stack["b"]].bar == Rect(108.0, -132.0, 100.0, 40.0)


@pytest.mark.parametrize(
    ("x", "y", "before", "caret"),
    [
        (
            49.0,
            -150.0,
            "a",
            -6.5,
        ),  # left of the middle of a: the gap of 8 has its middle 4 beside it, the caret is 5 wide
        (50.0, -150.0, "b", 101.5),  # the middle itself belongs to the right half
        (157.0, -150.0, "b", 101.5),
        (158.0, -150.0, "", 209.5),
        (10.0, -66.0, "", 209.5),  # on the bar of the hypervisor: the end of the row
    ],
)
def test_a_vm_goes_between_the_neighbours_it_is_held_between(
    stack: World, x: float, y: float, before: str, caret: float
) -> None:
    target = find_target(stack.stage, "vm", (x, y))
    assert target.support == stack["hv"]
    assert target.before == (stack[before] if before else None)
    assert target.mark == Rect(caret, -176.0, 5.0, 84.0)
    assert target.is_caret


def test_a_system_lands_in_the_empty_frame(stack: World) -> None:
    """The room over the bar of an empty VM is 44; 6 of it is the gap, and the mark keeps 3 from the bar."""
    target = find_target(stack.stage, "os", (50.0, -150.0))
    assert target.support == stack["a"]
    assert target.mark == Rect(0.0, -132.0 - 38.0 - 3.0, 100.0, 38.0)
    assert not target.is_caret


def test_on_a_bare_host_the_mark_stands_above_it(world: World) -> None:
    world.add("host", "host", position=(0.0, 0.0))
    target = find_target(world.stage, "hypervisor", (50.0, -20.0))
    assert target.mark == Rect(0.0, -40.0 - 34.0 - 3.0, 100.0, 34.0)


@pytest.mark.parametrize(
    ("x", "y", "reached"),
    [
        (-16.0, -20.0, True),  # 16 beside the stack
        (-16.5, -20.0, False),
        (224.0, -20.0, True),
        (224.5, -20.0, False),
        (50.0, -232.0, True),  # 56 above it
        (50.0, -232.5, False),
        (50.0, 16.0, True),  # 16 below the ground
        (50.0, 16.5, False),
    ],
)
def test_how_far_a_stack_reaches(stack: World, x: float, y: float, reached: bool) -> None:
    assert (block_at(stack.stage, (x, y), reach=True) is not None) == reached
    assert block_at(stack.stage, (x, y)) is None


@pytest.mark.parametrize(
    ("point", "found"),
    [
        ((10.0, -20.0), "host"),
        ((10.0, -66.0), "hv"),
        ((10.0, -110.0), "a"),
        ((150.0, -170.0), "b"),
        ((104.0, -100.0), ""),
    ],
)
def test_a_click_means_the_bar_or_the_frame_under_it(stack: World, point: tuple[float, float], found: str) -> None:
    assert hit(stack.stage, point) == (stack[found] if found else None)


def test_a_ghost_is_held_by_its_middle_and_snaps_by_its_lower_left_corner(world: World) -> None:
    """A thing of 180 by 44 at (101, 103): its corner is at (11, 125) and goes to (16, 128) on a grid of 16."""
    placing = Placing(world.stage, Wanted(kind="host"), size=(180.0, 44.0))
    assert placing.move((101.0, 103.0), bypass_grid=True).ghost == Rect(11.0, 81.0, 180.0, 44.0)
    preview = placing.move((101.0, 103.0))
    assert preview.ghost is not None
    corner = (preview.ghost.x, preview.ghost.bottom)
    assert corner == (16.0, 128.0)
    proposal = placing.finish()
    assert proposal is not None
    assert proposal.document.positions[proposal.select[0]] == corner


def test_moving_by_a_way_is_that_way_from_where_it_was(world: World) -> None:
    world.add("note", "note", position=(32.0, 64.0))
    moving = Moving(world.stage, [world["note"]], (40.0, 50.0))
    preview = moving.move((43.0, 45.0), bypass_grid=True)
    assert preview.offset == (3.0, -5.0)
    proposal = moving.finish()
    assert proposal is not None
    assert proposal.document.positions[world["note"]] == (35.0, 59.0)


@pytest.mark.parametrize(
    ("corner", "taken"),
    [((100.0, 0.0), True), ((99.5, 0.0), False), ((100.0, -0.5), False)],
)
def test_a_band_takes_what_lies_inside_or_on_its_edge(
    world: World, corner: tuple[float, float], taken: bool
) -> None:  # fmt: skip
    world.add("note", "note", position=(0.0, 0.0))  # from (0, -40) to (100, 0)
    band = RubberBand(world.stage, (0.0, -40.0))
    assert (band.move(corner).selected == (world["note"],)) == taken
    assert RubberBand(world.stage, (0.5, -40.0)).move((300.0, 300.0)).selected == ()
    assert RubberBand(world.stage, (0.0, -39.5)).move((300.0, 300.0)).selected == ()


def test_off_the_straight_line_counts_double(world: World) -> None:
    """To the right of the start: 200 straight on, or 150 on and 30 aside, which counts as 210."""
    world.add("note", "start", position=(0.0, 0.0))
    world.add("note", "straight", position=(200.0, 0.0))
    world.add("note", "aside", position=(150.0, 30.0))
    assert neighbour(world.stage, world["start"], "right") == world["straight"]


def test_what_stands_at_the_same_height_is_not_above(world: World) -> None:
    """One unit further is not ahead yet, two are."""
    world.add("note", "start", position=(0.0, 0.0))
    world.add("note", "one", position=(1.0, 0.0))
    assert neighbour(world.stage, world["start"], "right") is None
    world.add("note", "two", position=(2.0, 0.0))
    assert neighbour(world.stage, world["start"], "right") == world["two"]
    assert neighbour(world.stage, world["two"], "left") == world["start"]


@pytest.mark.parametrize(
    ("direction", "goal"), [("up", "north"), ("down", "south"), ("left", "west"), ("right", "east")]
)
def test_four_neighbours_lie_in_four_directions(world: World, direction: str, goal: str) -> None:
    for name, position in {
        "middle": (0.0, 0.0),
        "north": (10.0, -200.0),
        "south": (10.0, 200.0),
        "west": (-300.0, 5.0),
        "east": (300.0, 5.0),
    }.items():
        world.add("note", name, position=position)
    assert neighbour(world.stage, world["middle"], direction) == world[goal]


def test_tab_begins_with_the_first_and_backwards_with_the_last(stack: World) -> None:
    assert following(stack.stage, None) == stack["host"]
    assert following(stack.stage, stack["host"]) == stack["hv"]
    assert following(stack.stage, None, backwards=True) == stack.stage.layout.order[-1]
    assert following(stack.stage, stack["host"], backwards=True) == stack.stage.layout.order[-1]


def test_one_block_above_another_goes_up_to_the_nearest_by_its_middle(stack: World) -> None:
    """Three on the hypervisor: its middle is over the second one."""
    stack.add("vm", "c", "hv")
    assert neighbour(stack.stage, stack["hv"], "up") == stack["b"]
    assert neighbour(stack.stage, stack["c"], "left") == stack["b"]


@pytest.mark.parametrize(
    ("target", "obstacles", "end"),
    [
        (Rect(100.0, 60.0, 60.0, 20.0), [], (112.0, 60.0)),  # 12 from its nearer end
        (Rect(-100.0, 60.0, 60.0, 20.0), [], (-52.0, 60.0)),
        (Rect(100.0, 60.0, 16.0, 20.0), [], (108.0, 60.0)),  # a narrow one in its middle
        # 24 of room in 8 parts of 10 each from 112 to 192; what is within 4 of the obstacle's 120 is not free.
        (Rect(100.0, 60.0, 104.0, 20.0), [Rect(90.0, 25.0, 30.0, 20.0)], (132.0, 60.0)),
        (Rect(100.0, 60.0, 104.0, 20.0), [Rect(90.0, 60.0, 30.0, 20.0)], (112.0, 60.0)),  # beside the way, not on it
    ],
)
def test_a_connector_ends_here(target: Rect, obstacles: list[Rect], end: tuple[float, float]) -> None:
    device, frame = Rect(10.0, 0.0, 20.0, 10.0), Rect(0.0, -50.0, 40.0, 64.0)
    corners = route(device, target, frame, obstacles=obstacles)
    assert corners[:2] == ((20.0, 10.0), (20.0, 17.0))  # half of the gap of 6 under the frame
    assert corners[-1] == end


def test_a_sibling_moved_before_another_moves_that_stack_and_no_other(stack: World, catalog: Catalog) -> None:
    stack.add("host", "other", position=(5000.0, 0.0))
    stack.add("hypervisor", "other hv", "other")
    stack.add("vm", "other a", "other hv")
    stack.add("vm", "other b", "other hv")

    def measure(block: object) -> tuple[float, float]:
        return 100.0, 40.0

    forms = forms_of(catalog)
    arrangement = Arrangement(forms=forms, measure=measure)
    arrangement.follow(stack.document, index_of(stack.document))
    after = move_blocks(stack.document, [stack["b"]], rests_on=stack["hv"], before=stack["a"])
    touched = arrangement.follow(after, index_of(after), between(stack.document, after))
    fresh = lay_out(after, index_of(after), forms=forms, measure=measure)
    assert dict(arrangement.layout.places) == dict(fresh.places)
    assert arrangement.layout.places[stack["b"]].bar.x == 0.0
    assert arrangement.layout.places[stack["a"]].bar.x == 108.0
    assert stack["other a"] not in touched


def test_a_duplicate_is_one_copy(stack: World, catalog: Catalog) -> None:
    after, heads = duplicate(stack.document, [stack["a"]], catalog=catalog)
    assert len(heads) == 1
    assert len(after) == len(stack.document) + 1


def test_pasted_beside_the_original_a_device_keeps_the_disk_it_had(type1: World, catalog: Catalog) -> None:
    """Not the first disk of the host, which a new virtual disk would get, but the one its original is on."""
    type1.add("disk", "second", "host")
    type1.add("virtual_disk", "bdisk", "b", attached="second")
    after, heads = paste(type1.document, copy_text(type1.document, [type1["b"]]), catalog=catalog)
    (copied,) = (block for block in after.blocks.values() if block.rests_on == heads[0])
    assert copied.attached_to == type1["second"]
