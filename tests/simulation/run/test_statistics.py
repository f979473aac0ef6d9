"""Warm-up, intervals and quantiles against known values."""

from __future__ import annotations

import numpy as np
import pytest

from hvstudio.simulation.kernel.variates import draw_row
from hvstudio.simulation.run.statistics import (
    batch_interval,
    bucket_middles,
    histogram_quantiles,
    mean_interval,
    student_t,
    warm_up_index,
)

# Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", table 26.10
STUDENT = {
    (1, 0.975): 12.706, (2, 0.975): 4.303, (3, 0.95): 2.353, (4, 0.995): 4.604, (9, 0.975): 2.262,
    (10, 0.9): 1.372, (29, 0.975): 2.045, (30, 0.995): 2.750, (120, 0.975): 1.980,
}  # fmt: skip


@pytest.mark.parametrize(("freedom", "probability"), STUDENT)
def test_student_quantiles_are_those_of_the_tables(freedom: int, probability: float) -> None:
    assert student_t(probability, freedom) == pytest.approx(STUDENT[freedom, probability], abs=6e-4)
    assert student_t(1 - probability, freedom) == pytest.approx(-STUDENT[freedom, probability], abs=6e-4)


def test_an_interval_of_four_values() -> None:
    # mean 3, standard deviation 1.8257, t(0.975, 3) = 3.1824: half width 3.1824 * 1.8257 / 2 = 2.9052
    found = mean_interval(np.array([1.0, 2.0, 4.0, 5.0]))
    assert (found.mean, found.high - found.mean) == (3.0, pytest.approx(2.9052, abs=1e-3))


def test_batch_intervals_hold_the_mean_of_correlated_samples_about_as_often_as_promised() -> None:
    rng = np.random.default_rng(11)
    hits = 0
    for _ in range(200):
        noise = rng.normal(size=2000)
        series = np.empty(2000)
        series[0] = noise[0] / 0.6
        for index in range(1, 2000):
            series[index] = 0.8 * series[index - 1] + noise[index]
        interval = batch_interval(series)
        hits += interval.low <= 0.0 <= interval.high
    assert 180 <= hits <= 199  # 95 % of 200 is 190


def test_a_start_that_differs_is_cut_off_and_a_steady_one_is_not() -> None:
    rng = np.random.default_rng(3)
    steady = 10 + rng.normal(size=400)
    rising = np.concatenate([np.linspace(0, 10, 60), steady])
    assert 40 <= warm_up_index(rising) <= 70
    assert warm_up_index(steady) < 100
    assert warm_up_index(np.ones(10)) == 0


def test_buckets_stand_for_latencies_within_one_percent() -> None:
    middles = bucket_middles(2496)
    assert middles[:128].tolist() == list(range(128))
    for latency in (128, 129, 1000, 123_456, 10**9, 2**44 - 1):
        octave = latency.bit_length() - 1
        bucket = 128 + (octave - 7) * 64 + (latency >> (octave - 6)) - 64
        assert middles[bucket] == pytest.approx(latency, rel=0.01)


def test_quantiles_of_a_histogram() -> None:
    counts = np.zeros(2496, dtype=np.int64)
    counts[[10, 20, 30]] = [50, 45, 5]
    assert histogram_quantiles(counts, (0.5, 0.51, 0.95, 0.99)) == (10.0, 20.0, 20.0, 30.0)
    assert histogram_quantiles(np.zeros(2496), (0.5,)) == (0.0,)


@pytest.mark.parametrize("scv", [0.0, 0.05, 0.124, 0.125, 0.2, 1 / 3, 0.5, 0.9, 1.0, 1.5, 10.0, 1000.0])
def test_families_of_variates_have_the_mean_and_variability_asked_for(scv: float) -> None:
    row = draw_row(1000.0, scv)
    mean, second = moments(row)
    assert mean == pytest.approx(1000.0)
    assert second / mean**2 - 1 == pytest.approx(scv, abs=1e-9)


def moments(row: dict[str, float]) -> tuple[float, float]:
    """First and second moment of the family, worked out from its parameters."""
    mean, a, b, p, k = (row[name] for name in ("a", "a", "b", "p", "stages"))
    if row["family"] == 0:
        return mean, mean**2
    if row["family"] == 1:
        return mean, 2 * mean**2
    if row["family"] == 2:
        return a + b, a**2 + 2 * a * b + 2 * b**2
    if row["family"] == 3:
        return p * a + (1 - p) * b, 2 * (p * a**2 + (1 - p) * b**2)
    return a * (k - p), a**2 * (p * (k - 1) * k + (1 - p) * k * (k + 1))
