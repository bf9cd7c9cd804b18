"""The mathematics of the bandit: likelihoods, posteriors and expectations, each against a check."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad
from scipy.stats import multivariate_normal

from archdsl.search.domain import Goal, Member, Objective
from archdsl.search.samplers.gaussian_process import (
    Kernel,
    Posterior,
    _kernel,
    _unlikelihood,
    fit,
    learn,
)
from archdsl.search.samplers.improvement import expected_improvement
from archdsl.search.samplers.preference import Preference, prefer

RNG = np.random.default_rng(0)
POINTS = [RNG.normal(size=(12, 3)), RNG.normal(size=(12, 2))]
DISTANCES = [np.linalg.norm(p[:, None] - p[None], axis=2) for p in POINTS]
LOGARITHMS = np.array([-0.5, 0.3, 0.2, -0.4, -2.0])


def values() -> np.ndarray:
    found = np.sin(POINTS[0][:, 0])
    return (found - found.mean()) / found.std()


def test_likelihood_is_that_of_a_normal_distribution() -> None:
    loss, _ = _unlikelihood(LOGARITHMS, DISTANCES, values())
    covariance = _kernel(LOGARITHMS).covariance(DISTANCES)
    exact = multivariate_normal(np.zeros(12), covariance).logpdf(values())
    assert loss == pytest.approx(-exact - 12 * np.log(2 * np.pi) / 2)


def test_gradient_of_the_likelihood() -> None:
    error = check_grad(
        lambda x: _unlikelihood(x, DISTANCES, values())[0],
        lambda x: _unlikelihood(x, DISTANCES, values())[1],
        LOGARITHMS,
    )
    assert error < 1e-4


def test_kind_that_tells_values_apart_weighs_most() -> None:
    kernel = fit(DISTANCES, values())
    assert kernel.amplitudes[0] > kernel.amplitudes[1]


def test_posterior_passes_through_what_is_seen_without_noise() -> None:
    kernel = Kernel(np.array([1.0, 0.5]), np.array([1.0, 1.0]), 0.0)
    mean, deviation = Posterior(kernel, DISTANCES, values()).of(DISTANCES)
    assert mean == pytest.approx(values(), abs=1e-3)
    assert deviation.max() < 0.01


def test_members_without_a_value_are_believed_at_their_mean() -> None:
    """They change no mean, but where they are, less is to be learned."""
    known = [d[:, :8] for d in DISTANCES]
    awaited = [d[:, :10] for d in DISTANCES]
    before = learn(known, values()[:8])
    after = learn(awaited, values()[:8])
    assert after.values[:8] == pytest.approx(values()[:8])
    assert after.values[8:] == pytest.approx(before.of(known)[0][8:10])
    assert (after.of(awaited)[1][8:10] < before.of(known)[1][8:10]).all()


@pytest.mark.parametrize("least", [np.inf, -0.2, 0.1, 0.4])
@pytest.mark.parametrize("best", [0.0, 0.3, 0.6])
def test_expected_improvement_by_simulation(least: float, best: float) -> None:
    """With a cost that is above the best, and below it, and without any."""
    total = 0.0 if least == np.inf else least
    preference = Preference(0.6, np.array([least]), np.array([total]))
    mean, deviation = 0.5, 0.3
    drawn = np.random.default_rng(1).normal(mean, deviation, 400_000)
    gains = np.maximum(0, preference.utility(drawn) - best)
    exact = expected_improvement(preference, np.array([mean]), np.array([deviation]), best)
    assert exact[0] == pytest.approx(gains.mean(), abs=4 * gains.std() / 400_000**0.5 + 1e-9)


def test_cheaper_member_is_wanted_more() -> None:
    members = [Member(str(macs), (), {"macs": macs}) for macs in (10, 20, 40)]
    goal = Goal(Objective("top1"), (Objective("macs", maximise=False),))
    wanted = prefer(goal, np.array([0.5, 0.5]), members).utility(np.array([0.7, 0.7, 0.7]))
    assert list(np.argsort(-wanted)) == [0, 1, 2]
