"""The outcome of a run, as values and as the JSON that `hvstudio simulate --json` prints."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

import numpy as np
from attrs import asdict, field, frozen
from numpy.typing import NDArray

from hvstudio.simulation.plan.messages import RunMessage

Array = NDArray[Any]

LAYERS: Final = ("guest_user", "guest_kernel", "vmm", "host", "background", "switch")
"""Names of the layers of CPU time, in the order of `plan.Layer`."""


@frozen(kw_only=True)
class Latency:
    """Response times in seconds."""

    mean: float = 0.0
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0


@frozen(kw_only=True)
class VmResult:
    """What one VM got, over the measured part of the run."""

    id: str
    name: str
    is_guest: bool
    throughput_per_s: float
    throughput_ci95: tuple[float, float]
    bytes_per_s: float
    latency_s: Latency
    latency_ci95: tuple[float, float] = (0.0, 0.0)
    ready_fraction: float
    """Of the time of its virtual processors, how much they were ready to run but did not."""
    cpu_seconds: dict[str, float]
    exits_per_s: float
    completions: int
    rejected: int = 0
    lost: int = 0
    state: str = "running"
    cannot_start: str = ""


@frozen(kw_only=True)
class DeviceUse:
    """How much a station was used. `id` is its block's; `resource` its own: a block may have several stations."""

    id: str
    name: str
    resource: str = ""
    utilisation: float
    queue_mean: float
    operations_per_s: float


@frozen(kw_only=True)
class Limit:
    """Something that can be used up, and how near to it the run came."""

    kind: str
    """cpu, device or context."""
    name: str
    id: str
    """The block's: of a context the block to which its work is accounted."""
    resource: str = ""
    """Its own: names may be equal, and a block may have several."""
    utilisation: float


@frozen(kw_only=True)
class HostResult:
    """The hardware's side: shares of all processors by layer, devices, what saturates first and what comes next."""

    cpu_utilisation: dict[str, float]
    devices: tuple[DeviceUse, ...]
    limits: tuple[Limit, ...] = ()
    """The most used things, the most used first."""

    @property
    def bottleneck(self) -> Limit | None:
        """What is nearest to saturation."""
        return self.limits[0] if self.limits else None

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        first = asdict(self.limits[0]) if self.limits else None
        if first is not None and len(self.limits) > 1:
            first["next"] = asdict(self.limits[1])
        return {
            "cpu_utilisation": self.cpu_utilisation,
            "devices": [asdict(device) for device in self.devices],
            "bottleneck": first,
        }


@frozen(kw_only=True, eq=False)
class RunSeries:
    """Measures over time, one row per (possibly merged) sampling interval; times are the intervals' ends."""

    time_s: Array
    """[samples]"""
    throughput_per_s: Array
    """[samples, vms]"""
    bytes_per_s: Array
    """[samples, vms]"""
    latency_mean_s: Array
    """[samples, vms]"""
    ready_fraction: Array
    """[samples, vms]"""
    cpu_fraction: Array
    """[samples, vms, layers], processors' worth of CPU time."""
    station_utilisation: Array
    """[samples, stations]"""


@frozen(kw_only=True)
class Results:
    """One run, or several replications of it."""

    seed: int
    engine: str
    model_sha256: str
    simulated_s: float
    warmup_s: float
    events: int
    wall_s: float
    vms: tuple[VmResult, ...]
    host: HostResult
    notes: tuple[str, ...] = ()
    ended_because: str = "duration"
    replications: int = 1
    script: tuple[tuple[float, RunMessage], ...] = ()
    """What happened when (simulated seconds): given to `RunOptions.script` it repeats a live run exactly."""
    series: RunSeries | None = field(default=None, eq=False, repr=False)

    def vm(self, block: str) -> VmResult:
        """The row of the VM with that id: names may be equal. StopIteration where there is none."""
        return next(vm for vm in self.vms if vm.id == block)

    def to_json(self) -> dict[str, Any]:
        """The stable form of `simulate --json`: guests under `vms`, host background under `background`."""
        return {
            "vms": [_vm_json(vm) for vm in self.vms if vm.is_guest],
            "background": [_vm_json(vm) for vm in self.vms if not vm.is_guest],
            "host": self.host.to_json(),
            "seed": self.seed,
            "engine": self.engine,
            "model_sha256": self.model_sha256,
            "simulated_s": self.simulated_s,
            "warmup_s": self.warmup_s,
            "events": self.events,
            "wall_s": self.wall_s,
            "replications": self.replications,
            "ended_because": self.ended_because,
            "notes": list(self.notes),
            "script": [
                {"time_s": time_s, "message": type(message).__name__, **asdict(message)}
                for time_s, message in self.script
            ],
        }


def _vm_json(vm: VmResult) -> dict[str, Any]:
    row = asdict(vm)
    row["throughput_ci95"] = list(vm.throughput_ci95)
    row["latency_ci95"] = list(vm.latency_ci95)
    return row


def cell_text(text: str) -> str:
    """The text as a spreadsheet shows it, never as a formula. Source: OWASP, CSV Injection."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def results_csv(results: Results) -> str:
    """The series as comma-separated values: one line per sampling interval and VM."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    header = ["time_s", "vm", "name", "throughput_per_s", "bytes_per_s", "latency_mean_s", "ready_fraction"]
    writer.writerow([*header, *(f"cpu_{layer}" for layer in LAYERS)])
    series = results.series
    for index in range(len(series.time_s) if series else 0):
        assert series is not None
        for column, vm in enumerate(results.vms):
            numbers = [
                getattr(series, name)[index, column]
                for name in ("throughput_per_s", "bytes_per_s", "latency_mean_s", "ready_fraction")
            ]
            row = [
                series.time_s[index],
                cell_text(vm.id),
                cell_text(vm.name),
                *numbers,
                *series.cpu_fraction[index, column],
            ]
            writer.writerow([f"{value:.9g}" if isinstance(value, np.floating) else value for value in row])
    return text.getvalue()
