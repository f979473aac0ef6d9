"""What every rule says of its case, word by word, and what each of its fixes changes: approved in cases/said.json.

Whoever changes a sentence, a number or a fix on purpose reads the difference and approves it:
`HVSTUDIO_APPROVE=1 python -m pytest -n0 tests/checks/test_said.py`, then `git diff tests/checks/cases/said.json`.
"""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.finding import Finding
from hvstudio.checks.run import check
from hvstudio.model.document import Block, Document

FOLDER = Path(__file__).parent / "cases"
APPROVED = FOLDER / "said.json"
CASES: dict[str, dict[str, str]] = {}
for _file in sorted(FOLDER.glob("*.toml")):
    CASES |= tomllib.loads(_file.read_text(encoding="utf-8"))


def told(finding: Finding, document: Document) -> dict[str, Any]:
    """A finding as plain values, each fix with what it changes."""
    return {
        "message": finding.message,
        "severity": finding.severity.name,
        "block": finding.block,
        "related": list(finding.related),
        "parameter": finding.parameter,
        "fixes": {fix.label: changes(document, fix.edit(document)) for fix in finding.fixes},
    }


def changes(before: Document, after: Document) -> dict[str, Any]:
    """What differs, by block: what is gone, what is new, and what of the rest has another value."""
    gone = {block_id: "gone" for block_id in before.blocks if block_id not in after.blocks}
    rest = {
        block_id: different
        for block_id, block in after.blocks.items()
        if (different := difference(before.blocks.get(block_id), block))
    }
    return gone | rest


def difference(before: Block | None, after: Block) -> dict[str, Any]:
    """The fields that differ, with their new values."""
    now, was = fields(after), {} if before is None else fields(before)
    return {name: value for name, value in now.items() if was.get(name) != value}


def fields(block: Block) -> dict[str, Any]:
    """A block as plain values."""
    return {
        "kind": block.kind,
        "name": block.name,
        "product": block.product,
        "rests_on": block.rests_on,
        "attached_to": block.attached_to,
        "parameters": {name: rounded(value) for name, value in block.parameters.items()},
    }


def rounded(value: Any) -> Any:
    """Nine digits of a fraction: the rest is the processor's."""
    return float(f"{value:.9g}") if isinstance(value, float) else value


def said(stack: Any, catalog: Catalog, rule: str) -> list[dict[str, Any]]:
    """What a rule says of the case in which it fires."""
    document = stack(CASES[rule]["fires"])
    return [told(item, document) for item in check(document, catalog).findings if item.rule == rule]


@pytest.mark.skipif("HVSTUDIO_APPROVE" not in os.environ, reason="writes the approved texts anew, when asked to")
def test_approve(stack: Any, catalog: Catalog) -> None:
    everything = {rule: said(stack, catalog, rule) for rule in sorted(CASES)}
    APPROVED.write_text(json.dumps(everything, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


@pytest.mark.parametrize("rule", sorted(CASES))
def test_it_is_said_as_approved(stack: Any, catalog: Catalog, rule: str) -> None:
    approved = json.loads(APPROVED.read_text(encoding="utf-8"))
    assert json.loads(json.dumps(said(stack, catalog, rule))) == approved[rule]
