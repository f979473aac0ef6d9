"""How requests come is read once: checks, estimate and run agree on every kind of arrivals."""

from __future__ import annotations

from typing import Any

import pytest

from hvstudio.catalog.load import shipped_catalog
from hvstudio.checks.sums import offered_rate
from hvstudio.composition.arrivals import read_arrivals, read_trace
from hvstudio.files.examples import load_example
from hvstudio.model.document import Document
from hvstudio.model.edits import set_parameters
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.estimate.estimate import estimate
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.run import simulate

CATALOG = shipped_catalog()
VALUES: dict[str, Any] = {
    "arrivals": "closed", "clients": 8, "think_s": 0.5, "rate_per_s": 50.0, "arrival_pattern": "poisson", "trace": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "period_s", "rate_per_s"),
    [
        ("0,1\n1,1", 2.0, 1.0),  # the gap of 1 s once more after the last time: 2 requests in 2 s
        ("1,3\n2,1", 3.0, 4 / 3),
        ("0,1\n0.5,1\n3,4", 5.5, 6 / 5.5),  # the last gap is 2.5 s
        ("2,6", 4.0, 1.5),  # one time: the 2 s before it once more
        ("0,5", 1.0, 5.0),  # no gap at all: a second
        ("3,1\n1,1\n3,1", 5.0, 0.6),  # in any order, equal times added up
    ],
)
def test_a_trace_begins_again_one_gap_after_its_last_time(text: str, period_s: float, rate_per_s: float) -> None:
    trace = read_trace(text)
    assert trace.period_ns == period_s * 1e9
    assert trace.rate_per_s == pytest.approx(rate_per_s)


@pytest.mark.parametrize("text", ["", "# nothing", "0,0\n1,0", "1,2\nrubbish", "1,2,3", "5,1.5"])
def test_what_is_no_trace_has_a_problem_and_no_rate(text: str) -> None:
    trace = read_trace(text)
    assert trace.problem
    assert (trace.entries, trace.rate_per_s) == ((), 0.0)


@pytest.mark.parametrize(
    ("changed", "is_steady", "most_per_s"),
    [
        ({}, False, 16.0),  # 8 clients that think half a second
        ({"think_s": 0.0}, False, 0.0),  # no pause: as much as is given
        ({"arrivals": "saturated"}, False, 0.0),  # the think time does not count
        ({"arrivals": "open"}, True, 50.0),
        ({"arrivals": "open", "arrival_pattern": "bursty"}, True, 50.0),
        ({"arrivals": "trace", "trace": "0,1\n1,1"}, True, 1.0),
        ({"arrivals": "trace", "trace": "rubbish"}, True, 0.0),
    ],
)
def test_the_rate_asked_for_is_that_of_the_kind_of_arrivals(
    changed: dict[str, Any], is_steady: bool, most_per_s: float
) -> None:
    read = read_arrivals({**VALUES, **changed})
    assert (read.is_steady, read.most_per_s) == (is_steady, most_per_s)


def _one_program(**parameters: Any) -> Document:
    """The native example with every program changed; requests of nearly no work."""
    document = load_example("native")
    programs = [block.id for block in document.blocks.values() if block.kind == "workload"]
    light = {"user_cycles": 1e4, "kernel_cycles": 0.0, "disk_reads": 0.0, "disk_writes": 0.0, "packets_in": 0.0,
             "packets_out": 0.0}  # fmt: skip
    return set_parameters(document, programs, {**light, **parameters})


@pytest.mark.parametrize(
    ("parameters", "rate_per_s"),
    [
        ({"arrivals": "open", "rate_per_s": 40.0, "arrival_pattern": "deterministic"}, 40.0),
        ({"arrivals": "open", "rate_per_s": 400.0, "arrival_pattern": "bursty"}, 400.0),
        ({"arrivals": "trace", "trace": "0,1\n1,1"}, 1.0),
        ({"arrivals": "trace", "trace": "0.1,3\n0.5,1\n0.6,0"}, 4 / 0.7),
        ({"arrivals": "trace", "trace": "0.1,3", "max_concurrency": 1}, 15.0),
        ({"arrivals": "closed", "clients": 10, "think_s": 0.1}, 100.0),  # answers take microseconds
    ],
)
def test_checks_estimate_and_run_agree_on_the_rate(parameters: dict[str, Any], rate_per_s: float) -> None:
    document = _one_program(**parameters)
    programs = [block for block in document.blocks.values() if block.kind == "workload"]
    plan = compile_document(document, CATALOG)
    offered = sum(offered_rate({name: CATALOG.value(block, name) for name in VALUES})[1] for block in programs)
    expected = rate_per_s * len(programs)
    estimated = sum(vm.throughput_per_s for vm in estimate(plan).vms)
    run = simulate(plan, RunOptions(duration_s=42.0, warmup_s=0.0, seed=3))
    simulated = sum(vm.throughput_per_s for vm in run.vms)
    assert offered == pytest.approx(expected)
    assert estimated == pytest.approx(expected, rel=0.02)
    assert simulated == pytest.approx(expected, rel=0.06)
