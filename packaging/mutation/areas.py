"""The areas of the house: which sources belong to each and which tests are about them, nearest first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Area:
    """Sources (files or folders), those of them that are left out, and the tests that concern them."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]
    without: tuple[str, ...] = ()

    def files(self, checkout: Path) -> list[Path]:
        """The source files of the area that are there, sorted."""
        found: set[Path] = set()
        for source in self.sources:
            path = checkout / source
            found |= set(path.rglob("*.py")) if path.is_dir() else {path} & set(path.parent.glob(path.name))
        left_out = tuple(checkout / name for name in self.without)
        return sorted(p for p in found if not any(p == out or out in p.parents for out in left_out))

    def present_tests(self, checkout: Path) -> list[str]:
        """The tests of the area that are there."""
        return [test for test in self.tests if (checkout / test).exists()]


# What is left out of mutation, and of the floors of `covering.py` but for one: how things look.
PAINTING = Area(
    ("hvstudio/gui/drawing", "hvstudio/gui/plots", "hvstudio/gui/look", "hvstudio/gui/pictures"), ("tests/gui",)
)

# Painting has no area: gui/drawing, gui/plots, gui/look, gui/pictures and what the canvas draws behind the blocks.
AREAS: dict[str, Area] = {
    "model": Area(
        ("hvstudio/model", "hvstudio/units.py"), ("tests/model", "tests/test_units.py", "tests/test_units_tables.py")
    ),
    "catalog": Area(("hvstudio/catalog",), ("tests/catalog", "tests/checks", "tests/simulation/compile")),
    "composition": Area(
        ("hvstudio/composition",),
        ("tests/composition", "tests/checks", "tests/simulation/compile"),
    ),
    "checks": Area(("hvstudio/checks",), ("tests/checks",)),
    "compile": Area(("hvstudio/simulation/compile",), ("tests/simulation/compile", "tests/simulation")),
    "kernel": Area(
        ("hvstudio/simulation/kernel",),
        ("tests/simulation/kernel",),  # they run interpreted in a copy, which has no compiled kernel
        without=("hvstudio/simulation/kernel/cython_stub.py",),
    ),
    "simulation": Area(
        ("hvstudio/simulation/plan", "hvstudio/simulation/run", "hvstudio/simulation/estimate"),
        ("tests/simulation/plan", "tests/simulation/run", "tests/simulation/estimate", "tests/simulation/kernel"),
    ),
    "files": Area(("hvstudio/files",), ("tests/files",)),
    "editor": Area(("hvstudio/editor",), ("tests/editor",)),
    "insight": Area(("hvstudio/insight",), ("tests/insight", "tests/checks", "tests/cli")),
    "cli": Area(("hvstudio/cli", "hvstudio/settings.py", "hvstudio/log.py", "hvstudio/resources.py"), ("tests/cli",)),
    "gui": Area(
        (
            "hvstudio/gui/work",
            "hvstudio/gui/window",
            "hvstudio/gui/panels",
            "hvstudio/gui/canvas",
            "hvstudio/gui/widgets/fields.py",
        ),
        ("tests/gui",),
        without=("hvstudio/gui/canvas/background.py", "hvstudio/gui/window/dialogs/about.py"),
    ),
}
