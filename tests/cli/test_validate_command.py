"""`hvstudio validate`: what it prints, what it returns, and what it does not load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hvstudio.cli.main import main
from hvstudio.files.examples import example_text
from hvstudio.files.store import load, save
from hvstudio.model.document import Document
from hvstudio.model.edits import add_block

FLAWED = Document(title="Flawed")
FLAWED, HOST = add_block(FLAWED, kind="host", name="Server")
FLAWED, VM = add_block(FLAWED, kind="vm", name="Mail", rests_on=HOST)


@pytest.fixture
def type2(tmp_path: Path) -> str:
    """The shipped figure of a Type 2 stack."""
    path = tmp_path / "virtual-pc.hvs"
    path.write_text(example_text("virtual-pc"), encoding="utf-8")
    return str(path)


@pytest.fixture
def flawed(tmp_path: Path) -> str:
    """A VM directly on the hardware."""
    save(FLAWED, tmp_path / "flawed.hvs")
    return str(tmp_path / "flawed.hvs")


def test_a_sound_stack_is_told_its_type_and_fine(type2: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", type2]) == 0
    out = capsys.readouterr().out
    assert type2 in out
    assert "0 errors" in out
    assert "Type 2: “Virtual PC 2007” is Type 2" in out


def test_an_error_names_file_block_rule_and_what_to_do(flawed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", flawed]) == 1
    out = capsys.readouterr().out
    assert flawed in out
    assert f"error “Mail” ({VM})" in out
    assert "[structure.vm-on-hardware]" in out
    assert "Fix:" in out


def test_a_stack_of_another_type_than_wished_fails_with_the_reason(
    type2: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", type2, "--as", "type2"]) == 0
    assert main(["validate", type2, "--as", "type1"]) == 1
    assert "is not a Type 1 because" in capsys.readouterr().out


def test_without_a_hypervisor_no_type_is_met(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(Document(), tmp_path / "empty.hvs")
    assert main(["validate", str(tmp_path / "empty.hvs"), "--as", "hybrid"]) == 1
    assert "no hypervisor" in capsys.readouterr().out


def test_json_has_everything_that_the_text_has(flawed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", flawed, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["file"], found["title"], found["ok"]) == (flawed, "Flawed", False)
    finding = next(item for item in found["findings"] if item["rule"] == "structure.vm-on-hardware")
    assert (finding["severity"], finding["block"], finding["name"]) == ("error", VM, "Mail")
    assert finding["message"]
    assert finding["fixes"]


def test_sarif_has_a_result_and_a_rule_for_each_finding(flawed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", flawed, "--sarif"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["version"] == "2.1.0"
    (run,) = found["runs"]
    result = next(item for item in run["results"] if item["ruleId"] == "structure.vm-on-hardware")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "structure.vm-on-hardware"
    assert result["level"] == "error"
    place = result["locations"][0]
    assert place["logicalLocations"][0]["name"] == "Mail"
    lines = Path(flawed).read_text(encoding="utf-8").splitlines()
    assert lines[place["physicalLocation"]["region"]["startLine"] - 1] == f'      "id": "{VM}",'


def test_a_suppressed_finding_does_not_fail(flawed: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["validate", flawed, "--json"])
    document = load(flawed)
    for item in json.loads(capsys.readouterr().out)["findings"]:
        from hvstudio.model.edits import suppress_rule

        document = suppress_rule(document, item["block"], item["rule"], "on purpose")
    save(document, flawed)
    assert main(["validate", flawed]) == 0
    assert "suppressed" in capsys.readouterr().out


def test_a_document_on_standard_input_is_read(flawed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hvstudio", "validate", "-"],
        input=Path(flawed).read_bytes(), capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert b"standard input: Flawed" in done.stdout


LOADED = (
    "import sys; from hvstudio.cli.main import main; "
    "code = main(sys.argv[1:]); print(sorted(sys.modules)); sys.exit(code)"
)


def test_validating_loads_neither_qt_nor_the_simulation(type2: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, "validate", type2], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    modules = done.stdout.splitlines()[-1]
    assert "'hvstudio.checks.run'" in modules
    for absent in ("PySide6", "numpy", "hvstudio.gui", "hvstudio.simulation"):
        assert f"'{absent}'" not in modules
