"""Slots: what may sit where, why not, and what a point on the canvas means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hvstudio.catalog.catalog import Catalog
from hvstudio.editor.slots import (
    block_at,
    find_target,
    has_slot,
    hit,
    is_sound,
    kinds_for,
    refusal,
    suggested_support,
)

if TYPE_CHECKING:
    from conftest import World


@pytest.mark.parametrize(
    ("kind", "support", "slot", "sound"),
    [
        ("os", "host", True, True),
        ("os", "vm", True, True),
        ("os", "hypervisor", True, False),
        ("hypervisor", "host", True, True),
        ("hypervisor", "os", True, True),
        ("vm", "hypervisor", True, True),
        ("vm", "host", True, False),
        ("vm", "vm", False, False),
        ("virtual_disk", "vm", True, True),
        ("virtual_disk", "host", False, False),
        ("disk", "host", True, True),
        ("host", "host", False, False),
        ("note", "vm", False, False),
        ("teapot", "host", False, False),
    ],
)
def test_who_has_a_slot_on_whom(catalog: Catalog, kind: str, support: str, slot: bool, sound: bool) -> None:
    assert has_slot(catalog, kind, support) is slot
    assert is_sound(catalog, kind, support) is sound


def test_every_refusal_is_a_sentence_and_every_slot_has_none(catalog: Catalog) -> None:
    for kind in catalog.kinds:
        for support in catalog.kinds:
            text = refusal(catalog, kind, support)
            assert (text == "") is has_slot(catalog, kind, support)
            assert text == "" or (text[0].isupper() and text.endswith("."))


def test_the_refusal_says_where_there_is_a_slot(catalog: Catalog) -> None:
    assert refusal(catalog, "disk", "vm") == (
        "A disk is built into host hardware; the virtual machine has no slot for it."
    )
    assert refusal(catalog, "virtual_switch", "vm") == (
        "A virtual switch is built into a hypervisor, an operating system or a parent partition; "
        "the virtual machine has no slot for it."
    )
    assert refusal(catalog, "host", "os") == "Host hardware stands free on the canvas, never on something else."


def test_kinds_for_a_block_put_sound_architecture_first(catalog: Catalog) -> None:
    assert kinds_for(catalog, "vm")[:2] == ("os", "hypervisor")
    assert kinds_for(catalog, "hypervisor")[0] == "parent_partition"


def test_a_vm_held_over_the_hypervisor_goes_on_it(type1: World) -> None:
    target = find_target(type1.stage, "vm", type1.at("hv", 0.99))
    assert (target.support, target.before, target.is_caret) == (type1["hv"], None, True)


def test_held_over_the_bar_itself_it_goes_to_the_end_wherever_that_is(type1: World) -> None:
    for across in (0.01, 0.4, 0.99):
        assert find_target(type1.stage, "vm", type1.at("hv", across)).before is None
    assert find_target(type1.stage, "disk", type1.at("host", 0.1)).before is None
    assert find_target(type1.stage, "disk", type1.at("nic", 0.1)).before == type1["nic"]


def test_a_vm_held_over_another_goes_beside_it(type1: World) -> None:
    assert find_target(type1.stage, "vm", type1.at("b", 0.1)).before == type1["b"]
    assert find_target(type1.stage, "vm", type1.at("b", 0.9)).before is None
    assert find_target(type1.stage, "vm", type1.at("root", 0.9)).before == type1["a"]


def test_a_system_held_over_an_empty_vm_goes_inside(type1: World) -> None:
    target = find_target(type1.stage, "os", type1.at("b", 0.5, 0.2))
    assert target.support == type1["b"]
    assert target.mark is not None
    assert target.mark.bottom <= type1.stage.layout.places[type1["b"]].bar.y


def test_a_disk_held_anywhere_over_a_stack_goes_into_the_host(type1: World) -> None:
    assert find_target(type1.stage, "disk", type1.at("guest")).support == type1["host"]


def test_a_virtual_disk_held_over_the_guest_system_goes_into_its_vm(type1: World) -> None:
    assert find_target(type1.stage, "virtual_disk", type1.at("guest")).support == type1["a"]


def test_just_above_a_stack_still_counts_as_on_it_but_not_far_above(world: World) -> None:
    world.add("host", "host", position=(0.0, 0.0))
    assert find_target(world.stage, "hypervisor", (50.0, -80.0)).support == world["host"]
    assert find_target(world.stage, "hypervisor", (50.0, -180.0)).support is None


def test_pointing_at_a_bar_with_a_slot_is_honoured_although_it_is_unsound(world: World) -> None:
    world.add("host", "host", position=(0.0, 0.0))
    world.add("os", "os", "host")
    assert find_target(world.stage, "vm", world.at("os")).support == world["os"]
    assert find_target(world.stage, "hypervisor", world.at("os")).support == world["os"]
    assert find_target(world.stage, "hypervisor", world.at("host")).support == world["host"]


def test_hosts_and_notes_never_dock(type1: World) -> None:
    for kind in ("host", "note"):
        target = find_target(type1.stage, kind, type1.at("hv"))
        assert (target.support, target.refusal) == (None, "")


def test_an_unknown_kind_is_refused(type1: World) -> None:
    assert find_target(type1.stage, "teapot", type1.at("hv")).refusal


def test_blocks_being_moved_do_not_count(type1: World) -> None:
    target = find_target(type1.stage, "vm", type1.at("a", 0.9), without={type1["a"], type1["guest"], type1["adisk"]})
    assert target.support == type1["hv"]


def test_a_click_hits_bars_chips_and_frames_but_not_the_air(type1: World) -> None:
    stage = type1.stage
    assert hit(stage, type1.at("adisk")) == type1["adisk"]
    assert hit(stage, type1.at("guest")) == type1["guest"]
    frame = stage.layout.places[type1["b"]].column
    assert hit(stage, (frame.x + 10, frame.y + 5)) == type1["b"]
    assert hit(stage, (frame.x + 10, frame.y - 5)) is None
    assert hit(stage, (-50.0, -50.0)) is None


def test_air_above_a_short_column_is_not_its_block(world: World) -> None:
    world.add("host", "host", position=(0.0, 0.0))
    world.add("os", "short", "host")
    world.add("hypervisor", "tall", "host")
    world.add("vm", "vm", "tall")
    bar = world.stage.layout.places[world["short"]].bar
    above = (bar.x + 10, bar.y - 20)
    assert block_at(world.stage, above) == world["short"]
    assert hit(world.stage, above) is None


def test_without_pointing_a_system_goes_into_the_first_vm_that_lacks_one(type1: World) -> None:
    stage = type1.stage

    def suggested(kind: str) -> str | None:
        found = suggested_support(type1.catalog, stage.document, stage.index, kind)
        return None if found is None else stage.document.block(found).name

    assert suggested("os") == "b"
    assert suggested("vm") == "hv"
    assert suggested("disk") == "host"
    assert suggested("workload") == "guest"
    assert suggested("host") is None
