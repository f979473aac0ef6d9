"""What makes a plan impossible to run, found before it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hvstudio.errors import PlanError
from hvstudio.simulation.plan.plan import LAYER_COUNT, Arrivals, Ints, Op, Plan
from hvstudio.simulation.plan.ranges import checked, checked_index
from hvstudio.simulation.plan.steps import Step

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
    if len(plan.class_vm):
        routes = _Routes(plan)
        _check_skips(routes)
        for index in routes.classes_with(Op.SEIZE, Op.FREE):
            steps = range(int(routes.first[index]), int(routes.stop[index]))
            _check_holding(plan, steps, _where(plan, index))
        _check_takes_time(routes)
        _check_bandwidths(routes)
        _check_traces(plan)
        _check_spawns(routes)


class _Routes:
    """The steps of all classes as whole columns: plans have tens of thousands of steps."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.first = plan.class_first_step
        self.ends = np.flatnonzero(plan.step_op == Op.END)
        self.stop = self.ends[np.searchsorted(self.ends, self.first)]

    def rows(self, *ops: Op) -> Ints:
        """Rows of steps of these kinds, in plan order."""
        return np.flatnonzero(np.isin(self.plan.step_op, [int(op) for op in ops]))

    def stop_of(self, rows: Ints) -> Ints:
        """The END of the route that each row belongs to."""
        return self.ends[np.searchsorted(self.ends, rows)]

    def class_of(self, row: int) -> int:
        """A class whose route holds the row."""
        holding = np.flatnonzero((self.first <= row) & (row <= self.stop))
        return int(holding[0]) if len(holding) else 0

    def classes_with(self, *ops: Op) -> list[int]:
        """The classes whose routes hold such steps, in order."""
        rows = self.rows(*ops)
        before = np.searchsorted(rows, self.first)
        return [int(index) for index in np.flatnonzero(np.searchsorted(rows, self.stop) > before)]

    def any_in(self, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """For each class whether any step of its route has the flag."""
        total = np.concatenate(([0], np.cumsum(flags)))
        return total[self.stop] > total[self.first]


def _where(plan: Plan, index: int) -> str:
    return f"{plan.vm_block[plan.class_vm[index]]} ({plan.class_name[index]})"


def _check_pools(plan: Plan) -> None:
    if not len(plan.vm_stream):
        raise PlanError("nothing to simulate: no virtual machine and no workload.", hint="Add a VM with a workload.")
    rooted = set(plan.node_pool[plan.node_parent < 0].tolist())
    used = set(plan.node_pool.tolist())
    if used - rooted:
        raise PlanError("a pool has nodes but no root.", where=f"pool {min(used - rooted)}")


def _check_reserves(plan: Plan) -> None:
    """A reserve above the whole host can never be given."""
    processors = plan.pool_processors[plan.node_pool]
    wrong = np.flatnonzero(plan.node_reserve > processors)
    if len(wrong):
        node = int(wrong[0])
        raise PlanError(
            f"reserve is {plan.node_reserve[node]:g} of {processors[node]:g} logical processors.",
            where=plan.node_name[node],
            hint="Lower the reserve or add processors.",
        )


def _check_skips(routes: _Routes) -> None:
    plan, rows = routes.plan, routes.rows(Op.SKIP)
    target = plan.step_target[rows]
    wrong = rows[(target < 0) | (target > routes.stop_of(rows) - rows - 1)]
    if len(wrong):
        where = _where(plan, routes.class_of(int(wrong[0])))
        raise PlanError(f"skip jumps over {int(plan.step_target[wrong[0]])} steps, beyond the route.", where=where)


_SEIZE, _FREE, _SKIP, _STATION = int(Op.SEIZE), int(Op.FREE), int(Op.SKIP), int(Op.STATION)


def _check_holding(plan: Plan, steps: range, where: str) -> None:
    """Every SEIZE has its FREE on every path, so a server can never be lost."""
    ops = plan.step_op[steps.start : steps.stop].tolist()
    targets = plan.step_target[steps.start : steps.stop].tolist()
    held: list[int] = []
    for place, (op, target) in enumerate(zip(ops, targets, strict=True)):
        if op == _SEIZE:
            held.append(target)
        elif op == _FREE:
            if target not in held:
                raise PlanError(f"device {plan.station_name[target]!r} is freed but not held.", where=where)
            held.remove(target)
        elif op == _SKIP:
            inside = slice(place + 1, place + 1 + target)
            _check_skip_keeps_holding(ops[inside], targets[inside], where)
        elif op == _STATION and target in held:
            raise PlanError(f"device {plan.station_name[target]!r} is used while held.", where=where)
    if held:
        raise PlanError(f"device {plan.station_name[held[0]]!r} is held at the end of the route.", where=where)


def _check_skip_keeps_holding(ops: Sequence[int], targets: Sequence[int], where: str) -> None:
    balance: dict[int, int] = {}
    for op, target in zip(ops, targets, strict=True):
        if op in (_SEIZE, _FREE):
            balance[target] = balance.get(target, 0) + (1 if op == _SEIZE else -1)
    if any(balance.values()):
        raise PlanError("an optional part of the route holds a device that the rest frees.", where=where)


def _check_takes_time(routes: _Routes) -> None:
    plan = routes.plan
    empty = np.flatnonzero(routes.stop == routes.first)
    if len(empty):
        raise PlanError("the route is empty: no CPU and no device.", where=_where(plan, int(empty[0])))
    timed = np.isin(plan.step_op, [int(Op.CPU), int(Op.STATION), int(Op.DELAY)])
    busy = routes.any_in(timed & ((plan.step_mean > 0) | (plan.step_bytes > 0)))
    idle = np.flatnonzero((plan.class_arrivals == Arrivals.CLOSED) & ~busy & (plan.class_think_ns <= 0))
    if len(idle):
        where = _where(plan, int(idle[0]))
        raise PlanError("think time and all steps take no time.", where=where, hint="Give the request some work.")


def _check_bandwidths(routes: _Routes) -> None:
    plan, rows = routes.plan, routes.rows(Op.STATION)
    speed = plan.station_bytes_per_s[plan.step_target[rows]]
    slow = np.flatnonzero((speed > 0) & (plan.step_bytes[rows] > 1e6 * speed))
    if len(slow):
        row = int(rows[slow[0]])
        name = plan.station_name[int(plan.step_target[row])]
        where = _where(plan, routes.class_of(row))
        raise PlanError(f"bytes_per_s of {name!r} is {speed[slow[0]]:g}: one operation takes days.", where=where)


def _check_traces(plan: Plan) -> None:
    empty = np.flatnonzero((plan.class_arrivals == Arrivals.TRACE) & (plan.class_trace_count == 0))
    if len(empty):
        raise PlanError("trace is empty.", where=_where(plan, int(empty[0])), hint="Give at least one time.")


def _check_spawns(routes: _Routes) -> None:
    """Spawned classes exist, generate nothing themselves and never spawn each other in a circle."""
    plan, rows = routes.plan, routes.rows(Op.SPAWN)
    targets: dict[int, list[int]] = {}
    for index in routes.classes_with(Op.SPAWN):
        first, last = np.searchsorted(rows, (routes.first[index], routes.stop[index]))
        targets[index] = [int(plan.step_target[row]) for row in rows[first:last]]
        for target in targets[index]:
            checked_index(target, len(plan.class_vm), "spawned class", where=_where(plan, index))
    for index in targets:
        seen: set[int] = set()
        waiting = list(targets[index])
        while waiting:
            target = waiting.pop()
            if target == index:
                raise PlanError("spawns itself without end.", where=plan.class_name[index])
            if target not in seen:
                seen.add(target)
                waiting.extend(targets.get(target, []))
