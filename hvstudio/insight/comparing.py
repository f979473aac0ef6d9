"""The same VMs under several architectures: made, compiled and run with the same requests in every one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

from hvstudio.catalog.catalog import Catalog
from hvstudio.errors import HVStudioError, PlanError
from hvstudio.insight.variants import Variant, variants
from hvstudio.model.document import Document
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.plan.plan import Plan
from hvstudio.simulation.run.experiment import Comparison, compare
from hvstudio.simulation.run.options import RunOptions


@frozen(kw_only=True, eq=False)
class Comparable:
    """What can be compared of a document: a plan for each architecture, in the order asked for.

    `problems` says of the others why they could not be made or compiled.
    """

    document: Document
    variants: Mapping[str, Variant]
    plans: Mapping[str, Plan]
    problems: Mapping[str, str]

    def refuse_too_few(self) -> None:
        """Raise HVStudioError unless there are two architectures to compare, or the only one that was asked for."""
        if len(self.plans) < min(2, len(self.variants)):
            reasons = " ".join(self.problems.values())
            raise HVStudioError("there are not two architectures to compare.", hint=reasons)


@frozen(kw_only=True, eq=False)
class Compared:
    """What came out of comparing a document. `problems` says which architectures could not be run, and why."""

    document: Document
    comparison: Comparison
    variants: Mapping[str, Variant]
    problems: Mapping[str, str]


def comparable(
    document: Document, catalog: Catalog, types: Sequence[str], *, products: Mapping[str, str] | None = None
) -> Comparable:
    """Convert to every architecture and compile it, with the rows and random streams of the document.

    `products` names hypervisors to take, by architecture. Raises HVStudioError when there is no hypervisor.
    """
    made = {item.vmm_type: item for item in variants(document, catalog, types, products=products)}
    plans: dict[str, Plan] = {}
    problems: dict[str, str] = {}
    for vmm_type, variant in made.items():
        try:
            if variant.document is None:
                problems[vmm_type] = variant.problem
            else:
                plans[vmm_type] = compile_document(variant.document, catalog, rows_of=document)
        except PlanError as error:
            problems[vmm_type] = str(error)
    return Comparable(document=document, variants=made, plans=plans, problems=problems)


def run_comparison(
    found: Comparable,
    options: RunOptions,
    *,
    replications: int,
    baseline: str | None = None,
    workers: int | None = None,
    progress: Callable[[float], bool | None] | None = None,
) -> Compared:
    """Run every plan with common random numbers; differences are against `baseline`, or else the first. Slow.

    Raises HVStudioError when there are too few, UserCancelled when `progress` gives False.
    """
    found.refuse_too_few()
    comparison = compare(
        found.plans, options, replications=replications, baseline=baseline, workers=workers, progress=progress
    )
    return Compared(document=found.document, comparison=comparison, variants=found.variants, problems=found.problems)
