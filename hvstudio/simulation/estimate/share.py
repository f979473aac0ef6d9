"""Who gets how many processors when they are short: weighted max-min shares down the scheduling tree."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from hvstudio.simulation.estimate.demand import sum_by
from hvstudio.simulation.plan.plan import Floats, Ints, Plan


@frozen(kw_only=True, eq=False)
class ShareTree:
    """The scheduling tree prepared for repeated sharing: nodes by depth, deepest last.

    All the children of one depth are shared in one vectorised step, so a sharing costs O(depth) numpy calls.
    """

    parent: Ints
    weight: Floats
    reserve: Floats
    ceiling: Floats
    context: Ints
    levels: tuple[Ints, ...]
    pool: Ints

    def shares(self, wanted: Floats, capacity: Floats) -> tuple[Floats, Floats]:
        """[C] processors granted to, and [C] processors within reach of, contexts that want `wanted` processors [C].

        `capacity[P]` is what each pool has. Within reach is what the context would get if it wanted all it could use:
        its fair share, or what others leave, whichever is more.
        """
        asked = self._asked(wanted)
        granted, reach = np.zeros(len(self.parent)), np.zeros(len(self.parent))
        roots = self.levels[0]
        granted[roots] = np.minimum(asked[roots], capacity[self.pool[roots]])
        reach[roots] = np.minimum(self.ceiling[roots], capacity[self.pool[roots]])
        for nodes in self.levels[1:]:
            level = _fill(self, nodes, asked, reach[self.parent[nodes]])
            fair = np.maximum(level * self.weight[nodes], self.reserve[nodes])
            granted[nodes] = np.minimum(asked[nodes], fair)
            used = sum_by(self.parent[nodes], granted[nodes], len(self.parent))
            left = np.maximum(reach - used, 0.0)[self.parent[nodes]] + granted[nodes]
            reach[nodes] = np.minimum(self.ceiling[nodes], np.maximum(fair, left))
        leaves = self.context >= 0
        count = len(wanted)
        return (
            sum_by(self.context[leaves], granted[leaves], count),
            sum_by(self.context[leaves], reach[leaves], count),
        )

    def _asked(self, wanted: Floats) -> Floats:
        """[N] what each node asks for: leaves split what their context wants, parents sum up to their ceiling."""
        leaf = self.context >= 0
        count = np.bincount(self.context[leaf], minlength=len(wanted))
        asked = np.zeros(len(self.parent))
        asked[leaf] = (wanted / np.maximum(count, 1))[self.context[leaf]]
        asked = np.minimum(asked, self.ceiling)
        for nodes in reversed(self.levels[1:]):
            asked += sum_by(self.parent[nodes], asked[nodes], len(self.parent))
            asked = np.minimum(asked, self.ceiling)
        return asked


def share_tree(plan: Plan) -> ShareTree:
    """Prepare a plan's scheduling tree."""
    depth = np.zeros(len(plan.node_parent), dtype=np.int64)
    for node, parent in enumerate(plan.node_parent):
        depth[node] = 0 if parent < 0 else depth[parent] + 1
    is_leaf = plan.node_context >= 0
    processors = plan.pool_processors[plan.node_pool].astype(np.float64)
    ceiling = np.where(is_leaf, 1.0, processors)
    ceiling = np.where(plan.node_limit > 0, np.minimum(ceiling, plan.node_limit), ceiling)
    ceiling = np.where(plan.node_max_running > 0, np.minimum(ceiling, plan.node_max_running), ceiling)
    levels = tuple(np.flatnonzero(depth == level) for level in range(int(depth.max(initial=0)) + 1))
    return ShareTree(
        parent=plan.node_parent,
        weight=plan.node_weight,
        reserve=plan.node_reserve,
        ceiling=ceiling,
        context=plan.node_context,
        levels=levels,
        pool=plan.node_pool,
    )


def _fill(tree: ShareTree, nodes: Ints, asked: Floats, available: Floats) -> Floats:
    """The water level (processors per unit of weight) of each node's family, all families at once.

    A node takes `level * weight`, but at least its reserve and at most what it asks for. What a family takes grows
    with the level in straight pieces that bend where a node leaves its reserve or is satisfied; the level is found on
    the piece that reaches what the family has.
    """
    parents, family = np.unique(tree.parent[nodes], return_inverse=True)
    capacity = np.zeros(len(parents))
    capacity[family] = available
    weight, want = np.maximum(tree.weight[nodes], 1e-12), asked[nodes]
    floor = np.minimum(tree.reserve[nodes], want)
    bend = np.concatenate([floor / weight, want / weight])
    slope = np.concatenate([weight, -weight])
    owner = np.concatenate([family, family])
    order = np.lexsort((bend, owner))
    bend, slope, owner = bend[order], slope[order], owner[order]
    first = np.searchsorted(owner, np.arange(len(parents)))
    steepness = np.cumsum(slope)
    steepness -= np.concatenate([[0.0], steepness])[first][owner]
    rise = np.zeros(len(bend))
    rise[1:] = np.where(owner[1:] == owner[:-1], steepness[:-1] * (bend[1:] - bend[:-1]), 0.0)
    taken = np.cumsum(rise)
    taken += sum_by(family, floor, len(parents))[owner] - taken[first][owner]
    reached = sum_by(owner, (taken <= capacity[owner] * (1 + 1e-12)).astype(np.float64), len(parents)).astype(np.int64)
    piece = first + np.maximum(reached - 1, 0)
    slack = np.maximum(capacity - taken[piece], 0.0)
    onward = np.where(steepness[piece] > 1e-9, slack / np.maximum(steepness[piece], 1e-9), 0.0)
    # Where everybody is satisfied the level is as high as the whole family could use.
    satisfied = steepness[piece] <= 1e-9
    level = bend[piece] + onward
    return np.where(satisfied, np.maximum(level, capacity / np.bincount(family, weights=weight)), level)[family]
