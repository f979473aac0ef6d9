"""`hvstudio validate`: which VMM architecture a composition is, and what is wrong with it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Any, Final

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.finding import Finding, Report, Severity
from hvstudio.cli.arguments import add_file
from hvstudio.cli.inputs import open_catalog, open_document, shown_name
from hvstudio.cli.output.outcome import FAILED, FINE
from hvstudio.cli.output.writing import counted, say, say_json
from hvstudio.composition.classify import TYPE_LABELS, Classification
from hvstudio.files.native import model_sha256
from hvstudio.model.document import BlockId, Document

SUMMARY: Final = "say which VMM type the composition is, and what is wrong with it"
EXPLAINED: Final = """\
The exit code is 1 when a finding is an error, or when --as is not met;
warnings and notes do not count.

examples:
  hvstudio validate stack.hvs
  hvstudio validate stack.hvs --as type1
  hvstudio validate stack.hvs --json | jq '.findings[].message'
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    add_file(parser)
    parser.add_argument(
        "--as", dest="wanted", choices=("any", "type1", "type2", "hybrid"), default="any",
        help="also fail when a hypervisor is not of this type",
    )  # fmt: skip
    shapes = parser.add_mutually_exclusive_group()
    shapes.add_argument("--json", action="store_true", help="print JSON for other programs")
    shapes.add_argument("--sarif", action="store_true", help="print SARIF 2.1.0 for code-scanning pipelines")


def run(arguments: Namespace) -> int:
    """Print the classification and the findings; FAILED when any is an error or the wished type is not met."""
    document, catalog = open_document(arguments.file), open_catalog()
    from hvstudio.checks.run import check

    report = check(document, catalog)
    verdicts = _verdicts(report, catalog, arguments.wanted)
    if arguments.json:
        say_json(report_json(report, name=shown_name(arguments.file), verdicts=verdicts))
    elif arguments.sarif:
        from hvstudio.cli.output.sarif import sarif

        say_json(sarif(report, path=arguments.file))
    else:
        _say_report(report, name=shown_name(arguments.file), verdicts=verdicts)
    is_met = all(verdict["holds"] for verdict in verdicts)
    return FAILED if report.has_errors or not is_met else FINE


def report_json(report: Report, *, name: str, verdicts: list[dict[str, Any]]) -> dict[str, Any]:
    """The stable JSON form; schema in `resources/schema/validate-1.schema.json`."""
    document = report.document
    return {
        "file": name,
        "title": document.title,
        "model_sha256": model_sha256(document),
        "ok": not report.has_errors and all(verdict["holds"] for verdict in verdicts),
        "counts": _counts(report),
        "hypervisors": [_classification_json(item, document) for item in report.classifications],
        "verdicts": verdicts,
        "findings": [_finding_json(item, document) for item in report.findings],
    }


def name_of(document: Document, block_id: BlockId | None) -> str:
    """What messages call a block; empty for none."""
    block = None if block_id is None else document.blocks.get(block_id)
    return "" if block is None else block.name


def _verdicts(report: Report, catalog: Catalog, wanted: str) -> list[dict[str, Any]]:
    """The verdict on every hypervisor that is not nested in another; one that fails when there is none at all."""
    if wanted == "any":
        return []
    from hvstudio.insight.validate_as import validate_as

    document = report.document
    outermost = [item.hypervisor for item in report.classifications if item.nested_in is None]
    if not outermost:
        sentence = f"There is no hypervisor here, so this is not {TYPE_LABELS[wanted]}."
        return [_verdict_json("", document, wanted, holds=False, sentence=sentence)]
    judged = [validate_as(document, catalog, hypervisor, wanted) for hypervisor in outermost]
    return [
        _verdict_json(
            item.hypervisor,
            document,
            wanted,
            holds=item.holds,
            sentence=item.sentence,
            reasons=item.because,
            fixes=tuple(fix.label for fix in item.fixes),
        )
        for item in judged
    ]


def _verdict_json(
    hypervisor: str,
    document: Document,
    wanted: str,
    *,
    holds: bool,
    sentence: str,
    reasons: Sequence[tuple[str, Sequence[BlockId]]] = (),
    fixes: Sequence[str] = (),
) -> dict[str, Any]:
    return {
        "hypervisor": hypervisor,
        "name": name_of(document, BlockId(hypervisor)),
        "wanted": wanted,
        "holds": holds,
        "sentence": sentence,
        "reasons": [{"step": text, "blocks": list(blocks)} for text, blocks in reasons],
        "fixes": list(fixes),
    }


def _counts(report: Report) -> dict[str, int]:
    counted_by: dict[str, int] = {"error": 0, "warning": 0, "note": 0, "suppressed": 0}
    for item in report.findings:
        counted_by["suppressed" if item.suppressed else item.severity.name.lower()] += 1
    return counted_by


def _classification_json(item: Classification, document: Document) -> dict[str, Any]:
    return {
        "id": item.hypervisor,
        "name": name_of(document, item.hypervisor),
        "type": item.vmm_type,
        "type_label": TYPE_LABELS.get(item.vmm_type, item.vmm_type),
        "nested_in": item.nested_in,
        "sentence": item.sentence,
        "argument": [{"step": text, "blocks": list(blocks)} for text, blocks in item.argument],
        "expected": item.expected,
        "expected_source": item.expected_source,
    }


def _finding_json(item: Finding, document: Document) -> dict[str, Any]:
    return {
        "rule": item.rule,
        "severity": item.severity.name.lower(),
        "block": item.block,
        "name": name_of(document, item.block),
        "related": list(item.related),
        "parameter": item.parameter,
        "message": item.message,
        "why": item.why,
        "source": item.source,
        "suppressed": item.suppressed,
        "fixes": [fix.label for fix in item.fixes],
    }


def _say_report(report: Report, *, name: str, verdicts: list[dict[str, Any]]) -> None:
    counts = _counts(report)
    numbers = ", ".join(counted(counts[word], word) for word in ("error", "warning", "note"))
    silent = f", {counts['suppressed']} suppressed" if counts["suppressed"] else ""
    say(f"{name}: {report.document.title}: {numbers}{silent}")
    for item in report.classifications:
        say(f"  {TYPE_LABELS.get(item.vmm_type, item.vmm_type)}: {item.sentence}")
    for verdict in verdicts:
        if not verdict["holds"]:
            say(f"  {verdict['sentence']}")
        for fix in verdict["fixes"]:
            say(f"    Fix: {fix}.")
    for finding in report.findings:
        if not finding.suppressed:
            _say_finding(finding, report.document)


def _say_finding(finding: Finding, document: Document) -> None:
    block = name_of(document, finding.block)
    where = f" “{block}” ({finding.block})" if block else ""
    word = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}[finding.severity]
    say(f"{word}{where}: {finding.message} [{finding.rule}]")
    if finding.why:
        say(f"    {finding.why}")
    for fix in finding.fixes:
        say(f"    Fix: {fix.label}.")
