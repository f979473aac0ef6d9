"""The model against published measurements: the achieved errors must not get worse.

The measurements are no part of the repository; without them beside the checkout these tests are skipped.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hvstudio.simulation.kernel.engine import engine_name

REPOSITORY = Path(__file__).resolve().parents[2]
TABLES = REPOSITORY.parent / "shared" / "reference" / "published-tables.json"
COMPARE = REPOSITORY / "packaging" / "published" / "compare.py"

pytestmark = pytest.mark.skipif(not TABLES.is_file(), reason="the published tables are not at hand")


@pytest.fixture(scope="module")
def comparison() -> dict[str, list[dict[str, Any]]]:
    if engine_name() != "compiled":
        pytest.skip("too slow on the interpreted engine")
    command = [sys.executable, str(COMPARE), "--tables", str(TABLES), "--json"]
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(finished.stdout)


@pytest.fixture(scope="module")
def rows(comparison: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return comparison["rows"]


def errors(rows: list[dict[str, Any]], kind: str) -> list[float]:
    return [abs(row["error"]) for row in rows if row["kind"] == kind]


def test_ratios_of_vm_to_native_are_met(rows: list[dict[str, Any]]) -> None:
    found = errors(rows, "ratio")
    assert len(found) >= 45
    assert statistics.median(found) <= 0.10
    assert max(found) <= 0.25


def test_ratios_that_nothing_was_fitted_on_are_met_as_well(rows: list[dict[str, Any]]) -> None:
    found = errors([row for row in rows if not row["fitted_on"]], "ratio")
    assert len(found) >= 20
    assert statistics.median(found) <= 0.10


def test_application_level_ratios_are_met(rows: list[dict[str, Any]]) -> None:
    """Programs, not primitives: fitted or not."""
    parts = ("linpack", "mysql", "redis", "kernel_compile", "http", "turtles", "barham-fig", "matthews")
    found = errors([row for row in rows if any(part in row["table"] for part in parts)], "ratio")
    assert len(found) >= 20
    assert statistics.median(found) <= 0.10
    assert max(found) <= 0.25


def test_every_value_fitted_on_a_row_still_fits_it(rows: list[dict[str, Any]]) -> None:
    found = errors([row for row in rows if row["way"] == "fitted"], "ratio")
    assert statistics.median(found) <= 0.10
    read_off = errors([row for row in rows if row["way"] == "read off"], "ratio")
    assert max(read_off) <= 0.03


def test_every_row_has_a_prediction_or_a_reason(comparison: dict[str, list[dict[str, Any]]]) -> None:
    assert [row for row in comparison["without"] if row["reason"].startswith("no case")] == []


def test_shares_between_vms_are_met(rows: list[dict[str, Any]]) -> None:
    found = errors(rows, "share")
    assert len(found) >= 9
    assert max(found) <= 0.05


def test_costs_of_single_operations_are_met(rows: list[dict[str, Any]]) -> None:
    assert statistics.median(errors(rows, "absolute")) <= 0.25


def test_without_the_tables_the_command_says_so(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, str(COMPARE), "--tables", str(tmp_path / "none.json")], capture_output=True, text=True
    )
    assert finished.returncode == 2
    assert "no such file" in finished.stderr
