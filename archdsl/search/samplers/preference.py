"""One number for several objectives: how much of each is wanted, drawn anew for each trial.

This is ParEGO (Knowles, "ParEGO: A Hybrid Algorithm With On-Line Landscape Approximation for
Expensive Multiobjective Optimization Problems", IEEE TEVC 10(1), 2006). Random weights of the
objectives, all scaled to 0..1, lead to all parts of a front, one trial after another. The number is
the augmented Tchebycheff function: the least of the weighted values, which reaches fronts of any
shape, and a little of their sum, so that no objective is given away for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from archdsl.search.domain import Goal, Member

Array: TypeAlias = npt.NDArray[np.float64]

SUM = 0.05
"""The share of the sum, as in ParEGO."""


@dataclass(frozen=True)
class Preference:
    """A weight for what training tells, and weighted costs of some members.

    `least` and `total` are of the costs of each member, with the weights in; without costs they are
    infinite and 0.
    """

    weight: float
    least: Array
    total: Array

    def utility(self, results: Array) -> Array:
        """How much each member is wanted that has this result, scaled to 0..1."""
        weighted = self.weight * results
        wanted: Array = np.minimum(weighted, self.least) + SUM * (weighted + self.total)
        return wanted


def draw_weights(goal: Goal, random: Random) -> Array:
    """A weight of each objective, evenly among all that sum to 1."""
    drawn = np.array([random.expovariate(1) for _ in goal.objectives])
    weights: Array = drawn / drawn.sum()
    return weights


def prefer(goal: Goal, weights: Array, members: Sequence[Member]) -> Preference:
    """The preference with these weights, for costs scaled by their range among the members."""
    if not goal.costs:
        return Preference(1.0, np.full(len(members), np.inf), np.zeros(len(members)))
    costs = np.array(
        [[c.oriented(float(member.costs[c.metric])) for c in goal.costs] for member in members]
    )
    weighted = scaled(costs) * weights[1:]
    return Preference(float(weights[0]), weighted.min(1), weighted.sum(1))


def scaled(values: Array) -> Array:
    """Values, each column from 0 to 1."""
    low, high = values.min(0), values.max(0)
    result: Array = (values - low) / np.maximum(high - low, 1e-12)
    return result
