"""The instant answer: the same plan as a queueing network, solved approximately in milliseconds, without simulating.

Method: multi-class approximate mean-value analysis (Schweitzer's fixed point) for closed classes, mixed with open
ones; several servers by Seidmann's transformation; processors granted by weighted max-min shares of the scheduling
tree; asymptotic bounds beside the estimate. Sources: Bard 1979; Schweitzer 1979; Seidmann, Schweitzer and
Shalev-Oren 1987; Lazowska, Zahorjan, Graham and Sevcik, "Quantitative System Performance" 1984, ch. 5, 7, 8.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen

from hvstudio.simulation.estimate_demand import Demand, context_pools, demands, generates, sum_by
from hvstudio.simulation.estimate_share import ShareTree, share_tree
from hvstudio.simulation.plan import Floats, Ints, Layer, Plan

_ITERATIONS = 400
_TOLERANCE = 1e-6
_GREEDY = 0.97
"""A context that uses this part of what it is granted would use more if it could."""
_FULL = 0.999
"""Open arrivals are let in up to this utilisation."""

ASSUMPTIONS = (
    "Mean values in steady state; warm-up, bursts and faults do not show.",
    "Queues are approximated (Schweitzer's mean-value analysis), typically within 10 % of the simulation.",
    "Processors are shared by weight, reserve and limit as if in infinitely small slices; no quantum, no boost.",
    "Context switches and cache refills are left out; wake-ups count in proportion to how idle a context is.",
)


@frozen(kw_only=True)
class VmEstimate:
    """What one VM may expect. `bounds_per_s` is what it cannot fall below (0 when unknown) and cannot exceed."""

    id: str
    name: str
    throughput_per_s: float
    bounds_per_s: tuple[float, float]
    bytes_per_s: float
    latency_s: float
    cpu_seconds_per_s: float
    exits_per_s: float
    limited_by: str
    cannot_start: str


@frozen(kw_only=True)
class ResourceEstimate:
    """Utilisation of a device, a queue of processor work, or a pool of processors (0 to 1)."""

    name: str
    block: str
    utilisation: float


@frozen(kw_only=True)
class Estimate:
    """The estimate of a whole plan. `layers` are fractions of all processors; `resources` are sorted, fullest first."""

    vms: tuple[VmEstimate, ...]
    layers: dict[str, float]
    resources: tuple[ResourceEstimate, ...]
    assumptions: tuple[str, ...]

    @property
    def bottleneck(self) -> ResourceEstimate | None:
        """The fullest resource, if anything is used at all."""
        return self.resources[0] if self.resources and self.resources[0].utilisation > 0 else None

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form of the command line."""
        first, second = self.bottleneck, self.resources[1] if len(self.resources) > 1 else None
        return {
            "vms": [_vm_json(vm) for vm in self.vms],
            "host": {
                "cpu_utilisation": self.layers,
                "devices": {item.name: item.utilisation for item in self.resources},
                "bottleneck": None if first is None else {"name": first.name, "utilisation": first.utilisation},
                "next": None if second is None else {"name": second.name, "utilisation": second.utilisation},
            },
            "assumptions": list(self.assumptions),
        }


def _vm_json(vm: VmEstimate) -> dict[str, Any]:
    return {
        "id": vm.id,
        "name": vm.name,
        "throughput_per_s": vm.throughput_per_s,
        "throughput_bounds_per_s": list(vm.bounds_per_s),
        "bytes_per_s": vm.bytes_per_s,
        "latency_s": vm.latency_s,
        "cpu_seconds_per_s": vm.cpu_seconds_per_s,
        "exits_per_s": vm.exits_per_s,
        "limited_by": vm.limited_by,
        "cannot_start": vm.cannot_start,
    }


def estimate(plan: Plan) -> Estimate:
    """Answer a plan analytically; a few milliseconds for tens of VMs, linear in the number of steps."""
    network = _Network(plan)
    solution = network.solve()
    return _report(plan, network, solution)


@frozen(kw_only=True, eq=False)
class _Solution:
    """[K] throughput and response time per class, [R] utilisation per resource, [P] busy processors."""

    throughput: Floats
    response: Floats
    utilisation: Floats
    busy: Floats


class _Network:
    """The plan as resources and demands, and the fixed point over them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.demand: Demand = demands(plan)
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
        self.held_queue: Floats = np.zeros(len(self.demand.held_rows))
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
        self.granted: Floats = self.leaf_count.copy()
        self.throughput = self._first_guess()
        self.response: Floats = np.zeros(len(self.customers))
        self.queue_row: Floats = np.zeros(len(self.demand.row_class))
        self.utilisation: Floats = np.zeros(len(self.servers))

    def solve(self) -> _Solution:
        """Iterate throughput, queues and processor shares together until they agree."""
        for _ in range(_ITERATIONS):
            before = self.throughput
            self._relax()
            if np.max(np.abs(self.throughput - before) / np.maximum(before, 1e-9), initial=0.0) < _TOLERANCE:
                break
        servers, speed = self._servers()
        resource = self.demand.row_resource
        service = self.demand.row_seconds / speed[resource]
        cut = np.maximum(self._overflow(self.throughput, service, servers), 1.0)
        throughput = self.throughput / cut
        in_full = self.customers / np.maximum(throughput, 1e-12) - self.think_s
        use = np.minimum(self._use(), servers * speed)
        return _Solution(
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
        self.queue_row = self.throughput[owner] * (service / servers[resource] + waiting)
        use = sum_by(resource, self.throughput[owner] * service * speed[resource], resources)
        self.utilisation = np.minimum(use / np.maximum(servers * speed, 1e-12), 1.0)
        self.granted = 0.5 * (self.granted + self._grant(use[: self.contexts]))

    def _waiting(self, service: Floats, servers: Floats) -> Floats:
        """[rows] waiting seconds of one request, from the queues of the last step (arrival theorem, Schweitzer)."""
        owner, resource = self.demand.row_class, self.demand.row_resource
        closed = self.customers[owner] > 0
        count = np.maximum(self.customers[owner], 1)
        open_use = sum_by(resource, np.where(closed, 0.0, self.throughput[owner]) * service, len(servers)) / servers
        free = np.maximum(1.0 - open_use, 1.0 - _FULL)[resource]
        queue = sum_by(resource, np.where(closed, self.queue_row, 0.0), len(servers))
        seen = np.maximum(queue[resource] - np.where(closed, self.queue_row / count, 0.0), 0.0)
        in_service = np.minimum(seen, self.utilisation[resource]) * self.residual[resource]
        open_ahead = (1.0 / free - 1.0) * (1.0 + seen) * (1.0 - self.residual[resource])
        return service / servers[resource] * np.maximum(seen - in_service + open_ahead, 0.0)

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
        cpu = np.maximum(np.minimum(self.granted, self.leaf_count), 1e-9)
        stations = self.servers[self.contexts :]
        servers = np.concatenate([np.maximum(cpu, 1.0), stations])
        return servers, np.concatenate([np.minimum(cpu, 1.0), np.ones(len(stations))])

    def _grant(self, use: Floats) -> Floats:
        """[C] processors within reach of every context, given what each uses now."""
        greedy = use >= _GREEDY * np.minimum(self.granted, self.leaf_count)
        wanted = np.where(greedy, self.leaf_count, use)
        share, reach = self.tree.shares(wanted, self.capacity)
        return np.where(greedy, share, reach)

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
        wait = np.zeros(len(self.customers))
        demand = self.demand
        for index, rows in enumerate(demand.held_rows):
            owner = demand.held_class[index]
            servers = float(self.servers[self.contexts + demand.held_station[index]])
            hold = float(residence[rows].sum()) / servers
            customers = float(self.customers[owner])
            if customers > 0:
                waiting = hold * self.held_queue[index] * (customers - 1) / customers
                queue = float(self.throughput[owner]) * (hold + waiting)
                self.held_queue[index] = 0.5 * (self.held_queue[index] + min(queue, customers))
            else:
                busy = min(float(self.throughput[owner]) * hold, _FULL)
                waiting = hold * busy / (1.0 - busy)
            wait[owner] += waiting
        return wait


def _report(plan: Plan, network: _Network, solution: _Solution) -> Estimate:
    demand = network.demand
    layers = solution.throughput @ demand.layer_seconds
    processors = max(float(network.capacity.sum()), 1e-12)
    shares = {layer.name.lower(): float(layers[layer]) / processors for layer in Layer}
    shares["idle"] = max(0.0, 1.0 - sum(shares.values()))
    resources = _resources(plan, network, solution)
    vms = tuple(_vm(plan, network, solution, index) for index in range(len(plan.vm_block)) if plan.vm_is_guest[index])
    return Estimate(vms=vms, layers=shares, resources=resources, assumptions=(*ASSUMPTIONS, *plan.notes))


def _resources(plan: Plan, network: _Network, solution: _Solution) -> tuple[ResourceEstimate, ...]:
    pools = [
        ResourceEstimate(
            name="Processors" if len(network.capacity) == 1 else f"Processors of host {index + 1}",
            block="",
            utilisation=min(1.0, float(solution.busy[index] / max(network.capacity[index], 1e-12))),
        )
        for index in range(len(network.capacity))
    ]
    names = (*plan.context_name, *plan.station_name)
    blocks = (*("" for _ in plan.context_name), *plan.station_block)
    others = [
        ResourceEstimate(name=names[index], block=blocks[index], utilisation=float(solution.utilisation[index]))
        for index in range(len(names))
        if solution.utilisation[index] > 0
    ]
    return tuple(sorted([*pools, *others], key=lambda item: -item.utilisation))


def _vm(plan: Plan, network: _Network, solution: _Solution, index: int) -> VmEstimate:
    mine = np.flatnonzero(plan.class_vm == index)
    counted = mine[plan.class_counts[mine] == 1]
    throughput = float(solution.throughput[counted].sum())
    weighted = float((solution.throughput[counted] * solution.response[counted]).sum())
    used = np.isin(network.demand.row_class, counted)
    rows = network.demand.row_resource[used]
    fullest = int(rows[np.argmax(solution.utilisation[rows])]) if len(rows) else -1
    names = (*plan.context_name, *plan.station_name)
    return VmEstimate(
        id=plan.vm_block[index],
        name=plan.vm_name[index],
        throughput_per_s=throughput,
        bounds_per_s=_bounds(network, counted),
        bytes_per_s=float((solution.throughput[counted] * plan.class_bytes[counted]).sum()),
        latency_s=weighted / throughput if throughput > 0 else 0.0,
        cpu_seconds_per_s=float((solution.throughput[mine] * network.demand.layer_seconds[mine].sum(axis=1)).sum()),
        exits_per_s=float((solution.throughput[mine] * network.demand.exits[mine]).sum()),
        limited_by=names[fullest] if fullest >= 0 and solution.utilisation[fullest] > 0.5 else "",
        cannot_start=plan.vm_cannot_start[index],
    )


def _bounds(network: _Network, classes: Ints) -> tuple[float, float]:
    """Asymptotic bounds of a VM's throughput: all others always ahead in every queue, and nobody else there."""
    low = high = 0.0
    demand = network.demand
    per_server = demand.row_seconds / network.servers[demand.row_resource]
    crowd = sum_by(demand.row_resource, per_server * network.customers[demand.row_class], len(network.servers))
    has_open = bool(np.any(network.rates > 0))
    for index in classes:
        rows = demand.row_class == index
        alone = float(demand.row_seconds[rows].sum() + demand.delay_s[index])
        tightest = float(per_server[rows].max(initial=0.0))
        tightest = max(tightest, _longest_hold(network, int(index)))
        ceiling = 1.0 / tightest if tightest > 0 else float("inf")
        customers = float(network.customers[index])
        if customers > 0:
            cycle = float(network.think_s[index]) + alone
            high += min(customers / max(cycle, 1e-12), ceiling)
            certain = not has_open and index not in demand.held_class
            low += customers / (cycle + float(crowd[demand.row_resource[rows]].sum())) if certain else 0.0
        else:
            high += min(float(network.rates[index]), ceiling)
    return low, high


def _longest_hold(network: _Network, index: int) -> float:
    """The longest time per server that a request of the class keeps anything seized, when it is alone."""
    demand = network.demand
    holds = [
        float(demand.row_seconds[rows].sum() / network.servers[network.contexts + demand.held_station[held]])
        for held, rows in enumerate(demand.held_rows)
        if demand.held_class[held] == index
    ]
    return max(holds, default=0.0)
