"""A plan as a queueing network, solved approximately.

Method: multi-class approximate mean-value analysis (Schweitzer's fixed point) for closed classes, mixed with open
ones; several servers by Sakasegawa's formula; processors granted by weighted max-min shares of the scheduling
tree; asymptotic bounds beside the estimate. Sources: Bard 1979; Schweitzer 1979; Sakasegawa 1977; Lazowska, Zahorjan,
Graham and Sevcik, "Quantitative System Performance" 1984, ch. 5, 7, 8.
"""

from __future__ import annotations

from math import erf, exp, pi, sqrt

import numpy as np
from attrs import frozen

from hvstudio.simulation.estimate.demand import ResourceDemand, context_pools, demands, generates, sum_by
from hvstudio.simulation.estimate.share import ShareTree, share_tree
from hvstudio.simulation.plan.plan import Floats, Ints, Plan

_ITERATIONS = 300
_TOLERANCE = 1e-3
"""Of the way still to go: a change is judged by the part of the way that a step makes."""
_CONTENT, _GREEDY = 0.97, 0.998
"""A context that uses more than the second part of what it is granted would use more; below the first, it would not."""
_LEAST_STEP = 0.02
"""Grants move by ever smaller parts of the way, so that contexts that crowd each other out come to rest."""
_FULL = 0.999
"""Open arrivals are let in up to this utilisation."""


@frozen(kw_only=True, eq=False)
class Solution:
    """[K] throughput and response time per class, [R] utilisation per resource, [P] busy processors."""

    throughput: Floats
    response: Floats
    utilisation: Floats
    busy: Floats


class Network:
    """The plan as resources and demands, and the fixed point over them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.demand: ResourceDemand = demands(plan)
        self.tree: ShareTree = share_tree(plan)
        self.customers, self.rates = generates(plan)
        self.pools: Ints = context_pools(plan)
        self.contexts = len(plan.context_vm)
        leaves = plan.node_context[plan.node_context >= 0]
        self.leaf_count: Floats = np.bincount(leaves, minlength=self.contexts).astype(np.float64)
        self.servers: Floats = np.concatenate([self.leaf_count, plan.station_servers.astype(np.float64)])
        cores = plan.pool_processors / np.maximum(plan.pool_threads_per_core, 1)
        self.capacity: Floats = cores * np.where(plan.pool_threads_per_core > 1, plan.pool_smt_yield, 1.0)
        self.think_s: Floats = np.where(self.customers > 0, plan.class_think_ns * 1e-9, 0.0)
        self.held_queue: Floats = np.zeros(len(self.demand.held_class))
        wake_s = plan.context_wake_cycles / plan.pool_clock_hz[self.pools] if self.contexts else np.zeros(0)
        on_context = self.demand.row_resource < self.contexts
        which = np.where(on_context, self.demand.row_resource, 0)
        self.row_wake_s: Floats = (
            np.where(on_context, wake_s[which], 0.0) * self.demand.row_visits
            if self.contexts
            else np.zeros(len(self.demand.row_class))
        )
        idle_exit = plan.pool_idle_exit_ns[self.pools[which]] * 1e-9 if self.contexts else np.zeros(1)
        self.row_idle_exit_s: Floats = np.where(on_context, idle_exit, 0.0) * self.demand.row_visits
        self.residual = self._residual()
        self.population: Floats = sum_by(
            self.demand.row_resource, self.customers[self.demand.row_class].astype(np.float64), len(self.servers)
        )
        self.granted: Floats = self.leaf_count.copy()
        self.step = 0.5
        self.occupied: Floats = np.zeros(len(self.capacity))
        self.speed: Floats = np.ones(len(self.capacity))
        self.throughput = self._first_guess()
        self.response: Floats = np.zeros(len(self.customers))
        self.queue_row: Floats = np.zeros(len(self.demand.row_class))
        self.utilisation: Floats = np.zeros(len(self.servers))

    def solve(self) -> Solution:
        """Iterate throughput, queues and processor shares together until they agree."""
        for _ in range(_ITERATIONS):
            before = self.throughput
            self._relax()
            if (
                np.max(np.abs(self.throughput - before) / np.maximum(before, 1e-9), initial=0.0)
                < _TOLERANCE * self.step
            ):
                break
        servers, speed = self._servers()
        resource = self.demand.row_resource
        service = self.demand.row_seconds / speed[resource]
        cut = np.maximum(self._overflow(self.throughput, service, servers), 1.0)
        throughput = self.throughput / cut
        in_full = self.customers / np.maximum(throughput, 1e-12) - self.think_s
        use = np.minimum(self._use(), servers * speed)
        return Solution(
            throughput=throughput,
            response=np.where((self.customers > 0) & (cut > 1.0), in_full, self.response),
            utilisation=np.minimum(use / np.maximum(servers * speed, 1e-12), 1.0),
            busy=sum_by(self.pools, use[: self.contexts], len(self.capacity)),
        )

    def _relax(self) -> None:
        """One step of the fixed point."""
        demand, resources = self.demand, len(self.servers)
        owner, resource = demand.row_class, demand.row_resource
        idle = np.clip(1.0 - self.utilisation, 0.0, 1.0)[resource]
        servers, speed = self._servers()
        service = (demand.row_seconds + self.row_wake_s * idle) / speed[resource]
        waiting = self._waiting(service, servers)
        residence = service + waiting + self.row_idle_exit_s * idle
        wait_for_held = self._held_wait(residence)
        self.response = sum_by(owner, residence, len(self.customers)) + demand.delay_s + wait_for_held
        self.throughput = 0.5 * (self.throughput + self._throughput(service, servers))
        self.queue_row = self.throughput[owner] * waiting
        use = sum_by(resource, self.throughput[owner] * service * speed[resource], resources)
        self.utilisation = np.minimum(use / np.maximum(servers * speed, 1e-12), 1.0)
        self.granted += self.step * (self._grant(use[: self.contexts]) - self.granted)
        self.step = max(0.9 * self.step, _LEAST_STEP)
        self._share_cores(sum_by(self.pools, use[: self.contexts], len(self.capacity)))

    def _waiting(self, service: Floats, servers: Floats) -> Floats:
        """[rows] waiting seconds of one request, from the state of the last step.

        A request waits for those already waiting and, if all servers are busy, for the first of them to end. What it
        sees is the network without itself (arrival theorem, Schweitzer). All of m servers are busy with probability
        U ** (sqrt(2 (m + 1)) - 1), Sakasegawa 1977; where customers are no more than servers, only open arrivals delay.
        """
        owner, resource = self.demand.row_class, self.demand.row_resource
        closed = self.customers[owner] > 0
        count = np.maximum(self.customers[owner], 1)
        use_row = self.throughput[owner] * service / servers[resource]
        open_use = sum_by(resource, np.where(closed, 0.0, use_row), len(servers))
        free = np.maximum(1.0 - open_use, 1.0 - _FULL)[resource]
        queue = sum_by(resource, np.where(closed, self.queue_row, 0.0), len(servers))
        ahead = np.maximum(queue[resource] - np.where(closed, self.queue_row / count, 0.0), 0.0)
        use = sum_by(resource, use_row, len(servers))[resource] - np.where(closed, use_row / count, 0.0)
        all_busy = np.clip(use, 0.0, 1.0) ** (np.sqrt(2.0 * (servers[resource] + 1.0)) - 1.0)
        first_end = all_busy * (1.0 - self.residual[resource])
        by_others = np.minimum(open_use[resource] / np.maximum(use, 1e-12), 1.0)
        crowded = np.where(self.population[resource] > servers[resource], 1.0, by_others)
        return service / servers[resource] * (ahead + first_end) / free * crowded

    def _use(self) -> Floats:
        """[R] servers' worth of work done at full speed."""
        rows = self.throughput[self.demand.row_class] * self.demand.row_seconds
        return sum_by(self.demand.row_resource, rows, len(self.servers))

    def _first_guess(self) -> Floats:
        unloaded = sum_by(self.demand.row_class, self.demand.row_seconds, len(self.customers)) + self.demand.delay_s
        total = np.maximum(self.think_s + unloaded, 1e-12)
        return np.where(self.customers > 0, 0.3 * self.customers / total, self.rates)

    def _residual(self) -> Floats:
        """[R] by how much the request found in service is nearer to its end than a whole service: (1 - scv) / 2.

        Source: mean residual service (Pollaczek-Khinchine; Reiser 1979 for closed networks). Contexts that share
        their processors in quanta among requests count as exponential.
        """
        resources = len(self.servers)
        load = sum_by(self.demand.row_resource, self.demand.row_seconds, resources)
        scv = sum_by(self.demand.row_resource, self.demand.row_seconds * self.demand.row_scv, resources)
        mixed = np.where(load > 0, scv / np.where(load > 0, load, 1.0), 1.0)
        shared = np.concatenate([self.plan.context_quantum_ns > 0, np.zeros(len(self.plan.station_servers), bool)])
        return np.where(shared, 0.0, (1.0 - mixed) / 2)

    def _servers(self) -> tuple[Floats, Floats]:
        """[R] servers and [R] their speed: a context granted 1.5 processors is 1.5 servers, 0.3 is one at 0.3."""
        full = self.speed[self.pools]
        cpu = np.maximum(np.minimum(self.granted, self.leaf_count * full), 1e-9)
        stations = self.servers[self.contexts :]
        servers = np.concatenate([np.maximum(cpu / full, 1.0), stations])
        return servers, np.concatenate([np.minimum(cpu, full), np.ones(len(stations))])

    def _share_cores(self, work: Floats) -> None:
        """Follow [P] work, in processors at full speed, with how many threads are busy and how fast each one is.

        A thread beyond one per core adds only `smt_yield - 1`. How many are beyond, on average, follows from busy
        threads varying like a normal variable around their mean; they prefer idle cores, as the kernel places them.
        """
        plan = self.plan
        for pool, per_core in enumerate(plan.pool_threads_per_core):
            if per_core < 2:
                continue
            threads = float(plan.pool_processors[pool])
            lost = 1.0 - (float(plan.pool_smt_yield[pool]) - 1.0) / (float(per_core) - 1.0)
            beyond = _mean_excess(float(self.occupied[pool]), threads, threads / float(per_core))
            busy = min(float(work[pool]) + lost * beyond, threads)
            self.occupied[pool] = 0.5 * (self.occupied[pool] + busy)
            self.speed[pool] = min(1.0, float(work[pool]) / busy) if busy > 0 else 1.0

    def _grant(self, use: Floats) -> Floats:
        """[C] processors within reach of every context, given what each uses now.

        A context that uses nearly all it is granted would use more if it could: it competes for all it can use. The
        passage between the two is gradual, so that the fixed point does not jump to and fro.
        """
        granted = np.minimum(self.granted, self.leaf_count * self.speed[self.pools])
        greed = np.clip((use / np.maximum(granted, 1e-12) - _CONTENT) / (_GREEDY - _CONTENT), 0.0, 1.0)
        wanted = use + greed * np.maximum(self.leaf_count - use, 0.0)
        share, reach = self.tree.shares(wanted, self.capacity)
        return greed * share + (1.0 - greed) * reach

    def _throughput(self, service: Floats, servers: Floats) -> Floats:
        """[K] closed: customers over cycle time; open: the rate, cut where something would overflow; spawned too."""
        demand = self.demand
        closed = self.customers / np.maximum(self.think_s + self.response, 1e-12)
        cut = self._overflow(self.rates, service, servers) / _FULL
        result = np.where(self.customers > 0, closed, self.rates / np.maximum(cut, 1.0))
        np.add.at(result, demand.spawn_child, result[demand.spawn_parent] * demand.spawn_count)
        return result

    def _overflow(self, throughput: Floats, service: Floats, servers: Floats) -> Floats:
        """[K] the highest utilisation, above or below 1, that these rates ask of any resource the class uses."""
        owner, resource = self.demand.row_class, self.demand.row_resource
        need = sum_by(resource, throughput[owner] * service, len(servers)) / servers
        worst = np.zeros(len(throughput))
        np.maximum.at(worst, owner, np.where(service > 0, need[resource], 0.0))
        return worst

    def _held_wait(self, residence: Floats) -> Floats:
        """[K] waiting for stations held across other steps: each is a queue whose service is the residence inside.

        Source: method of surrogate delays, Jacobson and Lazowska 1982.
        """
        demand = self.demand
        owner = demand.held_class
        servers = self.servers[self.contexts + demand.held_station]
        hold = sum_by(demand.held_of_row, residence[demand.held_rows], len(owner)) / servers
        customers = self.customers[owner].astype(np.float64)
        closed = customers > 0
        others = np.where(closed, (customers - 1.0) / np.maximum(customers, 1.0), 0.0)
        busy = np.minimum(self.throughput[owner] * hold, _FULL)
        waiting = hold * np.where(closed, self.held_queue * others, busy / (1.0 - busy))
        queue = np.minimum(self.throughput[owner] * (hold + waiting), customers)
        self.held_queue = 0.5 * (self.held_queue + queue)
        return sum_by(owner, waiting, len(self.customers))


def _mean_excess(mean: float, limit: float, threshold: float) -> float:
    """How far a count between 0 and `limit` of that mean is above the threshold, on average.

    The count is taken as normal with binomial variance. Source: partial expectation of the normal distribution.
    """
    deviation = sqrt(max(mean * (1.0 - mean / limit), 0.0))
    if deviation <= 0:
        return max(mean - threshold, 0.0)
    z = (mean - threshold) / deviation
    density = exp(-z * z / 2) / sqrt(2 * pi)
    return deviation * (density + z * (1 + erf(z / sqrt(2))) / 2)
