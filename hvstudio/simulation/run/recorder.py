"""What a run remembers: cumulative measures at sample times, in bounded memory, however long the run."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from hvstudio.simulation.kernel.memory import Memory
from hvstudio.simulation.plan.plan import LAYER_COUNT

Array = NDArray[Any]

_VM_COLUMNS: Final = (
    "completions", "bytes", "latency_sum", "ready_area", "exits", "rejected",
    "lost",
)  # fmt: skip
_STATION_COLUMNS: Final = ("busy_ns", "queue_area", "served")
_POOL_COLUMNS: Final = ("busy_ns", "idle_ns")
_MOST_CELLS: Final = 3_000_000
_MOST_MARKS: Final = 24


@frozen
class Row:
    """Cumulative measures at one time; or, as a difference of two, what happened in between."""

    cells: Array
    vms: int
    stations: int

    def __sub__(self, earlier: Row) -> Row:
        return Row(self.cells - earlier.cells, self.vms, self.stations)

    def vm(self, name: str) -> Array:
        """One measure of every VM, shape (..., V)."""
        start = _VM_COLUMNS.index(name) * self.vms
        return self.cells[..., start : start + self.vms]

    def layers(self) -> Array:
        """CPU time in ns, shape (..., V, layers)."""
        start = len(_VM_COLUMNS) * self.vms
        part = self.cells[..., start : start + LAYER_COUNT * self.vms]
        return part.reshape(*part.shape[:-1], self.vms, LAYER_COUNT)

    def station(self, name: str) -> Array:
        """One measure of every station, shape (..., S)."""
        start = (len(_VM_COLUMNS) + LAYER_COUNT) * self.vms + _STATION_COLUMNS.index(name) * self.stations
        return self.cells[..., start : start + self.stations]

    def pool(self, name: str) -> Array:
        """One measure of every pool, shape (..., P)."""
        before = (len(_VM_COLUMNS) + LAYER_COUNT) * self.vms + len(_STATION_COLUMNS) * self.stations
        pools = (self.cells.shape[-1] - before) // len(_POOL_COLUMNS)
        start = before + _POOL_COLUMNS.index(name) * pools
        return self.cells[..., start : start + pools]


@frozen
class Mark:
    """Everything at one time, latency histograms (only buckets in use) and time of contexts included."""

    time_ns: int
    row: Row
    buckets: Array
    counts: Array
    context_busy_ns: Array


class Recorder:
    """Takes rows and marks from the kernel's memory; thins both by half whenever they fill their room."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._vms, self._stations = len(memory.vms), len(memory.stations)
        self.last = self.current()
        room = _MOST_CELLS // max(1, len(self.last.cells))
        self._room = max(128, min(2048, room // 2 * 2))
        self._cells: Array = np.zeros((0, len(self.last.cells)))
        self._times: Array = np.zeros(0, dtype=np.int64)
        self._used = 0
        self._row_stride = self._mark_stride = 1
        self._samples = 0
        self.marks: list[Mark] = [self.mark(0)]

    def record(self, time_ns: int) -> Row:
        """Remember the measures at this time; gives the row."""
        self.last = self.current()
        self._samples += 1
        if self._samples % self._row_stride == 0:
            self._keep(time_ns)
        if self._samples % self._mark_stride == 0:
            self.marks.append(self.mark(time_ns))
            if len(self.marks) > _MOST_MARKS:
                self.marks = self.marks[::2]
                self._mark_stride *= 2
        return self.last

    def rows(self) -> tuple[Array, Row]:
        """(times in ns, cumulative rows), equally spaced."""
        return self._times[: self._used], Row(self._cells[: self._used], self._vms, self._stations)

    def mark(self, time_ns: int) -> Mark:
        """A mark of the present state."""
        histogram = self._memory.histogram
        buckets = np.flatnonzero(histogram != 0)  # of booleans: five times faster
        return Mark(
            time_ns,
            self.last,
            buckets.astype(np.uint32),
            histogram[buckets],
            self._memory.contexts["busy_ns"].copy(),
        )

    def _keep(self, time_ns: int) -> None:
        if self._used == len(self._cells):
            if self._used >= self._room:
                half = self._used // 2
                self._cells[:half] = self._cells[1 : self._used : 2]
                self._times[:half] = self._times[1 : self._used : 2]
                self._used = half
                self._row_stride *= 2
                if self._samples % self._row_stride:
                    return
            else:
                larger = min(self._room, max(64, 2 * self._used))
                self._cells = np.concatenate([self._cells, np.zeros((larger - self._used, self._cells.shape[1]))])
                self._times = np.concatenate([self._times, np.zeros(larger - self._used, dtype=np.int64)])
        self._cells[self._used] = self.last.cells
        self._times[self._used] = time_ns
        self._used += 1

    def current(self) -> Row:
        """The measures as they are now."""
        memory = self._memory
        parts = [memory.vms[name] for name in _VM_COLUMNS]
        parts.append(memory.layers)
        parts.extend(memory.stations[name] for name in _STATION_COLUMNS)
        parts.extend(memory.pools[name] for name in _POOL_COLUMNS)
        return Row(np.concatenate(parts, dtype=np.float64, casting="unsafe"), self._vms, self._stations)
