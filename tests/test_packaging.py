"""What is installed is whole: resources and compiled kernel in the wheel, and a working program without a compiler.

Wheels are built from the source distribution, which holds everything that they are made from.
"""

from __future__ import annotations

import configparser
import email
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from hvstudio import __version__

CHECKOUT = Path(__file__).resolve().parent.parent
SOURCES = (
    "pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", ".ci",
    "hvstudio", "resources", "tests", "packaging",
)  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]


def copy_of_the_sources(target: Path) -> Path:
    """Only what belongs to the package, and nothing that an earlier build left."""
    target.mkdir()
    ignored = shutil.ignore_patterns(
        "__pycache__", "*.so", "*.pyd", "*.egg-info", "kernel.c", "kernel.html", ".hypothesis"
    )
    for name in SOURCES:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=ignored)
        elif source.exists():
            shutil.copy(source, target)
    return target


def build(kind: str, sources: Path, output: Path, **environment: str) -> Path:
    """Builds with what is installed, so that no network is needed."""
    command = [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", str(output), str(sources)]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=300, env=os.environ | environment, cwd=sources
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "_ExperimentalConfiguration" not in ended.stderr + ended.stdout
    (built,) = output.glob({"wheel": "*.whl", "sdist": "*.tar.gz"}[kind])
    return built


def unpacked(archive: Path, folder: Path) -> Path:
    """The folder in a source distribution."""
    with tarfile.open(archive) as opened:
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # not in 3.11.0 to 3.11.3
        opened.extractall(folder, **safely)
    (root,) = folder.iterdir()
    return root


def install(wheel: Path, folder: Path) -> Path:
    """Unpacks a wheel where pip would; its dependencies are those of the tests."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def version_said_by(installed: Path, elsewhere: Path) -> str:
    """What `hvstudio --version` of that installation says, started far from the checkout."""
    ended = subprocess.run(
        [sys.executable, "-m", "hvstudio", "--version"],
        capture_output=True, text=True, check=True, timeout=60, cwd=elsewhere,
        env=os.environ | {"PYTHONPATH": str(installed)},
    )  # fmt: skip
    return ended.stdout


@pytest.fixture(scope="module")
def source_distribution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That of this checkout, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    archive = build("sdist", copy_of_the_sources(folder / "sources"), folder)
    return unpacked(archive, folder / "unpacked")


@pytest.fixture(scope="module")
def wheel(source_distribution: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the source distribution."""
    return build("wheel", source_distribution, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    """The files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_resource_is_in_the_wheel(names: set[str]) -> None:
    resources = CHECKOUT / "resources"
    expected = {
        f"hvstudio/data/{path.relative_to(resources).as_posix()}"
        for path in resources.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert any(name.endswith(".hvs") for name in expected)
    assert expected - names == set()


def test_every_module_is_in_the_wheel(names: set[str]) -> None:
    modules = {path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "hvstudio").rglob("*.py")}
    assert modules - names == set()


def test_the_compiled_kernel_is_in_the_wheel_beside_its_source(names: set[str]) -> None:
    assert {f"hvstudio/simulation/kernel/{name}" for name in ("kernel.py", "kernel.pxd", "codes.py")} <= names
    compiled = [
        name
        for name in names
        if name.startswith("hvstudio/simulation/kernel/kernel.") and name.endswith((".so", ".pyd"))
    ]
    assert len(compiled) == 1


def test_nothing_but_the_package_is_in_the_wheel(names: set[str]) -> None:
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"hvstudio"}
    assert [name for name in names if name.endswith((".c", ".html")) and "/data/" not in name] == []


def test_the_licence_and_the_commands_are_in_the_wheel(names: set[str], wheel: Path) -> None:
    assert any(name.endswith("/LICENSE") for name in names)
    with zipfile.ZipFile(wheel) as archive:
        (entry_points,) = (name for name in names if name.endswith("entry_points.txt"))
        commands = configparser.ConfigParser()
        commands.read_string(archive.read(entry_points).decode())
    assert dict(commands["console_scripts"]) == {"hvstudio": "hvstudio.cli.main:main"}
    assert dict(commands["gui_scripts"]) == {"hvstudio-window": "hvstudio.cli.main:main"}


def test_the_version_is_the_one_of_the_package(names: set[str], wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        assert email.message_from_bytes(archive.read(metadata))["Version"] == __version__


def test_the_page_of_an_index_has_nothing_that_leads_nowhere_there(names: set[str], wheel: Path) -> None:
    """An index shows the text alone: a picture or a link by a relative path would be broken on it."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        page = email.message_from_bytes(archive.read(metadata))
    text = str(page.get_payload())
    assert page["Description-Content-Type"] == "text/markdown"
    assert "# HVStudio" in text
    assert [target for target in re.findall(r"\]\(([^)]+)\)", text) if not target.startswith("https://")] == []


def test_the_living_documents_are_for_those_who_have_the_sources(names: set[str]) -> None:
    assert [name for name in names if name.endswith(".md") and "/data/" not in name] == []


def test_an_installed_wheel_runs_compiled_and_finds_its_resources(wheel: Path, tmp_path: Path) -> None:
    installed = install(wheel, tmp_path / "site")
    assert "compiled" in version_said_by(installed, tmp_path)
    code = "import hvstudio, hvstudio.resources as r; print(hvstudio.__file__, *r.names_in('examples', '.hvs'))"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
    )  # fmt: skip
    assert ended.stdout.startswith(str(installed))
    assert "hyper-v-2016.hvs" in ended.stdout


def test_without_a_compiler_it_installs_and_says_that_the_engine_is_interpreted(tmp_path: Path) -> None:
    sources = copy_of_the_sources(tmp_path / "sources")
    wheel = build("wheel", sources, tmp_path, CC="false", CXX="false")
    assert "interpreted" in version_said_by(install(wheel, tmp_path / "site"), tmp_path)


def test_a_source_distribution_holds_the_project_and_its_tests_run_there(
    source_distribution: Path, tmp_path: Path
) -> None:
    sources = copy_of_the_sources(tmp_path / "sources")
    for expected in sources.rglob("*"):
        if expected.is_file() and expected.suffix in (".py", ".pxd", ".hvs", ".toml", ".svg", ".json", ".md", ".png"):
            assert (source_distribution / expected.relative_to(sources)).exists(), expected
    root = Path(shutil.copytree(source_distribution, tmp_path / "root", ignore=shutil.ignore_patterns("build")))
    some = ["tests/test_units.py", "tests/model/test_edits.py", "tests/files", "tests/test_packaging_readme.py"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-m", "not slow", *some],
        capture_output=True, text=True, check=False, timeout=300, cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout


def test_nothing_compiled_is_in_a_source_distribution(source_distribution: Path) -> None:
    """What a build leaves beside the sources must not: it would be another system's."""
    with tarfile.open(next(source_distribution.parent.parent.glob("*.tar.gz"))) as archive:
        assert [name for name in archive.getnames() if name.endswith((".so", ".pyd", ".pyc", "/kernel.c"))] == []


def test_an_editable_installation_compiles_the_kernel_beside_its_source(tmp_path: Path) -> None:
    sources = copy_of_the_sources(tmp_path / "sources")
    code = "import sys, hvstudio_backend; print(hvstudio_backend.build_editable(sys.argv[1]))"
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False, timeout=300,
        env=os.environ | {"PYTHONPATH": str(sources / "packaging" / "backend")}, cwd=sources,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    compiled = [
        path.name
        for path in (sources / "hvstudio" / "simulation" / "kernel").glob("kernel.*")
        if path.suffix in (".so", ".pyd")
    ]
    assert len(compiled) == 1
