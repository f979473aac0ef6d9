"""`hvstudio estimate`: the instant analytic answer."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from hvstudio.cli.arguments import add_file, add_json
from hvstudio.cli.inputs import open_catalog, open_document, shown_name
from hvstudio.cli.output.outcome import FINE
from hvstudio.cli.output.writing import (
    say,
    say_json,
    shown_number,
    shown_rate,
    shown_seconds,
    shown_share,
    table,
)
from hvstudio.files.native import model_sha256
from hvstudio.insight.naming import hosts_by_block, limit_named, told_apart
from hvstudio.simulation.plan.resources import PROCESSORS

if TYPE_CHECKING:
    from hvstudio.simulation.estimate.estimate import Estimate, ResourceEstimate, VmEstimate


SUMMARY: Final = "give the instant analytic answer"
EXPLAINED: Final = """\
Mean values by mean-value analysis, within milliseconds; the output lists what
is assumed. Use simulate for intervals, tails and warm-up.

examples:
  hvstudio estimate stack.hvs
  hvstudio estimate stack.hvs --json | jq '.vms[] | {name, throughput_per_s}'
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    add_file(parser)
    add_json(parser)


def run(arguments: Namespace) -> int:
    """Print what each VM may expect and what limits it."""
    document = open_document(arguments.file)
    from hvstudio.simulation.compile import compile_document
    from hvstudio.simulation.estimate.estimate import estimate as answer

    plan = compile_document(document, open_catalog())
    result = answer(plan)
    if arguments.json:
        head = {"file": shown_name(arguments.file), "title": document.title, "model_sha256": model_sha256(document)}
        say_json({**head, **result.to_json(), "notes": list(plan.notes)})
        return FINE
    say(f"{document.title}: estimate")
    hosts = hosts_by_block(document)
    say(estimate_table(result, hosts))
    if result.bottleneck is not None:
        say(f"Bottleneck: {_named(result.bottleneck, hosts)}, {shown_share(result.bottleneck.utilisation)} used.")
    say("This is an approximation:")
    for assumption in (*result.assumptions, *plan.notes):
        say(f"  {assumption}")
    return FINE


def estimate_table(result: Estimate, hosts: Mapping[str, str]) -> str:
    """One row per VM. `hosts` names the host of each block."""
    names = told_apart({vm.id: vm.name for vm in result.vms}, hosts)
    resources = {item.id: item for item in result.resources}
    headings = ("VM", "Requests/s", "at most", "MB/s", "Latency", "Limited by")
    rows = [
        (
            names[vm.id],
            shown_number(vm.throughput_per_s),
            shown_number(vm.bounds_per_s[1]),
            shown_rate(vm.bytes_per_s),
            shown_seconds(vm.latency_s),
            vm.cannot_start or _limit(vm, resources.get(vm.limited_by_id), hosts),
        )
        for vm in result.vms
    ]
    return table(headings, rows, left=(0, 5))


def _limit(vm: VmEstimate, limit: ResourceEstimate | None, hosts: Mapping[str, str]) -> str:
    if limit is None:
        return ""
    return "its processors" if limit.id == f"{vm.id}/{PROCESSORS}" else _named(limit, hosts)


def _named(resource: ResourceEstimate, hosts: Mapping[str, str]) -> str:
    limit = {"kind": resource.kind, "name": resource.name, "id": resource.block, "resource": resource.id}
    return limit_named(limit, hosts)
