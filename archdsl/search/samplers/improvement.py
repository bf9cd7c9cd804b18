"""Expected improvement: how much better than the best a member is expected to be.

Jones, Schonlau, Welch, "Efficient Global Optimization of Expensive Black-Box Functions", 1998.
Where costs are objectives too they are known exactly, so only the trained result is uncertain. The
utility of a member is then a function of it with one kink, and its expectation is still exact.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from archdsl.search.samplers.preference import SUM, Preference

Array: TypeAlias = npt.NDArray[np.float64]


def expected_excess(mean: Array, deviation: Array, bound: Array) -> Array:
    """The expectation of max(0, x - bound), for normal x."""
    u = (mean - bound) / deviation
    density = np.exp(-u * u / 2) / np.sqrt(2 * np.pi)
    excess: Array = deviation * (u * ndtr(u) + density)
    return excess


def expected_improvement(
    preference: Preference, mean: Array, deviation: Array, best: float
) -> Array:
    """The expectation of max(0, utility - best), for results that are normal.

    The utility grows by `(1 + SUM) * weight` a unit of the result up to the kink, where the result
    is no longer the least of the weighted objectives, and by `SUM * weight` behind it.
    """
    weight, least = preference.weight, preference.least
    below = (best - SUM * preference.total) / ((1 + SUM) * weight)
    behind = (best - least - SUM * preference.total) / (SUM * weight)
    kink = least / weight
    whole = (1 + SUM) * expected_excess(mean, deviation, below)
    lost = expected_excess(mean, deviation, np.minimum(kink, 1e9))
    rest = SUM * expected_excess(mean, deviation, behind)
    improvement: Array = weight * np.where(below <= kink, whole - lost, rest)
    return improvement
