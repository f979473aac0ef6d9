"""Checks and run say the same of every composition: what keeps a VM off is a finding, and the other way round."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvstudio.checks.finding import Finding, Severity
from hvstudio.checks.register import RULES
from hvstudio.checks.run import check
from hvstudio.composition.scene import read_scene
from hvstudio.composition.starting import Hindrance, Obstacle, obstacle_of
from hvstudio.errors import PlanError
from hvstudio.files import native
from hvstudio.files.examples import example_names, example_text
from hvstudio.model.document import BlockId, Document
from hvstudio.simulation.compile import compile_document

sys.path.insert(0, str(Path(__file__).parent.parent / "checks"))

from random_documents import CATALOG, STEPS, grown

TOLD_BY: dict[Hindrance, set[str]] = {
    Hindrance.RESERVE_ABOVE_LIMIT: {"controls.reserve-above-limit"},
    Hindrance.PROCESSOR_LACKS: {
        "hardware.needs-64bit", "hardware.needs-vt", "hardware.needs-slat", "hardware.needs-dep",
        "nested.not-exposed", "nested.outer-cannot", "nested.no-slat",
    },
    Hindrance.NO_TECHNIQUE: {"hardware.needs-vt", "nested.not-exposed", "nested.outer-cannot", "nested.no-slat"},
    Hindrance.PARENT_MISSING: {rule for rule in RULES if rule.startswith("structure.")},
    Hindrance.NO_DRIVERS: {"structure.parent-without-os", "structure.nobody-drives"},
    Hindrance.RESERVE_NOT_FREE: {"controls.reserves-too-large"},
    Hindrance.MEMORY_NOT_FREE: {"capacity.memory"},
    Hindrance.RUNNING_VMS: {"capacity.running-vms"},
    Hindrance.PROCESSORS_PER_HOST: {"capacity.processors-per-host"},
}  # fmt: skip
"""The rules that tell of what keeps a VM off. Left out: what stands in a wrong place, which other rules tell of each
block, and a carrier that is off itself."""
OF_EACH_VM = (
    Hindrance.RESERVE_ABOVE_LIMIT,
    Hindrance.RESERVE_NOT_FREE,
    Hindrance.MEMORY_NOT_FREE,
    Hindrance.RUNNING_VMS,
    Hindrance.PROCESSORS_PER_HOST,
)


def obstacles(document: Document) -> dict[BlockId, Obstacle]:
    """What keeps the VMs of a document off, by VM."""
    scene = read_scene(document, CATALOG)
    found = {block.id: obstacle_of(scene, block) for block in document.blocks.values() if block.kind == "vm"}
    return {vm: obstacle for vm, obstacle in found.items() if obstacle is not None}


def disagreements(document: Document) -> list[str]:
    """What only one of checks and run says."""
    found = [item for item in check(document, CATALOG).findings if item.severity is not Severity.NOTE]
    told = {item.rule for item in found}
    off = obstacles(document)
    said = [
        f"run only: {document.blocks[vm].name} is off, {obstacle.reason}"
        for vm, obstacle in off.items()
        if obstacle.hindrance in TOLD_BY and not TOLD_BY[obstacle.hindrance] & told
    ]
    for hindrance in OF_EACH_VM:
        errors = {item.rule for item in found if item.severity is Severity.ERROR and is_about_a_vm(document, item)}
        if TOLD_BY[hindrance] <= errors and not off:
            said.append(f"checks only: {hindrance.value}")
    return said


def is_about_a_vm(document: Document, finding: Finding) -> bool:
    """Whether a finding speaks of a VM, and not only of layers that are too large or of a parent partition."""
    blocks = (finding.block, *finding.related)
    return any(block is not None and document.blocks[block].kind == "vm" for block in blocks)


@settings(max_examples=300)
@given(st.lists(STEPS, min_size=8, max_size=40))
def test_what_keeps_a_vm_off_is_told_by_the_checks_and_by_the_run(steps) -> None:
    assert disagreements(grown(steps)) == []


@settings(max_examples=200)
@given(st.lists(STEPS, min_size=8, max_size=40))
def test_the_plan_leaves_off_the_vms_that_the_reading_says(steps) -> None:
    document = grown(steps)
    off = obstacles(document)
    try:
        plan = compile_document(document, CATALOG)
    except PlanError:
        return
    for vm, reason in zip(plan.vm_block, plan.vm_cannot_start, strict=True):
        if vm in document.blocks and document.blocks[vm].kind == "vm":
            assert bool(reason) is (vm in off)
            assert not reason or reason == off[vm].reason


@pytest.mark.parametrize("name", example_names())
def test_examples_are_read_alike(name: str) -> None:
    assert disagreements(native.from_text(example_text(name))) == []


def test_every_rule_that_is_named_here_exists() -> None:
    assert {rule for rules in TOLD_BY.values() for rule in rules} <= set(RULES)
