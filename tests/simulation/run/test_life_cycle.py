"""What happens to arrivals while a virtual machine is not there."""

from __future__ import annotations

from typing import Any

import pytest

from hvstudio.simulation.plan import steps
from hvstudio.simulation.plan.builder import PlanBuilder
from hvstudio.simulation.plan.messages import PauseVm, ResumeVm, SaveVm, SetWorkload, StartVm, StopVm
from hvstudio.simulation.plan.plan import Arrivals, Layer, Plan
from hvstudio.simulation.run.options import RunOptions
from hvstudio.simulation.run.stepped_run import SteppedRun


def plan_of(**arrivals: Any) -> Plan:
    """One VM whose requests take a microsecond."""
    builder = PlanBuilder()
    pool = builder.pool(processors=1, clock_hz=1e9)
    root = builder.node(pool=pool, name="root")
    vm = builder.vm(name="vm", block="vm-0", pool=pool, stream=0)
    context = builder.context(vm=vm, name="processors", parent=root)
    route = [steps.cpu(context, 1e3, layer=Layer.GUEST_USER)]
    builder.request_class(vm=vm, name="work", steps=route, **arrivals)
    return builder.build()


def completions(plan: Plan, script: dict[float, Any], until_s: int) -> list[int]:
    """Requests completed in each second; requests are conserved throughout."""
    script_at = tuple(sorted(script.items()))
    options = RunOptions(duration_s=None, sample_interval_s=1.0, check_conservation=True, script=script_at)
    run, found = SteppedRun(plan, options), []
    while len(found) < until_s:
        sample = run.step()
        if sample is not None:
            found.append(round(float(sample.throughput_per_s[0])))
    return found


TRACE = {"arrivals": Arrivals.TRACE, "trace": [(100_000_000, 1), (600_000_000, 4)], "think_ns": 1e9}
"""Five requests a second: one at .1, four at .6."""


def test_a_saved_vm_is_not_sent_what_its_trace_held_meanwhile() -> None:
    # Saved from 1.5 to 7.5: the second 1 has its first request, the second 7 its last four.
    found = completions(plan_of(**TRACE), {1.5: SaveVm("vm-0"), 7.5: ResumeVm("vm-0")}, 10)
    assert found == [5, 1, 0, 0, 0, 0, 0, 4, 5, 5]


def test_a_vm_resumed_within_the_same_round_of_its_trace_gets_the_rest_of_it() -> None:
    found = completions(plan_of(**TRACE), {1.05: SaveVm("vm-0"), 1.2: ResumeVm("vm-0")}, 3)
    assert found == [5, 4, 5]


def test_a_vm_resumed_after_the_last_entry_goes_on_with_the_next_round() -> None:
    found = completions(plan_of(**TRACE), {0.2: SaveVm("vm-0"), 0.7: ResumeVm("vm-0")}, 3)
    assert found == [1, 5, 5]


def test_an_arrival_at_the_instant_of_the_resumption_comes() -> None:
    found = completions(plan_of(**TRACE), {0.2: SaveVm("vm-0"), 2.6: ResumeVm("vm-0")}, 4)
    assert found == [1, 0, 4, 5]


def test_a_paused_vm_is_sent_everything_and_works_it_off_when_it_goes_on() -> None:
    found = completions(plan_of(**TRACE), {0.9: PauseVm("vm-0"), 3.9: ResumeVm("vm-0")}, 6)
    assert found == [5, 0, 0, 15, 5, 5]


def test_a_stopped_vm_begins_its_trace_anew() -> None:
    # Switched on at 2.3: requests at 2.4, 2.9 and so on.
    found = completions(plan_of(**TRACE), {0.9: StopVm("vm-0"), 2.3: StartVm("vm-0")}, 5)
    assert found == [5, 0, 5, 5, 5]


@pytest.mark.parametrize("gap_scv", [0.0, 1.0])
def test_open_arrivals_are_gone_while_a_vm_is_saved(gap_scv: float) -> None:
    plan = plan_of(arrivals=Arrivals.OPEN, think_ns=1e6, think_scv=gap_scv)
    found = completions(plan, {1.0: SaveVm("vm-0"), 4.0: ResumeVm("vm-0")}, 6)
    assert found[1:4] == [0, 0, 0]
    assert found[4:] == pytest.approx([1000, 1000], abs=100)


def test_a_new_rate_does_not_wake_the_source_of_a_saved_vm() -> None:
    plan = plan_of(arrivals=Arrivals.OPEN, think_ns=1e6, think_scv=0.0)
    script = {1.0: SaveVm("vm-0"), 1.5: SetWorkload("work", rate_per_s=500.0), 3.0: ResumeVm("vm-0")}
    found = completions(plan, script, 5)
    assert found[1:3] == [0, 0]
    assert found[3:] == pytest.approx([500, 500], abs=1)
