"""The instant answer: what every VM may expect, in milliseconds, without simulating; with its assumptions."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen

from hvstudio.simulation.estimate_demand import sum_by
from hvstudio.simulation.estimate_network import Network, Solution
from hvstudio.simulation.plan import Ints, Layer, Plan

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
    network = Network(plan)
    solution = network.solve()
    return _report(plan, network, solution)


def _report(plan: Plan, network: Network, solution: Solution) -> Estimate:
    demand = network.demand
    pace = solution.throughput / network.speed[plan.vm_pool[plan.class_vm]]
    layers = pace @ demand.layer_seconds
    processors = max(float(plan.pool_processors.sum()), 1e-12)
    shares = {layer.name.lower(): float(layers[layer]) / processors for layer in Layer}
    shares["idle"] = max(0.0, 1.0 - sum(shares.values()))
    resources = _resources(plan, network, solution)
    vms = tuple(_vm(plan, network, solution, index) for index in range(len(plan.vm_block)) if plan.vm_is_guest[index])
    return Estimate(vms=vms, layers=shares, resources=resources, assumptions=(*ASSUMPTIONS, *plan.notes))


def _resources(plan: Plan, network: Network, solution: Solution) -> tuple[ResourceEstimate, ...]:
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


def _vm(plan: Plan, network: Network, solution: Solution, index: int) -> VmEstimate:
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


def _bounds(network: Network, classes: Ints) -> tuple[float, float]:
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


def _longest_hold(network: Network, index: int) -> float:
    """The longest time per server that a request of the class keeps anything seized, when it is alone."""
    demand = network.demand
    holds = [
        float(demand.row_seconds[rows].sum() / network.servers[network.contexts + demand.held_station[held]])
        for held, rows in enumerate(demand.held_rows)
        if demand.held_class[held] == index
    ]
    return max(holds, default=0.0)
