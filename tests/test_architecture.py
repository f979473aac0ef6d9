"""The house keeps its plan: who imports whom, what the modules are called, how long they are."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGE = CHECKOUT / "hvstudio"

BELOW_COMPOSITION = frozenset({"model", "catalog", "errors", "units"})
BELOW_CHECKS = BELOW_COMPOSITION | {"composition"}
BELOW_EDITOR = BELOW_COMPOSITION | {"composition"}
BELOW_INSIGHT = BELOW_CHECKS | {"checks", "simulation", "files", "editor"}
EVERYTHING_BUT_GUI = BELOW_INSIGHT | {"insight", "settings", "resources", "log"}

# The table of the design, one row a line: the longest prefix of a module's name decides which row holds for it.
# A row names what of ours a module may import; what lies below its own row is always allowed, but for `CLOSED`.
OURS: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "units": frozenset({"errors"}),  # QuantityError: what cannot be read is said in the words of errors
    "settings": frozenset({"errors"}),
    "resources": frozenset({"errors"}),
    "log": frozenset({"errors"}),
    "model": frozenset({"errors", "units"}),
    "catalog": frozenset({"model", "errors", "units", "resources"}),
    "composition": BELOW_COMPOSITION,
    "checks": BELOW_CHECKS,  # errors: an edit that a fix tries may be refused
    "simulation.compile": BELOW_CHECKS | {"simulation.plan"},
    "simulation": frozenset({"errors"}),
    "files": frozenset({"model", "errors", "units"}),
    "files.examples": frozenset({"files", "model", "errors", "units", "resources"}),
    "files.importers": frozenset({"files", "model", "errors", "units", "catalog"}),
    "editor": BELOW_EDITOR,  # units: quantities as people write them
    "editor.workspace": BELOW_EDITOR
    | {"editor", "files.document_file"},  # the document and its file are replaced at once
    "editor.clipboard": BELOW_EDITOR | {"editor", "files"},
    "insight": BELOW_INSIGHT,
    "cli": EVERYTHING_BUT_GUI,
    "__main__": frozenset({"cli"}),
    "gui": EVERYTHING_BUT_GUI,
}
# The rooms of the window: each may enter those named here and all that knows nothing of Qt.
OURS |= {
    f"gui.{room}": EVERYTHING_BUT_GUI | {f"gui.{other}" for other in below}
    for room, below in {
        "look": (),
        "clipboard": (),
        "drawing": ("look",),
        "pictures": ("drawing", "look", "clipboard"),
        "plots": ("look",),
        "widgets": ("look", "plots"),
        "work": ("plots.series",),
        "canvas": ("drawing", "look", "clipboard"),
        "panels": ("look", "plots", "widgets", "work", "canvas.dragging"),
        "window": ("canvas", "clipboard", "look", "panels", "pictures", "plots", "widgets", "work"),
    }.items()
}
# Those that open the window: they import it inside functions, so that everything else starts without Qt.
DOORS = frozenset({"cli", "__main__"})
# Rooms inside a package that the rest of that package may not enter.
CLOSED: dict[str, frozenset[str]] = {"simulation": frozenset({"simulation.compile"})}

THEIRS: dict[str, frozenset[str]] = {
    "model": frozenset({"attrs"}),
    "catalog": frozenset({"attrs", "cattrs"}),
    "composition": frozenset({"attrs"}),
    "checks": frozenset({"attrs"}),
    "insight": frozenset({"attrs", "numpy"}),
    "settings": frozenset({"attrs", "platformdirs"}),
    "simulation": frozenset({"attrs", "numpy"}),
    "simulation.kernel": frozenset({"cython", "numpy"}),
    "simulation.compile": frozenset({"attrs"}),
    "files": frozenset({"attrs"}),
    "files.journal": frozenset({"attrs", "filelock"}),
    "editor": frozenset({"attrs"}),
    "cli": frozenset({"attrs"}),
    "gui": frozenset({"attrs", "numpy", "PySide6", "shiboken6"}),
    "gui.plots": frozenset({"attrs", "numpy", "PySide6", "shiboken6", "pyqtgraph"}),
}
# The compiler inlines within one file, and the one file is its own oracle when it runs interpreted.
MAY_BE_LONG = {"hvstudio/simulation/kernel/kernel.py"}
VAGUE_NAMES = frozenset({"util", "utils", "helper", "helpers", "manager", "misc", "common"})


@dataclass(frozen=True)
class Import:
    """One imported module, where it stands and whether a function holds it."""

    name: str
    line: int
    inside_function: bool


def modules() -> list[Path]:
    """Every source file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def module_name(path: Path) -> str:
    """`hvstudio/model/edits.py` is `model.edits`; the package itself is an empty string."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a source file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(path: Path) -> Iterator[Import]:
    """All imports of a file, those for type checkers only and those inside functions included."""
    package_parts = ["hvstudio", *path.relative_to(PACKAGE).parent.parts]

    def visit(node: ast.AST, inside_function: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(alias.name, child.lineno, inside_function)
            elif isinstance(child, ast.ImportFrom):
                start = package_parts[: len(package_parts) - child.level + 1] if child.level else []
                source = ".".join([*start, *([child.module] if child.module else [])])
                for alias in child.names:
                    yield Import(f"{source}.{alias.name}", child.lineno, inside_function)
            elif not isinstance(child, ast.expr):
                is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
                yield from visit(child, inside_function or is_function)

    return visit(parsed(path), False)


def row_for(name: str, table: dict[str, frozenset[str]]) -> tuple[str, frozenset[str]]:
    """The longest prefix of `name` that has a row in a table, and that row."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        key = ".".join(parts[:length])
        if key in table:
            return key, table[key]
    return "", frozenset()


def is_within(name: str, rooms: frozenset[str]) -> bool:
    """Whether a module is one of `rooms` or lies inside one."""
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def forbidden_imports(path: Path) -> Iterator[str]:
    """What a file imports against the table, each as a sentence."""
    importer = module_name(path)
    own_row, ours = row_for(importer, OURS)
    _, theirs = row_for(importer, THEIRS)
    for found in imports_of(path):
        top, _, inside = found.name.partition(".")
        where = f"{path.relative_to(CHECKOUT)}:{found.line} imports {found.name}"
        if top == "hvstudio":
            if inside in ("", "__version__"):
                continue
            gui_for_the_door = own_row in DOORS and is_within(inside, frozenset({"gui"}))
            if gui_for_the_door and not found.inside_function:
                yield f"{where} outside a function: the command line must start without Qt"
            elif not gui_for_the_door and not is_within(inside, ours | {own_row}):
                yield f"{where}: not in the table for {own_row or importer!r}"
            elif own_row in CLOSED and is_within(inside, CLOSED[own_row]):
                yield f"{where}: {', '.join(CLOSED[own_row])} is closed to the rest of {own_row}"
        elif top not in sys.stdlib_module_names and _distribution(top) not in theirs:
            yield f"{where}: {top} is not for {own_row or importer!r}"


def ours_imported_by(path: Path, there: frozenset[str]) -> set[str]:
    """The files of ours that a file imports, by name: `there` are those that there are."""
    found: set[str] = set()
    for imported in imports_of(path):
        top, _, inside = imported.name.partition(".")
        while top == "hvstudio" and inside and inside not in there:
            inside = inside.rpartition(".")[0]  # a name inside a file, not a file
        if top == "hvstudio" and inside:
            found.add(inside)
    return found - {module_name(path)}


def circle_in(imports: dict[str, set[str]]) -> list[str]:
    """The files of one circle, the first one again at the end; empty when there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def _distribution(module: str) -> str:
    return "attrs" if module == "attr" else module


def test_imports_follow_the_table_of_the_design() -> None:
    assert [sentence for path in modules() for sentence in forbidden_imports(path)] == []


@pytest.mark.parametrize(
    ("file", "source", "is_forbidden"),
    [
        ("model/made_up.py", "from hvstudio.catalog import kinds", True),
        ("model/made_up.py", "from hvstudio import catalog", True),
        ("model/made_up.py", "from ..catalog import kinds", True),
        ("model/made_up.py", "from .document import Document", False),
        ("model/made_up.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import hvstudio.gui", True),
        ("model/made_up.py", "import numpy", True),
        ("simulation/made_up.py", "from hvstudio.simulation.compile import compile_document", True),
        ("simulation/compile/made_up.py", "from hvstudio.simulation.run.session import Session", True),
        ("simulation/compile/made_up.py", "from hvstudio.simulation.plan.plan import Plan", False),
        ("files/importers/made_up.py", "from hvstudio.catalog.load import load_catalog", False),
        ("files/made_up.py", "from hvstudio.catalog.load import load_catalog", True),
        ("editor/clipboard.py", "from hvstudio.files import native", False),
        ("editor/made_up.py", "from hvstudio.files import native", True),
        ("editor/made_up.py", "def show():\n    import PySide6", True),
        ("gui/panels/made_up.py", "import pyqtgraph", True),
        ("gui/plots/made_up.py", "import pyqtgraph", False),
        ("gui/work/made_up.py", "from hvstudio.gui.window.parts import Parts", True),
        ("gui/panels/made_up.py", "from hvstudio.gui.work.runs import Run", False),
        ("cli/main.py", "from hvstudio.gui.app import run", True),
        ("cli/main.py", "def main():\n    from hvstudio.gui.app import run", False),
    ],
)
def test_the_table_is_read_as_meant(
    file: str, source: str, is_forbidden: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "parsed", lambda _: ast.parse(source))
    assert bool(list(forbidden_imports(PACKAGE / file))) == is_forbidden


def test_no_files_import_each_other_in_a_circle() -> None:
    """Those for type checkers and those inside functions count: files in a circle are one thing in pieces."""
    there = frozenset(module_name(path) for path in modules())
    assert circle_in({module_name(path): ours_imported_by(path, there) for path in modules()}) == []


def test_a_circle_of_imports_is_found() -> None:
    assert circle_in({"window": {"parts"}, "parts": {"panels"}, "panels": {"model"}}) == []
    circle = circle_in({"window": {"parts"}, "parts": {"panels"}, "panels": {"window", "model"}})
    assert set(circle) == {"window", "parts", "panels"}


def test_no_folder_has_more_than_15_files() -> None:
    counts = Counter(path.parent for path in modules() if path.name != "__init__.py")
    crowded = {str(folder.relative_to(CHECKOUT)): count for folder, count in counts.items() if count > 15}
    assert crowded == {}


def test_every_module_says_on_its_first_line_what_it_is() -> None:
    silent = [str(path.relative_to(CHECKOUT)) for path in modules() if not _first_line_is_a_sentence(path)]
    assert silent == []


def _first_line_is_a_sentence(path: Path) -> bool:
    first_statement = parsed(path).body[0] if parsed(path).body else None
    said = ast.get_docstring(parsed(path)) or ""
    sentence = re.split(r"(?<=[.!?])(?:\s|$)", said, maxsplit=1)[0]
    before = path.read_text(encoding="utf-8").splitlines()[: first_statement.lineno - 1] if first_statement else []
    only_directives = all(line.startswith("# cython:") for line in before)  # the compiler wants them on top
    return first_statement is not None and only_directives and sentence.endswith((".", "?", "!"))


def test_no_file_has_grown_past_500_lines() -> None:
    lengths = {
        path.relative_to(CHECKOUT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in [*modules(), *(CHECKOUT / "packaging").glob("*.py")]
    }
    assert {name for name, length in lengths.items() if length > 500} - MAY_BE_LONG == set()


def test_no_function_has_grown_past_60_lines() -> None:
    long = {
        f"{path.relative_to(CHECKOUT)}:{node.lineno} {node.name}": length
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > 60
    }
    assert long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [
        str(path.relative_to(CHECKOUT))
        for path in modules()
        if VAGUE_NAMES.intersection(re.split(r"[_/]", str(path.relative_to(PACKAGE).with_suffix("")).lower()))
    ]
    assert vague == []


def test_no_signal_carries_a_dict_or_another_type_that_qt_would_convert() -> None:
    """PySide6 delivers `{}` for `Signal(dict)` whose keys are not strings; `Signal(object)` passes the thing itself."""
    converted = [
        f"{path.relative_to(CHECKOUT)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] == "Signal"
        and any(ast.unparse(argument) in ("dict", "'QVariantMap'", "'QVariant'") for argument in node.args)
    ]
    assert converted == []


def test_every_folder_with_source_files_is_a_package() -> None:
    """The build finds packages by themselves; a folder without `__init__.py` would be left out of the wheel."""
    folders = {path.parent for path in modules()}
    assert [str(folder.relative_to(CHECKOUT)) for folder in folders if not (folder / "__init__.py").exists()] == []
