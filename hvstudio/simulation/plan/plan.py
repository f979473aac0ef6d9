"""The plan: a composition reduced to numbers, as frozen arrays. The kernel and the estimate know nothing else.

Time is integer nanoseconds, CPU work is in cycles, data in bytes. An entity is an index into its arrays:

pool      a set of logical processors (one host)
node      a node of the scheduling tree; its leaves are virtual processors and threads
context   a queue of CPU work served by one or more leaves (a VM's virtual processors, an I/O thread, a host's services)
station   a device or lock: servers with a queue
class     a kind of request: where it comes from and the route (program of steps) it takes
vm        what results are grouped by; every class belongs to one, host background included
"""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]


class Op(IntEnum):
    """What one step of a route does."""

    END = 0
    """The request is complete."""
    CPU = 1
    """Work `mean` cycles in context `target`, accounted to `layer`."""
    STATION = 2
    """Be served by station `target` for `mean` ns plus `bytes` / the station's bandwidth."""
    DELAY = 3
    """Wait `mean` ns without using anything."""
    SKIP = 4
    """With probability 1 - `mean`, jump over the next `target` steps."""
    SEIZE = 5
    """Take one server of station `target` and keep it until FREE; queue if none is free."""
    FREE = 6
    """Give it back."""
    SPAWN = 7
    """Start an independent request of class `target` at its first step (an asynchronous operation), do not wait."""


class Layer(IntEnum):
    """Whose work a CPU step is; the columns of every breakdown of CPU time."""

    GUEST_USER = 0
    GUEST_KERNEL = 1
    VMM = 2
    """Hypervisor or virtual machine monitor: exits, emulation, translation, world switches."""
    HOST = 3
    """Parent partition or host operating system, working for a VM."""
    BACKGROUND = 4
    """Work of the host that serves no VM."""
    SWITCH = 5
    """Scheduler: context switches and cache refill."""


LAYER_COUNT = len(Layer)


class Arrivals(IntEnum):
    """How requests of a class come."""

    CLOSED = 0
    """`clients` circulate: think `think_ns`, then make a request."""
    OPEN = 1
    """Independent arrivals, mean gap `think_ns`, variability `think_scv`."""
    TRACE = 2
    """At the listed times, the listed number at once; the list begins again every `think_ns`."""
    NONE = 3
    """Only through SPAWN."""


NO_LIMIT = 0.0
"""A limit of 0 means none."""


@frozen(kw_only=True, eq=False)
class Plan:
    """Everything a run needs. Array lengths: pools P, nodes N, contexts C, stations S, steps T, classes K, vms V."""

    # --- pools [P]
    pool_processors: Ints
    pool_threads_per_core: Ints
    pool_clock_hz: Floats
    pool_smt_yield: Floats
    pool_idle_exit_ns: Ints
    """Latency of waking an idle logical processor."""
    pool_block: tuple[str, ...]
    """Id of the host's block, empty where a plan was not made from a composition."""
    pool_name: tuple[str, ...]

    # --- scheduling tree [N]; parents come before children, node_parent is -1 for a pool's root
    node_parent: Ints
    node_pool: Ints
    node_weight: Floats
    node_reserve: Floats
    """Guaranteed logical processors (1.0 = one whole processor), 0 = none. Until it is met in a period the node comes
    before its siblings, the one whose period ends first before the others."""
    node_limit: Floats
    """Ceiling in logical processors, 0 = none."""
    node_period_ns: Ints
    """Over which reserve and limit are accounted."""
    node_max_running: Ints
    """How many of its leaves may run at the same time; 0 = no bound. (The virtual processors of a nested host.)"""
    node_quantum_ns: Ints
    """Longest uninterrupted run of a leaf below this node; the smallest along the path counts. Switch and wake-up
    costs come on top, except where a limit or reserve on the path counts every nanosecond."""
    node_wake_preempts: Ints
    """1 when a leaf below that wakes may push aside a running one (BOOST, wake-up preemption)."""
    node_wake_bonus_ns: Ints
    """How far behind its siblings' virtual time a waking child is placed, in time of an average sibling: so much credit
    it has against one that is running, where wakers preempt. The largest along the path counts."""
    node_switch_cycles: Floats
    """What it costs a processor to turn to a leaf below this node after another one; summed along the path that
    differs, so a switch inside one VM process is cheaper than one between VMs."""
    node_context: Ints
    """The context this leaf serves, or -1 for an inner node."""
    node_name: tuple[str, ...]
    node_block: tuple[str, ...]
    """Id of the block whose weight, reserve and limit this node carries ("" = none): where live changes go."""

    # --- contexts [C]
    context_vm: Ints
    context_wake_cycles: Floats
    """Overhead on the processor when a leaf goes from blocked to running (interrupt delivery, VM entry)."""
    context_wake_layer: Ints
    context_quantum_ns: Ints
    """Round-robin quantum among the requests inside the context (the guest's own scheduler); 0 = run to block."""
    context_refill_ns: Ints
    """Cache refill paid by a leaf that comes back after something else ran on its processor."""
    context_name: tuple[str, ...]
    context_leaves: Ints
    """How many leaves work: all of its rows, or what a live edit has made of them."""
    context_room: Ints
    """Leaves that may join those rows while it runs."""
    context_block: tuple[str, ...]
    """Id of the block whose processors, processes or threads these are, empty where there is no composition."""
    context_part: tuple[str, ...]
    """Which of the block's contexts it is, in ids ("kernel"); empty for the only one."""

    # --- stations [S]
    station_servers: Ints
    station_bytes_per_s: Floats
    """0 = no size-dependent part."""
    station_peer_switch_ns: Ints
    """Extra service time whenever the previous operation came from another peer (`step_peer`)."""
    station_block: tuple[str, ...]
    """Id of the block the station belongs to, for results; several stations may share one."""
    station_name: tuple[str, ...]
    station_part: tuple[str, ...]
    """Which of the block's stations it is, in ids ("channel"); empty for the block itself."""

    # --- routes: steps [T]
    step_op: Ints
    step_target: Ints
    step_mean: Floats
    step_scv: Floats
    step_bytes: Floats
    step_layer: Ints
    step_exits: Floats
    """VM exits one execution of the step stands for."""
    step_peer: Ints
    step_purpose: Ints
    """Which random stream of the VM the step draws from: equal purposes draw equal numbers in every variant."""

    # --- classes [K]
    class_vm: Ints
    class_first_step: Ints
    class_arrivals: Ints
    class_clients: Ints
    class_think_ns: Floats
    class_think_scv: Floats
    class_start_ns: Ints
    class_bytes: Floats
    """Payload of one completed request, for throughput in bytes."""
    class_counts: Ints
    """1 when completions are the VM's throughput (0 for spawned parts)."""
    class_trace_first: Ints
    class_trace_count: Ints
    trace_time_ns: Ints
    trace_requests: Ints
    class_name: tuple[str, ...]

    # --- vms [V]
    vm_stream: Ints
    """Key of the VM's random streams: depends on the VM's place among VMs, not on the architecture around it."""
    vm_is_guest: Ints
    """1 for a virtual machine or native stack that is reported, 0 for host background."""
    vm_pool: Ints
    vm_block: tuple[str, ...]
    """Block id."""
    vm_name: tuple[str, ...]
    vm_depends_on: tuple[tuple[str, ...], ...]
    """Ids of the blocks whose crash takes this VM down."""
    vm_cannot_start: tuple[str, ...]
    """Empty, or the reason why the VM stays off (its classes generate nothing)."""

    notes: tuple[str, ...] = field(default=())
    """Assumptions made by the compiler, for estimate and reports."""


def processors_name(plan: Plan, pool: int) -> str:
    """What a pool is called in results: with several hosts, after its host."""
    if len(plan.pool_processors) == 1:
        return "processors"
    return f"processors of {plan.pool_name[pool] or f'host {pool + 1}'}"


def are_threads(plan: Plan) -> NDArray[np.bool_]:
    """[C] whether the leaves are threads that a workload brings, as many as its clients need."""
    workloads = set(plan.class_name)
    return np.array([block in workloads for block in plan.context_block], dtype=bool)


def most_leaves(plan: Plan) -> Ints:
    """[C] how many leaves each context can have while it runs: its rows and the room for more."""
    leaves = plan.node_context[plan.node_context >= 0]
    return np.bincount(leaves, minlength=len(plan.context_vm)) + plan.context_room
