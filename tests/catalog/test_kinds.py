"""The declarations of kinds: whole, consistent with themselves, and joined by role."""

from __future__ import annotations

import pytest
from attrs import evolve

from hvstudio.catalog.appearance import Shape
from hvstudio.catalog.declaration import Kind, Seat
from hvstudio.catalog.kinds import KINDS, joined, kind_for, role_of
from hvstudio.catalog.role import Role
from hvstudio.model.document import Block, BlockId
from hvstudio.resources import names_in


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_shape_form_and_seat_of_a_kind_agree(kind: Kind) -> None:
    shape = kind.appearance.shape
    assert (shape is Shape.CHIP) == kind.form.is_chip == (kind.seat is Seat.BUILT_IN)
    assert (shape is Shape.FRAME) == kind.form.is_frame == bool(kind.appearance.empty)
    assert (kind.seat is Seat.FREE) == (not kind.supports)
    assert f"{kind.icon}.svg" in names_in("icons", ".svg")


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_key_facts_speak_of_parameters_that_the_kind_has(kind: Kind) -> None:
    for fact in kind.key_facts:
        assert kind.parameter(fact.parameter) is not None
        assert fact.when is None or kind.parameter(fact.when[0]) is not None


def test_every_role_is_played_and_gives_new_blocks_their_kind() -> None:
    assert {kind.role for kind in KINDS.values()} == set(Role)
    assert all(KINDS[kind_for(role)].role is role for role in Role)


def test_a_kind_that_is_not_known_has_no_role() -> None:
    assert role_of(Block(id=BlockId("a"), kind="teapot", name="A")) is None


def test_what_changes_in_a_run_are_controls_and_arrivals() -> None:
    live = {kind.name: [item.name for item in kind.parameters if item.is_live] for kind in KINDS.values()}
    controls = ["cpu_weight", "cpu_reserve", "cpu_limit"]
    assert {name: found for name, found in live.items() if found} == {
        "vm": controls,
        "parent_partition": controls,
        "workload": ["clients", "think_s", "rate_per_s"],
    }


def test_a_second_kind_of_a_role_fits_wherever_the_role_does() -> None:
    tape = evolve(KINDS["disk"], name="tape")
    kinds = joined([*KINDS.values(), tape])
    assert kinds["virtual_disk"].attaches_to == ("virtual_disk", "disk", "tape")
    assert kinds["tape"].supports == {"host"}
    second_host = joined([*KINDS.values(), evolve(KINDS["host"], name="blade")])
    assert second_host["disk"].supports == second_host["disk"].sound_supports == {"host", "blade"}
    assert second_host["vm"].sound_supports == {"hypervisor"}
    assert second_host["vm"].supports == {"hypervisor", "host", "blade", "os", "parent_partition"}
