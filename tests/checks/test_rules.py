"""Every rule speaks on its smallest composition, keeps silent on the next, and its fixes lead to silence."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.finding import Finding, Report
from hvstudio.checks.register import FAMILIES, RULES
from hvstudio.checks.run import check
from hvstudio.model.document import BlockId, Document

CASES = {
    rule: case
    for path in sorted((Path(__file__).parent / "cases").glob("*.toml"))
    for rule, case in tomllib.loads(path.read_text(encoding="utf-8")).items()
}
"""By rule: `fires` and `quiet`, two compositions, and `at`, the block the finding is told at."""


def told(report: Report, rule: str, block: str | None = None) -> list[Finding]:
    """The findings of a rule, at any block or at one."""
    return [item for item in report.findings if item.rule == rule and block in (None, item.block)]


def test_every_rule_has_both_cases_and_no_case_is_left_over() -> None:
    assert sorted(CASES) == sorted(RULES)


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_rule_speaks_on_its_smallest_composition(rule: str, stack, catalog: Catalog) -> None:
    found = told(check(stack(CASES[rule]["fires"]), catalog), rule, CASES[rule]["at"])
    assert len(found) == 1
    assert found[0].message.endswith(".")


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_rule_keeps_silent_where_it_just_does_not_hold(rule: str, stack, catalog: Catalog) -> None:
    assert told(check(stack(CASES[rule]["quiet"]), catalog), rule) == []


@pytest.mark.parametrize("rule", sorted(CASES))
def test_every_fix_ends_its_finding_and_brings_nothing_worse(rule: str, stack, catalog: Catalog) -> None:
    document = stack(CASES[rule]["fires"])
    report = check(document, catalog)
    before = {(item.rule, item.block) for item in report.findings}
    for finding in told(report, rule):
        for fix in finding.fixes:
            mended = fix.edit(document)
            after = check(mended, catalog)
            assert told(after, rule, finding.block) == [], fix.label
            worse = [
                item
                for item in after.findings
                if (item.rule, item.block) not in before and item.severity > finding.severity
            ]
            assert worse == [], fix.label


def test_nearly_every_rule_offers_a_fix(stack, catalog: Catalog) -> None:
    without = {
        rule
        for rule, case in CASES.items()
        if not all(item.fixes for item in told(check(stack(case["fires"]), catalog), rule, case["at"]))
    }
    # A host is as large or as crowded, and a stack as deep, as someone meant it: there is nothing to mend.
    assert without == {"capacity.crowded", "nested.deep"}


def test_a_silenced_finding_keeps_the_reason_and_counts_no_more(stack, catalog: Catalog) -> None:
    document: Document = stack('host h\n  vm a suppress:structure.vm-on-hardware="shown on purpose"')
    report = check(document, catalog)
    finding = told(report, "structure.vm-on-hardware", "a")[0]
    assert finding.suppressed == "shown on purpose"
    assert not report.has_errors


def test_findings_come_worst_first_and_then_in_document_order(stack, catalog: Catalog) -> None:
    report = check(stack("host h\n  disk d\nhost i\n  vm b\n  vm a\nhost j\n  hypervisor v\n    vm c"), catalog)
    order = [(item.severity.name, item.block) for item in report.findings]
    assert order[:2] == [("ERROR", "b"), ("ERROR", "a")]
    assert order[-1][0] == "NOTE"
    assert order.index(("NOTE", "h")) < order.index(("NOTE", "v"))


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_says_what_it_is_why_it_matters_who_says_so_and_what_to_do(rule: str) -> None:
    found = RULES[rule]
    assert found.title
    assert not found.title.endswith(".")
    for sentence in (found.why, found.remedy):
        assert sentence.endswith(".")
        assert len(sentence) < 240
    assert found.source
    assert found.look.__doc__


def test_rules_are_named_after_their_family_in_stable_ids() -> None:
    for family, _, rules in FAMILIES:
        for rule in rules:
            assert rule.id.startswith(f"{family}.")
            assert rule.id == rule.id.lower()


def test_blame_and_unexplained_words_stay_out(stack, catalog: Catalog) -> None:
    banned = ("you ", "your ", "illegal", "invalid", "wrong", "fail to", "ring 0", "VMM ")
    for rule, case in CASES.items():
        for item in told(check(stack(case["fires"]), catalog), rule):
            assert not [word for word in banned if word in item.message], item.message


def test_a_finding_names_the_blocks_it_speaks_of(stack, catalog: Catalog) -> None:
    document = stack("host h called='Rack 7'\n  vm a called='Mail server'")
    finding = told(check(document, catalog), "structure.vm-on-hardware", "a")[0]
    assert "“Mail server”" in finding.message
    assert finding.related == (BlockId("h"),)
