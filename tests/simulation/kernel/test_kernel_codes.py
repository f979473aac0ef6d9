"""The names that the compiler takes from kernel.pxd are those that everybody else takes from codes.py."""

from __future__ import annotations

import ast
import re
from enum import EnumType, IntEnum
from pathlib import Path

from hvstudio.simulation.kernel import codes
from hvstudio.simulation.kernel.engine import interpreted_kernel

FOLDER = Path(codes.__file__).parent


def declared() -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """The constants and the enums of kernel.pxd."""
    source = (FOLDER / "kernel.pxd").read_text(encoding="utf-8")
    defined = dict(re.findall(r"#define (\w+) (0x[0-9A-F]+)U?LL", source))
    constants = {name: int(defined[macro], 16) for name, macro in re.findall(r'long (\w+) "(\w+)"', source)}
    enums: dict[str, dict[str, int]] = {}
    for name, body in re.findall(r"^cdef enum ?(\w*):\n((?: {4}.*\n)+)", source, re.MULTILINE):
        enums[name] = {item: int(value) for item, value in re.findall(r"^ {4}(\w+) = (\d+)$", body, re.MULTILINE)}
    return constants | enums.pop(""), enums


def numbers(enum: type[IntEnum]) -> dict[str, int]:
    return {item.name: item.value for item in enum}


def test_both_give_the_same_names_and_values() -> None:
    constants, enums = declared()
    here = {name: value for name, value in vars(codes).items() if name[0] != "_" and value is not IntEnum}
    assert enums == {name: numbers(value) for name, value in here.items() if isinstance(value, EnumType)}
    assert constants == {name: value for name, value in here.items() if isinstance(value, int)}


def test_no_name_stands_for_two_numbers() -> None:
    """Names of a C enum are not told apart by the enum they belong to."""
    constants, enums = declared()
    names = [*constants, *enums, *(item for items in enums.values() for item in items)]
    assert sorted(set(names)) == sorted(names)


def test_the_interpreted_kernel_takes_every_name() -> None:
    """What it does not name, it could only write as a number."""
    tree = ast.parse((FOLDER / "kernel.py").read_text(encoding="utf-8"))
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == codes.__name__
        for alias in node.names
    }
    assigned = {
        name.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and "codes.plain" in ast.unparse(node.value)
        for name in ast.walk(node.targets[0])
        if isinstance(name, ast.Name)
    }
    constants, enums = declared()
    assert (imported, assigned) == (set(constants), set(enums))


def test_the_interpreted_kernel_has_bare_numbers_under_the_names_of_the_enums() -> None:
    kernel = interpreted_kernel()
    assert kernel.TokenState.IN_SERVICE == 3
    assert type(kernel.TokenState.IN_SERVICE) is int


def test_the_kernel_compares_no_code_with_a_bare_number() -> None:
    fields = ("state", "op", "arrivals", "family")
    source = (FOLDER / "kernel.py").read_text(encoding="utf-8")
    assert re.findall(rf"(?:\b|\.)(?:{'|'.join(fields)}) (?:[<>=!]=?|=) \d+", source) == []
