"""Putting findings in groups and leaving some out, for lists that people read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hvstudio.checks.finding import Finding, Severity
from hvstudio.checks.register import FAMILIES, RULES
from hvstudio.model.document import Document

FAMILY_TITLES: Mapping[str, str] = {family: title for family, title, _ in FAMILIES}
_SEVERITY_TITLES = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.NOTE: "Notes"}


def shown(
    findings: Iterable[Finding],
    *,
    least: Severity = Severity.NOTE,
    families: frozenset[str] | None = None,
    suppressed: bool = False,
) -> tuple[Finding, ...]:
    """The findings of at least a severity, of some families (None: all), with or without the suppressed ones."""
    return tuple(
        item
        for item in findings
        if item.severity >= least
        and (families is None or item.rule.partition(".")[0] in families)
        and (suppressed or not item.suppressed)
    )


def grouped(document: Document, findings: Iterable[Finding], by: str) -> tuple[tuple[str, tuple[Finding, ...]], ...]:
    """Findings in groups with a title, in the order in which the groups first appear.

    `by` is "severity", "family", "rule", "block" or "host".
    """
    rows: dict[str, list[Finding]] = {}
    for item in findings:
        rows.setdefault(_group(document, item, by), []).append(item)
    return tuple((title, tuple(row)) for title, row in rows.items())


def _group(document: Document, finding: Finding, by: str) -> str:
    if by == "severity":
        return _SEVERITY_TITLES[finding.severity]
    if by == "family":
        return FAMILY_TITLES.get(finding.rule.partition(".")[0], "Others")
    if by == "rule":
        rule = RULES.get(finding.rule)
        return rule.title if rule else finding.rule
    block = document.blocks.get(finding.block) if finding.block is not None else None
    if block is None:
        return "The whole document"
    if by == "block":
        return block.name
    for _ in range(len(document.blocks)):
        support = document.blocks.get(block.rests_on) if block.rests_on is not None else None
        if support is None:
            break
        block = support
    return block.name
