"""`hvstudio sweep`: run a composition for a range of values of a parameter."""

from __future__ import annotations

import csv
import io
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.declaration import Parameter
from hvstudio.cli.arguments import add_file, add_json, add_run
from hvstudio.cli.inputs import open_catalog, open_document
from hvstudio.cli.output.outcome import FAILED, FINE, WRONG
from hvstudio.cli.output.progress import ProgressBar
from hvstudio.cli.output.writing import (
    refuse_target,
    remark,
    say,
    say_json,
    shown_number,
    shown_seconds,
    table,
    write_text,
)
from hvstudio.cli.simulate import options_from, with_head
from hvstudio.cli.vary import MOST_POINTS, VaryError, points, read_variation
from hvstudio.errors import PlanError
from hvstudio.insight.naming import hosts_by_block, told_apart
from hvstudio.model.document import Block, BlockId, Document, Value
from hvstudio.units import Quantity, format_quantity

if TYPE_CHECKING:
    from hvstudio.simulation.plan.plan import Plan

_MEASURES = ("throughput_per_s", "bytes_per_s", "ready_fraction", "exits_per_s")


SUMMARY: Final = "run the composition for a range of values of a parameter"
EXPLAINED: Final = """\
BLOCK is a name or an id; what it can vary are its parameters, and a wrong one
is answered with all. Values take units; instead of a range there may be a
list. Several --vary make a grid.

examples:
  hvstudio sweep stack.hvs --vary 'Mail.virtual_processors=1:8:1'
  hvstudio sweep stack.hvs --vary 'Mail.memory_bytes=1 GiB:4 GiB:1 GiB' --csv -
  hvstudio sweep stack.hvs --vary 'Mail.cpu_weight=1,9' --vary 'Disk.parallelism=1,8'
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    add_file(parser)
    parser.add_argument(
        "--vary", action="append", required=True, metavar="'BLOCK.param=a:b:step'",
        help="the block by id or name, the parameter, first value, last value, step; repeat it for a grid",
    )  # fmt: skip
    parser.add_argument("--cluster", metavar="ADDRESS", help="not in this version: it runs on this computer only")
    add_run(parser, replications=3)
    add_json(parser, csv="a line per point and VM")


def run(arguments: Namespace) -> int:
    """Print a row per value; FAILED when no value could be run."""
    if arguments.cluster:
        remark(
            "hvstudio: --cluster: this version runs on this computer only. Use --workers to say how many processors."
        )
        return WRONG
    document, catalog = open_document(arguments.file), open_catalog()
    refuse_target(arguments.csv or "-", source=arguments.file)
    values, plans, left_out = _plans(document, catalog, arguments.vary)
    for sentence in left_out:
        remark(f"left out: {sentence}")
    if not plans:
        remark("hvstudio: none of these values can be run.")
        return FAILED
    from hvstudio.simulation.run.experiment import sweep as run_all

    with ProgressBar(f"Running {len(plans)} points") as bar:
        found = run_all(
            plans,
            options_from(arguments),
            replications=arguments.replications,
            workers=arguments.workers,
            progress=bar,
        ).to_json()
    for point in found["points"]:
        point["value"] = dict(values[point["value"]])
    whole = with_head(arguments.file, document, {**found, "left_out": left_out})
    if arguments.csv:
        write_text(arguments.csv, sweep_csv(whole["points"]))
    if arguments.json:
        say_json(whole)
    elif arguments.csv != "-":
        say(_text(whole, document, catalog))
    return FINE


def _plans(
    document: Document, catalog: Catalog, vary: Sequence[str]
) -> tuple[dict[str, Mapping[str, Value]], dict[str, Plan], list[str]]:
    """By a key for each point: its values, its plan; and why points are left out."""
    from hvstudio.simulation.compile import compile_document

    variations = [read_variation(text, document, catalog) for text in vary]
    if len({item.label for item in variations}) < len(variations):
        raise VaryError("the same parameter is varied twice.", hint="Put all its values into one --vary.")
    count = 1
    for item in variations:
        count *= len(item.values)
    if count > MOST_POINTS:
        raise VaryError(f"this grid has {count} points; at most {MOST_POINTS} are run.", hint="Take larger steps.")
    values: dict[str, Mapping[str, Value]] = {}
    plans: dict[str, Plan] = {}
    left_out: list[str] = []
    for chosen, changed in points(document, variations):
        key = ", ".join(f"{name} = {value}" for name, value in chosen.items())
        try:
            plans[key] = compile_document(changed, catalog)
            values[key] = chosen
        except PlanError as error:
            left_out.append(f"{key}: {error}")
    return values, plans, left_out


def sweep_csv(found: Sequence[Mapping[str, Any]]) -> str:
    """A line per value and VM."""
    from hvstudio.simulation.run.results import cell_text

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = list(found[0]["value"])
    latencies = ("mean", "p50", "p95", "p99")
    intervals = ["throughput_low95", "throughput_high95"]
    writer.writerow([*names, "vm", "name", *_MEASURES, *intervals, *(f"latency_{name}_s" for name in latencies)])
    for point in found:
        for vm in point["vms"]:
            measures = [*(vm[name] for name in _MEASURES), *vm["throughput_ci95"]]
            numbers = [f"{value:.9g}" for value in (*measures, *(vm["latency_s"][name] for name in latencies))]
            writer.writerow(
                [*(point["value"][name] for name in names), cell_text(vm["id"]), cell_text(vm["name"]), *numbers]
            )
    return text.getvalue()


def _text(found: Mapping[str, Any], document: Document, catalog: Catalog) -> str:
    names = list(found["points"][0]["value"])
    hosts = hosts_by_block(document)
    varied = [_varied(name, document, catalog) for name in names]
    called = told_apart({block.id: block.name for block, _ in varied})
    labels = [f"{called[block.id]}.{parameter.name}" for block, parameter in varied]
    headings = [*labels, "VM", "Requests/s", "±95 %", "Mean", "p95"]
    rows: list[list[str]] = []
    for point in found["points"]:
        vms = told_apart({vm["id"]: vm["name"] for vm in point["vms"]}, hosts)
        chosen = [
            shown_value(point["value"][name], parameter.quantity)
            for name, (_, parameter) in zip(names, varied, strict=True)
        ]
        for number, vm in enumerate(point["vms"]):
            low, high = vm["throughput_ci95"]
            served = vm["throughput_per_s"] > 0
            rows.append(
                [
                    *(chosen if number == 0 else [""] * len(chosen)),
                    vms[vm["id"]],
                    shown_number(vm["throughput_per_s"]),
                    shown_number((high - low) / 2),
                    shown_seconds(vm["latency_s"]["mean"] if served else None),
                    shown_seconds(vm["latency_s"]["p95"] if served else None),
                ]
            )
    return f"{found['title']}\n{table(headings, rows, left=(len(names),))}"


def _varied(label: str, document: Document, catalog: Catalog) -> tuple[Block, Parameter]:
    """The block and the parameter of a column headed `BLOCK.param`."""
    block_id, _, name = label.rpartition(".")
    block = document.blocks[BlockId(block_id)]
    parameter = catalog.kind(block.kind).parameter(name)
    assert parameter is not None
    return block, parameter


def shown_value(value: Value, quantity: Quantity) -> str:
    """A parameter's value as people write it: `2 GiB`."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else format_quantity(value, quantity)
