"""The clipboard: whole sub-stacks as text, and what becomes of hostile text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hvstudio.editor.clipboard import copy_text, duplicate, paste
from hvstudio.errors import EditError
from hvstudio.files.native import from_text
from hvstudio.model.document import Document
from hvstudio.model.index import index_of

if TYPE_CHECKING:
    from conftest import World


def test_a_copied_vm_takes_everything_above_along(type1: World) -> None:
    copied = from_text(copy_text(type1.document, [type1["a"]]), name="clipboard")
    assert [block.name for block in copied.blocks.values()] == ["a", "guest", "adisk"]


def test_nothing_chosen_gives_no_text(type1: World) -> None:
    assert copy_text(type1.document, []) == ""


def test_pasted_beside_the_original_with_fresh_ids_and_names(type1: World) -> None:
    document, (vm,) = paste(type1.document, copy_text(type1.document, [type1["a"]]), catalog=type1.catalog)
    assert document.block(vm).rests_on == type1["hv"]
    assert document.block(vm).name == "a 2"
    inside = {document.block(child).kind: document.block(child) for child in index_of(document).children_of(vm)}
    assert inside["os"].name == "guest"
    assert inside["virtual_disk"].name == "adisk 2"
    assert inside["virtual_disk"].attached_to == type1["disk"]
    assert len(document) == len(type1.document) + 3


def test_pasted_onto_another_hypervisor_devices_go_to_the_hardware_there(type1: World) -> None:
    type1.add("host", "host2", position=(3000.0, 0.0))
    type1.add("disk", "disk2", "host2")
    type1.add("hypervisor", "hv2", "host2", product="hyper-v-2016")
    text = copy_text(type1.document, [type1["a"]])
    document, (vm,) = paste(type1.document, text, type1["hv2"], catalog=type1.catalog)
    (disk,) = [child for child in index_of(document).children_of(vm) if document.block(child).kind == "virtual_disk"]
    assert document.block(vm).rests_on == type1["hv2"]
    assert document.block(disk).attached_to == type1["disk2"]


def test_pasted_onto_something_above_the_support_below_it_is_found(type1: World) -> None:
    document, (vm,) = paste(
        type1.document, copy_text(type1.document, [type1["a"]]), type1["root"], catalog=type1.catalog
    )  # fmt: skip
    assert document.block(vm).rests_on == type1["hv"]


def test_a_whole_host_keeps_its_inner_attachments_and_stands_aside(type1: World) -> None:
    document, (host,) = paste(type1.document, copy_text(type1.document, [type1["host"]]), catalog=type1.catalog)
    assert document.positions[host] == (32.0, 32.0)
    index = index_of(document)
    for block in document.blocks.values():
        if block.attached_to is not None:
            assert index.root_of(block.id) == index.root_of(block.attached_to)
    assert len(document) == 2 * len(type1.document)


def test_pasting_at_a_position_keeps_the_arrangement(world: World) -> None:
    world.add("note", "one", position=(10.0, 10.0))
    world.add("note", "two", position=(60.0, 40.0))
    text = copy_text(world.document, [world["one"], world["two"]])
    document, made = paste(world.document, text, position=(500.0, 500.0), catalog=world.catalog)
    assert [document.positions[block] for block in made] == [(500.0, 500.0), (550.0, 530.0)]


def test_into_an_empty_document_it_floats_and_is_attached_to_nothing(type1: World) -> None:
    document, (vm,) = paste(Document(), copy_text(type1.document, [type1["a"]]), catalog=type1.catalog)
    assert document.block(vm).rests_on is None
    assert all(block.attached_to is None for block in document.blocks.values())


def test_pasting_twice_makes_two_more(type1: World) -> None:
    text = copy_text(type1.document, [type1["a"]])
    document, _ = paste(type1.document, text, catalog=type1.catalog)
    document, _ = paste(document, text, catalog=type1.catalog)
    assert type1.row("hv", document) == ["parent", "a", "b", "a 2", "a 3"]


def test_five_copies_of_a_vm(type1: World) -> None:
    document, made = duplicate(type1.document, [type1["a"]], catalog=type1.catalog, count=5)
    assert [document.block(vm).name for vm in made] == ["a 2", "a 3", "a 4", "a 5", "a 6"]
    assert type1.row("hv", document) == ["parent", "a", "a 2", "a 3", "a 4", "a 5", "a 6", "b"]
    assert duplicate(type1.document, [], catalog=type1.catalog) == (type1.document, ())


def test_duplicates_from_several_places_stay_where_they_land(type1: World) -> None:
    document, made = duplicate(type1.document, [type1["guest"], type1["b"]], catalog=type1.catalog)
    assert {document.block(copy).rests_on for copy in made} == {type1["a"], type1["hv"]}


def test_a_copy_within_a_copy_is_copied_once(type1: World) -> None:
    both = copy_text(type1.document, [type1["a"], type1["guest"]])
    assert both == copy_text(type1.document, [type1["a"]])


BLOCK = {"id": "vm-1", "kind": "vm", "name": "v", "position": [0, 0]}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        '{"format": "hvstudio", "version": 1}',
        '{"format": "hvstudio", "version": 999, "blocks": []}',
        '{"format": "hvstudio", "version": 1, "blocks": []}',
        json.dumps({"format": "hvstudio", "version": 1, "blocks": [{**BLOCK, "kind": "teapot"}]}),
        json.dumps({"format": "hvstudio", "version": 1, "blocks": [{**BLOCK, "rests_on": "vm-1"}]}),
        json.dumps({"format": "hvstudio", "version": 1, "blocks": [{**BLOCK, "rests_on": "gone"}]}),
        json.dumps({"format": "hvstudio", "version": 1, "blocks": [BLOCK, BLOCK]}),
        json.dumps({"format": "hvstudio", "version": 1, "blocks": [{**BLOCK, "name": 5}]}),
        '{"format": "hvstudio", "version": 1, "blocks": [{"id": "vm-1", "kind": "vm", "name": "v", '
        '"position": [NaN, 0]}]}',
        "x" * 33_000_000,
    ],
    ids=lambda text: text[:40] or "empty",
)
def test_hostile_text_is_refused_with_a_sentence(type1: World, text: str) -> None:
    with pytest.raises(EditError) as caught:
        paste(type1.document, text, catalog=type1.catalog)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "outside",
    [
        5,
        [],
        {"rests_on": 7},
        {"rests_on": {"vm-1": ["x"]}},
        {"rests_on": {"vm-1": "host-1"}},
        {"attached_to": {"q": "z"}},
    ],
    ids=str,
)
def test_nonsense_about_the_outside_is_ignored(type1: World, outside: object) -> None:
    text = json.dumps({"format": "hvstudio", "version": 1, "blocks": [BLOCK], "clipboard": outside})
    document, (vm,) = paste(type1.document, text, catalog=type1.catalog)
    assert document.block(vm).rests_on in (None, type1["host"])
