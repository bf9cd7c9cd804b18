"""The policy of a search: its estimators against sums over all paths, where these are few."""

from __future__ import annotations

import math
from itertools import product
from types import ModuleType
from typing import Any

import pytest
from scripts.loaded import modules_of

from archdsl.resources import folder

torch = pytest.importorskip("torch")

OPTIONS = {"row0.kernel": ("1", "3"), "row0.channels": ("2", "4", "8")}
PATHS = [dict(zip(OPTIONS, taken, strict=True)) for taken in product(*OPTIONS.values())]
LOSSES = torch.tensor([0.3, 1.1, 0.7, 0.2, 0.9, 1.6], dtype=torch.double)
CLIPS = 5


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    build = tmp_path_factory.mktemp("policy")
    text = (folder("templates") / "policy.py.j2").read_text()
    (build / "policy.py").write_text(text)
    (made,) = modules_of(build, ["policy"])
    return made


@pytest.fixture
def policy(module: ModuleType) -> Any:
    """One that prefers some options."""
    made = module.Policy(OPTIONS)
    with torch.no_grad():
        made.theta["row0.kernel"].copy_(torch.tensor([0.4, -0.3]))
        made.theta["row0.channels"].copy_(torch.tensor([-1.0, 0.5, 0.2]))
    return made


def gradient(value: Any, policy: Any) -> Any:
    found = torch.autograd.grad(value, policy.parameters())
    return torch.cat([part.flatten() for part in found])


def test_probabilities_of_paths_are_those_of_their_options(policy: Any) -> None:
    likely = policy.log_probabilities(PATHS).exp()
    assert likely.sum().item() == pytest.approx(1, abs=1e-12)
    kernel = torch.tensor([0.4, -0.3]).double().softmax(0)
    channels = torch.tensor([-1.0, 0.5, 0.2]).double().softmax(0)
    assert likely[4].item() == pytest.approx(float(kernel[1] * channels[1]), abs=1e-7)
    assert policy.likeliest() == {"row0.kernel": "1", "row0.channels": "4"}
    entropy = -(likely * likely.log()).sum().item()
    assert policy.entropy() == pytest.approx(entropy, abs=1e-12)


def test_draws_are_as_often_as_they_are_likely(policy: Any) -> None:
    count = 20_000
    drawn = policy.draw(torch.Generator().manual_seed(1), count)
    likely = policy.log_probabilities(PATHS).exp().tolist()
    for path, share in zip(PATHS, likely, strict=True):
        error = math.sqrt(share * (1 - share) / count)
        assert abs(drawn.count(path) / count - share) < 4 * error


def test_draws_follow_from_the_generator(policy: Any) -> None:
    one, again = (policy.draw(torch.Generator().manual_seed(7), 9) for _ in range(2))
    assert one == again
    assert one != policy.draw(torch.Generator().manual_seed(8), 9)


@pytest.mark.parametrize("draws", [2, 3])
def test_the_score_is_the_gradient_of_the_expected_loss(
    module: ModuleType, policy: Any, draws: int
) -> None:
    """In the mean over all tuples of draws: the baseline of the others changes nothing."""
    likely = policy.log_probabilities(PATHS)
    expected = gradient((likely.exp() * LOSSES).sum(), policy)
    mean = torch.zeros_like(expected)
    for places in product(range(len(PATHS)), repeat=draws):
        taken = policy.log_probabilities([PATHS[place] for place in places])
        objective = module.Score().objective(taken, LOSSES[list(places)], CLIPS)
        mean += taken.detach().sum().exp() * gradient(objective, policy)
    assert torch.allclose(mean, expected, atol=1e-12)


def test_importance_is_the_gradient_of_the_likelihood(module: ModuleType, policy: Any) -> None:
    """Of the log of the mean likelihood, with the draws from the policy as it is."""
    places = [0, 3, 3, 5]
    likely = policy.log_probabilities([PATHS[place] for place in places])
    objective = module.Importance().objective(likely, LOSSES[places], CLIPS)
    found = gradient(-objective, policy)
    likely = policy.log_probabilities([PATHS[place] for place in places])
    evidence = (likely - likely.detach() - CLIPS * LOSSES[places]).logsumexp(0)
    assert torch.allclose(found, gradient(evidence, policy), atol=1e-12)


def test_importance_of_all_paths_is_that_of_the_whole_space(
    module: ModuleType, policy: Any
) -> None:
    """With draws in the proportion of their probabilities, the gradient is that of log p(y)."""
    with torch.no_grad():
        policy.theta["row0.kernel"].zero_()
        policy.theta["row0.channels"].zero_()
    likely = policy.log_probabilities(PATHS)
    evidence = gradient((likely - CLIPS * LOSSES).logsumexp(0), policy)
    likely = policy.log_probabilities(PATHS)
    found = gradient(-module.Importance().objective(likely, LOSSES, CLIPS), policy)
    assert torch.allclose(found, evidence, atol=1e-12)


def test_what_weights_learn(module: ModuleType) -> None:
    drawn, losses = PATHS[:3], torch.tensor([0.5, 0.5, 900.0]).double()
    assert module.Score().lesson(drawn, losses, CLIPS, PATHS[5]) == [(PATHS[5], 1.0)]
    lesson = module.Importance().lesson(drawn, losses, CLIPS, PATHS[5])
    assert lesson == [(PATHS[0], 0.5), (PATHS[1], 0.5)]


@pytest.mark.parametrize(("tilt", "draws"), [(0.0, 8), (1.5, 6), (2.5, 4), (60.0, 2)])
def test_draws_follow_the_entropy(module: ModuleType, tilt: float, draws: int) -> None:
    policy = module.Policy({"a": ("0", "1"), "b": ("0", "1")})
    with torch.no_grad():
        for theta in policy.parameters():
            theta[1] = tilt
    share = policy.entropy() / (2 * math.log(2))
    assert policy.fewer(8) == max(2, math.ceil(8 * min(share, 1))) == draws


def test_a_policy_goes_on(module: ModuleType, policy: Any) -> None:
    other = module.Policy(OPTIONS)
    other.restore(policy.state())
    assert all(map(torch.equal, other.parameters(), policy.parameters()))
    assert all(theta.requires_grad for theta in other.parameters())
    assert other.is_finite()
    with torch.no_grad():
        other.theta["row0.kernel"][0] = math.nan
    assert not other.is_finite()
