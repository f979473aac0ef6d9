"""Gestures: what a hand does becomes a preview and one edit, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hvstudio.editor.gestures import Moving, Placing, RubberBand, heads_of, moved_by_keys, snapped
from hvstudio.editor.starters import Wanted
from hvstudio.model.index import index_of

if TYPE_CHECKING:
    from conftest import World


class TestPlacing:
    def test_a_block_lands_in_its_slot_and_is_selected(self, type1: World) -> None:
        gesture = Placing(type1.stage, Wanted(kind="os", product="linux"))
        gesture.move(type1.at("b"))
        proposal = gesture.finish()
        assert proposal is not None
        (made,) = proposal.select
        assert proposal.document.block(made).rests_on == type1["b"]
        assert proposal.label == "Add “Linux”"

    def test_a_host_lands_on_the_grid_and_with_alt_exactly_there(self, world: World) -> None:
        gesture = Placing(world.stage, Wanted(kind="host"), size=(100.0, 50.0))
        preview = gesture.move((203.0, 101.0))
        assert preview.ghost is not None
        assert (preview.ghost.x, preview.ghost.bottom) == (160.0, 128.0)
        gesture.move((203.0, 101.0), bypass_grid=True)
        proposal = gesture.finish()
        assert proposal is not None
        assert list(proposal.document.positions.values()) == [(153.0, 126.0)]

    def test_where_there_is_no_slot_nothing_happens(self, type1: World) -> None:
        gesture = Placing(type1.stage, Wanted(kind="virtual_disk"))
        assert gesture.move(type1.at("host")).target.refusal
        assert gesture.finish() is None

    def test_free_blocks_float(self, world: World) -> None:
        gesture = Placing(world.stage, Wanted(kind="vm"))
        gesture.move((500.0, 500.0))
        proposal = gesture.finish()
        assert proposal is not None
        assert proposal.document.block(proposal.select[0]).rests_on is None

    def test_the_order_in_the_row_is_where_it_is_let_go(self, type1: World) -> None:
        gesture = Placing(type1.stage, Wanted(kind="vm"))
        gesture.move(type1.at("a", 0.1, 0.2))
        proposal = gesture.finish()
        assert proposal is not None
        assert type1.row("hv", proposal.document) == ["parent", "VM 1", "a", "b"]


class TestMoving:
    def test_reordering_siblings(self, type1: World) -> None:
        gesture = Moving(type1.stage, [type1["b"]], type1.at("b"))
        preview = gesture.move(type1.at("a", 0.1))
        assert preview.target.before == type1["a"]
        proposal = gesture.finish()
        assert proposal is not None
        assert type1.row("hv", proposal.document) == ["parent", "b", "a"]

    def test_letting_go_where_it_was_is_no_edit(self, type1: World) -> None:
        gesture = Moving(type1.stage, [type1["a"]], type1.at("a"))
        gesture.move(type1.at("a", 0.55))
        assert gesture.finish() is None

    def test_restacking_takes_everything_above_along(self, type1: World) -> None:
        type1.add("hypervisor", "other", product="hyper-v-2016", position=(2000.0, 0.0))
        gesture = Moving(type1.stage, [type1["a"]], type1.at("a"))
        gesture.move(type1.at("other"))
        proposal = gesture.finish()
        assert proposal is not None
        assert proposal.document.block(type1["a"]).rests_on == type1["other"]
        assert proposal.document.block(type1["guest"]).rests_on == type1["a"]

    def test_pulled_off_its_support_a_block_floats_where_it_is_let_go(self, type1: World) -> None:
        x, y = type1.at("b")
        gesture = Moving(type1.stage, [type1["b"]], (x, y))
        gesture.move((x + 1003.0, y - 497.0), bypass_grid=True)
        proposal = gesture.finish()
        assert proposal is not None
        bar = type1.stage.layout.places[type1["b"]].bar
        assert proposal.document.positions[type1["b"]] == (bar.x + 1003.0, bar.bottom - 497.0)

    def test_roots_move_together_and_snap_by_the_first(self, world: World) -> None:
        world.add("host", "one", position=(0.0, 0.0))
        world.add("note", "two", position=(307.0, 5.0))
        gesture = Moving(world.stage, [world["one"], world["two"]], (50.0, -20.0))
        preview = gesture.move((77.0, -17.0))
        assert preview.offset == (32.0, 0.0)
        proposal = gesture.finish()
        assert proposal is not None
        assert proposal.document.positions == {world["one"]: (32.0, 0.0), world["two"]: (339.0, 5.0)}

    def test_a_floating_block_docks(self, type1: World) -> None:
        type1.add("vm", "loose", position=(900.0, 300.0))
        gesture = Moving(type1.stage, [type1["loose"]], type1.at("loose"))
        gesture.move(type1.at("hv", 0.99))
        proposal = gesture.finish()
        assert proposal is not None
        assert type1.row("hv", proposal.document) == ["parent", "a", "b", "loose"]
        assert type1["loose"] not in proposal.document.positions

    def test_blocks_that_do_not_share_a_slot_are_refused_together(self, type1: World) -> None:
        gesture = Moving(type1.stage, [type1["guest"], type1["adisk"]], type1.at("guest"))
        preview = gesture.move(type1.at("host", 0.2))
        assert preview.target.refusal
        assert gesture.finish() is None

    def test_several_vms_keep_their_order(self, type1: World) -> None:
        gesture = Moving(type1.stage, [type1["b"], type1["a"]], type1.at("a"))
        gesture.move(type1.at("parent", 0.1))
        proposal = gesture.finish()
        assert proposal is not None
        assert type1.row("hv", proposal.document) == ["a", "b", "parent"]

    def test_nothing_is_ever_dropped_into_itself(self, type1: World) -> None:
        gesture = Moving(type1.stage, [type1["hv"]], type1.at("hv"))
        gesture.move(type1.at("a"))
        proposal = gesture.finish()
        assert proposal is None or proposal.document.block(type1["hv"]).rests_on != type1["a"]


def test_only_the_lowest_of_chosen_blocks_are_held(type1: World) -> None:
    assert heads_of(type1.stage, [type1["guest"], type1["a"], type1["disk"]]) == (type1["disk"], type1["a"])


def test_a_rubber_band_takes_what_lies_wholly_inside(type1: World) -> None:
    stage = type1.stage
    bar = stage.layout.places[type1["host"]].bar
    band = RubberBand(stage, (bar.x - 5, bar.y - 2), kept=[type1["b"]])
    assert band.move((bar.right - 70, bar.bottom + 5)).selected == (type1["b"], type1["disk"])
    everything = band.move((bar.right + 5, bar.bottom + 5)).selected
    assert set(everything) == {type1["b"], type1["host"], type1["disk"], type1["nic"]}


def test_a_band_drawn_upwards_is_the_same_band(type1: World) -> None:
    down = RubberBand(type1.stage, (-10.0, -500.0)).move((900.0, 10.0))
    up = RubberBand(type1.stage, (900.0, 10.0)).move((-10.0, -500.0))
    assert down == up
    assert set(down.selected) == set(type1.document.blocks)


def test_keys_shift_a_block_in_its_row_up_to_the_ends(type1: World) -> None:
    left = moved_by_keys(type1.stage, [type1["a"]], (-16.0, 0.0))
    assert left is not None
    assert type1.row("hv", left.document) == ["a", "parent", "b"]
    right = moved_by_keys(type1.stage, [type1["a"]], (16.0, 0.0))
    assert right is not None
    assert type1.row("hv", right.document) == ["parent", "b", "a"]
    assert moved_by_keys(type1.stage, [type1["b"]], (16.0, 0.0)) is None
    assert moved_by_keys(type1.stage, [type1["a"]], (0.0, 16.0)) is None


def test_keys_nudge_roots(type1: World) -> None:
    moved = moved_by_keys(type1.stage, [type1["host"]], (16.0, -16.0))
    assert moved is not None
    assert moved.document.positions[type1["host"]] == (16.0, -16.0)


def test_previewing_changes_nothing(type1: World) -> None:
    before = type1.document
    gesture = Moving(type1.stage, [type1["a"]], type1.at("a"))
    for step in range(20):
        gesture.move((step * 30.0, step * -10.0))
    assert type1.document is before
    assert index_of(before).children_of(type1["hv"]) == (type1["parent"], type1["a"], type1["b"])


def test_snapping_goes_to_the_nearest_point_of_the_grid() -> None:
    assert snapped((7.9, -8.1)) == (0.0, -16.0)
