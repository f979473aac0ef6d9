"""A rule: one thing that can be wrong, with what it means, why it matters, who says so, and how it is looked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import field, frozen

from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Finding, Fix, Severity
from hvstudio.model.document import Block, BlockId

if TYPE_CHECKING:
    from hvstudio.composition.scene import Scene


@frozen(kw_only=True, eq=False)
class Hit:
    """What a rule saw: where, in a plain sentence. `severity`, `why` and `source` replace the rule's own when given."""

    block: BlockId | None
    message: str
    related: tuple[BlockId, ...] = ()
    parameter: str = ""
    fixes: tuple[Fix, ...] = ()
    severity: Severity | None = None
    why: str = ""
    source: str = ""


Look: TypeAlias = "Callable[[Scene, Block], Sequence[Hit]]"
"""Looks at one block and gives what is wrong there.

It may read the block, everything above it, its place (`Scene.place`; the `host` of it only with `reads_host`), what
it is attached to, and what is attached to it; a hypervisor's look may also read what lies below it and beside it.
Nothing else: that is what lets the checker look again only where an edit can matter.
"""


@frozen(kw_only=True, eq=False)
class Rule:
    """One rule. `looks_at` are the roles of the blocks it looks at, "*" stands for all; `remedy` says in general
    words how to mend it.

    `reads_host`: its look reads `place.host`, so that it must look again when the host under a block changes.
    """

    id: str
    title: str
    severity: Severity
    looks_at: tuple[Role | Literal["*"], ...]
    why: str
    source: str
    remedy: str
    look: Look = field(repr=False)
    reads_host: bool = False

    @property
    def family(self) -> str:
        """The part of the id before the first point ("structure")."""
        return self.id.partition(".")[0]

    @property
    def page(self) -> str:
        """What it looks at and how to mend it, as the middle of its page in the rule reference."""
        looks_at = " ".join((self.look.__doc__ or "").split())
        return f"**Looks at:** {looks_at}\n\n**What to do:** {self.remedy}"

    def finding(self, hit: Hit, suppressed: str = "") -> Finding:
        """The finding that a hit of this rule is."""
        return Finding(
            rule=self.id,
            severity=self.severity if hit.severity is None else hit.severity,
            block=hit.block,
            message=hit.message,
            why=hit.why or self.why,
            source=hit.source or self.source,
            related=hit.related,
            parameter=hit.parameter,
            suppressed=suppressed,
            fixes=hit.fixes,
        )


def rule(
    rule_id: str,
    *looks_at: Role | Literal["*"],
    title: str,
    severity: Severity,
    why: str,
    source: str,
    remedy: str,
    reads_host: bool = False,
) -> Callable[[Look], Rule]:
    """Make a rule of the look that follows."""

    def made(look: Look) -> Rule:
        return Rule(
            id=rule_id,
            title=title,
            severity=severity,
            looks_at=looks_at,
            why=why,
            source=source,
            remedy=remedy,
            look=look,
            reads_host=reads_host,
        )

    return made
