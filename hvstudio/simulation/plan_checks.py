"""What makes a plan impossible to run, found before it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hvstudio.errors import PlanError
from hvstudio.simulation.plan import LAYER_COUNT, Arrivals, Op, Plan
from hvstudio.simulation.plan_ranges import checked, checked_index
from hvstudio.simulation.steps import Step

_MEAN_RANGE: Final = {Op.CPU: "cycles", Op.STATION: "ns", Op.DELAY: "ns", Op.SKIP: "probability"}


def check_step(step: Step, totals: Mapping[str, int], *, where: str) -> None:
    """PlanError when the step names something that does not exist or holds a senseless magnitude."""
    if step.op is Op.CPU:
        checked_index(step.target, totals["context"], "CPU context", where=where)
    elif step.op in (Op.STATION, Op.SEIZE, Op.FREE):
        checked_index(step.target, totals["station"], "device", where=where)
    if step.op in _MEAN_RANGE:
        name = _MEAN_RANGE[step.op]
        checked(step.mean, f"{step.op.name.lower()} {name}", where=where, range_name=name)
    for parameter in ("scv", "bytes", "exits", "purpose", "peer"):
        checked(getattr(step, parameter), parameter, where=where)
    if not 0 <= int(step.layer) < LAYER_COUNT:
        raise PlanError(f"layer is {int(step.layer)}.", where=where)


def check_plan(plan: Plan) -> None:
    """PlanError for what only the whole plan shows."""
    _check_pools(plan)
    _check_reserves(plan)
    for index in range(len(plan.class_vm)):
        _check_class(plan, index)
    _check_spawns(plan)


def _check_pools(plan: Plan) -> None:
    if not len(plan.vm_stream):
        raise PlanError("nothing to simulate: no virtual machine and no workload.", hint="Add a VM with a workload.")
    rooted = {int(pool) for pool, parent in zip(plan.node_pool, plan.node_parent, strict=True) if parent < 0}
    used = {int(plan.node_pool[node]) for node in range(len(plan.node_pool))}
    if used - rooted:
        raise PlanError("a pool has nodes but no root.", where=f"pool {min(used - rooted)}")


def _check_reserves(plan: Plan) -> None:
    """A reserve above the whole host can never be given."""
    for node in range(len(plan.node_parent)):
        processors = float(plan.pool_processors[plan.node_pool[node]])
        if plan.node_reserve[node] > processors:
            raise PlanError(
                f"reserve is {plan.node_reserve[node]:g} of {processors:g} logical processors.",
                where=plan.node_name[node],
                hint="Lower the reserve or add processors.",
            )


def route_steps(plan: Plan, index: int) -> range:
    """The rows of the steps of a class's route, without its END."""
    first = int(plan.class_first_step[index])
    last = first
    while plan.step_op[last] != Op.END:
        last += 1
    return range(first, last)


def _check_class(plan: Plan, index: int) -> None:
    where = f"{plan.vm_block[plan.class_vm[index]]} ({plan.class_name[index]})"
    steps = route_steps(plan, index)
    _check_skips(plan, steps, where)
    _check_holding(plan, steps, where)
    _check_takes_time(plan, index, where)
    if plan.class_arrivals[index] == Arrivals.TRACE and not plan.class_trace_count[index]:
        raise PlanError("trace is empty.", where=where, hint="Give at least one time.")


def _check_skips(plan: Plan, steps: range, where: str) -> None:
    for row in steps:
        if plan.step_op[row] == Op.SKIP and not 0 <= plan.step_target[row] <= steps.stop - row - 1:
            raise PlanError(f"skip jumps over {int(plan.step_target[row])} steps, beyond the route.", where=where)


def _check_holding(plan: Plan, steps: range, where: str) -> None:
    """Every SEIZE has its FREE on every path, so a server can never be lost."""
    held: list[int] = []
    for row in steps:
        op, target = plan.step_op[row], int(plan.step_target[row])
        if op == Op.SEIZE:
            held.append(target)
        elif op == Op.FREE:
            if target not in held:
                raise PlanError(f"device {plan.station_name[target]!r} is freed but not held.", where=where)
            held.remove(target)
        elif op == Op.SKIP:
            _check_skip_keeps_holding(plan, range(row + 1, row + 1 + target), where)
        elif op == Op.STATION and target in held:
            raise PlanError(f"device {plan.station_name[target]!r} is used while held.", where=where)
    if held:
        raise PlanError(f"device {plan.station_name[held[0]]!r} is held at the end of the route.", where=where)


def _check_skip_keeps_holding(plan: Plan, steps: range, where: str) -> None:
    balance: dict[int, int] = {}
    for row in steps:
        change = {int(Op.SEIZE): 1, int(Op.FREE): -1}.get(int(plan.step_op[row]), 0)
        balance[int(plan.step_target[row])] = balance.get(int(plan.step_target[row]), 0) + change
    if any(balance.values()):
        raise PlanError("an optional part of the route holds a device that the rest frees.", where=where)


def _check_takes_time(plan: Plan, index: int, where: str) -> None:
    steps = route_steps(plan, index)
    if not len(steps):
        raise PlanError("the route is empty: no CPU and no device.", where=where)
    timed = (Op.CPU, Op.STATION, Op.DELAY)
    busy = any(plan.step_op[row] in timed and (plan.step_mean[row] > 0 or plan.step_bytes[row] > 0) for row in steps)
    if plan.class_arrivals[index] == Arrivals.CLOSED and not busy and plan.class_think_ns[index] <= 0:
        raise PlanError("think time and all steps take no time.", where=where, hint="Give the request some work.")
    for row in steps:
        if plan.step_op[row] == Op.STATION and plan.step_bytes[row] > 0:
            _check_bandwidth(plan, row, where)


def _check_bandwidth(plan: Plan, row: int, where: str) -> None:
    speed = float(plan.station_bytes_per_s[plan.step_target[row]])
    if speed > 0 and plan.step_bytes[row] / speed > 1e6:
        name = plan.station_name[int(plan.step_target[row])]
        raise PlanError(f"bytes_per_s of {name!r} is {speed:g}: one operation takes days.", where=where)


def _check_spawns(plan: Plan) -> None:
    """Spawned classes exist, generate nothing themselves and never spawn each other in a circle."""
    targets: dict[int, list[int]] = {}
    for index in range(len(plan.class_vm)):
        where = f"{plan.vm_block[plan.class_vm[index]]} ({plan.class_name[index]})"
        spawned = [int(plan.step_target[row]) for row in route_steps(plan, index) if plan.step_op[row] == Op.SPAWN]
        for target in spawned:
            checked_index(target, len(plan.class_vm), "spawned class", where=where)
        targets[index] = spawned
    for index in targets:
        seen: set[int] = set()
        waiting = list(targets[index])
        while waiting:
            target = waiting.pop()
            if target == index:
                raise PlanError("spawns itself without end.", where=plan.class_name[index])
            if target not in seen:
                seen.add(target)
                waiting.extend(targets[target])
