"""A product is its entry in a catalogue file: written into a copy of the shipped ones, all of the program knows it."""

from __future__ import annotations

import pytest

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.load import load_catalog
from hvstudio.checks.run import check
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.resources import names_in, read_text
from hvstudio.simulation.compile.document import compile_document
from hvstudio.simulation.estimate.estimate import estimate

ENTRY = """
[[card]]
id = "cpu-slow"
label = "Slow technique"
[card.values]
kernel_factor = { value = 10, source = "measured by hand" }

[[product]]
id = "slow-visor"
kind = "hypervisor"
label = "SlowVisor"
[product.facts]
expected_class = { value = "type2", source = "its manual" }
techniques.slat = { value = "cpu-slow", source = "its manual" }
limits.vcpus_per_vm = { value = 2, source = "its manual, table 1" }

[[product]]
id = "own-linux"
based_on = "linux"
label = "Own Linux"
[product.facts.scheduler]
quantum_s = { value = 0.004, source = "its manual" }
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    texts = {name: read_text(f"catalog/{name}") for name in names_in("catalog", ".toml")}
    texts["operating_systems.toml"] += ENTRY
    return load_catalog(texts.items())


def _document(hypervisor: str, system: str) -> Document:
    rows = [
        ("host", "host", "", "", {"cores_per_socket": 8}),
        ("os", "os", "host", system, {}),
        ("visor", "hypervisor", "os", hypervisor, {}),
        ("vm", "vm", "visor", "", {"virtual_processors": 4}),
        ("load", "workload", "vm", "", {"arrivals": "saturated", "clients": 8, "user_cycles": 0, "kernel_cycles": 1e6}),
    ]
    blocks = {
        BlockId(name): Block(
            id=BlockId(name),
            kind=kind,
            name=name,
            rests_on=BlockId(on) if on else None,
            product=product,
            parameters=parameters,
        )
        for name, kind, on, product, parameters in rows
    }
    return Document(blocks=blocks)


def test_it_stands_in_the_palette_under_its_kind(catalog: Catalog) -> None:
    assert "SlowVisor" in {product.label for product in catalog.products_of("hypervisor")}
    assert "Own Linux" in {product.label for product in catalog.products_of("os")}


def test_the_checks_hold_its_limit_against_the_composition(catalog: Catalog) -> None:
    findings = check(_document("slow-visor", "own-linux"), catalog).findings
    assert any("its manual, table 1" in finding.source for finding in findings)


def test_a_run_takes_its_technique_and_its_limit(catalog: Catalog) -> None:
    plan = compile_document(_document("slow-visor", "own-linux"), catalog)
    assert any("2 of its 4" in note for note in plan.notes)
    # Two processors of 2.4 GHz, 1e6 kernel cycles a request, ten times as slowly: 480 a second, less timer ticks.
    assert estimate(plan).vms[0].throughput_per_s == pytest.approx(480, rel=0.02)
