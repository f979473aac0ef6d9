"""The mutation run makes the mistakes that it is meant to make, and puts back what it has changed."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture
def operators(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The part that makes mutants."""
    monkeypatch.syspath_prepend(str(CHECKOUT / "packaging"))
    yield importlib.import_module("mutation.operators")
    for name in [name for name in sys.modules if name.partition(".")[0] == "mutation"]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("line", "mistakes"),
    [
        ("a < b", {"(a <= b)"}),
        ("a == b", {"(a != b)"}),
        ("a is not None", {"(a is None)"}),
        ("a + b", {"(a - b)"}),
        ("a // 2", {"(a * 2)", "3"}),
        ("not a", {"(a)"}),
        ("a and b", {"(a or b)"}),
        ("f(a, b)", {"(f(b, a))"}),
        ("len(a)", {"(len(a) - 1)"}),
        ("a if b else c", {"(not b)"}),
        ("0.0", {"1.0"}),
        ("True", {"False"}),
        ("-a", {"(a)"}),
        ("'text'", set()),
        ("f'{a:>{b + 1}}'", set()),
    ],
)
def test_an_expression_has_these_mutants(operators: ModuleType, line: str, mistakes: set[str]) -> None:
    made = operators.mutants_of(f"x = {line}\n", "made_up.py")
    assert {mutant.after for mutant in made} == mistakes


@pytest.mark.parametrize(
    ("body", "mistakes"),
    [
        ("f()", {"pass"}),
        ("return a", {"return None"}),
        ("return None", set()),
        ("return ()", set()),
        ("return max(a, b)", {"return None"}),
        ("raise a", {"pass"}),
        ("a += b", {"pass", "a -= b"}),
        ("a.b = c", {"pass"}),
        ("'what it gives'", set()),
        ("if a: f()", {"(not a)", "pass"}),
        ("for a in b: break", {"continue"}),
        ("widget.setSpacing(4)", set()),
        ("a: int = 4", {"5"}),
    ],
)
def test_a_statement_has_these_mutants(operators: ModuleType, body: str, mistakes: set[str]) -> None:
    made = operators.mutants_of(f"def function():\n    {body}\n", "made_up.py")
    assert {mutant.after for mutant in made} == mistakes


def test_a_mutant_changes_one_place_and_says_where(operators: ModuleType) -> None:
    source = "# µ: two bytes before it\ndef f(a):\n    return 'µ', a < 1\n"
    (mutant,) = (m for m in operators.mutants_of(source, "f.py") if m.kind == "comparison")
    assert mutant.line == 3
    assert mutant.applied_to(source.encode()).decode() == source.replace("a < 1", "(a <= 1)")


def test_what_paints_is_left_alone(operators: ModuleType) -> None:
    assert operators.mutants_of("def paintEvent(self, event):\n    return 1 + 2\n", "f.py") == []


def test_every_source_file_belongs_to_one_area_or_is_left_out_by_name(operators: ModuleType) -> None:
    areas = importlib.import_module("mutation.areas")
    owners: dict[Path, list[str]] = {}
    for name, area in {**areas.AREAS, "painting": areas.PAINTING}.items():
        assert area.files(CHECKOUT), name
        assert area.present_tests(CHECKOUT), name
        for path in area.files(CHECKOUT):
            owners.setdefault(path, []).append(name)
    assert [path for path, names in owners.items() if len(names) > 1] == []


@pytest.mark.skipif(sys.platform == "win32", reason="mutants are tried on POSIX systems")
def test_mutants_are_tried_in_a_copy_that_is_put_back(operators: ModuleType, tmp_path: Path) -> None:
    trial_module = importlib.import_module("mutation.trial")
    checkout = tmp_path / "project"
    untested = "def untested(number):\n    return number + 1\n"
    for name, text in {
        "hvstudio/__init__.py": "",
        "hvstudio/rounding.py": "def half(number):\n    return number // 2\n\n\n" + untested,
        "tests/test_rounding.py": "from hvstudio.rounding import half\n\ndef test_half():\n    assert half(5) == 2\n",
        "packaging/mutation/recording.py": (CHECKOUT / "packaging/mutation/recording.py").read_text(encoding="utf-8"),
        "pyproject.toml": "[tool.pytest.ini_options]\ntimeout = 60\n",
    }.items():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text(text, encoding="utf-8")
    source = (checkout / "hvstudio" / "rounding.py").read_text(encoding="utf-8")
    trial = trial_module.Trial(checkout, tmp_path / "copy")

    coverage = trial.coverage(["tests"])
    assert coverage.not_passed == []
    killed = {}
    for mutant in operators.mutants_of(source, "hvstudio/rounding.py"):
        chosen = coverage.tests_for(mutant, covering=10, others=10)
        assert chosen == ["tests/test_rounding.py::test_half"]
        killed[mutant.line, mutant.after] = bool(trial.kills(mutant, chosen, seconds=1))

    assert killed == {
        (2, "return None"): True,
        (2, "(number * 2)"): True,
        (2, "3"): True,  # 5 // 3 is 1
        (6, "return None"): False,
        (6, "(number - 1)"): False,
        (6, "2"): False,
    }
    for root in (checkout, trial.root):
        assert (root / "hvstudio" / "rounding.py").read_text(encoding="utf-8") == source
