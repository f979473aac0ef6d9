"""A plan laid out as the kernel's memory: structured arrays, everything derived once, before the clock starts."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hvstudio.simulation.node_memory import node_rows
from hvstudio.simulation.plan import LAYER_COUNT, Arrivals, Op, Plan
from hvstudio.simulation.random_keys import stream_key
from hvstudio.simulation.records import RECORDS
from hvstudio.simulation.variates import draw_row

Array = NDArray[Any]

BUCKETS: Final = 128 + (44 - 7) * 64
"""Latency buckets per VM: 128 exact ones, then 64 for each doubling up to 2^44 ns."""

MOST_OPEN_REQUESTS: Final = 2**18
"""Open and spawned requests under way at the same time; further arrivals are counted as rejected."""

_LINE: Final = 64


class Memory:
    """The arrays of one run. Complexity of making it: linear in the plan."""

    FIXED: Final = (
        "processors", "cores", "pools", "nodes", "contexts", "stations", "steps", "draws", "kinds", "vms", "children",
        "layers", "histogram", "recent", "trace_time", "trace_requests",
    )  # fmt: skip
    GROWING: Final = ("tokens", "events", "place")

    def __init__(self, plan: Plan, *, seed: int = 1, traced: bool = False) -> None:
        self.traced = traced
        self.buckets = BUCKETS
        self.has_reserves = int(bool(np.any(plan.node_reserve > 0)))
        self.pools = _pool_rows(plan)
        self.cores = _core_rows(plan, self.pools)
        self.processors = _processor_rows(plan, self.pools)
        self.nodes, self.children = node_rows(plan)
        self.contexts = _context_rows(plan, self.nodes)
        self.stations = _station_rows(plan)
        self.draws = _draw_rows(plan)
        self.steps = _step_rows(plan)
        self.kinds = _kind_rows(plan, seed)
        self.vms = _vm_rows(plan)
        self.layers: Array = np.zeros(len(self.vms) * LAYER_COUNT, dtype=np.int64)
        self.histogram: Array = np.zeros(len(self.vms) * BUCKETS, dtype=np.int64)
        self.recent: Array = np.zeros(len(self.vms) * BUCKETS, dtype=np.int64)
        self.trace_time: Array = np.append(plan.trace_time_ns, 0)
        self.trace_requests: Array = np.append(plan.trace_requests, 0)
        closed = int(plan.class_clients[plan.class_arrivals == Arrivals.CLOSED].sum())
        self.token_limit = closed + MOST_OPEN_REQUESTS
        self.same_limit = 1_000_000 + 100 * self.token_limit
        self._fixed_slots = len(self.processors) + len(self.kinds) + len(self.nodes)
        self.tokens: Array = np.zeros(0, dtype=RECORDS["Token"])
        self.events: Array = np.zeros(0, dtype=RECORDS["Event"])
        self.place: Array = np.zeros(0, dtype=np.int64)
        self.grow(closed + 256)

    def grow(self, tokens: int) -> None:
        """Room for that many requests; what is there keeps its place."""
        slots = self._fixed_slots + tokens
        self.tokens = _enlarged(self.tokens, tokens)
        self.events = _enlarged(self.events, slots + 4)
        self.place = _enlarged(self.place, slots)

    def time_under_way(self, now_ns: int) -> list[float]:
        """For each VM, the time that its unfinished requests have spent so far."""
        busy = self.tokens[self.tokens["state"] > 1]
        owners = self.kinds["vm"][busy["kind"]]
        return np.bincount(owners, weights=now_ns - busy["start"], minlength=len(self.vms)).tolist()

    def address(self, name: str) -> int:
        """Where the array begins."""
        return int(getattr(self, name).__array_interface__["data"][0])

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
    spare = _LINE // 8
    raw = np.zeros(size * array.dtype.itemsize // 8 + spare, dtype=np.int64)
    offset = (-raw.__array_interface__["data"][0] % _LINE) // 8
    larger: Array = raw[offset : offset + size * array.dtype.itemsize // 8].view(array.dtype)
    larger[: len(array)] = array
    return larger


def _pool_rows(plan: Plan) -> Array:
    rows = np.zeros(len(plan.pool_processors), dtype=RECORDS["Pool"])
    rows["processors"] = plan.pool_processors
    rows["first"] = np.cumsum(plan.pool_processors) - plan.pool_processors
    rows["threads"] = plan.pool_threads_per_core
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


def ns_per_cycle(plan: Plan) -> Array:
    """For each context, nanoseconds per cycle of the processors that serve it."""
    clock = np.full(len(plan.context_vm), 1e9)
    leaves = np.flatnonzero(plan.node_context >= 0)
    clock[plan.node_context[leaves]] = plan.pool_clock_hz[plan.node_pool[leaves]]
    return 1e9 / clock


def _station_rows(plan: Plan) -> Array:
    rows = np.zeros(len(plan.station_servers), dtype=RECORDS["Station"])
    rows["servers"] = plan.station_servers
    rows["head"] = rows["tail"] = -1
    rows["peer_switch"] = plan.station_peer_switch_ns
    return rows


def step_means_ns(plan: Plan) -> Array:
    """Mean time of every step in ns: cycles over the clock, or service plus bytes over the bandwidth."""
    means = np.where(plan.step_op == Op.SKIP, 0.0, plan.step_mean)
    cpu = np.flatnonzero(plan.step_op == Op.CPU)
    means[cpu] *= ns_per_cycle(plan)[plan.step_target[cpu]]
    station = np.flatnonzero(plan.step_op == Op.STATION)
    speed = plan.station_bytes_per_s[plan.step_target[station]]
    sized = speed > 0
    means[station[sized]] += plan.step_bytes[station[sized]] / speed[sized] * 1e9
    return means


def _draw_rows(plan: Plan) -> Array:
    """One row per step, then one per class for think times and gaps."""
    means = np.concatenate([step_means_ns(plan), plan.class_think_ns])
    spreads = np.concatenate([plan.step_scv, plan.class_think_scv])
    rows = np.zeros(len(means), dtype=RECORDS["Draw"])
    families: dict[tuple[float, float], tuple[Any, ...]] = {}
    names = [name for name in RECORDS["Draw"].names or () if name != "salt"]
    found: list[tuple[Any, ...]] = []
    for key in zip(means.tolist(), spreads.tolist(), strict=True):
        if key not in families:
            row = draw_row(*key)
            families[key] = tuple(row[name] for name in names)
        found.append(families[key])
    for name, column in zip(names, zip(*found, strict=True), strict=True):
        rows[name] = column
    rows["salt"] = _salts(plan)
    return rows


def _salts(plan: Plan) -> list[int]:
    """What tells the draws of one request apart: the step's purpose, counting repeats within the route."""
    salts: list[int] = []
    known: dict[tuple[int, int], int] = {}
    seen: dict[int, int] = {}
    for op, purpose in zip(plan.step_op.tolist(), plan.step_purpose.tolist(), strict=True):
        repeat = seen.get(purpose, 0)
        seen[purpose] = repeat + 1
        if (purpose, repeat) not in known:
            known[purpose, repeat] = stream_key(1, purpose, repeat)
        salts.append(known[purpose, repeat])
        if op == Op.END:
            seen.clear()
    return salts + [stream_key(2)] * len(plan.class_vm)


def _step_rows(plan: Plan) -> Array:
    rows = np.zeros(len(plan.step_op), dtype=RECORDS["Step"])
    for name in ("op", "target", "layer", "peer", "exits"):
        rows[name] = getattr(plan, f"step_{name}")
    rows["draw"] = np.arange(len(rows))
    rows["probability"] = plan.step_mean
    return rows


def _kind_rows(plan: Plan, seed: int) -> Array:
    rows = np.zeros(len(plan.class_vm), dtype=RECORDS["Kind"])
    for name in ("vm", "first_step", "arrivals", "clients", "counts", "trace_first", "trace_count", "bytes"):
        rows[name] = getattr(plan, f"class_{name}")
    rows["start"] = plan.class_start_ns
    rows["draw"] = len(plan.step_op) + np.arange(len(rows))
    ordinals: dict[int, int] = {}
    for kind, vm in enumerate(plan.class_vm.tolist()):
        # Spawned kinds are numbered apart: they may exist in one architecture and not in the other.
        spawned = plan.class_arrivals[kind] == Arrivals.NONE
        ordinal = -1 if spawned else ordinals.get(vm, 0)
        ordinals[vm] = ordinals.get(vm, 0) + (not spawned)
        rows["key"][kind] = stream_key(seed, int(plan.vm_stream[vm]), ordinal)
        rows["trace_period"][kind] = trace_period_ns(plan, kind)
    return rows


def trace_period_ns(plan: Plan, kind: int) -> int:
    """After which time a trace repeats."""
    first, count = int(plan.class_trace_first[kind]), int(plan.class_trace_count[kind])
    if not count:
        return 0
    times = plan.trace_time_ns[first : first + count].tolist()
    gap = times[-1] - times[-2] if count > 1 else times[-1]
    given = int(plan.class_think_ns[kind])
    return max(given or times[-1] + (gap or 1_000_000_000), times[-1] + 1)


def _vm_rows(plan: Plan) -> Array:
    rows = np.zeros(len(plan.vm_stream), dtype=RECORDS["Vm"])
    rows["octave"] = 20
    rows["low"] = BUCKETS
    rows["high"] = -1
    leaves = plan.node_context[plan.node_context >= 0]
    rows["leaves"] = np.bincount(plan.context_vm[leaves], minlength=len(rows)) if len(leaves) else 0
    return rows
