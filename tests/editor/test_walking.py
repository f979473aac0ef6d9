"""Keyboard walks, connector routes, names and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hvstudio.catalog.catalog import Catalog
from hvstudio.editor.facts import key_facts
from hvstudio.editor.names import Names, names_of
from hvstudio.editor.navigation import following, neighbour
from hvstudio.editor.routes import route
from hvstudio.model.document import Block, BlockId
from hvstudio.model.geometry import Rect

if TYPE_CHECKING:
    from conftest import World


@pytest.mark.parametrize(
    ("start", "direction", "goal"),
    [
        ("guest", "down", "a"),
        ("a", "down", "hv"),
        ("hv", "down", "host"),
        ("hv", "up", "a"),
        ("a", "right", "b"),
        ("b", "left", "a"),
        ("a", "left", "parent"),
        ("root", "right", "guest"),
        ("disk", "right", "nic"),
    ],
)
def test_arrows_walk_the_way_one_looks(type1: World, start: str, direction: str, goal: str) -> None:
    found = neighbour(type1.stage, type1[start], direction)
    assert found is not None
    assert type1.document.block(found).name == goal


def test_at_the_edge_there_is_nothing(world: World) -> None:
    world.add("host", "host")
    assert [neighbour(world.stage, world["host"], way) for way in ("up", "down", "left", "right")] == [None] * 4
    assert neighbour(world.stage, BlockId("gone"), "up") is None


def test_tab_goes_around_everything_once(type1: World) -> None:
    seen = [following(type1.stage, None)]
    for _ in range(len(type1.document) - 1):
        seen.append(following(type1.stage, seen[-1]))
    assert set(seen) == set(type1.document.blocks)
    assert following(type1.stage, seen[-1]) == seen[0]
    assert following(type1.stage, seen[0], backwards=True) == seen[-1]


def test_on_an_empty_canvas_there_is_nowhere_to_go(world: World) -> None:
    assert following(world.stage, None) is None


def test_a_connector_goes_down_along_the_lane_and_in_from_above() -> None:
    device, frame = Rect(10.0, 0.0, 20.0, 10.0), Rect(0.0, -50.0, 40.0, 64.0)
    disk = Rect(100.0, 60.0, 60.0, 20.0)
    assert route(device, disk, frame) == ((20.0, 10.0), (20.0, 17.0), (112.0, 17.0), (112.0, 60.0))


def test_a_connector_to_a_switch_at_the_same_height_enters_from_below() -> None:
    device, frame = Rect(110.0, 0.0, 20.0, 10.0), Rect(100.0, -50.0, 40.0, 64.0)
    switch = Rect(0.0, 0.0, 60.0, 10.0)
    assert route(device, switch, frame) == ((120.0, 10.0), (120.0, 17.0), (48.0, 17.0), (48.0, 10.0))


def test_a_connector_enters_where_it_crosses_nothing_on_the_way() -> None:
    device, frame = Rect(10.0, 0.0, 20.0, 10.0), Rect(0.0, -50.0, 40.0, 64.0)
    disk, bridge = Rect(100.0, 60.0, 104.0, 20.0), Rect(90.0, 25.0, 40.0, 20.0)
    assert route(device, disk, frame, obstacles=[bridge])[-1] == (142.0, 60.0)
    everywhere = Rect(0.0, 25.0, 500.0, 20.0)
    assert route(device, disk, frame, obstacles=[everywhere])[-1] == (112.0, 60.0)


def test_a_device_right_above_its_target_is_joined_straight() -> None:
    assert route(Rect(10, 0, 20, 10), Rect(0, 60, 60, 20), Rect(0, -50, 40, 64)) == ((20, 10), (20, 60))


def test_names_count_on_from_what_is_there(type1: World) -> None:
    names = Names(type1.document, type1.catalog)
    assert names.like("new", "vm") == "new"
    assert names.like("new", "vm") == "new 2"
    assert names.like("a", "vm") == "a 2"
    assert names.like("a 2", "vm") == "a 3"
    assert names.for_new("vm") == "VM 1"
    assert names.for_new("vm") == "VM 2"
    assert names.for_new("host") == "Host hardware"
    assert names.for_new("host") == "Host hardware 2"


def test_guest_systems_and_workloads_share_their_name(type1: World) -> None:
    names = Names(type1.document, type1.catalog)
    assert [names.for_new("os", "linux") for _ in range(2)] == ["Linux", "Linux"]
    assert names.like("guest", "os") == "guest"


def test_the_number_in_the_name_of_a_product_is_not_counted_on(type1: World) -> None:
    names = Names(type1.document, type1.catalog)
    wanted = [names.for_new("hypervisor", "virtual-pc-2007") for _ in range(3)]
    label = type1.catalog.products["virtual-pc-2007"].label
    assert label.endswith("2007")
    assert wanted == [label, f"{label} 2", f"{label} 3"]
    assert names.like(f"{label} 2", "hypervisor") == f"{label} 4"


def test_labels_name_one_block_or_count_many(type1: World) -> None:
    assert names_of(type1.document, [type1["a"]]) == "“a”"
    assert names_of(type1.document, [type1["a"], type1["b"]]) == "2 blocks"


def block(kind: str, name: str = "x", product: str = "", **parameters: bool | float | str) -> Block:
    return Block(id=BlockId("x-1"), kind=kind, name=name, product=product, parameters=parameters)


@pytest.mark.parametrize(
    ("shown", "facts"),
    [
        (block("vm", virtual_processors=4, memory_bytes=8 * 2**30), "4 vCPU · 8 GiB"),
        (
            block("vm", cpu_weight=200, cpu_limit=0.5, cpu_reserve=0.1),
            "1 vCPU · 1 GiB · weight 200 · reserve 10 % · limit 50 %",
        ),
        (
            block("host", sockets=2, cores_per_socket=8, threads_per_core=2),
            "2 × 8 cores × 2 threads · 2.4 GHz · 16 GiB",
        ),
        (block("host", cores_per_socket=1), "1 core · 2.4 GHz · 16 GiB"),
        (block("virtual_disk"), "40 GiB · Synthetic / paravirtual"),
        (block("virtual_switch"), "External"),
        (block("workload", clients=1), "1 client"),
        (block("workload", arrivals="open", rate_per_s=250.0), "250 /s"),
        (block("workload", arrivals="saturated", clients=3), "3 at once"),
        (block("os", "Linux", "linux"), ""),
        (block("os", "Gateway", "linux"), "Linux"),
        (block("teapot"), ""),
    ],
    ids=lambda value: value if isinstance(value, str) else value.kind,
)  # fmt: skip
def test_the_second_line_says_what_one_looks_for_first(catalog: Catalog, shown: Block, facts: str) -> None:
    assert key_facts(catalog, shown) == facts
