"""Figures from samples: warm-up, confidence intervals, quantiles. NumPy only."""

from __future__ import annotations

import math
from functools import cache
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from hvstudio.simulation.kernel.codes import BUCKETS_PER_DOUBLING, EXACT_BUCKETS

Array = NDArray[Any]

_MOST_BATCHES: Final = 30
_FEWEST_BATCHES: Final = 10


@frozen
class Interval:
    """A mean with its 95 % confidence interval."""

    mean: float
    low: float
    high: float

    @property
    def relative_half_width(self) -> float:
        """Half the interval over the mean; infinite for a mean of zero with a width."""
        half = (self.high - self.low) / 2
        if half == 0:
            return 0.0
        return half / abs(self.mean) if self.mean else math.inf


def warm_up_index(series: Array) -> int:
    """How many leading samples to drop so that the mean of the rest has the smallest standard error (MSER-5).

    Never more than half. Source: White, Cobb, Spratt, "A comparison of five steady-state truncation heuristics for
    simulation" (Winter Simulation Conference 2000).
    """
    batches = len(series) // 5
    if batches < 4:
        return 0
    means = series[: batches * 5].reshape(batches, 5).mean(axis=1)
    remaining = np.arange(batches, 0, -1, dtype=np.float64)
    tail_sum = np.cumsum(means[::-1])[::-1]
    tail_squares = np.cumsum((means * means)[::-1])[::-1]
    spread = np.maximum(tail_squares - tail_sum * tail_sum / remaining, 0.0) / (remaining * remaining)
    return int(np.argmin(spread[: batches // 2 + 1])) * 5


def batch_interval(values: Array, *, level: float = 0.95) -> Interval:
    """Confidence interval of the mean of equally long, possibly correlated samples, by batch means.

    Starts with 30 batches and takes fewer, longer ones (down to 10) while neighbouring batches are correlated.
    Source: Law, "Simulation Modeling and Analysis" (5th ed.), section 9.5.3.
    """
    mean = float(values.mean()) if len(values) else 0.0
    batches = min(_MOST_BATCHES, len(values))
    if batches < 2:
        return Interval(mean, mean, mean)
    means = _batch_means(values, batches)
    while batches > _FEWEST_BATCHES and _neighbour_correlation(means) > 2.0 / math.sqrt(batches):
        batches = max(_FEWEST_BATCHES, batches * 2 // 3)
        means = _batch_means(values, batches)
    return mean_interval(means, level=level)


def mean_interval(values: Array, *, level: float = 0.95) -> Interval:
    """Student's interval of the mean of independent values."""
    number = len(values)
    mean = float(values.mean()) if number else 0.0
    if number < 2:
        return Interval(mean, mean, mean)
    half = student_t(0.5 + level / 2, number - 1) * float(values.std(ddof=1)) / math.sqrt(number)
    return Interval(mean, mean - half, mean + half)


def _batch_means(values: Array, batches: int) -> Array:
    size = len(values) // batches
    return values[len(values) - batches * size :].reshape(batches, size).mean(axis=1)


def _neighbour_correlation(values: Array) -> float:
    centred = values - values.mean()
    total = float((centred * centred).sum())
    return float((centred[1:] * centred[:-1]).sum()) / total if total > 0 else 0.0


@cache
def student_t(probability: float, freedom: int) -> float:
    """Quantile of Student's t distribution, by bisection on its distribution function; error below 1e-9."""
    if probability == 0.5:
        return 0.0
    if probability < 0.5:
        return -student_t(1.0 - probability, freedom)
    low, high = 0.0, 1.0
    while _student_cdf(high, freedom) < probability:
        low, high = high, high * 2.0
    for _ in range(80):
        middle = (low + high) / 2
        if _student_cdf(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _student_cdf(t: float, freedom: int) -> float:
    """For t >= 0, by the finite series for whole degrees of freedom.

    Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4.
    """
    angle = math.atan2(t, math.sqrt(freedom))
    cosine, sine = math.cos(angle), math.sin(angle)
    term = total = cosine if freedom % 2 else 1.0
    for k in range(3 if freedom % 2 else 2, freedom - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
    if freedom % 2 == 0:
        return 0.5 + sine * total / 2
    if freedom == 1:
        return 0.5 + angle / math.pi
    return 0.5 + (angle + sine * total) / math.pi


def bucket_middles(buckets: int) -> Array:
    """Latency in ns that each bucket of the kernel's histogram stands for, within 0.8 %."""
    index = np.arange(buckets)
    beyond = index - EXACT_BUCKETS
    doubling = np.maximum(beyond, 0) // BUCKETS_PER_DOUBLING
    middle = BUCKETS_PER_DOUBLING + beyond % BUCKETS_PER_DOUBLING + 0.5
    return np.where(index < EXACT_BUCKETS, index.astype(np.float64), np.ldexp(middle, doubling + 1))


def histogram_quantiles(counts: Array, probabilities: tuple[float, ...]) -> tuple[float, ...]:
    """Quantiles in ns of one VM's histogram; zeros when it is empty."""
    total = int(counts.sum())
    if not total:
        return tuple(0.0 for _ in probabilities)
    reached = np.cumsum(counts)
    middles = bucket_middles(len(counts))
    return tuple(float(middles[int(np.searchsorted(reached, p * total - 1e-9))]) for p in probabilities)
