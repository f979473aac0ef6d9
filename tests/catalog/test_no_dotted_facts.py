"""Facts are read by attribute, so that a type checker sees a misspelt one: no dotted path stands in the code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from hvstudio.catalog.facts import HypervisorFacts, SystemFacts
from hvstudio.catalog.structure import paths_of

PACKAGE = Path(__file__).resolve().parent.parent.parent / "hvstudio"
PATHS = {path for shape in (HypervisorFacts, SystemFacts) for path in paths_of(shape) if "." in path}
GROUPS = tuple(sorted({f"{path.partition('.')[0]}." for path in PATHS}))


def _dotted(source: str) -> list[str]:
    """The strings that are paths of facts, or begin like one and are completed when the program runs."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in PATHS:
            found.append(node.value)
        if isinstance(node, ast.JoinedStr) and isinstance(
            first := node.values[0] if node.values else None, ast.Constant
        ):
            found += [first.value] if str(first.value) in GROUPS else []
    return found


def test_no_code_reads_facts_by_a_dotted_path() -> None:
    files = [path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE / "catalog"]
    found = {str(path): hits for path in files if (hits := _dotted(path.read_text(encoding="utf-8")))}
    assert found == {}


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ('facts.number("limits.vcpus_per_vm")', True),
        ('facts.yes(f"nested.{vendor}")', True),
        ("facts.limits.vcpus_per_vm.value", False),
        ('rule("nested.deep")', False),
    ],
)
def test_the_test_finds_what_it_should(source: str, is_found: bool) -> None:
    assert bool(_dotted(source)) is is_found
