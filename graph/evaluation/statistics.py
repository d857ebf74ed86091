"""Intervals that say how far a measured figure can be trusted: 95 % each."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

_Z = 1.959963984540054  # 95 % of a normal distribution lie within so many standard deviations
_RESAMPLES, _SEED, _BLOCK = 10_000, 20261122, 500

Interval = tuple[float, float]


def mean_interval(values: Sequence[float]) -> Interval:
    """The interval of a mean: Wilson's for shares (values of 0 and 1), a percentile bootstrap otherwise.

    A bootstrap of values that are all 1 would claim certainty; Wilson's interval does not.
    """
    if set(values) <= {0.0, 1.0}:
        return wilson(sum(values), len(values))
    return bootstrap(values)


def wilson(successes: float, count: int) -> Interval:
    """Wilson's interval of a share; `count` must not be 0."""
    share, squared = successes / count, _Z * _Z
    middle = (share + squared / (2 * count)) / (1 + squared / count)
    half = _Z * math.sqrt(share * (1 - share) / count + squared / (4 * count * count)) / (1 + squared / count)
    # At the ends the formula gives 0 and 1 but for rounding.
    return (0.0 if successes == 0 else max(0.0, middle - half), 1.0 if successes == count else min(1.0, middle + half))


def bootstrap(values: Sequence[float]) -> Interval:
    """The percentile interval of the mean over resamples; the same each time, since the seed is fixed.

    Given the differences of two runs question by question, this is the paired interval of their difference.
    """
    given, random = np.asarray(values, float), np.random.default_rng(_SEED)
    means = [
        given[random.integers(0, len(given), (_BLOCK, len(given)))].mean(axis=1) for _ in range(_RESAMPLES // _BLOCK)
    ]
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5])
    return float(low), float(high)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies, interpolated."""
    return float(np.quantile(np.asarray(values, float), share))
