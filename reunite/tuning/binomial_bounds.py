"""Exact binomial bounds (Clopper and Pearson) of a share, each with 95% certainty; the trials are things."""

from math import ceil, exp, floor, lgamma, log, log1p
from typing import Final

import numpy as np
from numpy.typing import NDArray

_CERTAINTY: Final = 0.95
_STEPS: Final = 50
_ROUNDING: Final = 1e-9


def bounds(hits: NDArray[np.float64], cases: NDArray[np.float64]) -> tuple[float, float]:
    """Return the lower and the upper bound of a share, from hits and cases by thing.

    A thing counts once however often it was drawn, by its own share of hits; the sum is rounded to the cautious side.
    """
    counted = cases > 0
    sum_of_shares, things = float((hits[counted] / cases[counted]).sum()), int(counted.sum())
    successes, failures = floor(sum_of_shares + _ROUNDING), things - ceil(sum_of_shares - _ROUNDING)
    return lower_bound(successes, things), 1 - lower_bound(failures, things)


def lower_bound(successes: int, trials: int) -> float:
    """Return the lowest share with which this many successes or more have a chance of 5%."""
    if not successes:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _chance(successes, trials, middle) < 1 - _CERTAINTY else (low, middle)
    return low


def _chance(successes: int, trials: int, share: float) -> float:
    """Return the chance of at least this many successes."""
    return sum(
        exp(
            lgamma(trials + 1)
            - lgamma(count + 1)
            - lgamma(trials - count + 1)
            + count * log(share)
            + (trials - count) * (log1p(-share) if count < trials else 0.0)
        )
        for count in range(successes, trials + 1)
    )
