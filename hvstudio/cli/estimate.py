"""`hvstudio estimate`: the instant analytic answer."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from hvstudio.cli.inputs import open_catalog, open_document, shown_name
from hvstudio.cli.naming import its_processors
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

if TYPE_CHECKING:
    from hvstudio.simulation.estimate.estimate import Estimate


def estimate(arguments: Namespace) -> int:
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
    say(estimate_table(result))
    if result.bottleneck is not None:
        name = its_processors(result.bottleneck.name, [vm.name for vm in result.vms])
        say(f"Bottleneck: {name}, {shown_share(result.bottleneck.utilisation)} used.")
    say("This is an approximation:")
    for assumption in (*result.assumptions, *plan.notes):
        say(f"  {assumption}")
    return FINE


def estimate_table(result: Estimate) -> str:
    """One row per VM."""
    headings = ("VM", "Requests/s", "at most", "MB/s", "Latency", "Limited by")
    rows = [
        (
            vm.name,
            shown_number(vm.throughput_per_s),
            shown_number(vm.bounds_per_s[1]),
            shown_rate(vm.bytes_per_s),
            shown_seconds(vm.latency_s),
            vm.cannot_start or ("its processors" if vm.limited_by == vm.name else vm.limited_by),
        )
        for vm in result.vms
    ]
    return table(headings, rows, left=(0, 5))
