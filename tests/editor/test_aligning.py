"""Aligning and distributing: what stands nearly in line is put exactly in line, in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hvstudio.editor.aligning import Line, aligned, distributed

if TYPE_CHECKING:
    from conftest import World

# Bars are 100 by 40 (tests/editor/conftest.py); a position is the lower left corner of a root.


def place(world: World, *positions: tuple[float, float]) -> list[str]:
    names = [f"n{number}" for number in range(len(positions))]
    for name, position in zip(names, positions, strict=True):
        world.add("note", name, position=position)
    return names


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("left", [(0.0, 40.0), (0.0, 200.0)]),
        ("right", [(30.0, 40.0), (30.0, 200.0)]),
        ("centre", [(15.0, 40.0), (15.0, 200.0)]),
        ("top", [(0.0, 40.0), (30.0, 40.0)]),
        ("bottom", [(0.0, 200.0), (30.0, 200.0)]),
        ("middle", [(0.0, 120.0), (30.0, 120.0)]),
    ],
)
def test_two_of_one_size_meet_at_the_line(world: World, line: Line, expected: list[tuple[float, float]]) -> None:
    names = place(world, (0.0, 40.0), (30.0, 200.0))
    proposal = aligned(world.stage, [world[name] for name in names], line)
    assert proposal is not None
    assert [proposal.document.positions[world[name]] for name in names] == expected
    assert proposal.select == tuple(world[name] for name in names)


def test_hosts_are_aligned_by_their_whole_stacks(type1: World) -> None:
    type1.add("host", "other", position=(900.0, 0.0))
    top = type1.stage.layout.places[type1["host"]].column.y
    proposal = aligned(type1.stage, [type1["host"], type1["other"]], "top")
    assert proposal is not None
    assert proposal.document.positions[type1["host"]] == (0.0, 0.0)
    assert proposal.document.positions[type1["other"]] == (900.0, top + 40.0)


def test_what_rests_on_a_stack_stands_for_the_stack(type1: World) -> None:
    type1.add("note", "note", position=(600.0, 300.0))
    proposal = aligned(type1.stage, [type1["a"], type1["note"]], "left")
    assert proposal is not None
    assert proposal.document.positions[type1["note"]] == (0.0, 300.0)


def test_what_is_in_line_already_is_no_step(world: World) -> None:
    names = place(world, (16.0, 40.0), (16.0, 200.0))
    assert aligned(world.stage, [world[name] for name in names], "left") is None


def test_one_alone_has_nothing_to_be_aligned_with(world: World) -> None:
    (name,) = place(world, (16.0, 40.0))
    assert aligned(world.stage, [world[name]], "left") is None
    assert distributed(world.stage, [world[name]], "across") is None


def test_gaps_become_equal_and_the_outermost_stay(world: World) -> None:
    # 100 wide each, from 0 to 600: 300 of gaps, 150 each.
    names = place(world, (0.0, 0.0), (120.0, 10.0), (500.0, 20.0))
    proposal = distributed(world.stage, [world[name] for name in names], "across")
    assert proposal is not None
    assert [proposal.document.positions[world[name]] for name in names] == [(0.0, 0.0), (250.0, 10.0), (500.0, 20.0)]


def test_without_room_the_last_ones_make_way(world: World) -> None:
    # 40 high each, all at the same place: 32 between them, downwards.
    names = place(world, (0.0, 40.0), (0.0, 40.0), (0.0, 40.0))
    proposal = distributed(world.stage, [world[name] for name in names], "down")
    assert proposal is not None
    assert [proposal.document.positions[world[name]][1] for name in names] == [40.0, 112.0, 184.0]
