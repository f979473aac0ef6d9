"""What the commands print as JSON is what their schemas promise."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hvstudio.cli.main import main
from hvstudio.files.examples import example_names, example_text
from hvstudio.files.native import model_sha256
from hvstudio.files.store import load
from hvstudio.resources import read_text

Printed = Callable[..., dict[str, Any]]


def schema_of(command: str) -> Draft202012Validator:
    """The schema of a command's output."""
    raw = json.loads(read_text(f"schema/{command}-1.schema.json"))
    Draft202012Validator.check_schema(raw)
    return Draft202012Validator(raw)


@pytest.fixture
def printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Printed:
    """Run a command on an example and give what it prints."""

    def run(command: str, example: str, *options: str) -> dict[str, Any]:
        path = tmp_path / f"{example}.hvs"
        path.write_text(example_text(example), encoding="utf-8")
        assert main([command, str(path), "--json", *options]) in (0, 1)
        found = json.loads(capsys.readouterr().out)
        assert found["model_sha256"] == model_sha256(load(path))
        return found

    return run


@pytest.mark.parametrize("example", example_names())
def test_validate_prints_what_its_schema_promises(example: str, printed: Printed) -> None:
    schema_of("validate").validate(printed("validate", example, "--as", "type1"))


@pytest.mark.parametrize("example", example_names())
def test_estimate_prints_what_its_schema_promises(example: str, printed: Printed) -> None:
    schema_of("estimate").validate(printed("estimate", example))


@pytest.mark.parametrize("example", example_names())
def test_simulate_prints_what_its_schema_promises(example: str, printed: Printed) -> None:
    found = printed("simulate", example, "--duration", "1")
    schema_of("simulate").validate(found)
    assert sum(found["host"]["cpu_utilisation"].values()) == pytest.approx(1.0, abs=1e-6)


def test_replications_print_the_same_shape(printed: Printed) -> None:
    found = printed("simulate", "virtual-pc", "--duration", "2", "--replications", "3", "--workers", "2")
    schema_of("simulate").validate(found)
    assert found["replications"] == 3


def test_compare_prints_what_its_schema_promises(printed: Printed) -> None:
    found = printed("compare", "same-four-on-type1", "--duration", "1", "--replications", "2")
    schema_of("compare").validate(found)
    assert list(found["variants"]) == ["type1", "type2", "hybrid", "native"]
    assert found["baseline"] == "native"
    assert found["as_composed"] == ["type1"]
    vms = [vm["id"] for vm in found["variants"]["type1"]["vms"]]
    assert all([vm["id"] for vm in variant["vms"]] == vms for variant in found["variants"].values())
    assert [(item["variant"], item["vm"]) for item in found["differences"]] == [
        (variant, vm) for variant in ("type1", "type2", "hybrid") for vm in vms
    ]


def test_sweep_prints_what_its_schema_promises(printed: Printed) -> None:
    found = printed(
        "sweep", "virtual-pc", "--vary", "host-1.cores_per_socket=1:2:1", "--duration", "1", "--replications", "2"
    )
    schema_of("sweep").validate(found)
    assert [point["value"] for point in found["points"]] == [
        {"host-1.cores_per_socket": 1},
        {"host-1.cores_per_socket": 2},
    ]
