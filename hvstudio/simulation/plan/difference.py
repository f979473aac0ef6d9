"""What turns a running plan into another one: messages, and what no message can change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from hvstudio.simulation.plan.correspondence import NOWHERE, Correspondence, corresponding
from hvstudio.simulation.plan.messages import RunMessage, SetControls, SetWorkload
from hvstudio.simulation.plan.plan import Arrivals, Ints, Plan, are_threads, most_leaves
from hvstudio.simulation.plan.structure import structural_changes

Flags = NDArray[np.bool_]

_CONTROLS = ("node_weight", "node_reserve", "node_limit")
_ARRIVALS = ("class_clients", "class_think_ns")
_THREADS = ("context_leaves",)


@frozen(kw_only=True, eq=False)
class Difference:
    """`messages` change what a run can change; `needs_new_run` are sentences about the rest, each naming a block.

    `reached` is the plan that the run follows once it has obeyed: the later plan where everything could be changed,
    else the earlier one with what could. The next difference is taken from it.
    """

    messages: tuple[RunMessage, ...]
    needs_new_run: tuple[str, ...]
    reached: Plan


def difference(before: Plan, after: Plan) -> Difference:
    """What leads a run that follows `before` to `after`.

    Names, notes and the numbers of random streams do not matter. Complexity: linear in the plans.
    """
    rows = corresponding(before, after)
    nodes, classes = _controlled(before, after, rows), _regulated(before, after, rows)
    contexts = _rethreaded(before, after, rows)
    return Difference(
        messages=(
            *_controls(before, after, rows, nodes),
            *_workloads(before, after, rows, classes),
            *_threads(after, contexts),
        ),
        needs_new_run=structural_changes(before, after, rows),
        reached=_reached(before, after, rows, nodes=nodes, classes=classes, contexts=contexts),
    )


def _controlled(before: Plan, after: Plan, rows: Correspondence) -> Ints:
    """Nodes of `after` whose controls are other ones than in the run, and can be changed there."""
    own = np.array([bool(block) for block in after.node_block], dtype=bool)
    return np.flatnonzero(own & _differs(before, after, rows.nodes, _CONTROLS))


def _regulated(before: Plan, after: Plan, rows: Correspondence) -> Ints:
    """Classes of `after` whose clients, think time or rate are other ones than in the run, and can be changed there."""
    is_kind = np.isin(after.class_arrivals, (Arrivals.CLOSED, Arrivals.OPEN))
    stays = ~_differs(before, after, rows.classes, ("class_arrivals",))
    return np.flatnonzero(is_kind & stays & _differs(before, after, rows.classes, _ARRIVALS))


def _rethreaded(before: Plan, after: Plan, rows: Correspondence) -> Ints:
    """Contexts of `after` whose workload has another number of threads than in the run, and can be given it there."""
    changed = _differs(before, after, rows.contexts, _THREADS) & are_threads(after)
    there = np.flatnonzero(changed)
    return there[after.context_leaves[there] <= most_leaves(before)[rows.contexts[there]]]


def _controls(before: Plan, after: Plan, rows: Correspondence, nodes: Ints) -> Iterator[SetControls]:
    """One message for each block: all nodes that carry the controls of a block have the same ones."""
    told: set[str] = set()
    for node in map(int, nodes):
        block, old = after.node_block[node], int(rows.nodes[node])
        if block in told:
            continue
        told.add(block)
        values = {
            column.removeprefix("node_"): float(getattr(after, column)[node])
            for column in _CONTROLS
            if getattr(after, column)[node] != getattr(before, column)[old]
        }
        yield SetControls(block, **values)


def _workloads(before: Plan, after: Plan, rows: Correspondence, classes: Ints) -> Iterator[SetWorkload]:
    for index in map(int, classes):
        name, old = after.class_name[index], int(rows.classes[index])
        gap_ns = float(after.class_think_ns[index])
        clients = int(after.class_clients[index])
        has_other_gap = gap_ns != before.class_think_ns[old]
        if after.class_arrivals[index] == Arrivals.OPEN:
            if has_other_gap:
                yield SetWorkload(name, rate_per_s=1e9 / gap_ns)
        else:
            yield SetWorkload(
                name,
                clients=clients if clients != before.class_clients[old] else None,
                think_s=gap_ns * 1e-9 if has_other_gap else None,
            )


def _threads(after: Plan, contexts: Ints) -> Iterator[SetWorkload]:
    for context in map(int, contexts):
        yield SetWorkload(after.context_block[context], threads=int(after.context_leaves[context]))


def _reached(before: Plan, after: Plan, rows: Correspondence, *, nodes: Ints, classes: Ints, contexts: Ints) -> Plan:
    changes = (
        (_CONTROLS, rows.nodes[nodes], nodes),
        (_ARRIVALS, rows.classes[classes], classes),
        (_THREADS, rows.contexts[contexts], contexts),
    )
    changed: dict[str, NDArray[np.generic]] = {}
    for columns, mine, theirs in changes:
        for column in columns if len(mine) else ():
            values = getattr(before, column).copy()
            values[mine] = getattr(after, column)[theirs]
            values.flags.writeable = False
            changed[column] = values
    return evolve(before, **changed) if changed else before


def _differs(before: Plan, after: Plan, mine: Ints, columns: Sequence[str]) -> Flags:
    """[rows of after] whether any of the columns holds another value in the corresponding row; not where none is."""
    there = mine != NOWHERE
    old = np.where(there, mine, 0)
    found = np.zeros(len(mine), dtype=bool)
    if there.any():
        for column in columns:
            found |= getattr(before, column)[old] != getattr(after, column)
    return found & there
