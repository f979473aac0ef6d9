"""`hvstudio compare`: the same VMs as Type 1, Type 2, Hybrid and native, with intervals on the differences."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.finding import TYPE_LABELS
from hvstudio.commands.inputs import open_catalog, open_document
from hvstudio.commands.outcome import FAILED, FINE
from hvstudio.commands.output import remark, say, say_json
from hvstudio.commands.progress import ProgressBar
from hvstudio.commands.simulate import options_from, with_head
from hvstudio.commands.variants import Variant, variants
from hvstudio.errors import PlanError

if TYPE_CHECKING:
    from hvstudio.simulation.plan import Plan

_ORDER: Final = ("type1", "hybrid", "type2", "native")


def compare(arguments: Namespace) -> int:
    """Print a row per VM with a column per architecture; FAILED when fewer than two could be run."""
    document, catalog = open_document(arguments.file), open_catalog()
    made = variants(document, catalog, arguments.types)
    plans, problems = _plans(made, catalog)
    for vmm_type, problem in problems.items():
        remark(f"{TYPE_LABELS[vmm_type]} is left out: {problem}")
    if len(plans) < min(2, len(arguments.types)):
        remark("hvstudio: there are not two architectures to compare.")
        return FAILED
    from hvstudio.simulation.experiment import compare as run_all

    with ProgressBar("Comparing") as bar:
        comparison = run_all(
            plans,
            options_from(arguments),
            replications=arguments.replications,
            workers=arguments.workers,
            progress=bar,
        )
    lost = {item.vmm_type: list(item.lost) for item in made if item.vmm_type in plans}
    found = {**head(arguments.file, document), **comparison.to_json(), "lost": lost, "left_out": problems}
    if arguments.json:
        say_json(found)
    else:
        say(comparison_text(found))
    return FINE


def _plans(made: Sequence[Variant], catalog: Catalog) -> tuple[dict[str, Plan], dict[str, str]]:
    """The plans of the variants that can run, and why the others cannot."""
    from hvstudio.simulation.compile import compile_document

    plans: dict[str, Plan] = {}
    problems: dict[str, str] = {}
    for variant in made:
        if variant.document is None:
            problems[variant.vmm_type] = variant.problem
            continue
        try:
            plans[variant.vmm_type] = compile_document(variant.document, catalog)
        except PlanError as error:
            problems[variant.vmm_type] = str(error)
    return plans, problems


def comparison_text(found: Mapping[str, Any]) -> str:
    """A row per VM, a column per architecture, and what each could not express."""
    raise NotImplementedError
