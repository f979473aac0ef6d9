"""The steps a route is written with: what a request does, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from hvstudio.simulation.plan.plan import Layer, Op


@frozen(kw_only=True)
class Step:
    """One instruction of a route; see `plan.Op` for the meaning of each field."""

    op: Op
    target: int = 0
    mean: float = 0.0
    scv: float = 0.0
    bytes: float = 0.0
    layer: Layer = Layer.GUEST_USER
    exits: float = 0.0
    peer: int = 0
    purpose: int = 0


def cpu(context: int, cycles: float, *, layer: Layer, scv: float = 0.0, purpose: int = 0, exits: float = 0.0) -> Step:
    """Work `cycles` on average in `context`; one execution causes `exits` VM exits."""
    return Step(op=Op.CPU, target=context, mean=cycles, layer=layer, scv=scv, purpose=purpose, exits=exits)


def use(
    station: int, *, ns: float = 0.0, scv: float = 0.0, bytes: float = 0.0, purpose: int = 0, peer: int = 0
) -> Step:
    """Be served by `station`: `ns` per operation plus `bytes` over its bandwidth, both varying together by `scv`.

    `peer` names who the operation comes from, where the station charges for a change of peer.
    """
    return Step(op=Op.STATION, target=station, mean=ns, scv=scv, bytes=bytes, purpose=purpose, peer=peer)


def delay(ns: float, *, scv: float = 0.0, purpose: int = 0) -> Step:
    """Wait without using anything (a wire, a timer)."""
    return Step(op=Op.DELAY, mean=ns, scv=scv, purpose=purpose)


def sometimes(probability: float, steps: Sequence[Step], purpose: int) -> list[Step]:
    """Those steps with that probability, otherwise none of them."""
    return [Step(op=Op.SKIP, target=len(steps), mean=probability, purpose=purpose), *steps]


def seize(station: int) -> Step:
    """Take one server of `station` and hold it until `free`; wait in its queue if none is free."""
    return Step(op=Op.SEIZE, target=station)


def free(station: int) -> Step:
    """Give back the server taken by `seize`."""
    return Step(op=Op.FREE, target=station)


def spawn(class_index: int) -> Step:
    """Start an independent request of that class (arrivals NONE) and go on without waiting for it."""
    return Step(op=Op.SPAWN, target=class_index)
