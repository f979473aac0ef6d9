"""Findings as SARIF 2.1.0, the form that code-scanning pipelines read.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, sections 3.19, 3.27, 3.35.
"""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePath
from typing import Any, Final
from urllib.parse import quote

from hvstudio import __version__
from hvstudio.checks.finding import Finding, Report, Severity

_ID: Final = re.compile(r'"id": ?("(?:[^"\\]|\\.)*")')
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def sarif(report: Report, *, path: str) -> dict[str, Any]:
    """The report as one SARIF run about the file at `path`; a finding points at the line of its block if it has one."""
    lines = _lines_of_blocks(path)
    rules: dict[str, dict[str, Any]] = {}
    for finding in report.findings:
        rules.setdefault(finding.rule, _rule(finding))
    order = {rule: number for number, rule in enumerate(rules)}
    driver = {"name": "HVStudio", "version": __version__, "rules": list(rules.values())}
    return {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(
                        finding,
                        report,
                        rule_index=order[finding.rule],
                        file=_address(path),
                        line=lines.get(finding.block or "", 1),
                    )
                    for finding in report.findings
                ],
            }
        ],
    }


def _rule(finding: Finding) -> dict[str, Any]:
    from hvstudio.checks.register import RULES

    known = RULES.get(finding.rule)
    title, why = (known.title, known.why) if known else (finding.rule, finding.why or finding.message)
    return {
        "id": finding.rule,
        "shortDescription": {"text": title},
        "fullDescription": {"text": why or title},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
    }


def _lines_of_blocks(path: str) -> dict[str, int]:
    """The line on which each block's id stands; nothing for standard input and for pictures."""
    if path == "-":
        return {}
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        for match in _ID.finditer(line):
            lines.setdefault(json.loads(match.group(1)), number)
    return lines


def _result(finding: Finding, report: Report, *, rule_index: int, file: str, line: int) -> dict[str, Any]:
    region = {"startLine": line}
    place: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": file}, "region": region}}
    block = None if finding.block is None else report.document.blocks.get(finding.block)
    if block is not None:
        place["logicalLocations"] = [{"name": block.name, "fullyQualifiedName": block.id, "kind": "object"}]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [place],
        "partialFingerprints": {"ruleAndBlock/v1": f"{finding.rule}:{finding.block or ''}"},
    }
    if finding.suppressed:
        result["suppressions"] = [{"kind": "inSource", "justification": finding.suppressed}]
    return result


def _address(path: str) -> str:
    return "stdin.hvs" if path == "-" else quote(PurePath(path).as_posix())
