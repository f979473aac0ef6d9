"""The picture of the house shows the rooms that there are, each above those that it imports."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script that draws it."""
    monkeypatch.syspath_prepend(str(CHECKOUT / "packaging"))
    return importlib.import_module("house")


def test_the_committed_picture_shows_every_room(house: ModuleType) -> None:
    """When this fails: `python3 packaging/house.py` draws it anew."""
    drawn = {group.get("id") for group in ElementTree.parse(house.PICTURE).getroot().iter(f"{SVG}g")}
    folders = {path.parent.name for path in (CHECKOUT / "hvstudio").glob("*/__init__.py")}
    modules = {path.stem for path in (CHECKOUT / "hvstudio").glob("[a-z]*.py")}
    assert drawn == folders | modules | {"simulation.compile"}


def test_every_room_stands_above_those_that_it_imports(house: ModuleType) -> None:
    imports = house.rooms()
    level = {room: number for number, rooms in enumerate(house.layers(imports)) for room in rooms}
    assert level["errors"] == 0
    assert all(level[room] > level[other] for room, below in imports.items() for other in below)


def test_arrows_that_follow_from_others_are_left_out(house: ModuleType) -> None:
    """`top` imports both below it, but that it reaches `bottom` is already said by way of `middle`."""
    imports = {"top": {"middle", "bottom"}, "middle": {"bottom"}, "bottom": set()}
    assert house.arrows(imports) == [("middle", "bottom"), ("top", "middle")]
    assert house.layers(imports) == [["bottom"], ["middle"], ["top"]]


def test_a_circle_of_rooms_is_named(house: ModuleType) -> None:
    with pytest.raises(ValueError, match="a circle of rooms: egg, hen"):
        house.layers({"hen": {"egg"}, "egg": {"hen"}, "farm": set()})


def test_the_script_needs_nothing_but_the_standard_library() -> None:
    source = (CHECKOUT / "packaging" / "house.py").read_text(encoding="utf-8")
    names = {node.module for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)}
    assert names <= {"__future__", "collections.abc", "html", "pathlib"}


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "hvstudio/DESIGN.md", "hvstudio/simulation/MODEL.md"])
def test_the_living_documents_point_at_what_is_there(document: str) -> None:
    text = (CHECKOUT / document).read_text(encoding="utf-8")
    links = [target for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target]
    named = re.findall(r"`((?:hvstudio|tests|packaging|resources)/[\w./-]+)`", text)
    assert [link for link in links if not (CHECKOUT / document).parent.joinpath(link).exists()] == []
    assert [name for name in named if not (CHECKOUT / name).exists()] == []
