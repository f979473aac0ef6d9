"""`hvstudio compare`: the same VMs as Type 1, Type 2, Hybrid and native, with intervals on the differences."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from hvstudio.catalog.catalog import Catalog
from hvstudio.cli.arguments import add_file, add_json, add_run, typed
from hvstudio.cli.inputs import open_catalog, open_document
from hvstudio.cli.output.outcome import FAILED, FINE
from hvstudio.cli.output.progress import ProgressBar
from hvstudio.cli.output.writing import counted, remark, say, say_json, shown_number, shown_seconds, table
from hvstudio.cli.simulate import options_from, with_head
from hvstudio.composition.classify import TYPE_LABELS
from hvstudio.errors import HVStudioError
from hvstudio.insight.naming import hosts_by_block, told_apart

if TYPE_CHECKING:
    from hvstudio.insight.comparing import Compared

_NAME_OR_NUMBER: Final = re.compile(r"“[^”]*”|\d[\d.,]*(?: [KMGT]i?B)?")
TYPES: Final = ("type1", "type2", "hybrid", "native")
NATIVE: Final = "native"
NATIVE_MEANS: Final = "the same work on one operating system on the same machine, without VMs"


SUMMARY: Final = "run the same VMs as other VMM architectures"
EXPLAINED: Final = """\
The stack is converted to each architecture, with a hypervisor of its own time
unless --product names one, and run with the same requests in every one; what
an architecture cannot express is told. Intervals of ratios are those of the
paired differences between replications.

native: a VM's row is what its workloads get when the work of all VMs shares
one operating system on the same machine (its processors, disks and network
cards), without virtual processors, memory limits and walls. A VM held back by
few virtual processors or a limit has a low ratio; one whose neighbours are
greedy natively may exceed 100 %.

A --product that does not fit is answered with those that do.

examples:
  hvstudio compare stack.hvs
  hvstudio compare stack.hvs --types type1,type2 --baseline type1 --replications 10
  hvstudio compare stack.hvs --product type2=virtualbox --product type1=xen
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    add_file(parser)
    parser.add_argument(
        "--types", type=typed(_type_list, f"Choose from {','.join(TYPES)}."), default=TYPES, metavar="LIST",
        help=f"architectures, separated by commas ({','.join(TYPES)})",
    )  # fmt: skip
    parser.add_argument(
        "--product", action="append", type=typed(_product_choice, "Example: --product type2=vmware-workstation."),
        default=[], metavar="TYPE=ID",
        help="the hypervisor of an architecture; repeat it for others (one of the time of the composition)",
    )  # fmt: skip
    parser.add_argument(
        "--baseline", choices=TYPES, default=None,
        help="what the others are measured against (native, or else the first of --types)",
    )  # fmt: skip
    add_run(parser, replications=5)
    add_json(parser)


def _type_list(text: str) -> tuple[str, ...]:
    wanted = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    if not wanted or any(part not in TYPES for part in wanted):
        raise ValueError(text)
    return tuple(dict.fromkeys(wanted))


def _product_choice(text: str) -> tuple[str, str]:
    vmm_type, _, product = (part.strip() for part in text.partition("="))
    if vmm_type.lower() not in TYPES[:3] or not product:
        raise ValueError(text)
    return vmm_type.lower(), product


def run(arguments: Namespace) -> int:
    """Print rows per VM, one for each architecture; FAILED when fewer than two could be run."""
    document, catalog = open_document(arguments.file), open_catalog()
    products = _products(arguments, catalog)
    from hvstudio.insight.comparing import comparable, run_comparison

    found = comparable(document, catalog, arguments.types, products=products)
    for vmm_type, problem in found.problems.items():
        remark(f"{TYPE_LABELS[vmm_type]} is left out: {problem}")
    if len(found.plans) < min(2, len(arguments.types)):
        remark("hvstudio: there are not two architectures to compare.")
        return FAILED
    with ProgressBar("Comparing") as bar:
        compared = run_comparison(
            found,
            options_from(arguments),
            replications=arguments.replications,
            baseline=arguments.baseline or NATIVE,
            workers=arguments.workers,
            progress=bar,
        )
    told = with_head(arguments.file, document, comparison_json(compared))
    if arguments.json:
        say_json(told)
    else:
        say(comparison_text(told, hosts_by_block(document)))
    return FINE


def _products(arguments: Namespace, catalog: Catalog) -> dict[str, str]:
    """The hypervisors chosen with --product, by type. Raises HVStudioError for one that does not fit there."""
    from hvstudio.checks.fixes.convert import target_products

    if arguments.baseline is not None and arguments.baseline not in arguments.types:
        hint = f"Choose one of --types: {', '.join(arguments.types)}."
        raise HVStudioError(f"{TYPE_LABELS[arguments.baseline]} is not among the architectures compared.", hint=hint)
    chosen: dict[str, str] = {}
    for vmm_type, product in arguments.product:
        where = f"--product {vmm_type}={product}"
        label = TYPE_LABELS[vmm_type]
        if vmm_type not in arguments.types:
            raise HVStudioError(f"{label} is not among the architectures compared.", where=where)
        if chosen.setdefault(vmm_type, product) != product:
            raise HVStudioError(f"{label} has two products already.", where=where, hint="Name one for each.")
        known = [item.id for item in target_products(catalog, vmm_type)]
        if product not in known:
            raise HVStudioError(f"the catalogue has no such {label} product.", where=where, hint=_choice(known))
    return chosen


def _choice(known: Sequence[str]) -> str:
    return f"Choose one of {', '.join(known)}." if known else "There is none of that architecture."


def comparison_json(compared: Compared) -> dict[str, Any]:
    """The stable JSON form; schema in `resources/schema/compare-1.schema.json`."""
    ran = [item for vmm_type, item in compared.variants.items() if vmm_type not in compared.problems]
    about = {
        "products": {item.vmm_type: list(item.products) for item in ran},
        "lost": {item.vmm_type: list(item.lost) for item in ran},
        "left_out": compared.problems,
        "as_composed": [item.vmm_type for item in ran if item.document is compared.document],
    }
    return {**compared.comparison.to_json(), **about}


def comparison_text(found: Mapping[str, Any], hosts: Mapping[str, str]) -> str:
    """For each VM a row per architecture; then how sure it is, and what each architecture could not express.

    `hosts` names the host of each block.
    """
    vms = told_apart(_vms(found), hosts)
    names: list[str] = list(found["variants"])
    base = found["baseline"]
    first = found["variants"][base]
    runs = counted(first["replications"], "replication")
    lines = [
        f"{found['title']}: {runs} of {shown_number(first['simulated_s'])} s each, "
        f"the first {shown_number(first['warmup_s'])} s left out as warm-up",
        table(("VM", "Architecture", "Requests/s", "±95 %", f"of {TYPE_LABELS[base]}", "±95 %", "Mean", "p95"),
              [row for vm_id, name in vms.items() for row in _rows(vm_id, name, found)], left=(0, 1)),
        "The same requests arrive in every architecture: the interval of a ratio is that of the paired differences."
        if first["replications"] > 1
        else "One replication gives no intervals of the ratios; see --replications.",
    ]  # fmt: skip
    for name in names:
        products, sentences = found["products"][name], found["lost"][name]
        made_of = ", ".join(products) or (NATIVE_MEANS if name == NATIVE else "no hypervisor")
        as_it_is = ", as composed" if name in found["as_composed"] else ""
        lines.append(f"{TYPE_LABELS[name]}: {made_of}{as_it_is}.")
        lines += [f"  Note: {sentence}" for sentence in grouped(sentences)]
        lines += [f"  {sentence}" for sentence in grouped(_not_started(found["variants"][name]["vms"], vms))]
    return "\n".join(lines)


def _not_started(vms: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[str]:
    return [f"“{names[vm['id']]}” does not start: {vm['cannot_start']}." for vm in vms if vm["cannot_start"]]


def grouped(sentences: Sequence[str]) -> list[str]:
    """One sentence of each kind; those that differ in names and numbers only are counted."""
    kinds: dict[str, list[str]] = {}
    for sentence in sentences:
        kinds.setdefault(_NAME_OR_NUMBER.sub("", sentence), []).append(sentence)
    return [
        first + (f" (And {len(others)} more like it; --json lists all.)" if others else "")
        for first, *others in kinds.values()
    ]


def _vms(found: Mapping[str, Any]) -> dict[str, str]:
    """Id and name of every VM of any variant, in document order."""
    return {vm["id"]: vm["name"] for variant in found["variants"].values() for vm in variant["vms"]}


def _rows(vm_id: str, name: str, found: Mapping[str, Any]) -> list[list[str]]:
    """A row for every architecture, the VM's name in the first."""
    gains = {item["variant"]: item for item in found["differences"] if item["vm"] == vm_id}
    rows: list[list[str]] = []
    for variant, results in found["variants"].items():
        vm = next((item for item in results["vms"] if item["id"] == vm_id), None)
        head = ["" if rows else name, TYPE_LABELS[variant]]
        if vm is None or vm["cannot_start"]:
            rows.append([*head, *["–"] * 6])
            continue
        low, high = vm["throughput_ci95"]
        served = vm["throughput_per_s"] > 0
        times = [shown_seconds(vm["latency_s"][which] if served else None) for which in ("mean", "p95")]
        rate = [shown_number(vm["throughput_per_s"]), shown_number((high - low) / 2)]
        ratio = ("100 %", "–") if variant == found["baseline"] else _shown_ratio(gains.get(variant))
        rows.append([*head, *rate, *ratio, *times])
    return rows


def _shown_ratio(gain: Mapping[str, Any] | None) -> tuple[str, str]:
    """The ratio to the baseline and its half interval in per cent; dashes where there is nothing to compare with."""
    if gain is None or gain["ratio"] <= 0:
        return "–", "–"
    low, high = gain["ratio_ci95"]
    return f"{gain['ratio'] * 100:.1f} %", f"{(high - low) / 2 * 100:.2f} %"
