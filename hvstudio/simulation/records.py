"""The layout of the kernel's memory: one structured array per kind of thing, every field eight bytes.

The compiled kernel reads these arrays in place as C structs of the same names (`kernel.py` declares them in the same
order; `tests/simulation/test_kernel_memory.py` compares the two). The interpreted kernel works on copies.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np


def _layout(whole: str, real: str = "") -> np.dtype[Any]:
    return np.dtype([(name, "i8") for name in whole.split()] + [(name, "f8") for name in real.split()])


RECORDS: Final = {
    "Processor": _layout(
        "leaf last since done_at deadline goal exit_left switch_left wake_left dispatched core pool "
        "idle_since next prev vm",
        "rate",
    ),
    "Core": _layout(
        "busy first threads pool next prev",
    ),
    "Pool": _layout(
        "first processors threads root idle_core idle_thread idle_exit idle_ns busy_ns",
        "smt_yield",
    ),
    "Node": _layout(
        "parent depth pool context vm child_base size position active state blocked token last_processor "
        "processor next_idle quantum preempts special max_running running period phase period_index full "
        "budget reserve reserve_left reserved woken switch_ns bonus rank dispatches",
        "virtual_time inverse_weight least_virtual",
    ),
    "Context": _layout(
        "vm head tail queued idle_leaf frozen quantum refill_ns wake_ns wake_layer busy_ns",
    ),
    "Station": _layout(
        "servers busy head tail queued peer peer_switch last busy_ns served",
        "queue_area",
    ),
    "Step": _layout(
        "op target layer peer draw",
        "probability exits",
    ),
    "Draw": _layout(
        "kind stages salt",
        "mean a b p",
    ),
    "Kind": _layout(
        "vm first_step arrivals clients live draw start counts key counter trace_first trace_count trace_next "
        "trace_base trace_period active",
        "bytes",
    ),
    "Vm": _layout(
        "completions started lost rejected waiting ready_last population population_last on octave low high "
        "leaves finished",
        "latency_sum latency_squares bytes exits ready_area population_area stay_sum interval_p95",
    ),
    "Token": _layout(
        "kind step next remaining start key state node used client requests client_key",
    ),
    "Event": _layout(
        "time slot",
    ),
}
