"""Routes laid out for the kernel: one row per step with its distribution, equal routes stored once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hvstudio.simulation.kernel.random_keys import stream_key
from hvstudio.simulation.kernel.records import RECORDS
from hvstudio.simulation.kernel.variates import draw_row
from hvstudio.simulation.plan.plan import Op, Plan

Array = NDArray[Any]


def step_rows(plan: Plan) -> tuple[Array, Array, Array, Array]:
    """(steps, first step of each class, row of its think times or gaps, row kept for it alone after a live edit)."""
    steps, firsts = _shared(plan, _route_rows(plan))
    number = len(plan.class_vm)
    pairs = np.stack([plan.class_think_ns, plan.class_think_scv], axis=1)
    unique, which = np.unique(pairs, axis=0, return_inverse=True)
    thinks = np.zeros(len(unique) + number, dtype=RECORDS["StepRecord"])
    _set_families(thinks[: len(unique)], unique[:, 0], unique[:, 1])
    thinks["salt"] = stream_key(2)
    own = len(steps) + len(unique) + np.arange(number)
    return np.concatenate([steps, thinks]), firsts, len(steps) + which.reshape(-1), own


def ns_per_cycle(plan: Plan) -> Array:
    """For each context, nanoseconds per cycle of the processors that serve it."""
    clock = np.full(len(plan.context_vm), 1e9)
    leaves = np.flatnonzero(plan.node_context >= 0)
    clock[plan.node_context[leaves]] = plan.pool_clock_hz[plan.node_pool[leaves]]
    return 1e9 / clock


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


def _route_rows(plan: Plan) -> Array:
    rows = np.zeros(len(plan.step_op), dtype=RECORDS["StepRecord"])
    for name in ("op", "target", "layer", "peer", "exits"):
        rows[name] = getattr(plan, f"step_{name}")
    _set_families(rows, step_means_ns(plan), plan.step_scv)
    skips = plan.step_op == Op.SKIP
    rows["p"][skips] = plan.step_mean[skips]
    rows["salt"] = _salts(plan)
    return rows


def _set_families(rows: Array, means: Array, spreads: Array) -> None:
    names = ("family", "stages", "a", "b", "p")
    families: dict[tuple[float, float], tuple[float, ...]] = {}
    found: list[tuple[float, ...]] = []
    for key in zip(means.tolist(), spreads.tolist(), strict=True):
        if key not in families:
            row = draw_row(*key)
            families[key] = tuple(row[name] for name in names)
        found.append(families[key])
    for name, column in zip(names, zip(*found, strict=True), strict=False):
        rows[name] = column


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
    return salts


def _shared(plan: Plan, rows: Array) -> tuple[Array, Array]:
    """Routes that are equal in every row exist once: many like VMs then stay in the processor's cache."""
    ends = np.flatnonzero(rows["op"] == Op.END)
    lasts = ends[np.searchsorted(ends, plan.class_first_step)]
    places: dict[bytes, int] = {}
    kept: list[int] = []
    firsts: list[int] = []
    memory, size = rows.tobytes(), rows.dtype.itemsize
    for first, last in zip(plan.class_first_step.tolist(), lasts.tolist(), strict=True):
        route = memory[first * size : (last + 1) * size]
        if route not in places:
            places[route] = len(kept)
            kept.extend(range(first, last + 1))
        firsts.append(places[route])
    return rows[kept], np.array(firsts, dtype=np.int64)
