"""What a comparison case is: how one published row is predicted, and from which native facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from attrs import frozen
from benches import Guest, Machine, Metric, Work

from hvstudio.catalog.catalog import Catalog

Kind = Literal["ratio", "share", "absolute"]


@frozen(kw_only=True)
class Unknown:
    """A native property that the paper does not state: found such that the native run meets the native value.

    `parameter` is one of the workload, or with `of` "disk" or "nic" one of that device; between `low` and `high`.
    """

    parameter: str
    low: float
    high: float
    of: Literal["work", "disk", "nic"] = "work"


@frozen(kw_only=True)
class RatioCase:
    """A row that is predicted by running the same work natively and in a VM.

    `target` is the native value in requests per second (metric "throughput") or seconds (metric "latency").
    `reference` replaces the plain host by another guest, for rows that compare two techniques.
    `assumed` says in words what the paper does not state.
    """

    table: str
    system: str
    machine: Machine
    guest: Guest
    load: Work
    metric: Metric = "throughput"
    unknown: Unknown | None = None
    target: float = 0.0
    reference: tuple[Machine, Guest] | None = None
    copies: int = 1
    duration_s: float = 2.0
    assumed: str = ""


@frozen(kw_only=True)
class DirectCase:
    """A row that is predicted by a function of the catalogue (a formula, or runs of its own).

    `measured` overrides the row's value where the row's unit is not the natural one to compare.
    """

    table: str
    system: str
    kind: Kind
    predict: Callable[[Catalog], float]
    formula: str
    measured: float | None = None


@frozen(kw_only=True)
class NotExpressed:
    """A row that the model does not predict, and why."""

    table: str
    system: str
    reason: str


Case = RatioCase | DirectCase | NotExpressed
