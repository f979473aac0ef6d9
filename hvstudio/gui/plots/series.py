"""What a run has shown so far, as bounded arrays: at most a thousand points for each curve, however long it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from hvstudio.simulation.plan.plan import Floats

CAPACITY: Final = 1000
LATENCIES: Final = ("latency_p95_s", "latency_mean_s")
"""Metrics that are 0 where nothing was completed: such points say nothing and do not count in a mean."""
METRICS: Final = ("throughput_per_s", "bytes_per_s", "latency_p95_s", "latency_mean_s", "ready_fraction")


class Series:
    """Time series of one run. When full, neighbouring points are joined, so that each stands for twice the time.

    `time_s` has shape [n]; a metric [n, vms]; `layers` [n, pools, layers]; `stations` [n, stations].
    """

    def __init__(self, *, vms: int, pools: int, layers: int, stations: int) -> None:
        self._time = np.zeros(CAPACITY)
        shapes: dict[str, tuple[int, ...]] = {
            **dict.fromkeys(METRICS, (vms,)),
            "layers": (pools, layers),
            "stations": (stations,),
        }
        self._columns: dict[str, Floats] = {name: np.zeros((CAPACITY, *shape)) for name, shape in shapes.items()}
        self._partial: dict[str, Floats] = {name: np.zeros(shape) for name, shape in shapes.items()}
        self._spoke = {name: np.zeros(vms) for name in LATENCIES}
        self._weight = 0
        self.count = 0
        self.stride = 1
        """How many samples one point stands for."""

    @property
    def time_s(self) -> Floats:
        """When each point was taken: the end of the time it stands for."""
        return self._time[: self.count]

    def column(self, name: str) -> Floats:
        """The points of one metric."""
        return self._columns[name][: self.count]

    def latest(self, name: str) -> Floats:
        """The last point of a metric; zeros before the first."""
        column = self._columns[name]
        return column[self.count - 1] if self.count else np.zeros(column.shape[1:])

    def extend(self, samples: Sequence[Any]) -> None:
        """Add samples of a session, in order."""
        for sample in samples:
            self._add(sample)

    def smoothed(self, name: str, window_s: float) -> Floats:
        """A metric averaged over the time before each point; O(points). `window_s` of 0 leaves it as it is."""
        values = self.column(name)
        if name in LATENCIES:
            values = _carried_on(values)
        step = float(self._time[1] - self._time[0]) if self.count > 1 else 0.0
        width = round(window_s / step) if step > 0 else 1
        if width <= 1 or self.count < 2:
            return values
        sums = np.cumsum(values, axis=0)
        result = sums.copy()
        result[width:] -= sums[:-width]
        divisor = np.minimum(np.arange(1, self.count + 1), width).astype(np.float64)
        return result / divisor.reshape(-1, *([1] * (values.ndim - 1)))

    def _add(self, sample: Any) -> None:
        for name, partial in self._partial.items():
            values = np.nan_to_num(np.asarray(getattr(sample, name), dtype=np.float64))
            partial += values
            if name in self._spoke:
                self._spoke[name] += values > 0
        self._weight += 1
        if self._weight < self.stride:
            return
        if self.count == CAPACITY:
            self._join()
            if self._weight < self.stride:
                return  # a point after the joining stands for twice as many samples, too
        for name, partial in self._partial.items():
            divisor = np.maximum(self._spoke[name], 1) if name in self._spoke else self._weight
            self._columns[name][self.count] = partial / divisor
            partial[...] = 0
        for spoke in self._spoke.values():
            spoke[...] = 0
        self._time[self.count] = sample.time_s
        self._weight = 0
        self.count += 1

    def _join(self) -> None:
        half = CAPACITY // 2
        self._time[:half] = self._time[1::2]
        for name, values in self._columns.items():
            first, second = values[0::2], values[1::2]
            divisor = np.maximum((first > 0).astype(float) + (second > 0), 1) if name in LATENCIES else 2.0
            values[:half] = (first + second) / divisor
        self.count = half
        self.stride *= 2


def _carried_on(values: Floats) -> Floats:
    """[n, vms]: where nothing was completed, the value before holds; 0 before the first completion."""
    rows = np.where(values > 0, np.arange(len(values))[:, None], 0)
    np.maximum.accumulate(rows, axis=0, out=rows)
    return np.take_along_axis(values, rows, axis=0)


def step_up(value: float, present: float) -> float:
    """The upper end of an axis: `present` while it fits, else the next of 1, 2, 2.5, 5 times a power of ten above."""
    if value <= present:
        return present
    power = 10.0 ** np.floor(np.log10(value))
    for factor in (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5):
        if value <= factor * power:
            return float(factor * power)
    return float(10.0 * power)
