"""Joins neighbouring pieces of processor work of a route, so that a run has fewer events to the same effect."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from hvstudio.simulation.plan.plan import Op
from hvstudio.simulation.plan.steps import Step


def merged(steps: Sequence[Step]) -> list[Step]:
    """The same route with certain work of one context and layer, that follows itself, in one step.

    Steps that draw random numbers stay as they are; optional parts (SKIP) are merged within themselves.
    """
    joined: list[Step] = []
    may_join = False
    position = 0
    while position < len(steps):
        step = steps[position]
        position += 1
        if step.op == Op.SKIP:
            inside = merged(steps[position : position + step.target])
            position += step.target
            joined += [evolve(step, target=len(inside)), *inside]
            may_join = False
        elif may_join and _continues(joined[-1], step):
            before = joined[-1]
            joined[-1] = evolve(before, mean=before.mean + step.mean, exits=before.exits + step.exits)
        else:
            joined.append(step)
            may_join = True
    return joined


def _continues(before: Step, step: Step) -> bool:
    return (
        step.op == Op.CPU
        and before.op == Op.CPU
        and step.target == before.target
        and step.layer == before.layer
        and step.scv == 0.0
        and before.scv == 0.0
    )
