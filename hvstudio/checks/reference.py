"""The rule reference: one page of Markdown for every rule, and all of them as one text."""

from __future__ import annotations

from typing import Final

from hvstudio.checks.finding import Severity
from hvstudio.checks.register import FAMILIES, RULES
from hvstudio.checks.rule import Rule

SEVERITY_WORDS: Final = {
    Severity.ERROR: "error: it cannot work like this",
    Severity.WARNING: "warning: it works, but not as well as it looks",
    Severity.NOTE: "note: good to know",
}


def rule_page(rule_id: str) -> str:
    """The page of a rule as Markdown; KeyError for an id that is none."""
    return _page(RULES[rule_id], level=1)


def all_rules_markdown() -> str:
    """The whole reference: a table of contents by family, then every page."""
    lines = ["# Rule reference", "", f"{len(RULES)} rules in {len(FAMILIES)} families.", ""]
    for _, title, rules in FAMILIES:
        lines += [f"- {title}"]
        lines += [f"    - [{rule.title}](#{_anchor(rule.id)}) `{rule.id}`" for rule in rules]
    for _, title, rules in FAMILIES:
        lines += ["", f"## {title}", ""]
        lines += [_page(rule, level=3) for rule in rules]
    return "\n".join(lines).rstrip() + "\n"


def _page(rule: Rule, *, level: int) -> str:
    heading = "#" * level
    anchor = f'<a id="{_anchor(rule.id)}"></a>\n' if level > 1 else ""
    return (
        f"{anchor}{heading} {rule.title}\n\n"
        f"`{rule.id}` · {SEVERITY_WORDS[rule.severity]}\n\n"
        f"{rule.page}\n\n"
        f"**Why it matters:** {rule.why}\n\n"
        f"**Source:** {rule.source}\n"
    )


def _anchor(rule_id: str) -> str:
    return rule_id.replace(".", "-").replace("_", "-")
