"""Whatever is drawn, the checks answer, after an edit as if afresh; and fixes never make it worse."""

from __future__ import annotations

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from hvstudio.catalog.kinds import KINDS
from hvstudio.catalog.load import shipped_catalog
from hvstudio.checks.finding import Report, Severity
from hvstudio.checks.fixes.convert import convert
from hvstudio.checks.fixes.restructure import scene_of
from hvstudio.checks.register import RULES_OF_UNKNOWN_KINDS
from hvstudio.checks.run import Checker, check
from hvstudio.composition.classify import classify
from hvstudio.errors import EditError, PlanError
from hvstudio.insight.consequences import consequences
from hvstudio.insight.scorecard import scorecard
from hvstudio.insight.validate_as import validate_as
from hvstudio.model.document import Block, BlockId, Document
from hvstudio.model.edits import (
    add_block,
    attach,
    move_block,
    remove_blocks,
    rename_block,
    set_parameters,
    set_product,
    suppress_rule,
)
from hvstudio.simulation.compile import compile_document

CATALOG = shipped_catalog()
PRODUCTS = {kind: ["", *(product.id for product in CATALOG.products_of(kind))] for kind in KINDS}
SWITCHES = [
    {"nested_virtualization": True},
    {"dynamic_memory": True, "memory_minimum_bytes": 2**31},
    {"generation": "2"},
    {"integration_services": False},
    {"virtual_processors": 9},
    {"memory_bytes": 2**36},
    {"cpu_reserve": 0.6},
    {"cpu_limit": 0.02},
    {"cpu_weight": 5000.0},
    {"scheduler": "root"},
    {"device_model": "sr-iov"},
    {"device_model": "pass-through"},
    {"device_model": "emulated", "controller": "ide", "boot": True},
    {"cache": "writeback", "format": "differencing"},
    {"slat": False},
    {"hardware_virtualization": False, "iommu": False, "is_64bit": False},
    {"cores_per_socket": 1, "memory_bytes": 2**30},
    {"capacity_bytes": 2**30},
    {"arrivals": "open", "rate_per_s": 5e4, "disk_reads": 1.0, "packets_out": 3.0},
    {"arrivals": "trace", "trace": "rubbish"},
    {"working_set_bytes": 2**40},
    {"reach": "private"},
    {"colour": 7},
    {"virtual_processors": -3},
    {"memory_bytes": "much"},
    {"clock_hz": float("inf")},
    {"clock_hz": True},
    {"boot": 1},
]
RULES_TO_SILENCE = ["structure.floating", "structure.vm-idle", "structure.vm-empty", "capacity.memory"]
STEPS = st.tuples(st.integers(0, 99), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
"""What to do, to which block, with which other block, and which variant."""


def pick(items, number: int):
    """One of the items."""
    return items[number % len(items)]


def stepped(document: Document, step: tuple[int, int, int, int]) -> Document:
    """The document after one random edit; edits that cannot be leave it as it is."""
    action, first, second, variant = step
    ids = list(document.blocks)
    if action < 45 or not ids:
        kind = pick(
            ["host", "hypervisor", "os", "vm", "vm", "virtual_disk", "virtual_nic", "workload", *KINDS], variant
        )
        likely = [item for item in ids if document.blocks[item].kind in KINDS[kind].supports]
        # Three of four land where they have a slot, so that whole stacks grow; the fourth anywhere or nowhere.
        on = pick([*likely[-3:], *likely] or [None], second) if variant % 4 else pick([None, *ids], second)
        product = pick(PRODUCTS[kind], first)
        document, added = add_block(document, kind=kind, name=f"{kind} {first % 5}", product=product, rests_on=on)
        targets = [item for item in ids if document.blocks[item].kind in KINDS[kind].attaches_to]
        return attach(document, added, pick(targets, first)) if targets and second % 5 else document
    one = pick(ids, first)
    try:
        if action < 55:
            others = [None, *ids]
            return move_block(document, one, rests_on=pick(others, second), before=pick([None, *ids], variant))
        if action < 62:
            return remove_blocks(document, [one])
        if action < 70:
            return attach(document, one, pick([None, *ids], second))
        if action < 76:
            return set_product(document, [one], pick([*PRODUCTS[document.blocks[one].kind], "unknown"], second))
        if action < 80:
            return rename_block(document, one, f"name {second % 7}")
        if action < 84:
            return suppress_rule(document, one, pick(RULES_TO_SILENCE, second), pick(["on purpose", None], variant))
        return set_parameters(document, [one], pick(SWITCHES, second))
    except EditError:
        return document


def grown(steps: list[tuple[int, int, int, int]]) -> Document:
    """A document grown by random edits."""
    document = Document()
    for step in steps:
        document = stepped(document, step)
    return document


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
    scene = scene_of(document, CATALOG)
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
