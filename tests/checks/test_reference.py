"""The rule reference is generated from the rules, and findings can be filtered and grouped."""

from __future__ import annotations

import pytest

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.finding import Severity
from hvstudio.checks.grouping import grouped, shown
from hvstudio.checks.reference import all_rules_markdown, rule_page
from hvstudio.checks.register import RULES
from hvstudio.checks.run import check

FLAWED = """
host h called=First
  vm a called=Mail suppress:structure.vm-empty=later
host i called=Second
  vm b called=Web
"""


def test_a_page_says_what_why_who_and_what_to_do() -> None:
    page = rule_page("structure.vm-on-hardware")
    assert page.startswith("# A virtual machine directly on the hardware\n")
    assert "`structure.vm-on-hardware` · error" in page
    for heading in ("**Looks at:** VMs that rest on a host.", "**What to do:**", "**Why it matters:**", "**Source:**"):
        assert heading in page


def test_an_unknown_rule_has_no_page() -> None:
    with pytest.raises(KeyError):
        rule_page("structure.nothing")


def test_the_reference_has_every_rule_once() -> None:
    text = all_rules_markdown()
    for rule in RULES.values():
        assert text.count(f"\n### {rule.title}\n") == 1
        anchor = rule.id.replace(".", "-").replace("_", "-")
        assert text.count(f'<a id="{anchor}">') == 1
        assert f"(#{anchor})" in text


def test_titles_are_told_apart() -> None:
    titles = [rule.title for rule in RULES.values()]
    assert len(set(titles)) == len(titles)


def test_filtering_by_severity_family_and_suppression(stack, catalog: Catalog) -> None:
    findings = check(stack(FLAWED), catalog).findings
    assert {item.rule for item in shown(findings, least=Severity.ERROR)} == {"structure.vm-on-hardware"}
    assert [item.block for item in shown(findings) if item.rule == "structure.vm-empty"] == ["b"]
    assert [item.block for item in shown(findings, suppressed=True) if item.rule == "structure.vm-empty"] == ["a", "b"]
    assert shown(findings, families=frozenset({"nested"})) == ()


def test_grouping_by_severity_rule_block_and_host(stack, catalog: Catalog) -> None:
    document = stack(FLAWED)
    findings = check(document, catalog).findings
    assert [title for title, _ in grouped(document, findings, "severity")] == ["Errors", "Warnings"]
    assert [title for title, _ in grouped(document, findings, "host")] == ["First", "Second"]
    assert [title for title, _ in grouped(document, findings, "block")] == ["Mail", "Web"]
    by_rule = dict(grouped(document, findings, "rule"))
    assert len(by_rule["A virtual machine directly on the hardware"]) == 2
    assert dict(grouped(document, findings, "family")).keys() == {"Structure: what stands on what"}
