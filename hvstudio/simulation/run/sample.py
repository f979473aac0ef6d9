"""What a live display gets at every sampling interval."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from numpy.typing import NDArray

Array = NDArray[Any]


@frozen(kw_only=True, eq=False)
class Sample:
    """Rates over one sampling interval that ended at `time_s`; V VMs, P pools, S stations."""

    time_s: float
    throughput_per_s: Array
    """[V]"""
    bytes_per_s: Array
    """[V]"""
    latency_mean_s: Array
    """[V], 0 where nothing was completed."""
    latency_p95_s: Array
    """[V]"""
    ready_fraction: Array
    """[V]"""
    layers: Array
    """[P, 7]: the layers and idle, as fractions of the pool's processors."""
    stations: Array
    """[S] utilisation."""
    achieved_speed: float
    """Simulated seconds per second of the clock on the wall."""
    events: int
