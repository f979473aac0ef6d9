"""What must add up in every run, whatever the plan."""

from __future__ import annotations

import numpy as np

from hvstudio.errors import HVStudioError
from hvstudio.simulation.kernel.memory import Memory
from hvstudio.simulation.plan.plan import Plan


def check_conservation(plan: Plan, memory: Memory, now_ns: int) -> None:
    """Raise HVStudioError when time or requests got lost: a defect of the engine, never of the model.

    The memory must have been made with `checked`.

    Busy and idle processor time equal capacity exactly; layers equal busy time exactly; requests started are finished,
    lost or under way; time spent by requests equals the integral of their number (Little's law).
    """
    for pool in range(len(plan.pool_processors)):
        capacity = int(plan.pool_processors[pool]) * now_ns
        spent = int(memory.pools["busy_ns"][pool]) + int(memory.pools["idle_ns"][pool])
        _same(spent, capacity, f"pool {pool}: busy + idle ns")
    _same(int(memory.layers.sum()), int(memory.pools["busy_ns"].sum()), "layers ns")
    _check_requests(plan, memory, now_ns)


def _check_requests(plan: Plan, memory: Memory, now_ns: int) -> None:
    vms = memory.vms
    started = np.bincount(memory.kinds["vm"], weights=memory.kinds["started"], minlength=len(vms))
    number, spent = memory.under_way(now_ns)
    for vm, name in enumerate(plan.vm_name):
        _same(int(vms["population"][vm]), int(number[vm]), f"{name}: requests under way")
        gone = int(vms["finished"][vm]) + int(vms["lost"][vm])
        _same(gone + int(number[vm]), int(started[vm]), f"{name}: requests")
        area = float(vms["population_area"][vm])
        stayed = float(vms["stay_sum"][vm]) + float(spent[vm])
        if abs(area - stayed) > 1e-9 * max(area, 1.0) + 1.0:
            raise HVStudioError(f"Little's law fails: {area:g} is not {stayed:g}.", where=name)


def _same(found: int, expected: int, what: str) -> None:
    if found != expected:
        raise HVStudioError(f"{what}: {found} is not {expected}.", where="conservation")
