"""Families of non-negative variates, chosen by mean and squared coefficient of variation (SCV)."""

from __future__ import annotations

import math
from typing import Final

from hvstudio.simulation.kernel.codes import Family

# Below this variability an Erlang mixture would need more than eight stages, each a random number.
_FEWEST_STAGES_SCV: Final = 0.125


def draw_row(mean: float, scv: float) -> dict[str, float]:
    """Parameters of the family for the kernel's `StepRecord`.

    SCV 0 is deterministic, 1 exponential. Between 1/8 and 1: an Erlang mixture of k-1 and k equal stages; below:
    a constant plus an exponential. Above 1: two exponentials with balanced means.
    Source: Tijms, "A First Course in Stochastic Models" (2003), appendix B (two-moment fits).
    """
    row: dict[str, float] = {"family": Family.DETERMINISTIC, "stages": 0, "a": mean, "b": 0.0, "p": 0.0}
    if scv <= 0.0 or mean <= 0.0:
        return row
    if scv == 1.0:
        return row | {"family": Family.EXPONENTIAL}
    if scv < _FEWEST_STAGES_SCV:
        spread = math.sqrt(scv)
        return row | {"family": Family.SHIFTED_EXPONENTIAL, "a": mean * (1.0 - spread), "b": mean * spread}
    if scv < 1.0:
        return row | _erlang_mixture(mean, scv)
    p = 0.5 * (1.0 + math.sqrt((scv - 1.0) / (scv + 1.0)))
    return row | {"family": Family.HYPEREXPONENTIAL, "p": p, "a": mean / (2.0 * p), "b": mean / (2.0 * (1.0 - p))}


def _erlang_mixture(mean: float, scv: float) -> dict[str, float]:
    stages = math.ceil(1.0 / scv)
    p = (stages * scv - math.sqrt(max(0.0, stages * (1.0 + scv) - stages * stages * scv))) / (1.0 + scv)
    return {"family": Family.ERLANG_MIXTURE, "stages": stages, "p": max(0.0, p), "a": mean / (stages - p)}
