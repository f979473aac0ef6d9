"""A finding: one thing worth telling about a composition, where, why, by which source, and how to mend it."""

from __future__ import annotations

from enum import IntEnum

from attrs import field, frozen

from hvstudio.composition.classify import Classification
from hvstudio.model.document import BlockId, Document
from hvstudio.model.edits import Edit


class Severity(IntEnum):
    """How bad it is; ERROR makes `validate` exit with 1."""

    NOTE = 0
    WARNING = 1
    ERROR = 2


@frozen(kw_only=True, eq=False)
class Fix:
    """One click that mends a finding: a label ("Move the OS into a parent partition") and the edit that does it."""

    label: str
    edit: Edit


@frozen(kw_only=True)
class Finding:
    """`rule` is a stable id ("structure.vm-on-hardware"); `block` is where it shows, `related` what else it is about.

    `message` says it in a plain sentence, `why` why it matters, `source` who says so. `parameter` names the inspector
    field to open, if one is meant. `suppressed` carries the person's reason when they silenced it.
    """

    rule: str
    severity: Severity
    block: BlockId | None
    message: str
    why: str = ""
    source: str = ""
    related: tuple[BlockId, ...] = ()
    parameter: str = ""
    suppressed: str = ""
    fixes: tuple[Fix, ...] = field(default=(), eq=False)


@frozen(kw_only=True, eq=False)
class Report:
    """All that was found in one document. Findings are ordered by severity, then by document order."""

    document: Document
    findings: tuple[Finding, ...]
    classifications: tuple[Classification, ...]

    @property
    def has_errors(self) -> bool:
        """Whether any finding that is not suppressed is an error."""
        return any(item.severity is Severity.ERROR and not item.suppressed for item in self.findings)
