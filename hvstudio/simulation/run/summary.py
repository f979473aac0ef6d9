"""From what a run recorded to its results: warm-up removed, intervals, latencies, bottleneck."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import numpy as np
from attrs import fields, frozen
from numpy.typing import NDArray

from hvstudio.simulation.kernel.codes import BUCKETS
from hvstudio.simulation.plan.plan import LAYER_COUNT, Layer, Plan, processors_name
from hvstudio.simulation.plan.resources import context_ids, pool_ids, station_ids
from hvstudio.simulation.run.recorder import Mark, Recorder, Row
from hvstudio.simulation.run.results import LAYERS, DeviceUse, HostResult, Latency, Limit, RunSeries, VmResult
from hvstudio.simulation.run.statistics import Interval, batch_interval, histogram_quantiles, warm_up_index

Array = NDArray[Any]

_NS: Final = 1e-9
_MOST_LIMITS: Final = 8


@frozen
class Window:
    """The measured part of a run: from the mark that ends the warm-up to the final mark."""

    start: Mark
    end: Mark
    times_ns: Array
    """Ends of the samples inside, first the start itself."""
    rows: Row
    """Cumulative rows at those times."""

    @property
    def length_ns(self) -> int:
        """Its duration."""
        return max(1, self.end.time_ns - self.start.time_ns)

    @property
    def total(self) -> Row:
        """What happened inside."""
        return self.end.row - self.start.row

    def intervals(self) -> tuple[Array, Row]:
        """(lengths in ns, differences of neighbouring rows)."""
        return np.diff(self.times_ns), Row(np.diff(self.rows.cells, axis=0), self.rows.vms, self.rows.stations)


_ONLY_SAID: Final = frozenset({"context_block", "context_part", "station_part"})
"""Columns that make ids for results and change no run: fingerprints of before they were there still hold."""


def plan_digest(plan: Plan) -> str:
    """SHA-256 of everything in the plan that can change a run."""
    digest = hashlib.sha256()
    for declared in fields(Plan):
        if declared.name in _ONLY_SAID:
            continue
        value = getattr(plan, declared.name)
        digest.update(declared.name.encode())
        digest.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    return digest.hexdigest()


def measured_window(recorder: Recorder, end: Mark, warmup: Mark | None) -> Window:
    """The window after the given warm-up, or after one found in the samples' total throughput."""
    start = warmup or _found_warm_up(recorder, end)
    times, rows = recorder.rows()
    inside = times > start.time_ns
    cells = np.concatenate([start.row.cells[None], rows.cells[inside]])
    return Window(start, end, np.concatenate([[start.time_ns], times[inside]]), Row(cells, rows.vms, rows.stations))


def _found_warm_up(recorder: Recorder, end: Mark) -> Mark:
    """The first mark after the sample at which MSER-5 cuts; never later than half of the run."""
    times, rows = recorder.rows()
    if len(times) < 2:
        return recorder.marks[0]
    gained = np.diff(rows.vm("completions"), axis=0, prepend=0.0)
    means = gained.mean(axis=0)
    pace = (gained[:, means > 0] / means[means > 0]).sum(axis=1)
    cut = warm_up_index(pace)
    cut_ns = 0 if cut == 0 else int(times[cut - 1])
    late = [mark for mark in recorder.marks if cut_ns <= mark.time_ns <= end.time_ns * 0.55]
    return late[0] if late else recorder.marks[0]


def vm_intervals(window: Window, name: str) -> list[Interval]:
    """For every VM, the rate per second of a cumulative measure, with its interval."""
    lengths, steps = window.intervals()
    mean = window.total.vm(name) / window.length_ns / _NS
    if len(lengths) < 2:
        return [Interval(value, value, value) for value in mean.tolist()]
    rates = steps.vm(name) / lengths[:, None] / _NS
    found = [batch_interval(rates[:, vm]) for vm in range(rates.shape[1])]
    return [
        Interval(value, value - (one.high - one.low) / 2, value + (one.high - one.low) / 2)
        for value, one in zip(mean.tolist(), found, strict=True)
    ]


def vm_results(plan: Plan, window: Window, leaves: Array, states: list[str]) -> tuple[VmResult, ...]:
    """One row per VM of the plan, in its order."""
    total = window.total
    throughput = vm_intervals(window, "completions")
    latency = _latency_intervals(window)
    histograms = _histograms(window, len(plan.vm_name))
    seconds = window.length_ns * _NS
    rows: list[VmResult] = []
    for vm, name in enumerate(plan.vm_name):
        p50, p95, p99 = histogram_quantiles(histograms.get(vm, np.zeros(1)), (0.5, 0.95, 0.99))
        rows.append(
            VmResult(
                id=plan.vm_block[vm],
                name=name,
                is_guest=bool(plan.vm_is_guest[vm]),
                throughput_per_s=throughput[vm].mean,
                throughput_ci95=(max(0.0, throughput[vm].low), throughput[vm].high),
                bytes_per_s=float(total.vm("bytes")[vm]) / seconds,
                latency_s=Latency(mean=latency[vm].mean, p50=p50 * _NS, p95=p95 * _NS, p99=p99 * _NS),
                latency_ci95=(max(0.0, latency[vm].low), latency[vm].high),
                ready_fraction=float(total.vm("ready_area")[vm]) / window.length_ns / max(1, int(leaves[vm])),
                cpu_seconds=dict(zip(LAYERS, (total.layers()[vm] * _NS).tolist(), strict=True)),
                exits_per_s=float(total.vm("exits")[vm]) / seconds,
                completions=round(float(total.vm("completions")[vm])),
                rejected=round(float(total.vm("rejected")[vm])),
                lost=round(float(total.vm("lost")[vm])),
                state=states[vm],
                cannot_start=plan.vm_cannot_start[vm],
            )
        )
    return tuple(rows)


def _latency_intervals(window: Window) -> list[Interval]:
    """Mean latency of every VM in seconds; its interval by a ratio estimate over the samples."""
    total, number = window.total.vm("latency_sum"), window.total.vm("completions")
    means = np.divide(total, number, out=np.zeros_like(total), where=number > 0) * _NS
    _, steps = window.intervals()
    found: list[Interval] = []
    for vm, mean in enumerate(means.tolist()):
        counts = steps.vm("completions")[:, vm]
        if len(counts) < 2 or not counts.any():
            found.append(Interval(mean, mean, mean))
            continue
        # Linearised ratio: residuals of sum - mean * count, over the mean count.
        residuals = (steps.vm("latency_sum")[:, vm] * _NS - mean * counts) / counts.mean()
        spread = batch_interval(residuals)
        half = (spread.high - spread.low) / 2
        found.append(Interval(mean, mean - half, mean + half))
    return found


def _histograms(window: Window, vms: int) -> dict[int, Array]:
    """Latency counts of the window, for the VMs that completed anything."""
    counts = np.zeros(vms * BUCKETS, dtype=np.int64)
    counts[window.end.buckets] = window.end.counts
    counts[window.start.buckets] -= window.start.counts
    return {vm: counts[vm * BUCKETS : (vm + 1) * BUCKETS] for vm in range(vms)}


def host_result(plan: Plan, window: Window) -> HostResult:
    """Processors by layer, devices, and the things nearest to saturation."""
    total = window.total
    capacity = float(plan.pool_processors.sum()) * window.length_ns
    layers = total.layers().sum(axis=0) / capacity
    used = {
        "guest": float(layers[Layer.GUEST_USER] + layers[Layer.GUEST_KERNEL]),
        "hypervisor": float(layers[Layer.VMM] + layers[Layer.SWITCH]),
        "host": float(layers[Layer.HOST]),
        "background": float(layers[Layer.BACKGROUND]),
        "idle": float(total.pool("idle_ns").sum()) / capacity,
    }
    devices = _devices(plan, window)
    return HostResult(cpu_utilisation=used, devices=devices, limits=_limits(plan, window, devices))


def _devices(plan: Plan, window: Window) -> tuple[DeviceUse, ...]:
    total, length = window.total, window.length_ns
    return tuple(
        DeviceUse(
            id=plan.station_block[station],
            name=plan.station_name[station],
            resource=resource,
            utilisation=float(total.station("busy_ns")[station]) / length / int(plan.station_servers[station]),
            queue_mean=float(total.station("queue_area")[station]) / length,
            operations_per_s=float(total.station("served")[station]) / length / _NS,
        )
        for station, resource in enumerate(station_ids(plan))
    )


def _limits(plan: Plan, window: Window, devices: tuple[DeviceUse, ...]) -> tuple[Limit, ...]:
    total, length = window.total, window.length_ns
    pools, contexts = pool_ids(plan), context_ids(plan)
    found = [
        Limit(
            kind="cpu",
            name=processors_name(plan, pool),
            id=plan.pool_block[pool],
            resource=pools[pool],
            utilisation=float(busy / length / number),
        )
        for pool, (busy, number) in enumerate(zip(total.pool("busy_ns"), plan.pool_processors, strict=True))
    ]
    found += [
        Limit(kind="device", name=d.name, id=d.id, resource=d.resource, utilisation=d.utilisation) for d in devices
    ]
    busy = (window.end.context_busy_ns - window.start.context_busy_ns) / length
    ceiling = _context_ceilings(plan)
    for context, name in enumerate(plan.context_name):
        if ceiling[context] > 0:
            block = plan.vm_block[int(plan.context_vm[context])]
            share = float(busy[context] / ceiling[context])
            found.append(Limit(kind="context", name=name, id=block, resource=contexts[context], utilisation=share))
    # Of things that are used alike, what all share comes before what is one VM's own.
    order = {"cpu": 0, "device": 1, "context": 2}
    found.sort(key=lambda limit: (-round(limit.utilisation, 2), order[limit.kind], -limit.utilisation))
    return tuple(found[:_MOST_LIMITS])


def _context_ceilings(plan: Plan) -> Array:
    """The most processors that each context can use: its leaves, each at most its limit."""
    leaves = np.flatnonzero(plan.node_context >= 0)
    share = np.where(plan.node_limit[leaves] > 0, np.minimum(plan.node_limit[leaves], 1.0), 1.0)
    return np.bincount(plan.node_context[leaves], weights=share, minlength=len(plan.context_name))


def run_series(recorder: Recorder, leaves: Array, servers: Array) -> RunSeries:
    """The whole run, warm-up included, as rates per sampling interval."""
    times, rows = recorder.rows()
    lengths = np.diff(times, prepend=0)[:, None].astype(np.float64)
    steps = Row(np.diff(rows.cells, axis=0, prepend=0.0), rows.vms, rows.stations)
    completions, waited = steps.vm("completions"), steps.vm("latency_sum")
    return RunSeries(
        time_s=times * _NS,
        throughput_per_s=completions / lengths / _NS,
        bytes_per_s=steps.vm("bytes") / lengths / _NS,
        latency_mean_s=np.divide(waited, completions, out=np.zeros_like(waited), where=completions > 0) * _NS,
        ready_fraction=steps.vm("ready_area") / lengths / np.maximum(leaves, 1),
        cpu_fraction=steps.layers() / lengths[:, :, None],
        station_utilisation=steps.station("busy_ns") / lengths / servers,
    )


assert len(LAYERS) == LAYER_COUNT
