"""`hvstudio simulate`: run a composition and print a row per VM."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from hvstudio.catalog.catalog import Catalog
from hvstudio.cli.arguments import add_file, add_json, add_run, typed
from hvstudio.cli.inputs import open_catalog, open_document, shown_name
from hvstudio.cli.output.outcome import FINE
from hvstudio.cli.output.progress import ProgressBar
from hvstudio.cli.output.writing import (
    counted,
    refuse_target,
    remark,
    say,
    say_json,
    shown_number,
    shown_rate,
    shown_seconds,
    shown_share,
    table,
    write_text,
)
from hvstudio.errors import HVStudioError
from hvstudio.files.native import model_sha256
from hvstudio.insight.naming import hosts_by_block, limit_named, named_with_host, told_apart
from hvstudio.model.document import Document
from hvstudio.units import Quantity, parse_quantity

if TYPE_CHECKING:
    from hvstudio.simulation.plan.plan import Plan
    from hvstudio.simulation.run.options import RunOptions
    from hvstudio.simulation.run.results import Results


SUMMARY: Final = "run the composition and print a row per VM"
EXPLAINED: Final = """\
Numbers take units: --duration '2 min', --precision '2 %'. Intervals are batch
means of one run, or Student's over --replications. Ready is the part of the
time in which virtual processors could run and did not.

examples:
  hvstudio simulate stack.hvs
  hvstudio simulate stack.hvs --duration '5 min' --replications 10
  hvstudio simulate stack.hvs --precision '1 %'
  hvstudio simulate stack.hvs --duration 30 --csv series.csv
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    add_file(parser)
    add_run(parser, replications=1)
    parser.add_argument(
        "--precision", default=None, metavar="P",
        type=typed(_fraction, "From 0.01 % to 50 %. Example: --precision '2 %'."),
        help="stop as soon as every throughput is known this well (95 %% confidence)",
    )  # fmt: skip
    add_json(parser, csv="the time series")


def _fraction(text: str) -> float:
    value = parse_quantity(text, Quantity.FRACTION)
    if not 0.0001 <= value <= 0.5:
        raise ValueError(text)
    return value


def run(arguments: Namespace) -> int:
    """Run it and print the table, the JSON or the CSV."""
    document, catalog = open_document(arguments.file), open_catalog()
    refuse_target(arguments.csv or "-", source=arguments.file)
    from hvstudio.simulation.compile import compile_document

    plan = compile_document(document, catalog)
    _remark_on_errors(document, catalog, shown_name(arguments.file))
    results = _run(plan, options_from(arguments), arguments)
    if arguments.csv:
        from hvstudio.simulation.run.results import results_csv

        write_text(arguments.csv, results_csv(results))
    found = with_head(arguments.file, document, results.to_json())
    if arguments.json:
        say_json(found)
    elif arguments.csv != "-":
        say(results_text(found, hosts_by_block(document)))
    return FINE


def options_from(arguments: Namespace) -> RunOptions:
    """The options of a run as the arguments say."""
    from hvstudio.simulation.run.options import RunOptions

    if arguments.warmup is not None and arguments.warmup >= arguments.duration:
        raise HVStudioError("the warm-up is not shorter than the run.", hint="Give a longer --duration.")
    return RunOptions(
        seed=arguments.seed,
        duration_s=arguments.duration,
        warmup_s=arguments.warmup,
        target_precision=getattr(arguments, "precision", None),
    )


def with_head(path: str, document: Document, found: Mapping[str, Any]) -> dict[str, Any]:
    """A result with what every JSON result begins with: the file, its title and the fingerprint of the document."""
    head = {"file": shown_name(path), "title": document.title, "model_sha256": model_sha256(document)}
    return {**head, **found, **head}


def _run(plan: Plan, options: RunOptions, arguments: Namespace) -> Results:
    with ProgressBar("Simulating") as bar:
        if arguments.replications > 1:
            from hvstudio.simulation.run.experiment import replicate

            return replicate(
                plan, options, replications=arguments.replications, workers=arguments.workers, progress=bar
            )
        from hvstudio.simulation.run.run import simulate as simulate_once

        return simulate_once(plan, options, progress=bar)


def _remark_on_errors(document: Document, catalog: Catalog, name: str) -> None:
    """Point to `validate` where the composition has errors but can run all the same."""
    from hvstudio.checks.finding import Severity
    from hvstudio.checks.run import check

    errors = [item for item in check(document, catalog).findings if item.severity is Severity.ERROR]
    open_errors = sum(1 for item in errors if not item.suppressed)
    if open_errors:
        remark(f"{name}: the composition has {counted(open_errors, 'error')}; see: hvstudio validate {name}")


def results_text(found: Mapping[str, Any], hosts: Mapping[str, str]) -> str:
    """The results as text: a row per VM, the host, and how the run went. `hosts` names the host of each block."""
    vms, background = found["vms"], _at_work(found["background"])
    names = named_with_host({row["id"]: row["name"] for row in background}, hosts)
    names |= told_apart({row["id"]: row["name"] for row in vms}, hosts)
    lines = [
        f"{found['title']}: {shown_number(found['simulated_s'])} s simulated, "
        f"the first {shown_number(found['warmup_s'])} s left out as warm-up, seed {found['seed']}"
        + (f", {found['replications']} replications" if found["replications"] > 1 else ""),
        table(_HEADINGS, [_row(row, names[row["id"]]) for row in (*vms, *background)]),
    ]
    lines += [f"“{names[vm['id']]}” did not start: {vm['cannot_start']}" for vm in vms if vm["cannot_start"]]
    lines += _host_lines(found["host"], hosts)
    speed = f"{found['events']:,} events in {shown_seconds(found['wall_s'])}"
    lines.append(f"{speed} with the {found['engine']} engine.")
    lines += [f"Note: {note}" for note in found["notes"]]
    return "\n".join(lines)


def _at_work(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["throughput_per_s"] > 0]


_LEAST_SHOWN: Final = 0.0005
_HEADINGS: Final = ("VM", "Requests/s", "±95 %", "MB/s", "Mean", "p95", "Ready", "CPU s")


def _row(vm: Mapping[str, Any], name: str) -> tuple[str, ...]:
    low, high = vm["throughput_ci95"]
    latency = vm["latency_s"]
    served = vm["throughput_per_s"] > 0
    return (
        name,
        shown_number(vm["throughput_per_s"]),
        shown_number((high - low) / 2),
        shown_rate(vm["bytes_per_s"]),
        shown_seconds(latency["mean"] if served else None),
        shown_seconds(latency["p95"] if served else None),
        shown_share(vm["ready_fraction"]),
        shown_number(sum(vm["cpu_seconds"].values())),
    )


def _host_lines(host: Mapping[str, Any], hosts: Mapping[str, str]) -> list[str]:
    layers = [f"{name.replace('_', ' ')} {shown_share(part)}" for name, part in host["cpu_utilisation"].items()]
    lines = [f"Processors: {', '.join(layers)}", *_device_lines(host["devices"], hosts)]
    first = host["bottleneck"]
    if first:
        after = first.get("next")
        then = f"; next {limit_named(after, hosts)}, {shown_share(after['utilisation'])}" if after else ""
        name = limit_named(first, hosts)
        lines.append(f"Nearest to saturation: {name}, {shown_share(first['utilisation'])} used{then}.")
    return lines


def _device_lines(devices: Sequence[Mapping[str, Any]], hosts: Mapping[str, str]) -> list[str]:
    """The devices in use, a line for each host."""
    busy: dict[str, list[str]] = {}
    for device in devices:
        if device["utilisation"] > _LEAST_SHOWN:
            host = hosts.get(device["id"], "")
            busy.setdefault(host, []).append(f"{device['name']} {shown_share(device['utilisation'])}")
    return [f"Devices{f' of {host}' if host else ''}: {', '.join(names)}" for host, names in busy.items()]
