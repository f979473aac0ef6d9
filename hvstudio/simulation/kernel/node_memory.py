"""The scheduling tree laid out for the kernel, with everything that is inherited down the tree worked out."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hvstudio.simulation.kernel.codes import NEVER, LeafState
from hvstudio.simulation.kernel.records import RECORDS
from hvstudio.simulation.plan.plan import Layer, Op, Plan

Array = NDArray[Any]

# Budget periods of different nodes begin at different times, spread by the golden ratio, as those of VMs that were
# started at different times do.
_SPREAD: Final = 0.6180339887498949


def node_rows(plan: Plan) -> tuple[Array, Array]:
    """The nodes, and the room for the heaps of their children.

    Behind the plan's nodes come the leaves that may join their context while it runs, withdrawn at first.
    """
    rows = np.zeros(len(plan.node_parent), dtype=RECORDS["Node"])
    for name in ("parent", "pool", "context", "max_running", "switch_ns"):
        rows[name] = getattr(plan, f"node_{name}") if name != "switch_ns" else _switch_ns(plan)
    rows["period"] = plan.node_period_ns
    rows["period_index"] = -1
    rows["position"] = rows["token"] = rows["last_processor"] = rows["processor"] = rows["next_idle"] = -1
    rows["rank"] = NEVER  # no reserve is due
    rows["full"] = np.rint(plan.node_limit * plan.node_period_ns)
    rows["reserve"] = np.rint(plan.node_reserve * plan.node_period_ns)
    rows["vm"] = _whose_readiness(plan)
    rows["inverse_weight"] = mean_sibling_weight(plan) / plan.node_weight
    _inherit(plan, rows)
    rows = rows[node_origins(plan)]
    rows["state"][len(plan.node_parent) :] = LeafState.WITHDRAWN
    rows["phase"] = np.floor((np.arange(len(rows)) * _SPREAD) % 1.0 * rows["period"])
    return rows, _child_room(rows)


def node_origins(plan: Plan) -> Array:
    """For each node in memory the plan's node that it is; for a leaf that may join, the first leaf of its context."""
    leaves = np.flatnonzero(plan.node_context >= 0)
    contexts, firsts = np.unique(plan.node_context[leaves], return_index=True)
    joining = np.repeat(leaves[firsts], plan.context_room[contexts])
    return np.concatenate([np.arange(len(plan.node_parent)), joining])


def are_virtual_processors(plan: Plan) -> Array:
    """For each context, whether its leaves are its VM's processors rather than threads that serve it (I/O, services).

    They are where guest work is done; of a host's own load, every context is.
    """
    guest = (plan.step_op == Op.CPU) & (plan.step_layer <= Layer.GUEST_KERNEL)
    found = plan.vm_is_guest[plan.context_vm] == 0
    found[plan.step_target[guest]] = True
    return found


def _whose_readiness(plan: Plan) -> Array:
    """For each node, the VM whose ready time grows while it waits, or -1."""
    owners = np.full(len(plan.node_parent), -1, dtype=np.int64)
    leaves = np.flatnonzero(plan.node_context >= 0)
    contexts = plan.node_context[leaves]
    owners[leaves] = np.where(are_virtual_processors(plan)[contexts], plan.context_vm[contexts], -1)
    return owners


def mean_sibling_weight(plan: Plan) -> Array:
    """The mean weight of each node and its siblings: virtual time runs at the pace of an average sibling."""
    family = plan.node_parent + 1
    total = np.bincount(family, weights=plan.node_weight, minlength=len(plan.node_parent) + 1)
    number = np.bincount(family, minlength=len(plan.node_parent) + 1)
    return total[family] / number[family]


def _switch_ns(plan: Plan) -> Array:
    return np.rint(plan.node_switch_cycles / plan.pool_clock_hz[plan.node_pool] * 1e9)


def _inherit(plan: Plan, rows: Array) -> None:
    """Level by level: depth, the smallest quantum, whether wakers preempt, the largest bonus, whether budgets count."""
    rows["quantum"] = plan.node_quantum_ns
    rows["preempts"] = plan.node_wake_preempts
    rows["bonus"] = plan.node_wake_bonus_ns
    rows["special"] = (plan.node_limit > 0) | (plan.node_reserve > 0) | (plan.node_max_running > 0)
    level = np.flatnonzero(plan.node_parent < 0)
    while len(level):
        is_below = np.isin(plan.node_parent, level)
        level = np.flatnonzero(is_below)
        above = plan.node_parent[level]
        rows["depth"][level] = rows["depth"][above] + 1
        rows["quantum"][level] = np.minimum(rows["quantum"][level], rows["quantum"][above])
        for name in ("preempts", "bonus", "special"):
            rows[name][level] = np.maximum(rows[name][level], rows[name][above])


def _child_room(rows: Array) -> Array:
    number = np.bincount(rows["parent"] + 1, minlength=len(rows) + 1)[1:]
    rows["child_base"] = np.cumsum(number) - number
    return np.zeros(len(rows) + 1, dtype=np.int32)
