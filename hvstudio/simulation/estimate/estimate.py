"""The instant answer: what every VM may expect, in milliseconds, without simulating; with its assumptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from attrs import asdict, frozen

from hvstudio.simulation.estimate.bounds import throughput_bounds
from hvstudio.simulation.estimate.demand import sum_by
from hvstudio.simulation.estimate.network import Network, Solution
from hvstudio.simulation.plan.plan import Layer, Plan, processors_name
from hvstudio.simulation.plan.resources import context_ids, pool_ids, station_ids

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
    limited_by_id: str
    """The resource's id: names may be equal."""
    cannot_start: str


@frozen(kw_only=True)
class ResourceEstimate:
    """Utilisation of a device, a queue of processor work, or a pool of processors (0 to 1).

    `id` is unique: that of the block, or of a part of it; `block` is the block's. `kind` is cpu, device or context.
    """

    id: str
    name: str
    kind: str
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
        names = Counter(item.name for item in self.resources)
        return {
            "vms": [_vm_json(vm) for vm in self.vms],
            "host": {
                "cpu_utilisation": self.layers,
                "devices": {
                    item.name if names[item.name] == 1 else f"{item.name} ({item.id})": item.utilisation
                    for item in self.resources
                },
                "resources": [asdict(item) for item in self.resources],
                "bottleneck": None if first is None else asdict(first),
                "next": None if second is None else asdict(second),
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
        "limited_by_id": vm.limited_by_id,
        "cannot_start": vm.cannot_start,
    }


def estimate(plan: Plan) -> Estimate:
    """Answer a plan analytically; a few milliseconds for tens of VMs, linear in the number of steps."""
    network = Network(plan)
    solution = network.solve()
    return _report(plan, network, solution)


def _report(plan: Plan, network: Network, solution: Solution) -> Estimate:
    pace = solution.throughput / network.speed[plan.vm_pool[plan.class_vm]]
    layers = pace @ network.demand.layer_seconds
    processors = max(float(plan.pool_processors.sum()), 1e-12)
    shares = {layer.name.lower(): float(layers[layer]) / processors for layer in Layer}
    shares["idle"] = max(0.0, 1.0 - sum(shares.values()))
    return Estimate(
        vms=tuple(_vms(plan, network, solution)),
        layers=shares,
        resources=_resources(plan, network, solution),
        assumptions=(*ASSUMPTIONS, *plan.notes),
    )


def _resources(plan: Plan, network: Network, solution: Solution) -> tuple[ResourceEstimate, ...]:
    pools = [
        ResourceEstimate(
            id=pool_id,
            name=processors_name(plan, index),
            kind="cpu",
            block=plan.pool_block[index],
            utilisation=min(1.0, float(solution.busy[index] / max(network.capacity[index], 1e-12))),
        )
        for index, pool_id in enumerate(pool_ids(plan))
    ]
    names, ids = (*plan.context_name, *plan.station_name), (*context_ids(plan), *station_ids(plan))
    blocks = (*plan.context_block, *plan.station_block)
    others = [
        ResourceEstimate(
            id=ids[index],
            name=names[index],
            kind="context" if index < len(plan.context_name) else "device",
            block=blocks[index],
            utilisation=float(solution.utilisation[index]),
        )
        for index in range(len(names))
        if solution.utilisation[index] > 0
    ]
    return tuple(sorted([*pools, *others], key=lambda item: -item.utilisation))


def _vms(plan: Plan, network: Network, solution: Solution) -> Iterator[VmEstimate]:
    """The reported VMs in plan order; every column is summed over all classes at once."""
    demand, count = network.demand, len(plan.vm_block)
    counted = np.where(plan.class_counts == 1, solution.throughput, 0.0)
    throughput = sum_by(plan.class_vm, counted, count)
    waited = sum_by(plan.class_vm, counted * solution.response, count)
    payload = sum_by(plan.class_vm, counted * plan.class_bytes, count)
    cpu = sum_by(plan.class_vm, solution.throughput * demand.layer_seconds.sum(axis=1), count)
    exits = sum_by(plan.class_vm, solution.throughput * demand.exits, count)
    low, high = throughput_bounds(network)
    least = sum_by(plan.class_vm, low * plan.class_counts, count)
    most = sum_by(plan.class_vm, np.where(plan.class_counts == 1, high, 0.0), count)
    limits = _limits(plan, network, solution)
    names, ids = (*plan.context_name, *plan.station_name), (*context_ids(plan), *station_ids(plan))
    for index in np.flatnonzero(plan.vm_is_guest):
        yield VmEstimate(
            id=plan.vm_block[index],
            name=plan.vm_name[index],
            throughput_per_s=float(throughput[index]),
            bounds_per_s=(float(least[index]), float(most[index])),
            bytes_per_s=float(payload[index]),
            latency_s=float(waited[index] / throughput[index]) if throughput[index] > 0 else 0.0,
            cpu_seconds_per_s=float(cpu[index]),
            exits_per_s=float(exits[index]),
            limited_by="" if limits[index] < 0 else names[limits[index]],
            limited_by_id="" if limits[index] < 0 else ids[limits[index]],
            cannot_start=plan.vm_cannot_start[index],
        )


def _limits(plan: Plan, network: Network, solution: Solution) -> list[int]:
    """For every VM the fullest resource its requests use, -1 where none is used by more than half."""
    rows = np.flatnonzero(plan.class_counts[network.demand.row_class] == 1)
    vm = plan.class_vm[network.demand.row_class[rows]]
    use = solution.utilisation[network.demand.row_resource[rows]]
    order = np.lexsort((use, vm))
    last = np.searchsorted(vm[order], np.arange(len(plan.vm_block)), side="right") - 1
    limits = [-1] * len(plan.vm_block)
    for index in np.unique(vm):
        row = order[last[index]]
        if use[row] > 0.5:
            limits[index] = int(network.demand.row_resource[rows[row]])
    return limits
