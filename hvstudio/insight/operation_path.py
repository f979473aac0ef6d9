"""The way of an operation of a VM and what each layer spends on it, as a compiled plan has it: what a run charges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from attrs import field, frozen

from hvstudio.simulation.estimate.demand import demands
from hvstudio.simulation.plan.plan import Layer, Op, Plan


@frozen(kw_only=True)
class Stage:
    """Work of one context for the operation: cycles on average, accounted to a layer.

    `block` is whose processors or threads the context is, `part` which of them.
    """

    block: str
    part: str
    layer: Layer
    cycles: float


@frozen(kw_only=True)
class OperationPath:
    """One operation on average: its stages in order, how often it leaves the VM, and how often the work changes hands.

    `waking` is what comes on top where nobody is at work: cycles by layer to wake each context that the operation
    comes to. Under load contexts are awake, and that part falls away.
    """

    stages: tuple[Stage, ...]
    exits: float
    handovers: float
    waking: Mapping[Layer, float] = field(factory=dict[Layer, float])

    @property
    def cycles(self) -> float:
        """The cycles of all stages."""
        return sum(stage.cycles for stage in self.stages)

    def cycles_by_layer(self, *, idle: bool = False) -> dict[Layer, float]:
        """Cycles by layer; `idle`: on a machine that has nothing else to do, so that everyone has to be woken."""
        found = dict.fromkeys(Layer, 0.0)
        for stage in self.stages:
            found[stage.layer] += stage.cycles
        for layer, cycles in self.waking.items() if idle else ():
            found[layer] += cycles
        return found


def costliest_path(plan: Plan) -> tuple[str, OperationPath] | None:
    """The block and the path of the reported VM whose request takes the most cycles; None where nobody makes any.

    VMs that cannot start are left out.
    """
    starts = np.array([not reason for reason in plan.vm_cannot_start], dtype=bool)
    classes = np.flatnonzero((plan.class_counts == 1) & starts[plan.class_vm])
    if not len(classes):
        return None
    clock_hz = plan.pool_clock_hz[plan.vm_pool[plan.class_vm[classes]]]
    cycles = demands(plan).layer_seconds.sum(axis=1)[classes] * clock_hz
    index = int(classes[int(np.argmax(cycles.round(3)))])  # of equals the first
    return plan.vm_block[int(plan.class_vm[index])], operation_path(plan, index)


def operation_path(plan: Plan, index: int) -> OperationPath:
    """The path of a request of that class."""
    walk = _Walk(plan)
    walk.follow(index, 1.0)
    return OperationPath(stages=tuple(walk.stages()), exits=walk.exits, handovers=walk.handovers, waking=walk.waking)


class _Walk:
    """Follows a route once, with the probability of every way through it: routes only go forward."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._cycles: dict[tuple[int, Layer], float] = {}
        self.exits = 0.0
        self.handovers = 0.0
        self.waking: dict[Layer, float] = {}

    def stages(self) -> Iterator[Stage]:
        """What each context did in each layer, in the order in which it came first."""
        plan = self._plan
        for (context, layer), cycles in self._cycles.items():
            if cycles > 0:
                block, part = plan.context_block[context], plan.context_part[context]
                yield Stage(block=block, part=part, layer=layer, cycles=cycles)

    def follow(self, index: int, often: float) -> None:
        """Add a request of a class, made with that probability, and all that it starts."""
        plan, row = self._plan, int(self._plan.class_first_step[index])
        # By row that is reached: how likely, by the context that worked last and whether it is still awake.
        ahead: dict[int, dict[tuple[int, bool], float]] = {row: {(-1, False): often}}
        while plan.step_op[row] != Op.END:
            states = ahead.pop(row, {})
            op, target = Op(int(plan.step_op[row])), int(plan.step_target[row])
            if op is Op.SKIP:
                taken = float(plan.step_mean[row])
                _join(ahead, row + 1, states, taken)
                _join(ahead, row + 1 + target, states, 1.0 - taken)
            elif op is Op.CPU:
                _join(ahead, row + 1, {(target, True): self._work(row, target, states)}, 1.0)
            elif op in (Op.STATION, Op.DELAY):
                asleep: dict[tuple[int, bool], float] = {}
                for (context, _), mass in states.items():
                    asleep[context, False] = asleep.get((context, False), 0.0) + mass
                _join(ahead, row + 1, asleep, 1.0)
            else:
                if op is Op.SPAWN:
                    self.follow(target, sum(states.values()))
                _join(ahead, row + 1, states, 1.0)
            row += 1

    def _work(self, row: int, context: int, states: Mapping[tuple[int, bool], float]) -> float:
        """Add a step of processor work; gives how likely it is."""
        plan, mass = self._plan, sum(states.values())
        key = (context, Layer(int(plan.step_layer[row])))
        self._cycles[key] = self._cycles.get(key, 0.0) + mass * float(plan.step_mean[row])
        self.exits += mass * float(plan.step_exits[row])
        self.handovers += sum(part for (last, _), part in states.items() if last not in (-1, context))
        asleep = mass - states.get((context, True), 0.0)
        layer = Layer(int(plan.context_wake_layer[context]))
        self.waking[layer] = self.waking.get(layer, 0.0) + asleep * float(plan.context_wake_cycles[context])
        return mass


def _join(
    ahead: dict[int, dict[tuple[int, bool], float]],
    row: int,
    states: Mapping[tuple[int, bool], float],
    part: float,
) -> None:
    reached = ahead.setdefault(row, {})
    for state, mass in states.items():
        if mass * part > 0:
            reached[state] = reached.get(state, 0.0) + mass * part
