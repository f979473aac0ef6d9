"""Which rows of two plans stand for the same thing: found by what identifies them, not by where they stand."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

import numpy as np
from attrs import frozen

from hvstudio.simulation.plan.plan import Arrivals, Ints, Plan

NOWHERE = -2
"""The other plan has no such row. (-1 is what a plan itself calls none.)"""


@frozen(kw_only=True, eq=False)
class Correspondence:
    """For each row of the later plan, by table: the row of the earlier plan that it corresponds to, or NOWHERE."""

    pools: Ints
    vms: Ints
    nodes: Ints
    contexts: Ints
    stations: Ints
    classes: Ints


def corresponding(before: Plan, after: Plan) -> Correspondence:
    """How the rows correspond.

    Pools and VMs are known by their block, contexts and stations by block and part, request classes by VM and workload,
    nodes by what they are below and whose controls they carry; what these leave open, by order. O(rows).
    """
    pools = _same(before.pool_block, after.pool_block)
    contexts = _same(_context_keys(before), _context_keys(after))
    return Correspondence(
        pools=pools,
        vms=_same(before.vm_block, after.vm_block),
        nodes=_nodes(before, after, contexts, pools),
        contexts=contexts,
        stations=_same(_station_keys(before), _station_keys(after)),
        classes=_same(_class_keys(before), _class_keys(after)),
    )


def _context_keys(plan: Plan) -> list[Hashable]:
    rows = zip(plan.context_vm.tolist(), plan.context_block, plan.context_part, strict=True)
    return [(plan.vm_block[vm], block, part) for vm, block, part in rows]


def _station_keys(plan: Plan) -> list[Hashable]:
    return list(zip(plan.station_block, plan.station_part, strict=True))


def _class_keys(plan: Plan) -> list[Hashable]:
    """The names of spawned classes are for people: they hold names of blocks."""
    rows = zip(plan.class_vm.tolist(), plan.class_name, plan.class_arrivals.tolist(), strict=True)
    return [(plan.vm_block[vm], "" if arrivals == Arrivals.NONE else name) for vm, name, arrivals in rows]


def _same(before: Sequence[Hashable], after: Sequence[Hashable]) -> Ints:
    """The n-th row with a key corresponds to the n-th one with that key."""
    if before == after:
        return np.arange(len(after))
    places = {key: row for row, key in enumerate(_numbered(before))}
    return np.array([places.get(key, NOWHERE) for key in _numbered(after)], dtype=np.int64)


def _numbered(keys: Sequence[Hashable]) -> list[tuple[Hashable, int]]:
    seen: dict[Hashable, int] = {}
    found: list[tuple[Hashable, int]] = []
    for key in keys:
        number = seen.get(key, 0)
        seen[key] = number + 1
        found.append((key, number))
    return found


def _nodes(before: Plan, after: Plan, contexts: Ints, pools: Ints) -> Ints:
    """From the roots up, as parents come before children."""
    places = {key: row for row, key in enumerate(_numbered([_node_key(*row) for row in _node_rows(before)]))}
    served = [*contexts.tolist(), -1]  # -1 of an inner node is the last
    found: list[int] = []
    seen: dict[Hashable, int] = {}
    for parent, pool, context, block in _node_rows(after):
        key = _node_key(found[parent] if parent >= 0 else -1, int(pools[pool]), served[context], block)
        number = seen.get(key, 0)
        seen[key] = number + 1
        found.append(places.get((key, number), NOWHERE))
    return np.array(found, dtype=np.int64)


def _node_rows(plan: Plan) -> Iterator[tuple[int, int, int, str]]:
    return zip(
        plan.node_parent.tolist(), plan.node_pool.tolist(), plan.node_context.tolist(), plan.node_block, strict=True
    )


def _node_key(parent: int, pool: int, context: int, block: str) -> Hashable:
    """A leaf is known by the context that it serves, another node by what it is below and its block."""
    if context != -1:
        return (context,)
    return (parent, pool if parent == -1 else -1, block)
