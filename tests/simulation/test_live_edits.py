"""Live edits of a running composition: the run ends up where a new one would begin."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pytest

from hvstudio.catalog.load import shipped_catalog
from hvstudio.errors import PlanError
from hvstudio.files.examples import example_names, load_example
from hvstudio.model.document import Document, Value
from hvstudio.model.edits import set_parameters
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.kernel.codes import LeafState
from hvstudio.simulation.kernel.memory import Memory
from hvstudio.simulation.plan.correspondence import NOWHERE, corresponding
from hvstudio.simulation.plan.difference import difference
from hvstudio.simulation.plan.plan import Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.stepped_run import SteppedRun

CATALOG = shipped_catalog()
LIVE: Final[dict[str, tuple[tuple[str, tuple[Value, ...]], ...]]] = {
    "vm": (("cpu_weight", (50.0, 300.0)), ("cpu_reserve", (0.0, 0.05)), ("cpu_limit", (0.4, 1.0))),
    "parent_partition": (("cpu_weight", (50.0, 300.0)), ("cpu_limit", (0.4, 1.0))),
    "workload": (("clients", (1, 3, 20)), ("think_s", (0.0, 0.02, 0.7)), ("rate_per_s", (3.0, 90.0))),
}


def live_edit(document: Document, rng: random.Random) -> Document:
    """Some blocks with some of the parameters that are declared live changed."""
    for block in rng.sample([block for block in document.blocks.values() if block.kind in LIVE], 3):
        name, values = rng.choice(LIVE[block.kind])
        document = set_parameters(document, [block.id], {name: rng.choice(values)})
    return document


def configured(memory: Memory, run: SteppedRun | None = None) -> dict[str, Any]:
    """What of a kernel's memory is set by controls and arrivals: nodes, clients, and think times or gaps."""
    if run is not None and run.engine == "interpreted":
        memory.take_back(run.kernel, "nodes", "kinds", "steps")
    nodes, kinds = memory.nodes, memory.kinds
    draws = memory.steps[kinds["draw"]]
    working = nodes["state"] != LeafState.WITHDRAWN  # threads that are not there have no pace of their own
    found = {f"node {name}": np.where(working, nodes[name], 0) for name in ("full", "reserve", "inverse_weight")}
    found |= {f"draw {name}": draws[name] for name in ("family", "stages", "a", "b", "p")}
    return {name: values.copy() for name, values in found.items()} | {"clients": kinds["clients"].copy()}


def assert_configured_alike(run: SteppedRun, before: Plan, after: Plan) -> None:
    """Row by corresponding row, the run's memory is what a run of the later plan would begin with."""
    rows = corresponding(before, after)
    theirs = configured(Memory(after))
    for name, values in configured(run.memory, run).items():
        mine = rows.nodes if name.startswith("node") else rows.classes
        there = np.flatnonzero(mine != NOWHERE)
        got, wanted = values[mine[there]], theirs[name][there]
        if name.startswith("node"):  # threads that went or came stand elsewhere
            got, wanted = got[(got != 0) & (wanted != 0)], wanted[(got != 0) & (wanted != 0)]
        assert got == pytest.approx(wanted, rel=1e-12), name


def edits(example: str) -> Iterator[tuple[Plan, Plan]]:
    rng = random.Random(example)
    document = load_example(example)
    for _ in range(6):
        edited = live_edit(document, rng)
        try:
            yield compile_document(document, CATALOG), compile_document(edited, CATALOG)
        except PlanError:
            continue  # a reserve above the limit
        document = edited


@pytest.mark.parametrize("example", example_names())
def test_a_run_that_has_obeyed_is_where_a_new_one_would_begin(example: str) -> None:
    first: Plan | None = None
    run: SteppedRun | None = None
    reached: Plan | None = None
    for before, after in edits(example):
        if run is None or reached is None or first is None:
            first = reached = before
            run = SteppedRun(before, RunOptions(duration_s=None, sample_interval_s=0.02))
        found = difference(reached, after)
        for message in found.messages:
            run.apply(message)
        run.step()
        reached = found.reached
        if not found.needs_new_run:
            assert_configured_alike(run, reached, after)
            assert difference(reached, after).messages == ()
    assert run is not None
    assert reached is not None
    assert first is not None
    for message in difference(reached, first).messages:
        run.apply(message)
    for name, values in configured(run.memory, run).items():
        assert values == pytest.approx(configured(Memory(first))[name], rel=1e-12), name
