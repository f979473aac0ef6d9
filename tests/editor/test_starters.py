"""Starters: what one drop creates, and what a new device is attached to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hvstudio.editor.starters import Wanted, add_from_palette, default_attachment
from hvstudio.errors import EditError
from hvstudio.model.index import index_of

if TYPE_CHECKING:
    from conftest import World


def attachments(document: object, vm: str) -> dict[str, str | None]:
    index = index_of(document)  # type: ignore[arg-type]
    blocks = document.blocks  # type: ignore[attr-defined]
    return {blocks[child].kind: blocks[child].attached_to for child in index.children_of(vm)}  # type: ignore[arg-type]


def test_a_vm_on_a_hypervisor_comes_with_disk_and_card_attached(type1: World) -> None:
    document, (vm,) = add_from_palette(type1.document, type1.catalog, Wanted(kind="vm"), support=type1["hv"])
    assert document.block(vm).name == "VM 1"
    assert attachments(document, vm) == {"virtual_disk": type1["disk"], "virtual_nic": type1["switch"]}


def test_without_a_switch_the_card_goes_straight_to_the_network_card(world: World) -> None:
    world.add("host", "host")
    world.add("nic", "nic", "host")
    world.add("hypervisor", "hv", "host")
    document, (vm,) = add_from_palette(world.document, world.catalog, Wanted(kind="vm"), support=world["hv"])
    assert attachments(document, vm) == {"virtual_nic": world["nic"]}


def test_without_hardware_a_vm_is_just_a_vm(world: World) -> None:
    world.add("hypervisor", "hv")
    document, (vm,) = add_from_palette(world.document, world.catalog, Wanted(kind="vm"), support=world["hv"])
    assert attachments(document, vm) == {}


def test_a_floating_vm_is_just_a_vm(type1: World) -> None:
    document, (vm,) = add_from_palette(
        type1.document, type1.catalog, Wanted(kind="vm"), support=None, position=(5.0, 6.0)
    )  # fmt: skip
    assert document.positions[vm] == (5.0, 6.0)
    assert attachments(document, vm) == {}


def test_a_switch_in_the_host_system_is_found(world: World) -> None:
    world.add("host", "host")
    world.add("nic", "nic", "host")
    world.add("os", "os", "host")
    world.add("virtual_switch", "bridge", "os", attached="nic")
    world.add("hypervisor", "hv", "os")
    document, (vm,) = add_from_palette(world.document, world.catalog, Wanted(kind="vm"), support=world["hv"])
    assert attachments(document, vm) == {"virtual_nic": world["bridge"]}


def test_a_nested_vm_is_backed_by_the_disk_of_the_vm_around_it(type1: World) -> None:
    type1.add("hypervisor", "inner", "b", product="hyper-v-2016")
    type1.add("virtual_disk", "bdisk", "b", attached="disk")
    document, (vm,) = add_from_palette(type1.document, type1.catalog, Wanted(kind="vm"), support=type1["inner"])
    assert attachments(document, vm)["virtual_disk"] == type1["bdisk"]


def test_a_switch_inside_another_vm_is_not_at_hand(world: World) -> None:
    world.add("host", "host")
    world.add("nic", "nic", "host")
    world.add("hypervisor", "hv", "host")
    world.add("vm", "outer", "hv")
    world.add("os", "guest", "outer")
    world.add("virtual_switch", "hidden", "guest")
    document, (vm,) = add_from_palette(world.document, world.catalog, Wanted(kind="vm"), support=world["hv"])
    assert attachments(document, vm) == {"virtual_nic": world["nic"]}


def test_a_device_dropped_by_itself_is_attached_too(type1: World) -> None:
    document, (device,) = add_from_palette(
        type1.document, type1.catalog, Wanted(kind="virtual_nic"), support=type1["b"]
    )  # fmt: skip
    assert document.block(device).attached_to == type1["switch"]
    document, (switch,) = add_from_palette(
        type1.document, type1.catalog, Wanted(kind="virtual_switch"), support=type1["hv"]
    )  # fmt: skip
    assert document.block(switch).attached_to == type1["nic"]


def test_eight_at_once_have_names_and_places_of_their_own(type1: World) -> None:
    document, made = add_from_palette(
        type1.document, type1.catalog, Wanted(kind="vm", count=8), support=type1["hv"], before=type1["b"]
    )  # fmt: skip
    assert [document.block(vm).name for vm in made] == [f"VM {number}" for number in range(1, 9)]
    assert type1.row("hv", document) == ["parent", "a", *(f"VM {number}" for number in range(1, 9)), "b"]


def test_names_follow_the_product_and_are_numbered_where_they_would_be_confused(type1: World) -> None:
    wanted = Wanted(kind="hypervisor", product="kvm", count=2)
    document, (first, second) = add_from_palette(type1.document, type1.catalog, wanted, support=type1["guest"])
    label = type1.catalog.products["kvm"].label
    assert (document.block(first).name, document.block(second).name) == (label, f"{label} 2")


def test_unknown_kinds_are_refused(type1: World) -> None:
    with pytest.raises(EditError, match="not known"):
        add_from_palette(type1.document, type1.catalog, Wanted(kind="teapot"), support=None)


def test_what_attaches_to_nothing_gets_nothing(type1: World) -> None:
    index = index_of(type1.document)
    assert default_attachment(type1.document, type1.catalog, index, type1.document.block(type1["guest"])) is None
