"""95 % intervals: of a share, of a mean told by its spread, and of a mean measured here."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

LEVEL = 0.95


def share_interval(events: int, n: int) -> tuple[float, float]:
    """Wilson interval of events out of n. Raises ValueError when there are more events than cases, or no case."""
    if not 0 <= events <= n or n == 0:
        raise ValueError(f"{events} events of {n} cases are no share")
    low, high = stats.binomtest(events, n).proportion_ci(LEVEL, method="wilson")
    return float(low), float(high)


def mean_interval(mean: float, sd: float, n: int) -> tuple[float, float]:
    """Student interval of a published mean."""
    half = float(stats.t.ppf((1 + LEVEL) / 2, n - 1)) * sd / math.sqrt(n)
    return mean - half, mean + half


def measured_mean_interval(values: ArrayLike) -> tuple[float, float]:
    """Student interval of the mean of values measured here; both ends are nan for fewer than two."""
    given = np.asarray(values, dtype=np.float64)
    if given.size < 2:
        return math.nan, math.nan
    return mean_interval(float(given.mean()), float(given.std(ddof=1)), given.size)
