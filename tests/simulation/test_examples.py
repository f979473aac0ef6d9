"""The shipped examples: written by their builder, sound by the checks, and every VM in them does its work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hvstudio.catalog.load import shipped_catalog
from hvstudio.checks.finding import Severity
from hvstudio.checks.run import check
from hvstudio.files.native import from_text
from hvstudio.model.document import Document
from hvstudio.resources import names_in, read_text
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.run import simulate

REPOSITORY = Path(__file__).resolve().parents[2]
NAMES = tuple(name.removesuffix(".hvs") for name in names_in("examples", ".hvs"))
INTENDED = {"noisy-host": {"good_practice.scanner-on-host"}}
"""Findings that are the lesson of an example."""


def example(name: str) -> Document:
    return from_text(read_text(f"examples/{name}.hvs"), name=name)


def test_the_twelve_examples_ship() -> None:
    assert set(NAMES) >= {
        "virtual-pc",
        "vmware-workstation",
        "virtual-server-2005",
        "hyper-v-2016",
        "same-four-on-type2",
        "same-four-on-hybrid",
        "same-four-on-type1",
        "noisy-host",
        "weight-reserve-limit",
        "nested-hyper-v",
        "native",
        "consolidation-32",
    }


def test_building_them_again_gives_the_same_files(tmp_path: Path) -> None:
    builder = REPOSITORY / "packaging" / "make_examples.py"
    subprocess.run([sys.executable, str(builder), "--out", str(tmp_path)], check=True, capture_output=True)
    for name in NAMES:
        written = (tmp_path / f"{name}.hvs").read_text(encoding="utf-8")
        assert written == read_text(f"examples/{name}.hvs"), f"{name}: run packaging/make_examples.py"


@pytest.mark.parametrize("name", NAMES)
def test_an_example_has_a_title_and_says_what_to_look_at(name: str) -> None:
    document = example(name)
    assert document.title != "Untitled"
    assert len(document.notes) > 100


@pytest.mark.parametrize("name", NAMES)
def test_an_example_has_no_findings_worse_than_a_note(name: str) -> None:
    report = check(example(name), shipped_catalog())
    bad = {item.rule for item in report.findings if item.severity > Severity.NOTE}
    assert bad == INTENDED.get(name, set())


@pytest.mark.parametrize("name", NAMES)
def test_every_vm_of_an_example_does_work(name: str) -> None:
    document = example(name)
    carrying = {block.rests_on for block in document.blocks.values() if block.kind == "hypervisor"}
    plan = compile_document(document, shipped_catalog())
    results = simulate(plan, RunOptions(seed=1, duration_s=4.0, warmup_s=1.0)).to_json()
    assert results["vms"]
    idle = [row["name"] for row in results["vms"] if row["throughput_per_s"] <= 0 and row["id"] not in carrying]
    assert idle == []
