"""Bootstrap confidence intervals and paired differences. Seeded, so repeatable."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 5000
LEVEL = 0.95
# Draws held in memory at once, as a number of indices.
_BLOCK = 4_000_000

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over `n` values with its confidence interval."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Second minus first on the same questions: mean and interval, and who won how often.

    `ratio` is the second's sum as a share of the first's (None where that is 0).
    """

    change: Interval
    wins: int
    losses: int
    ratio: Interval | None = None

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.change.low > 0.0 or self.change.high < 0.0


def mean_interval(values: Sequence[float], *, score: bool = True, seed: int = 0) -> Interval | None:
    """The mean with its percentile bootstrap interval (Efron 1979); None without values.

    Where all of a `score`'s values are 0, or all 1, resampling can only say that it is
    certain; Wilson's interval stands in: 60 of 60 is 0.94 to 1.
    """
    if not values:
        return None
    array = np.asarray(values, dtype=np.float64)
    mean = float(array.mean())
    if score and np.all(array == array[0]) and array[0] in (0.0, 1.0):
        return Interval(mean, *wilson(int(array.sum()), len(array)), len(array))
    low, high = _bounds(_resampled_means(array, seed))
    return Interval(mean, low, high, len(array))


def paired_difference(first: Mapping[str, float], second: Mapping[str, float]) -> Difference | None:
    """Second minus first over the question ids that both have; None where there are none."""
    shared = sorted(first.keys() & second.keys())
    if not shared:
        return None
    before = np.array([first[key] for key in shared], dtype=np.float64)
    after = np.array([second[key] for key in shared], dtype=np.float64)
    gain = after - before
    low, high = _bounds(_resampled_means(gain))
    return Difference(
        Interval(float(gain.mean()), low, high, len(shared)),
        wins=int((gain > 0).sum()),
        losses=int((gain < 0).sum()),
        ratio=_ratio(before, after),
    )


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Wilson's interval (1927) of a share, at `LEVEL`."""
    z = 1.959964
    share, spread = successes / n, z * z / n
    centre = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return (
        max(0.0, (centre - half) / (1 + spread)),
        min(1.0, (centre + half) / (1 + spread)),
    )


def _ratio(before: Floats, after: Floats) -> Interval | None:
    if before.sum() <= 0.0:
        return None
    # The same seed draws the same questions for both.
    lower, upper = _resampled_means(before), _resampled_means(after)
    usable = lower > 0.0
    low, high = _bounds(upper[usable] / lower[usable])
    return Interval(float(after.sum() / before.sum()), low, high, len(before))


def _resampled_means(values: Floats, seed: int = 0) -> Floats:
    random = np.random.default_rng(seed)
    rows = max(1, _BLOCK // len(values))
    means = [
        values[random.integers(0, len(values), (min(rows, RESAMPLES - done), len(values)))].mean(1)
        for done in range(0, RESAMPLES, rows)
    ]
    return np.concatenate(means)


def _bounds(samples: Floats) -> tuple[float, float]:
    tail = 50 * (1 - LEVEL)
    low, high = np.percentile(samples, (tail, 100 - tail))
    return float(low), float(high)
