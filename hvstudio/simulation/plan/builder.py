"""Writes a plan row by row, refusing at once what could not run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from attrs import fields

from hvstudio.errors import PlanError
from hvstudio.simulation.plan.checks import check_plan, check_step
from hvstudio.simulation.plan.plan import Arrivals, Layer, Op, Plan
from hvstudio.simulation.plan.ranges import RANGES, checked, checked_index, checked_int
from hvstudio.simulation.plan.steps import Step


class PlanBuilder:
    """Collects rows; each method gives the index of what it added, `build` the frozen plan.

    Raises PlanError naming the block (or the name, where there is no block) and the parameter.
    """

    def __init__(self) -> None:
        self._rows: dict[str, list[Any]] = {}
        self._counts: dict[str, int] = {}

    def pool(
        self,
        *,
        processors: int,
        clock_hz: float,
        threads_per_core: int = 1,
        smt_yield: float = 1.25,
        idle_exit_ns: int = 0,
        name: str = "",
        block: str = "",
    ) -> int:
        """A host's logical processors; siblings of a core are neighbours."""
        where = f"pool {self._count('pool')}"
        processors = checked_int(processors, "processors", where=where)
        threads = checked_int(threads_per_core, "threads_per_core", where=where)
        if processors % threads:
            raise PlanError(
                f"threads_per_core is {threads}, which does not divide processors ({processors}).", where=where
            )
        return self._add(
            "pool",
            processors=processors,
            threads_per_core=threads,
            clock_hz=checked(clock_hz, "clock_hz", where=where),
            smt_yield=checked(smt_yield, "smt_yield", where=where),
            idle_exit_ns=checked_int(idle_exit_ns, "idle_exit_ns", where=where),
            name=name,
            block=block,
        )

    def node(
        self,
        *,
        pool: int,
        name: str,
        parent: int = -1,
        weight: float = 100.0,
        reserve: float = 0.0,
        limit: float = 0.0,
        period_ns: int = 100_000_000,
        max_running: int = 0,
        quantum_ns: int = 10_000_000,
        wake_preempts: bool = False,
        wake_bonus_ns: int = 0,
        switch_cycles: float = 0.0,
        block: str = "",
    ) -> int:
        """An inner node of the scheduling tree; the one without parent is its pool's root.

        `block` is whose controls the node carries, for live changes of weight, reserve and limit.
        """
        checked_index(pool, self._count("pool"), "pool", where=name)
        self._check_parent(pool, parent, name)
        return self._node(
            pool=pool, name=name, parent=parent, weight=weight, reserve=reserve, limit=limit, period_ns=period_ns,
            max_running=max_running, quantum_ns=quantum_ns, wake_preempts=wake_preempts,
            wake_bonus_ns=wake_bonus_ns, switch_cycles=switch_cycles, context=-1, block=block,
        )  # fmt: skip

    def context(
        self,
        *,
        vm: int,
        name: str,
        parent: int,
        leaves: int = 1,
        leaf_weight: float = 100.0,
        leaf_reserve: float = 0.0,
        leaf_limit: float = 0.0,
        leaf_period_ns: int = 100_000_000,
        leaf_quantum_ns: int = 0,
        wake_cycles: float = 0.0,
        wake_layer: Layer = Layer.VMM,
        quantum_ns: int = 0,
        refill_ns: int = 0,
        switch_cycles: float = 0.0,
        block: str = "",
        owner: str = "",
        part: str = "",
        room: int = 0,
    ) -> int:
        """A queue of CPU work served by `leaves` new leaf nodes under the node `parent`.

        `block` is whose controls the leaves carry, where controls are per virtual processor. `owner` is the block whose
        processors, processes or threads these are, `part` which of them; they may become `room` more while it runs.
        """
        checked_index(vm, self._count("vm"), "VM", where=name)
        checked_index(parent, self._count("node"), "node", where=name)
        where = f"{self._rows['vm_block'][vm]} ({name})"
        leaf_count = checked_int(leaves, "leaves", where=where)
        row = self._add(
            "context",
            vm=vm,
            wake_cycles=checked(wake_cycles, "wake_cycles", where=where),
            wake_layer=int(wake_layer),
            quantum_ns=checked_int(quantum_ns, "quantum_ns", where=where, range_name="context_quantum_ns"),
            refill_ns=checked_int(refill_ns, "refill_ns", where=where),
            name=name,
            block=owner,
            part=part,
            leaves=leaf_count,
            room=checked_int(room, "room", where=where),
        )
        pool = self._rows["node_pool"][parent]
        leaf_row = _checked_node(
            where, pool=pool, parent=parent, weight=leaf_weight, reserve=leaf_reserve, limit=leaf_limit,
            period_ns=leaf_period_ns, max_running=0,
            quantum_ns=leaf_quantum_ns or self._rows["node_quantum_ns"][parent], wake_preempts=False,
            wake_bonus_ns=0, switch_cycles=switch_cycles, context=row, block=block,
        )  # fmt: skip
        names = [f"{name}.{leaf}" for leaf in range(leaf_count)] if leaf_count > 1 else [name]
        self._rows.setdefault("node_name", []).extend(names)
        for column, value in leaf_row.items():
            self._rows.setdefault(f"node_{column}", []).extend([value] * leaf_count)
        self._counts["node"] = self._count("node") + leaf_count
        return row

    def station(
        self,
        *,
        name: str,
        servers: int = 1,
        bytes_per_s: float = 0.0,
        peer_switch_ns: int = 0,
        block: str = "",
        part: str = "",
    ) -> int:
        """A device, a serial thread or a lock: `servers` equal servers with one queue, first come first served.

        `part` is which of the block's stations it is; empty when it is the block itself.
        """
        where = f"{block} ({name})" if block else name
        return self._add(
            "station",
            servers=checked_int(servers, "servers", where=where),
            bytes_per_s=checked(bytes_per_s, "bytes_per_s", where=where),
            peer_switch_ns=checked_int(peer_switch_ns, "peer_switch_ns", where=where),
            block=block,
            name=name,
            part=part,
        )

    def vm(
        self,
        *,
        name: str,
        block: str,
        pool: int,
        stream: int,
        is_guest: bool = True,
        depends_on: Iterable[str] = (),
        cannot_start: str = "",
    ) -> int:
        """A row of the results; `stream` keys its random numbers."""
        checked_index(pool, self._count("pool"), "pool", where=block or name)
        return self._add(
            "vm",
            stream=checked_int(stream, "stream", where=block or name),
            is_guest=int(is_guest),
            pool=pool,
            block=block,
            name=name,
            depends_on=tuple(depends_on),
            cannot_start=cannot_start,
        )

    def request_class(
        self,
        *,
        vm: int,
        name: str,
        steps: Sequence[Step],
        arrivals: Arrivals,
        clients: int = 1,
        think_ns: float = 0.0,
        think_scv: float = 1.0,
        start_ns: int = 0,
        bytes: float = 0.0,
        counts: bool = True,
        trace: Sequence[tuple[int, int]] = (),
    ) -> int:
        """A kind of request and its route.

        `think_ns` is the mean think time (CLOSED), the mean gap (OPEN) or the time after which the trace repeats
        (TRACE). `trace` lists (time in ns, requests), times rising.
        """
        checked_index(vm, self._count("vm"), "VM", where=name)
        where = f"{self._rows['vm_block'][vm]} ({name})"
        first_trace = self._count("trace")
        self._add_trace(trace, where)
        first_step = self._add_steps(steps, where)
        if arrivals is Arrivals.TRACE and trace and think_ns <= trace[-1][0]:
            raise PlanError(f"trace begins again after {think_ns:g} ns, before its last time.", where=where)
        return self._add(
            "class",
            vm=vm,
            first_step=first_step,
            arrivals=int(arrivals),
            clients=checked_int(clients, "clients", where=where),
            think_ns=checked(think_ns, "think_ns", where=where, range_name=_GAP_RANGES.get(arrivals, "think_ns")),
            think_scv=checked(think_scv, "think_scv", where=where, range_name="scv"),
            start_ns=checked_int(start_ns, "start_ns", where=where),
            bytes=checked(bytes, "bytes", where=where),
            counts=int(counts),
            trace_first=first_trace,
            trace_count=len(trace),
            name=name,
        )

    def copy_class(
        self,
        index: int,
        *,
        vm: int,
        name: str,
        contexts: Mapping[int, int],
        stations: Mapping[int, int],
        classes: Mapping[int, int],
    ) -> int:
        """The same kind of request for another VM: its route with other targets where the mappings name them."""
        checked_index(index, self._count("class"), "class", where=name)
        checked_index(vm, self._count("vm"), "VM", where=name)
        others: dict[int, Mapping[int, int]] = {
            Op.CPU: contexts, Op.STATION: stations, Op.SEIZE: stations, Op.FREE: stations, Op.SPAWN: classes,
        }  # fmt: skip
        nothing: Mapping[int, int] = {}
        rows, first = self._rows, self._rows["class_first_step"][index]
        stop = rows["step_op"].index(int(Op.END), first) + 1
        kinds, targets = rows["step_op"][first:stop], rows["step_target"][first:stop]
        copied = [others.get(op, nothing).get(target, target) for op, target in zip(kinds, targets, strict=True)]
        for column in _STEP_COLUMNS:
            values = rows[f"step_{column}"]
            values.extend(copied if column == "target" else values[first:stop])
        first_step = self._count("step")
        self._counts["step"] = first_step + stop - first
        row = {column: rows[f"class_{column}"][index] for column in _CLASS_COLUMNS}
        return self._add("class", **{**row, "vm": vm, "name": name, "first_step": first_step})

    def note(self, text: str) -> None:
        """An assumption the compiler made, to be shown beside estimates and results."""
        notes = self._rows.setdefault("notes", [])
        if text not in notes:
            notes.append(text)

    @property
    def note_count(self) -> int:
        """How many notes there are so far."""
        return len(self._rows.get("notes", []))

    def build(self) -> Plan:
        """The frozen plan. Raises PlanError for what only the whole shows: a route without device, a spawn loop."""
        plan = _frozen_plan(self._rows)
        check_plan(plan)
        return plan

    def _count(self, table: str) -> int:
        return self._counts.get(table, 0)

    def _add(self, table: str, **values: Any) -> int:
        for column, value in values.items():
            self._rows.setdefault(f"{table}_{column}", []).append(value)
        index = self._count(table)
        self._counts[table] = index + 1
        return index

    def _check_parent(self, pool: int, parent: int, name: str) -> None:
        if parent == -1:
            roots = zip(self._rows.get("node_parent", []), self._rows.get("node_pool", []), strict=True)
            if (-1, pool) in list(roots):
                raise PlanError(f"pool {pool} already has a root node.", where=name)
            return
        checked_index(parent, self._count("node"), "parent node", where=name)
        if self._rows["node_context"][parent] >= 0:
            raise PlanError("the parent is a leaf.", where=name, hint="Only inner nodes carry others.")
        if self._rows["node_pool"][parent] != pool:
            raise PlanError("the parent belongs to another pool.", where=name)

    def _node(self, *, name: str, **row: Any) -> int:
        return self._add("node", name=name, **_checked_node(name, **row))

    def _add_steps(self, steps: Sequence[Step], where: str) -> int:
        """The rows of a route and its END; routes are most of a plan, so this is written for speed."""
        first = self._count("step")
        totals = {"context": self._count("context"), "station": self._count("station")}
        for step in steps:
            if not _is_plain(step, totals):
                check_step(step, totals, where=where)
        columns = [self._rows.setdefault(f"step_{column}", []) for column in _STEP_COLUMNS]
        for step in steps:
            row = (
                int(step.op), step.target, step.mean, step.scv, step.bytes, int(step.layer), step.exits, step.peer,
                step.purpose,
            )  # fmt: skip
            for column, value in zip(columns, row, strict=True):
                column.append(value)
        for column in columns:
            column.append(0)
        self._counts["step"] = first + len(steps) + 1
        return first

    def _add_trace(self, trace: Sequence[tuple[int, int]], where: str) -> None:
        previous = -1
        for time_ns, requests in trace:
            if time_ns <= previous:
                raise PlanError(f"trace time {time_ns} ns does not rise.", where=where, hint="Sort the trace by time.")
            previous = checked_int(time_ns, "trace time", where=where, range_name="ns")
            count = checked_int(requests, "trace requests", where=where, range_name="trace_requests")
            self._add("trace", time_ns=previous, requests=count)


_GAP_RANGES: Final = {Arrivals.OPEN: "gap_ns", Arrivals.TRACE: "trace_period_ns"}
_CLASS_COLUMNS: Final = tuple(
    declared.name.removeprefix("class_") for declared in fields(Plan) if declared.name.startswith("class_")
)
_STEP_COLUMNS: Final = ("op", "target", "mean", "scv", "bytes", "layer", "exits", "peer", "purpose")


def _is_plain(step: Step, totals: Mapping[str, int]) -> bool:
    """Whether a step is beyond doubt; the full check says what is wrong with one that is not."""
    table = _TARGETS.get(step.op)
    return (
        table is not None
        and 0 <= step.target < totals[table]
        and 0.0 <= step.mean <= RANGES["ns"].high
        and 0.0 <= step.scv <= RANGES["scv"].high
        and 0.0 <= step.bytes <= RANGES["bytes"].high
        and 0.0 <= step.exits <= RANGES["exits"].high
        and 0 <= step.purpose <= RANGES["purpose"].high
        and 0 <= step.peer <= RANGES["peer"].high
    )


_TARGETS: Final = {Op.CPU: "context", Op.STATION: "station", Op.SEIZE: "station", Op.FREE: "station"}


def _checked_node(where: str, **row: Any) -> dict[str, Any]:
    """The columns of a node, each of a sensible size."""
    for parameter in ("weight", "reserve", "limit", "switch_cycles"):
        row[parameter] = float(checked(row[parameter], parameter, where=where))
    for parameter in ("period_ns", "max_running", "quantum_ns", "wake_bonus_ns"):
        row[parameter] = checked_int(row[parameter], parameter, where=where)
    if 0.0 < row["limit"] < row["reserve"]:
        raise PlanError(
            f"limit ({row['limit']:g}) is below reserve ({row['reserve']:g}).",
            where=where,
            hint="Raise the limit or lower the reserve.",
        )
    if 0.0 < row["limit"] < 1e-3:
        raise PlanError(f"limit is {row['limit']:g} logical processors.", where=where, hint="Use at least 0.001.")
    row["wake_preempts"] = int(row["wake_preempts"])
    return row


_DTYPES: Final[dict[str, Any]] = {"Ints": np.int64, "Floats": np.float64}


def _frozen_plan(rows: dict[str, list[Any]]) -> Plan:
    """Columns become arrays of the type that `Plan` declares, texts become tuples."""
    columns: dict[str, Any] = {}
    for declared in fields(Plan):
        values = rows.get(declared.name, [])
        dtype = _DTYPES.get(str(declared.type))
        columns[declared.name] = tuple(values) if dtype is None else _array(values, dtype)
    return Plan(**columns)


def _array(values: list[Any], dtype: Any) -> Any:
    array = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array
