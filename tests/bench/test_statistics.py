"""Intervals that can be checked: known cases, coverage, repeatability."""

from __future__ import annotations

import numpy as np
import pytest

from longread.bench.statistics import mean_interval, paired_difference, wilson
from longread.reading.relevance.calibration import auc


def test_no_values_no_interval() -> None:
    assert mean_interval([]) is None
    assert paired_difference({"a": 1.0}, {"b": 1.0}) is None


def test_the_interval_is_repeatable_and_holds_the_mean() -> None:
    values = [0.0, 1.0, 0.5, 0.25, 1.0, 0.0, 0.75]
    first, second = mean_interval(values), mean_interval(values)
    assert first == second
    assert first is not None
    assert first.mean == pytest.approx(0.5)
    assert first.low < 0.5 < first.high
    assert first.n == 7


def test_the_interval_is_about_the_textbook_one() -> None:
    values = list(np.random.default_rng(1).normal(3.0, 2.0, 400))
    found = mean_interval(values)
    assert found is not None
    half = 1.96 * float(np.std(values)) / 20
    assert found.high - found.low == pytest.approx(2 * half, rel=0.1)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(2)
    held = 0
    for trial in range(200):
        found = mean_interval(list(random.random(40)), seed=trial)
        assert found is not None
        held += found.low <= 0.5 <= found.high
    assert 0.88 <= held / 200 <= 0.99


@pytest.mark.parametrize(
    ("values", "low", "high"), [([1.0] * 60, 0.94, 1.0), ([0.0] * 10, 0, 0.28)]
)
def test_all_right_is_not_certain(values: list[float], low: float, high: float) -> None:
    found = mean_interval(values)
    assert found is not None
    assert found.low == pytest.approx(low, abs=0.005)
    assert found.high == pytest.approx(high, abs=0.005)


def test_wilson_against_a_published_value() -> None:
    # Newcombe 1998, table I: 81 of 263.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)


def test_paired_differences_use_only_what_both_have() -> None:
    first = {"a": 0.0, "b": 0.5, "c": 1.0, "d": 0.2}
    second = {"a": 1.0, "b": 0.5, "c": 0.9, "e": 1.0}
    found = paired_difference(first, second)
    assert found is not None
    assert found.change.mean == pytest.approx(0.3)
    assert (found.change.n, found.wins, found.losses) == (3, 1, 1)


def test_pairing_sees_what_the_means_alone_would_not() -> None:
    hardness = np.random.default_rng(3).random(60)
    first = {str(place): float(value) for place, value in enumerate(hardness)}
    second = {key: value + 0.05 for key, value in first.items()}
    found = paired_difference(first, second)
    assert found is not None
    assert found.clear
    assert found.change.low == pytest.approx(0.05)


def test_the_ratio_is_that_of_the_sums() -> None:
    found = paired_difference({"a": 4.0, "b": 8.0}, {"a": 1.0, "b": 2.0})
    assert found is not None
    assert found.ratio is not None
    assert (found.ratio.mean, found.ratio.low, found.ratio.high) == (0.25, 0.25, 0.25)
    nothing = paired_difference({"a": 0.0}, {"a": 1.0})
    assert nothing is not None
    assert nothing.ratio is None


def test_auc_against_counting_all_pairs() -> None:
    random = np.random.default_rng(4)
    positive = list(random.integers(0, 10, 30).astype(float))
    negative = list(random.integers(0, 8, 20).astype(float))
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    assert auc(positive, negative) == pytest.approx(wins / 600)
    assert auc([2.0], [1.0]) == 1.0
    assert auc([], [1.0]) is None
