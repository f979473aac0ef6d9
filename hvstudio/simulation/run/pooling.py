"""Replications made one result: means, and intervals over independent replications."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from attrs import evolve

from hvstudio.simulation.run.results import DeviceUse, HostResult, Latency, Limit, Results, VmResult
from hvstudio.simulation.run.statistics import Interval, mean_interval

T = TypeVar("T")


def pooled(runs: Sequence[Results]) -> Results:
    """One result; a single run is given back as it is. The series is that of the first run."""
    if len(runs) == 1:
        return runs[0]
    first = runs[0]
    return evolve(
        first,
        simulated_s=_mean(runs, lambda run: run.simulated_s),
        warmup_s=_mean(runs, lambda run: run.warmup_s),
        events=sum(run.events for run in runs),
        wall_s=sum(run.wall_s for run in runs),
        vms=tuple(_pooled_vm([run.vms[index] for run in runs]) for index in range(len(first.vms))),
        host=_pooled_host([run.host for run in runs]),
        replications=len(runs),
    )


def _mean(values: Sequence[T], of: Callable[[T], float]) -> float:
    return sum(of(value) for value in values) / len(values)


def _pooled_vm(rows: Sequence[VmResult]) -> VmResult:
    throughput = _interval(rows, lambda row: row.throughput_per_s)
    latency = _interval(rows, lambda row: row.latency_s.mean)
    return evolve(
        rows[0],
        throughput_per_s=throughput.mean,
        throughput_ci95=(max(0.0, throughput.low), throughput.high),
        bytes_per_s=_mean(rows, lambda row: row.bytes_per_s),
        latency_s=Latency(
            mean=latency.mean,
            p50=_mean(rows, lambda row: row.latency_s.p50),
            p95=_mean(rows, lambda row: row.latency_s.p95),
            p99=_mean(rows, lambda row: row.latency_s.p99),
        ),
        latency_ci95=(max(0.0, latency.low), latency.high),
        ready_fraction=_mean(rows, lambda row: row.ready_fraction),
        cpu_seconds={
            layer: _mean(rows, lambda row, layer=layer: row.cpu_seconds[layer]) for layer in rows[0].cpu_seconds
        },
        exits_per_s=_mean(rows, lambda row: row.exits_per_s),
        completions=sum(row.completions for row in rows),
        rejected=sum(row.rejected for row in rows),
        lost=sum(row.lost for row in rows),
    )


def _interval(rows: Sequence[VmResult], of: Callable[[VmResult], float]) -> Interval:
    return mean_interval(np.array([of(row) for row in rows]))


def _pooled_host(hosts: Sequence[HostResult]) -> HostResult:
    shares = {
        name: _mean(hosts, lambda host, name=name: host.cpu_utilisation[name]) for name in hosts[0].cpu_utilisation
    }
    devices = tuple(_pooled_device([host.devices[index] for host in hosts]) for index in range(len(hosts[0].devices)))
    return HostResult(cpu_utilisation=shares, devices=devices, limits=_pooled_limits(hosts))


def _pooled_device(rows: Sequence[DeviceUse]) -> DeviceUse:
    return evolve(
        rows[0],
        utilisation=_mean(rows, lambda row: row.utilisation),
        queue_mean=_mean(rows, lambda row: row.queue_mean),
        operations_per_s=_mean(rows, lambda row: row.operations_per_s),
    )


def _pooled_limits(hosts: Sequence[HostResult]) -> tuple[Limit, ...]:
    """Means over the replications in which a thing was among the most used."""
    found: dict[str, list[Limit]] = {}
    for host in hosts:
        for limit in host.limits:
            found.setdefault(limit.resource, []).append(limit)
    means = [evolve(rows[0], utilisation=_mean(rows, lambda row: row.utilisation)) for rows in found.values()]
    return tuple(sorted(means, key=lambda limit: -limit.utilisation)[: len(hosts[0].limits)])
