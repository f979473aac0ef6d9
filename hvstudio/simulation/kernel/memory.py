"""A plan laid out as the kernel's memory: structured arrays, everything derived once, before the clock starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hvstudio.errors import HVStudioError
from hvstudio.simulation.kernel.codes import BUCKETS, TokenState
from hvstudio.simulation.kernel.node_memory import are_virtual_processors, node_rows
from hvstudio.simulation.kernel.random_keys import stream_key
from hvstudio.simulation.kernel.records import RECORDS
from hvstudio.simulation.kernel.step_memory import ns_per_cycle, step_rows
from hvstudio.simulation.kernel.ziggurat import ziggurat
from hvstudio.simulation.plan.plan import LAYER_COUNT, Arrivals, Plan

Array = NDArray[Any]

MOST_OPEN_REQUESTS: Final = 2**18
"""Open and spawned requests under way at the same time; further arrivals are counted as rejected."""

_LINE: Final = 64

_FINISHES: Final = 1024
"""Finished requests that the kernel notes before it counts them all at once."""


class Memory:
    """The arrays of one run. Complexity of making it: linear in the plan."""

    FIXED: Final = (
        "processors", "cores", "pools", "nodes", "contexts", "stations", "steps", "kinds", "traces", "vms", "finishes",
        "edges", "heights", "place", "children", "layers", "histogram", "recent", "trace_time", "trace_requests",
    )  # fmt: skip
    GROWING: Final = ("tokens", "works", "events")

    def __init__(self, plan: Plan, *, seed: int = 1, traced: bool = False, checked: bool = False) -> None:
        """`traced` lets the kernel digest every event, `checked` lets it integrate populations for Little's law."""
        self.traced, self.checked = traced, checked
        self.has_reserves = int(bool(np.any(plan.node_reserve > 0)))
        self.pools = _pool_rows(plan)
        self.cores = _core_rows(plan, self.pools)
        self.processors = _processor_rows(plan, self.pools)
        self.nodes, self.children = node_rows(plan)
        self.contexts = _context_rows(plan, self.nodes)
        self.stations = _station_rows(plan)
        self.steps, firsts, draws, self.own_draws = step_rows(plan)
        self.kinds = _kind_rows(plan, seed, firsts=firsts, draws=draws)
        self.traces = _trace_rows(plan)
        self.vms = _vm_rows(plan)
        self.leaves = _leaves(plan)
        self.edges, self.heights = ziggurat()
        self.finishes: Array = np.zeros(_FINISHES, dtype=RECORDS["Finish"])
        self.layers: Array = np.zeros(len(self.vms) * LAYER_COUNT, dtype=np.int64)
        self.histogram: Array = np.zeros(len(self.vms) * BUCKETS, dtype=np.int64)
        self.recent: Array = np.zeros(len(self.vms) * BUCKETS, dtype=np.int32)
        self.trace_time: Array = np.append(plan.trace_time_ns, 0)
        self.trace_requests: Array = np.append(plan.trace_requests, 0)
        self.most_at_once = int(self.trace_requests.max())
        closed = int(plan.class_clients[plan.class_arrivals == Arrivals.CLOSED].sum())
        self.token_limit = closed + MOST_OPEN_REQUESTS
        self.same_limit = 1_000_000 + 100 * self.token_limit
        self._fixed_slots = len(self.processors) + len(self.kinds) + len(self.nodes)
        self.tokens: Array = np.zeros(0, dtype=RECORDS["Token"])
        self.events: Array = np.zeros(0, dtype=RECORDS["PlannedEvent"])
        self.works: Array = np.zeros(0, dtype=RECORDS["TokenWork"])
        self.place: Array = np.zeros(self._fixed_slots + 1, dtype=np.int32)  # and one for all tokens, never read
        for name in ("processors", "nodes", "steps", "kinds", "vms"):
            array: Array = getattr(self, name)
            setattr(self, name, _enlarged(array, len(array)))
        self.grow(closed + 256 + self.most_at_once)

    def grow(self, tokens: int) -> None:
        """Room for that many requests; what is there keeps its place."""
        slots = self._fixed_slots + tokens
        self.tokens = _enlarged(self.tokens, tokens)
        self.works = _enlarged(self.works, tokens)
        self.events = _enlarged(self.events, slots + 4)

    def under_way(self, now_ns: int) -> tuple[Array, Array]:
        """For each VM, how many requests are unfinished, and the time that they have spent so far."""
        busy = self.tokens[self.tokens["state"] > TokenState.THINKING]
        owners = self.kinds["vm"][busy["kind"]]
        number = np.bincount(owners, minlength=len(self.vms))
        return number, np.bincount(owners, weights=now_ns - busy["start"], minlength=len(self.vms))

    def address(self, name: str, row_bytes: int) -> int:
        """Where the array begins. Raises HVStudioError when the compiled kernel takes its rows for other ones."""
        array: Array = getattr(self, name)
        if array.dtype.itemsize != row_bytes:
            raise HVStudioError(
                f"the compiled kernel expects {row_bytes} bytes per row of {name}, not {array.dtype.itemsize}.",
                where="simulation kernel",
                hint="It was compiled from other sources: install HVStudio again.",
            )
        return int(array.__array_interface__["data"][0])

    def rows(self, name: str) -> list[Any]:
        """The array as a list of mutable rows (or of numbers), for the interpreted kernel."""
        array: Array = getattr(self, name)
        names = array.dtype.names
        if names is None:
            return array.tolist()
        row_type: Any = type("Row", (), {"__slots__": names})
        rows: list[Any] = []
        for values in array.tolist():
            row = row_type()
            for field, value in zip(names, values, strict=True):
                setattr(row, field, value)
            rows.append(row)
        return rows

    def put(self, kernel: Any, name: str, *, row: int, values: Mapping[str, float]) -> None:
        """Change fields of one row where the kernel reads them: in the array, or in the interpreted kernel's copy."""
        rows: list[Any] | None = getattr(kernel, name, None)
        array: Array = getattr(self, name)
        for field, value in values.items():
            if rows is None:
                array[field][row] = value
            else:
                setattr(rows[row], field, value)

    def take_back(self, kernel: Any, *names: str) -> None:
        """Copy the interpreted kernel's rows into the arrays, so that both kernels are read the same way."""
        for name in names:
            array: Array = getattr(self, name)
            rows: list[Any] = getattr(kernel, name)
            fields = array.dtype.names
            if fields is None:
                array[:] = rows
            else:
                array[:] = [tuple(getattr(row, field) for field in fields) for row in rows]


def _enlarged(array: Array, size: int) -> Array:
    """A zeroed copy of at least that size whose first byte starts a cache line."""
    raw = np.zeros(size * array.dtype.itemsize + _LINE, dtype=np.uint8)
    offset = -raw.__array_interface__["data"][0] % _LINE
    larger: Array = raw[offset : offset + size * array.dtype.itemsize].view(array.dtype)
    larger[: len(array)] = array
    return larger


def _pool_rows(plan: Plan) -> Array:
    rows = np.zeros(len(plan.pool_processors), dtype=RECORDS["Pool"])
    rows["processors"] = plan.pool_processors
    rows["first"] = np.cumsum(plan.pool_processors) - plan.pool_processors
    rows["idle_exit"] = plan.pool_idle_exit_ns
    rows["smt_yield"] = plan.pool_smt_yield
    rows["root"] = -1
    roots = np.flatnonzero(plan.node_parent < 0)
    rows["root"][plan.node_pool[roots]] = roots
    rows["idle_thread"] = -1
    cores = plan.pool_processors // plan.pool_threads_per_core
    rows["idle_core"] = np.cumsum(cores) - cores
    return rows


def _core_rows(plan: Plan, pools: Array) -> Array:
    cores = plan.pool_processors // plan.pool_threads_per_core
    rows = np.zeros(int(cores.sum()), dtype=RECORDS["Core"])
    rows["pool"] = np.repeat(np.arange(len(cores)), cores)
    rows["threads"] = plan.pool_threads_per_core[rows["pool"]]
    rows["first"] = np.cumsum(rows["threads"]) - rows["threads"]
    index = np.arange(len(rows))
    starts = pools["idle_core"][rows["pool"]]
    rows["prev"] = np.where(index == starts, -1, index - 1)
    rows["next"] = np.where(index == starts + cores[rows["pool"]] - 1, -1, index + 1)
    return rows


def _processor_rows(plan: Plan, pools: Array) -> Array:
    rows = np.zeros(int(plan.pool_processors.sum()), dtype=RECORDS["Processor"])
    rows["pool"] = np.repeat(np.arange(len(pools)), plan.pool_processors)
    threads = plan.pool_threads_per_core[rows["pool"]]
    within = np.arange(len(rows)) - pools["first"][rows["pool"]]
    rows["core"] = pools["idle_core"][rows["pool"]] + within // threads
    rows["leaf"] = rows["last"] = rows["next"] = rows["prev"] = -1
    rows["rate"] = 1.0
    return rows


def _context_rows(plan: Plan, nodes: Array) -> Array:
    rows = np.zeros(len(plan.context_vm), dtype=RECORDS["Context"])
    rows["vm"] = plan.context_vm
    rows["head"] = rows["tail"] = rows["idle_leaf"] = -1
    rows["quantum"] = plan.context_quantum_ns
    rows["refill_ns"] = plan.context_refill_ns
    rows["wake_layer"] = plan.context_wake_layer
    rows["wake_ns"] = np.rint(plan.context_wake_cycles * ns_per_cycle(plan))
    # Later leaves first, so that each list of idle leaves starts with the lowest one.
    leaves = np.flatnonzero(plan.node_context >= 0)[::-1]
    heads = rows["idle_leaf"].copy()
    for leaf, context in zip(leaves.tolist(), plan.node_context[leaves].tolist(), strict=True):
        nodes["next_idle"][leaf] = heads[context]
        heads[context] = leaf
    rows["idle_leaf"] = heads
    return rows


def _station_rows(plan: Plan) -> Array:
    rows = np.zeros(len(plan.station_servers), dtype=RECORDS["Station"])
    rows["servers"] = plan.station_servers
    rows["head"] = rows["tail"] = -1
    rows["peer_switch"] = plan.station_peer_switch_ns
    return rows


def _kind_rows(plan: Plan, seed: int, *, firsts: Array, draws: Array) -> Array:
    rows = np.zeros(len(plan.class_vm), dtype=RECORDS["RequestKind"])
    for name in ("vm", "arrivals", "clients", "counts", "bytes"):
        rows[name] = getattr(plan, f"class_{name}")
    rows["first_step"] = firsts
    rows["draw"] = draws
    ordinals: dict[int, int] = {}
    streams, spawned = plan.vm_stream.tolist(), (plan.class_arrivals == Arrivals.NONE).tolist()
    keys: list[int] = []
    for vm, only_spawned in zip(plan.class_vm.tolist(), spawned, strict=True):
        # Spawned kinds are numbered apart: they may exist in one architecture and not in the other.
        ordinal = ordinals.get(vm, 0)
        ordinals[vm] = ordinal + (not only_spawned)
        keys.append(stream_key(seed, streams[vm], -1 if only_spawned else ordinal))
    rows["key"] = keys
    return rows


def _trace_rows(plan: Plan) -> Array:
    rows = np.zeros(len(plan.class_vm), dtype=RECORDS["Trace"])
    rows["start"] = plan.class_start_ns
    rows["first"], rows["count"] = plan.class_trace_first, plan.class_trace_count
    rows["period"] = np.where(plan.class_arrivals == Arrivals.TRACE, plan.class_think_ns, 0)
    return rows


def _leaves(plan: Plan) -> Array:
    """How many virtual processors each VM has."""
    contexts = plan.node_context[plan.node_context >= 0]
    contexts = contexts[are_virtual_processors(plan)[contexts]]
    return np.bincount(plan.context_vm[contexts], minlength=len(plan.vm_stream))


def _vm_rows(plan: Plan) -> Array:
    rows = np.zeros(len(plan.vm_stream), dtype=RECORDS["Vm"])
    rows["octave"] = 20
    rows["low"] = BUCKETS
    rows["high"] = -1
    return rows
