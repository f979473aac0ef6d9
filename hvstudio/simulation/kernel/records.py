"""The layout of the kernel's memory: one structured array per kind of thing.

The compiled kernel reads these arrays in place as C structs of the same names (`kernel.pxd` declares them in the same
order; `tests/simulation/kernel/test_kernel_memory.py` compares the two). The interpreted kernel works on copies.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np


def _layout(*groups: tuple[str, str]) -> np.dtype[Any]:
    """Each group: a type (l int64, i int32, d float64) and the names of fields."""
    types = {"l": "i8", "i": "i4", "d": "f8"}
    return np.dtype([(name, types[kind]) for kind, names in groups for name in names.split()])


RECORDS: Final = {
    "Processor": _layout(
        ("i", "leaf last core pool vm next prev padding"),
        ("l", "since done_at deadline goal exit_left switch_left wake_left dispatched reserved idle_since"),
        ("d", "rate"),
    ),
    "Core": _layout(
        ("l", "busy first threads pool next prev"),
    ),
    "Pool": _layout(
        ("l", "first processors root idle_core idle_thread idle_exit idle_ns busy_ns"),
        ("d", "smt_yield"),
    ),
    "Node": _layout(
        ("d", "virtual_time inverse_weight least_virtual"),
        ("l", "quantum"),
        ("i", "parent depth pool context vm child_base size position active state blocked token last_processor"),
        ("i", "processor next_idle special preempts woken running max_running"),
        ("l", "switch_ns bonus rank period phase period_index full budget reserve reserve_left"),
    ),
    "Context": _layout(
        ("l", "vm head tail idle_leaf frozen quantum refill_ns wake_ns wake_layer busy_ns"),
    ),
    "Station": _layout(
        ("l", "servers busy head tail queued peer peer_switch last busy_ns served"),
        ("d", "queue_area"),
    ),
    "StepRecord": _layout(
        ("l", "salt"),
        ("d", "a b p exits"),
        ("i", "op target layer peer family stages"),
    ),
    "RequestKind": _layout(
        ("i", "vm first_step arrivals clients live draw counts active"),
        ("d", "bytes"),
        ("l", "key counter started"),
    ),
    "Trace": _layout(
        ("l", "start first count next base period"),
    ),
    "Vm": _layout(
        ("l", "population_last finished completions"),
        ("d", "population_area stay_sum latency_sum bytes exits ready_area"),
        ("l", "p95_bucket ready_last rejected padding"),
        ("i", "population waiting octave low high lost"),
    ),
    "Token": _layout(
        ("l", "start key"),
        ("i", "kind step next state"),
    ),
    "TokenWork": _layout(
        ("l", "remaining used node padding"),
    ),
    "PlannedEvent": _layout(
        ("l", "time slot"),
    ),
    "Finish": _layout(
        ("l", "kind latency"),
    ),
}
