"""`hvstudio compare`: the same VMs as Type 1, Type 2, Hybrid and native, with intervals on the differences."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.finding import TYPE_LABELS
from hvstudio.checks.variants import Variant, variants
from hvstudio.commands.inputs import open_catalog, open_document
from hvstudio.commands.outcome import FAILED, FINE
from hvstudio.commands.output import remark, say, say_json, shown_number, shown_seconds, table
from hvstudio.commands.progress import ProgressBar
from hvstudio.commands.simulate import options_from, with_head
from hvstudio.errors import PlanError

if TYPE_CHECKING:
    from hvstudio.simulation.plan import Plan

_MOST_LOST: Final = 5


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
    ran = [item for item in made if item.vmm_type in plans]
    about = {
        "products": {item.vmm_type: list(item.products) for item in ran},
        "lost": {item.vmm_type: list(item.lost) for item in ran},
        "left_out": problems,
    }
    found = with_head(arguments.file, document, {**comparison.to_json(), **about})
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
    """A row per VM, a column per architecture, the differences that are sure, and what each could not express."""
    names: list[str] = list(found["variants"])
    base = found["baseline"]
    gains = {(item["vm"], item["variant"]): item for item in found["differences"]}
    headings = ["VM", *(f"{TYPE_LABELS[name]} /s" for name in names), *(f"{TYPE_LABELS[n]} p95" for n in names)]
    rows = [_row(vm_id, name, found, gains) for vm_id, name in _vms(found).items()]
    first = found["variants"][base]
    lines = [
        f"{found['title']}: {first['replications']} replications of {shown_number(first['simulated_s'])} s each",
        table(headings, rows),
        f"In brackets: against {TYPE_LABELS[base]}, where the 95 % interval of the paired differences excludes 0.",
    ]
    for name in names:
        products, sentences = found["products"][name], found["lost"][name]
        lines.append(f"{TYPE_LABELS[name]}: {', '.join(products) or 'no hypervisor'}.")
        lines += [f"  It cannot express: {sentence}" for sentence in sentences[:_MOST_LOST]]
        if len(sentences) > _MOST_LOST:
            lines.append(f"  And {len(sentences) - _MOST_LOST} more of that kind; --json lists them all.")
    return "\n".join(lines)


def _vms(found: Mapping[str, Any]) -> dict[str, str]:
    """Id and name of every VM of any variant, in document order."""
    return {vm["id"]: vm["name"] for variant in found["variants"].values() for vm in variant["vms"]}


def _row(vm_id: str, name: str, found: Mapping[str, Any], gains: Mapping[tuple[str, str], Any]) -> list[str]:
    rates: list[str] = []
    latencies: list[str] = []
    for variant, results in found["variants"].items():
        vm = next((item for item in results["vms"] if item["id"] == vm_id), None)
        if vm is None:
            rates.append("–")
            latencies.append("–")
            continue
        rates.append(shown_number(vm["throughput_per_s"]) + _shown_gain(gains.get((vm_id, variant))))
        latencies.append(shown_seconds(vm["latency_s"]["p95"] if vm["throughput_per_s"] > 0 else None))
    return [name, *rates, *latencies]


def _shown_gain(gain: Mapping[str, Any] | None) -> str:
    """`(-12 %)` when the difference is sure, nothing when it is not or there is nothing to compare with."""
    if gain is None or gain["ratio"] <= 0:
        return ""
    low, high = gain["throughput_ci95"]
    return f" ({(gain['ratio'] - 1) * 100:+.1f} %)" if low > 0 or high < 0 else ""
