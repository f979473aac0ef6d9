"""Whatever is drawn, the checks answer, after an edit as if afresh; and fixes never make it worse."""

from __future__ import annotations

import sys
from pathlib import Path

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from hvstudio.checks.finding import Report, Severity
from hvstudio.checks.fixes.convert import convert
from hvstudio.checks.register import RULES_OF_UNKNOWN_KINDS
from hvstudio.checks.run import Checker, check
from hvstudio.composition.classify import classify
from hvstudio.composition.scene import read_scene
from hvstudio.errors import EditError, PlanError
from hvstudio.insight.consequences import consequences
from hvstudio.insight.scorecard import scorecard
from hvstudio.insight.validate_as import validate_as
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.simulation.compile import compile_document

sys.path.insert(0, str(Path(__file__).parent))

from random_documents import CATALOG, STEPS, grown, pick, stepped


def said(report: Report) -> tuple[object, ...]:
    """All that a report says, fixes by their labels."""
    fixes = [[fix.label for fix in finding.fixes] for finding in report.findings]
    return report.findings, fixes, report.classifications


@settings(max_examples=150)
@given(st.lists(STEPS, max_size=40))
def test_after_every_edit_the_checker_says_what_it_would_say_afresh(steps) -> None:
    checker = Checker(CATALOG)
    document = Document()
    for step in steps:
        document = stepped(document, step)
        assert said(checker.update(document)) == said(check(document, CATALOG))


@settings(max_examples=120)
@given(st.lists(STEPS, min_size=5, max_size=40), st.lists(STEPS, min_size=2, max_size=8))
def test_several_edits_at_once_and_their_undo_are_followed(steps, more) -> None:
    before = grown(steps)
    after = before
    for step in more:
        after = stepped(after, step)
    checker = Checker(CATALOG)
    checker.update(before)
    assert said(checker.update(after)) == said(check(after, CATALOG))
    assert said(checker.update(before)) == said(check(before, CATALOG))


@settings(max_examples=120)
@given(st.lists(STEPS, max_size=30), st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=6))
def test_files_edited_by_hand_get_an_answer_too(steps, ties) -> None:
    document = grown(steps)
    ids = [*document.blocks, BlockId("gone")]
    for one, other in ties:
        block: Block | None = document.blocks.get(pick(ids, one))
        if block is not None:
            tied = evolve(block, rests_on=pick(ids, other)) if one % 2 else evolve(block, attached_to=pick(ids, other))
            document = evolve(document, blocks={**document.blocks, block.id: tied})
    report = check(document, CATALOG)
    standing = {item.block for item in report.findings if item.rule == "structure.circle"}
    for block in document.blocks.values():
        if block.rests_on is not None and block.rests_on not in document.blocks:
            assert block.id in standing
    for finding in report.findings:
        if finding.rule == "structure.circle":
            for fix in finding.fixes:
                fix.edit(document)


@settings(max_examples=120)
@given(st.lists(STEPS, max_size=40))
def test_the_general_rules_have_nothing_to_say_of_ordinary_blocks(steps) -> None:
    document = grown(steps)
    scene = read_scene(document, CATALOG)
    for block in document.blocks.values():
        if scene.is_ordinary(block):
            assert not [rule.id for rule in RULES_OF_UNKNOWN_KINDS if rule.look(scene, block)]


@settings(max_examples=120)
@given(st.lists(STEPS, max_size=40))
def test_every_hypervisor_is_classified_with_an_argument(steps) -> None:
    document = grown(steps)
    found = classify(document, CATALOG)
    assert [item.hypervisor for item in found] == [b.id for b in document.blocks.values() if b.kind == "hypervisor"]
    for item in found:
        assert item.vmm_type in ("type1", "type2", "hybrid", "unclear")
        assert item.sentence.endswith(".")
        assert item.argument
        for text, blocks in item.argument:
            assert text.endswith(".")
            assert all(block in document.blocks for block in blocks)
        assert (item.vmm_type == "unclear") is (not validate_as(document, CATALOG, item.hypervisor, "any").holds)


@settings(max_examples=120)
@given(st.lists(STEPS, min_size=5, max_size=35))
def test_a_fix_ends_its_finding_and_brings_nothing_worse(steps) -> None:
    document = grown(steps)
    report = check(document, CATALOG)
    before = {(item.rule, item.block) for item in report.findings}
    for finding in report.findings[:12]:
        for fix in finding.fixes:
            after = check(fix.edit(document), CATALOG)
            left = [item for item in after.findings if (item.rule, item.block) == (finding.rule, finding.block)]
            assert finding.message not in [item.message for item in left], fix.label
            worse = {
                (item.rule, item.block, item.message)
                for item in after.findings
                if (item.rule, item.block) not in before and item.severity > finding.severity
            }
            assert not worse, (finding.rule, fix.label)


@settings(max_examples=120)
@given(st.lists(STEPS, min_size=5, max_size=35))
def test_consequences_and_scorecards_have_an_answer(steps) -> None:
    document = grown(steps)
    for block in document.blocks.values():
        found = consequences(document, CATALOG, block.id)
        dying = {effect.block for effect in found.dies}
        assert block.id not in dying
        assert not dying & {effect.block for effect in found.impaired}
        assert all(effect.reason.endswith(".") for effect in (*found.dies, *found.starved_by, *found.shares_fate))
        if block.kind == "hypervisor":
            assert scorecard(document, CATALOG, block.id).scores


def vms_of(document: Document, hypervisor: BlockId) -> dict[BlockId, Block]:
    """Every VM on a hypervisor with all that is in it, and nothing of what lies below."""
    inside: dict[BlockId, Block] = {}
    for block in document.blocks.values():
        chain = [block]
        while chain[-1].rests_on is not None:
            chain.append(document.blocks[chain[-1].rests_on])
        ids = [item.id for item in chain]
        if hypervisor in ids and any(item.kind == "vm" for item in chain[: ids.index(hypervisor)]):
            inside[block.id] = block
    return inside


def apart(block: Block) -> Block:
    """A block without what conversions remember; a VM that stood beside the hypervisor may have been put onto it."""
    return evolve(block, extras={}, rests_on=None if block.kind == "vm" else block.rests_on)


@settings(max_examples=150)
@given(st.lists(STEPS, min_size=5, max_size=35), st.permutations(["type1", "type2", "hybrid"]))
def test_converting_there_and_back_gives_the_same_vms(steps, path) -> None:
    document = grown(steps)
    for block in classify(document, CATALOG):
        if block.vmm_type == "unclear":
            continue
        before = vms_of(document, block.hypervisor)
        converted = document
        try:
            for vmm_type in (*path, block.vmm_type):
                converted = convert(converted, CATALOG, hypervisor=block.hypervisor, to=vmm_type).document
                now = {item.hypervisor: item.vmm_type for item in classify(converted, CATALOG)}
                assert now[block.hypervisor] in (vmm_type, "unclear")
            product = document.blocks[block.hypervisor].product
            back = convert(converted, CATALOG, hypervisor=block.hypervisor, to=block.vmm_type, product=product or None)
        except EditError:
            continue
        after = vms_of(back.document, block.hypervisor)
        direct = convert(document, CATALOG, hypervisor=block.hypervisor, to=block.vmm_type, product=product or None)
        once = vms_of(direct.document, block.hypervisor)
        assert set(before) <= set(after)
        assert [apart(after[key]) for key in before] == [apart(once[key]) for key in before]


@settings(max_examples=200)
@given(st.lists(STEPS, min_size=8, max_size=40))
def test_a_vm_that_the_simulation_refuses_to_start_has_an_error(steps) -> None:
    document = grown(steps)
    refused = False
    try:
        refused = any(compile_document(document, CATALOG).vm_cannot_start)
    except PlanError as problem:
        nothing_there = ("no hardware", "with a workload")
        refused = not any(words in str(problem) for words in nothing_there)
    if refused:
        assert any(item.severity is Severity.ERROR for item in check(document, CATALOG).findings)


def test_errors_are_the_worst() -> None:
    assert Severity.ERROR > Severity.WARNING > Severity.NOTE
