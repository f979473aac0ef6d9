"""What one request of each class asks of each resource, read off a plan's routes without running them."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from hvstudio.simulation.plan.plan import LAYER_COUNT, Arrivals, Floats, Ints, Op, Plan


@frozen(kw_only=True, eq=False)
class ResourceDemand:
    """Demands of K classes on R resources (the C contexts, then the S stations), as sparse rows.

    Row i says that a request of class `row_class[i]` needs `row_seconds[i]` of service from one server of resource
    `row_resource[i]`; `row_scv[i]` is the variability of that service, `row_visits[i]` how often it comes anew,
    Class `held_class[h]` holds `held_station[h]` while it is served at the merged rows `held_rows[held_of_row == h]`.
    `delay_s[K]` is waiting that uses nothing. `layer_seconds[K, L]`
    is processor time by layer. `exits[K]` counts VM exits. `spawns[K, 2]` rows are (parent class, child class) with
    `spawn_count` each.
    """

    row_class: Ints
    row_resource: Ints
    row_seconds: Floats
    row_scv: Floats
    row_visits: Floats
    delay_s: Floats
    layer_seconds: Floats
    exits: Floats
    spawn_parent: Ints
    spawn_child: Ints
    spawn_count: Floats
    held_station: Ints
    held_class: Ints
    held_rows: Ints
    held_of_row: Ints


def context_pools(plan: Plan) -> Ints:
    """[C] the pool whose processors each context runs on."""
    pools = np.zeros(len(plan.context_vm), dtype=np.int64)
    leaves = np.flatnonzero(plan.node_context >= 0)
    pools[plan.node_context[leaves]] = plan.node_pool[leaves]
    return pools


def demands(plan: Plan) -> ResourceDemand:
    """Walk every class's route once, all classes at a time; O(steps)."""
    steps, owner = _steps_by_class(plan)
    reach = _reach(plan)[steps]
    op = plan.step_op[steps]
    target = plan.step_target[steps]
    mean = plan.step_mean[steps]
    contexts = len(plan.context_vm)
    classes = len(plan.class_vm)
    is_cpu, is_station = op == Op.CPU, op == Op.STATION
    clock = plan.pool_clock_hz[context_pools(plan)] if contexts else np.ones(1)
    cpu_s = np.where(is_cpu, mean / clock[np.where(is_cpu, target, 0)], 0.0) * reach
    rate = plan.station_bytes_per_s[np.where(is_station, target, 0)] if len(plan.station_servers) else np.ones(1)
    transfer_s = np.where(rate > 0, plan.step_bytes[steps] / np.where(rate > 0, rate, 1.0), 0.0)
    station_s = np.where(is_station, mean * 1e-9 + transfer_s, 0.0) * reach
    rows = np.flatnonzero(is_cpu | is_station)
    resource = np.where(is_cpu, target, target + contexts)
    same_as_before = np.zeros(len(steps), dtype=bool)
    same_as_before[1:] = is_cpu[1:] & is_cpu[:-1] & (target[1:] == target[:-1]) & (owner[1:] == owner[:-1])
    delay_s = sum_by(owner, np.where(op == Op.DELAY, mean * 1e-9, 0.0) * reach, classes)
    layer = sum_by(
        owner * LAYER_COUNT + np.where(is_cpu, plan.step_layer[steps], 0), cpu_s, classes * LAYER_COUNT
    ).reshape(classes, LAYER_COUNT)
    spawn = np.flatnonzero(op == Op.SPAWN)
    merged = _merge(
        owner[rows],
        resource[rows],
        (cpu_s + station_s)[rows],
        plan.step_scv[steps][rows],
        np.where(same_as_before, 0.0, reach)[rows],
    )
    held = _held(plan, op, target, owner, rows, merged[5])
    return ResourceDemand(
        row_class=merged[0],
        row_resource=merged[1],
        row_seconds=merged[2],
        row_scv=merged[3],
        row_visits=merged[4],
        delay_s=delay_s,
        layer_seconds=layer,
        exits=sum_by(owner, plan.step_exits[steps] * reach, classes),
        spawn_parent=owner[spawn],
        spawn_child=target[spawn],
        spawn_count=reach[spawn],
        held_station=held[0],
        held_class=held[1],
        held_rows=held[2],
        held_of_row=held[3],
    )


def _steps_by_class(plan: Plan) -> tuple[Ints, Ints]:
    """The steps of every class one after the other, and the class each belongs to (END steps left out)."""
    ends = np.flatnonzero(plan.step_op == Op.END)
    last = ends[np.searchsorted(ends, plan.class_first_step)]
    length = last - plan.class_first_step
    owner = np.repeat(np.arange(len(length)), length)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(length) - length, length)
    return np.repeat(plan.class_first_step, length) + offset, owner


def _reach(plan: Plan) -> Floats:
    """[T] the probability that a request executes the step: the product of the SKIPs that span it."""
    skips = np.flatnonzero(plan.step_op == Op.SKIP)
    count = len(plan.step_op)
    never, logs = np.zeros(count + 1), np.zeros(count + 1)
    probability = plan.step_mean[skips]
    first, after = skips + 1, np.minimum(skips + 1 + plan.step_target[skips], count)
    log = np.log(np.where(probability > 0, probability, 1.0))
    np.add.at(logs, first, log)
    np.add.at(logs, after, -log)
    np.add.at(never, first, probability <= 0)
    np.add.at(never, after, -1.0 * (probability <= 0))
    return np.where(np.cumsum(never)[:count] > 0.5, 0.0, np.exp(np.minimum(np.cumsum(logs)[:count], 0.0)))


def _merge(
    owner: Ints, resource: Ints, seconds: Floats, scv: Floats, visits: Floats
) -> tuple[Ints, Ints, Floats, Floats, Floats, Ints]:
    """One row for each pair of class and resource, and for each step row the merged row it went into."""
    width = int(resource.max()) + 1 if len(resource) else 1
    keys, group = np.unique(owner * width + resource, return_inverse=True)
    count = len(keys)
    total = sum_by(group, seconds, count)
    weighted = sum_by(group, seconds * scv, count)
    return (
        keys // width,
        keys % width,
        total,
        np.where(total > 0, weighted / np.where(total > 0, total, 1.0), 0.0),
        sum_by(group, visits, count),
        group.astype(np.int64),
    )


def _held(
    plan: Plan, op: Ints, target: Ints, owner: Ints, rows: Ints, merged_of_row: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """For every SEIZE: the station, the class, and the merged rows that are served while it is held."""
    starts = np.flatnonzero(op == Op.SEIZE)
    if not len(starts):
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, nothing, nothing
    inside: list[Ints] = []
    frees = np.flatnonzero(op == Op.FREE)
    for start in starts:
        window = frees[np.searchsorted(frees, start) :][:64]
        mine = window[(target[window] == target[start]) & (owner[window] == owner[start])]
        stop = int(mine[0]) if len(mine) else int(start)
        inside.append(np.unique(merged_of_row[np.searchsorted(rows, start) : np.searchsorted(rows, stop)]))
    lengths = [len(found) for found in inside]
    return target[starts], owner[starts], np.concatenate(inside), np.repeat(np.arange(len(inside)), lengths)


def sum_by(index: Ints, values: Floats, count: int) -> Floats:
    """[count] the sum of the values that bear each index."""
    return np.bincount(index, weights=values, minlength=count).astype(np.float64)


def generates(plan: Plan) -> tuple[Ints, Floats]:
    """[K] customers of closed classes (0 elsewhere) and [K] arrivals per second of others (0 elsewhere)."""
    kind = plan.class_arrivals
    runs = np.array([not reason for reason in plan.vm_cannot_start], dtype=bool)[plan.class_vm]
    customers = np.where((kind == Arrivals.CLOSED) & runs, plan.class_clients, 0)
    gap = np.where(plan.class_think_ns > 0, plan.class_think_ns, 1.0)
    rates = np.where((kind == Arrivals.OPEN) & runs, 1e9 / gap, 0.0)
    for index in np.flatnonzero((kind == Arrivals.TRACE) & runs):
        first, count = int(plan.class_trace_first[index]), int(plan.class_trace_count[index])
        total = float(plan.trace_requests[first : first + count].sum())
        rates[index] = total * 1e9 / float(plan.class_think_ns[index])
    return customers, rates
