"""The bootstrap refuses old Pythons in a sentence, needs only the standard library, and starts fast the second time."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGING = CHECKOUT / "packaging"
PARTS = ("bootstrap", "commands", "environment", "system_packages", "reporting")


@pytest.fixture
def part(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Imports a file of packaging/ as the bootstrap does."""
    monkeypatch.syspath_prepend(str(PACKAGING))

    def load(name: str) -> ModuleType:
        return importlib.import_module(name)

    yield load
    for name in PARTS:
        sys.modules.pop(name, None)


def test_the_bootstrap_imports_nothing_but_the_standard_library_and_its_own_parts() -> None:
    imported: set[str] = set()
    for name in PARTS:
        for node in ast.walk(ast.parse((PACKAGING / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
    assert imported - set(sys.stdlib_module_names) - set(PARTS) == set()


def test_the_file_that_old_pythons_meet_can_be_parsed_by_them() -> None:
    source = (PACKAGING / "bootstrap.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 4))
    assert not re.search(r"\bf[\"']", source)


def test_continuous_integration_runs_the_test_command_of_the_readme() -> None:
    command = "python3 packaging/bootstrap.py test"
    lines = [line for line in (CHECKOUT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    assert lines == ["set -euo pipefail", 'cd "$(dirname "${BASH_SOURCE[0]}")/.."', f"exec {command}"]
    assert command in (CHECKOUT / "README.md").read_text(encoding="utf-8")


def test_a_display_that_nobody_serves_is_a_reason_not_to_open_a_window(part, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    system_packages = part("system_packages")
    assert "neither DISPLAY nor WAYLAND_DISPLAY" in system_packages.why_no_window()
    monkeypatch.setenv("DISPLAY", ":58973")
    assert "no X server answers" in system_packages.why_no_window()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert system_packages.why_no_window() == ""


def test_a_missing_package_index_is_explained(part, tmp_path: Path) -> None:
    environment = part("environment")
    reporting = part("reporting")
    python = tmp_path / "python"
    python.write_text(
        "#!/bin/sh\necho 'ProxyError: Cannot connect to proxy'\n[ \"$3\" = --version ]\n", encoding="utf-8"
    )
    python.chmod(0o755)
    with pytest.raises(reporting.SetupError, match=r"(?s)Cannot connect to proxy.*PIP_FIND_LINKS"):
        environment._pip(python, tmp_path / "log", ["install", "something"])


def test_an_environment_that_fits_is_used_as_it_is(part, tmp_path: Path) -> None:
    environment = part("environment")
    python = tmp_path / ".hvstudio-env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    stamp = tmp_path / ".hvstudio-env" / "hvstudio-stamp.json"
    stamp.write_text(environment.json.dumps(environment._stamp(tmp_path, with_tests=True)), encoding="utf-8")
    assert environment.ready(tmp_path, with_tests=True) == python
    assert environment.ready(tmp_path, with_tests=False) == python, "what has the test extras can also run"


def test_a_changed_kernel_is_built_again_without_asking_for_dependencies(
    part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = part("environment")
    python = tmp_path / ".hvstudio-env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    stamp = tmp_path / ".hvstudio-env" / "hvstudio-stamp.json"
    stamp.write_text(environment.json.dumps(environment._stamp(tmp_path, with_tests=False)), encoding="utf-8")
    kernel = tmp_path / "hvstudio" / "simulation" / "kernel" / "kernel.py"
    kernel.parent.mkdir(parents=True)
    kernel.write_text("# another kernel", encoding="utf-8")
    asked: list[list[str]] = []
    monkeypatch.setattr(environment, "_pip", lambda _python, _log, arguments: asked.append(arguments))
    environment.ready(tmp_path, with_tests=False)
    assert asked == [["install", "--no-build-isolation", "--no-deps", "--editable", str(tmp_path)]]
    asked.clear()
    environment.ready(tmp_path, with_tests=False)
    assert asked == []


@pytest.mark.parametrize(
    ("is_ci", "arguments", "suite", "passes"),
    [
        (False, [], 0, ["not e2e", "e2e"]),
        (True, [], 0, ["not e2e", "e2e", "not e2e and not slow"]),
        (True, [], 1, ["not e2e", "e2e"]),  # what is red needs no figures
        (False, ["--coverage"], 0, ["not e2e and not slow"]),
        (False, ["--lowest", "tests/model", "-x"], 0, ["tests/model -x"]),
    ],
)
def test_coverage_is_a_pass_of_its_own_and_the_last_lines_are_those_of_the_suite(
    part, monkeypatch: pytest.MonkeyPatch, capsys, is_ci: bool, arguments: list[str], suite: int, passes: list[str]
) -> None:
    commands = part("commands")
    asked: list[str] = []
    are_lowest: list[bool] = []

    def ready(_checkout: Path, *, with_tests: bool, lowest: bool) -> Path:
        are_lowest.append(lowest)
        return Path(sys.executable)

    def run(_python: Path, *given: str) -> tuple[int, str]:
        asked.append(given[1] if given[0] == "-m" else " ".join(given))
        return suite, "1 passed in 1 s"

    monkeypatch.setattr(commands.environment, "ready", ready)
    monkeypatch.setattr(commands.system_packages, "provide", lambda _packages: None)
    monkeypatch.setattr(commands, "_pytest", run)
    monkeypatch.setattr(commands.subprocess, "run", lambda *_, **__: commands.subprocess.CompletedProcess([], 0))
    monkeypatch.setenv("CI", "true") if is_ci else monkeypatch.delenv("CI", raising=False)
    assert commands.main(["test", *arguments]) == suite
    assert asked == passes
    assert are_lowest == ["--lowest" in arguments]
    if not arguments:
        assert capsys.readouterr().out.strip().endswith("a real window and a real mouse: 1 passed in 1 s")
