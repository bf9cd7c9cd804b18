"""The walk gives what building every member gives, as integers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from archdsl.costs.metrics import total
from archdsl.space.quantities import ADDED
from archdsl.space.space import walk
from tests.space.spaces import SPACES, members, request_of


@pytest.mark.parametrize("name", SPACES)
def test_walk_is_brute_force(name: str) -> None:
    request = request_of(SPACES[name])
    found, walked = [*members(request)], walk(request)
    assert walked.members == len(found) > 1
    for metric in ADDED:
        costs = [total(metric, figures) for _, figures in found]
        assert walked.mean(metric) == Fraction(sum(costs), len(costs))
        pairs = [(taken, cost) for (taken, _), cost in zip(found, costs, strict=True)]
        for extreme, best in ((walked.least(metric), min), (walked.greatest(metric), max)):
            assert extreme is not None
            assert extreme.cost == best(costs)
            assert (extreme.taken, extreme.cost) in pairs
    for taken, figures in found:
        assert walked.costs(taken) == {metric: total(metric, figures) for metric in ADDED}
