"""What of a plan is laid down when a run begins: where two plans differ in that, and whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from hvstudio.simulation.plan.correspondence import NOWHERE, Correspondence
from hvstudio.simulation.plan.plan import Arrivals, Ints, Op, Plan, are_threads, most_leaves

Flags = NDArray[np.bool_]


@frozen(kw_only=True)
class _Table:
    """One table of a plan: plain columns, columns that are rows of another table, and columns of texts."""

    name: str
    prefix: str
    plain: tuple[str, ...]
    rows_of: tuple[tuple[str, str], ...] = ()
    texts: tuple[str, ...] = ()


_TABLES: Final = (
    _Table(
        name="pools",
        prefix="pool",
        plain=("processors", "threads_per_core", "clock_hz", "smt_yield", "idle_exit_ns"),
    ),
    _Table(
        name="vms", prefix="vm", plain=("is_guest",), rows_of=(("pool", "pools"),), texts=("depends_on", "cannot_start")
    ),
    _Table(
        name="nodes",
        prefix="node",
        plain=("period_ns", "max_running", "quantum_ns", "wake_preempts", "wake_bonus_ns", "switch_cycles"),
        rows_of=(("parent", "nodes"), ("pool", "pools"), ("context", "contexts")),
        texts=("block",),
    ),
    _Table(
        name="contexts",
        prefix="context",
        plain=("wake_cycles", "wake_layer", "quantum_ns", "refill_ns"),
        rows_of=(("vm", "vms"),),
    ),
    _Table(name="stations", prefix="station", plain=("servers", "bytes_per_s", "peer_switch_ns")),
    _Table(
        name="classes",
        prefix="class",
        plain=("arrivals", "think_scv", "start_ns", "bytes", "counts", "trace_count"),
        rows_of=(("vm", "vms"),),
    ),
)
_ROUTE: Final = ("op", "mean", "scv", "bytes", "layer", "exits", "purpose")


def structural_changes(before: Plan, after: Plan, rows: Correspondence) -> tuple[str, ...]:
    """A sentence for each host, VM or device that differs in what no message can change. Empty when none does."""
    found: dict[str, None] = {}
    called = dict(zip((*after.vm_block, *after.pool_block), (*after.vm_name, *after.pool_name), strict=True))
    for table in _TABLES:
        mine: Ints = getattr(rows, table.name)
        gone = _rows_to_judge(before, table, np.setdiff1d(np.arange(_size(before, table)), mine))
        found.update((f"{name} is gone or has lost a part", None) for name in _names(before, table, gone, called))
        new = _rows_to_judge(after, table, np.flatnonzero(mine == NOWHERE))
        found.update((f"{name} is new or has a new part", None) for name in _names(after, table, new, called))
        changed = _changed(before, after, rows, table)
        if table.name == "nodes":
            changed |= _changed_shares(before, after, mine)
        elif table.name == "contexts":
            changed |= _changed_threads(before, after, mine)
        elif table.name == "classes":
            changed |= _changed_traces(before, after, mine) | _changed_routes(before, after, rows)
        names = _names(after, table, np.flatnonzero(changed).tolist(), called)
        found.update((f"{name} is made or works differently", None) for name in names)
    return tuple(f"{what}: this needs a new run." for what in found)


def _rows_to_judge(plan: Plan, table: _Table, rows: Ints) -> list[int]:
    """All but the leaves that are threads of workloads: their number is judged by context."""
    if table.name != "nodes" or not len(rows):
        return rows.tolist()
    return rows[~np.append(are_threads(plan), False)[plan.node_context[rows]]].tolist()


def _changed_threads(before: Plan, after: Plan, mine: Ints) -> Flags:
    """Contexts of workloads with more threads than the run has room for."""
    found = are_threads(after) & (mine != NOWHERE)
    rows = np.flatnonzero(found)
    found[rows] = after.context_leaves[rows] > most_leaves(before)[mine[rows]]
    return found


def _size(plan: Plan, table: _Table) -> int:
    return len(getattr(plan, f"{table.prefix}_{table.plain[0]}"))


def _names(plan: Plan, table: _Table, rows: Iterable[int], called: Mapping[str, str]) -> Iterator[str]:
    """Whose the rows are, as people call it; contexts, their leaves and requests are their VM's."""
    for row in rows:
        if table.name in ("pools", "vms", "stations"):
            blocks: tuple[str, ...] = getattr(plan, f"{table.prefix}_block")
            names: tuple[str, ...] = getattr(plan, f"{table.prefix}_name")
            yield called.get(blocks[row], names[row])
        elif table.name == "nodes" and plan.node_context[row] < 0:
            yield called.get(plan.node_block[row], plan.node_name[row])
        else:
            context = int(plan.node_context[row]) if table.name == "nodes" else row
            vm = int(plan.class_vm[row] if table.name == "classes" else plan.context_vm[context])
            yield called.get(plan.vm_block[vm], plan.vm_name[vm])


def _changed(before: Plan, after: Plan, rows: Correspondence, table: _Table) -> Flags:
    """[rows of after] whether a corresponding row holds something else."""
    mine: Ints = getattr(rows, table.name)
    there = mine != NOWHERE
    found = np.zeros(len(mine), dtype=bool)
    if not there.any():
        return found
    old = np.where(there, mine, 0)
    for column in table.plain:
        name = f"{table.prefix}_{column}"
        found |= getattr(before, name)[old] != getattr(after, name)
    for column, other in table.rows_of:
        name = f"{table.prefix}_{column}"
        found |= getattr(before, name)[old] != _as_before(getattr(after, name), getattr(rows, other))
    for column in table.texts:
        earlier, later = (getattr(plan, f"{table.prefix}_{column}") for plan in (before, after))
        if earlier != later:
            found |= np.array([earlier[i] != text for i, text in zip(old.tolist(), later, strict=True)], dtype=bool)
    return found & there


def _as_before(rows: Ints, mine: Ints) -> Ints:
    """Rows of the later plan as those of the earlier one; -1, which means none, stays."""
    return np.append(mine, -1)[rows]


def _changed_shares(before: Plan, after: Plan, mine: Ints) -> Flags:
    """Nodes that carry no block's controls, and so hear of no change, but have other ones."""
    nobody = np.array([not block for block in after.node_block], dtype=bool) & (mine != NOWHERE)
    old = np.where(nobody, mine, 0)
    found = np.zeros(len(mine), dtype=bool)
    for column in ("node_weight", "node_reserve", "node_limit"):
        found |= nobody & (getattr(before, column)[old] != getattr(after, column))
    return found


def _changed_traces(before: Plan, after: Plan, mine: Ints) -> Flags:
    """Classes whose trace has other entries, or begins again after another time."""
    found = np.zeros(len(mine), dtype=bool)
    for index in np.flatnonzero((after.class_arrivals == Arrivals.TRACE) & (mine != NOWHERE)).tolist():
        pair = ((before, int(mine[index])), (after, index))
        earlier, later = (
            (
                plan.class_think_ns[row],
                *_entries(plan, row, plan.trace_time_ns),
                *_entries(plan, row, plan.trace_requests),
            )
            for plan, row in pair
        )
        found[index] = earlier != later
    return found


def _entries(plan: Plan, row: int, column: Ints) -> list[int]:
    first = int(plan.class_trace_first[row])
    return column[first : first + int(plan.class_trace_count[row])].tolist()


def _changed_routes(before: Plan, after: Plan, rows: Correspondence) -> Flags:
    """Classes whose requests take another way or need something else on it."""
    mine = rows.classes
    found = np.zeros(len(mine), dtype=bool)
    pairs = np.flatnonzero(mine != NOWHERE)
    if not len(pairs):
        return found
    firsts = before.class_first_step[mine[pairs]], after.class_first_step[pairs]
    earlier, later = _lengths(before, firsts[0]), _lengths(after, firsts[1])
    found[pairs] = earlier != later
    alike = np.flatnonzero(earlier == later)
    lengths = earlier[alike]
    owner = np.repeat(pairs[alike], lengths)
    within = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    old, new = (np.repeat(first[alike], lengths) + within for first in firsts)
    differs = before.step_target[old] != _targets_as_before(after, rows)[new]
    for column in _ROUTE:
        differs |= getattr(before, f"step_{column}")[old] != getattr(after, f"step_{column}")[new]
    found[owner[differs]] = True
    return found


def _lengths(plan: Plan, firsts: Ints) -> Ints:
    ends = np.flatnonzero(plan.step_op == Op.END)
    return ends[np.searchsorted(ends, firsts)] - firsts


def _targets_as_before(after: Plan, rows: Correspondence) -> Ints:
    targets = after.step_target.copy()
    tables = {Op.CPU: rows.contexts, Op.STATION: rows.stations, Op.SEIZE: rows.stations, Op.FREE: rows.stations,
              Op.SPAWN: rows.classes}  # fmt: skip
    for op, mine in tables.items():
        steps = np.flatnonzero(after.step_op == op)
        targets[steps] = _as_before(targets[steps], mine)
    return targets
