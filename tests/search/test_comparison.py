"""The bandit against draws and against Optuna's default sampler, over 20 seeds."""

from __future__ import annotations

from statistics import mean, stdev

import pytest

from .comparison import OBJECTIVES, search

SEEDS = range(20)


@pytest.mark.slow
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_bandit_beats_draws_and_is_not_below_tpe(objective: str) -> None:
    """By 0.7 standard deviations of the space; not below TPE by two standard errors."""
    random, tpe, own = (
        [search(name, objective, seed).value for seed in SEEDS]
        for name in ("random", "TPE", "bandit")
    )
    assert mean(own) >= mean(random) + 0.7
    above = [a - b for a, b in zip(own, tpe, strict=True)]
    assert mean(above) >= -2 * stdev(above) / len(SEEDS) ** 0.5
