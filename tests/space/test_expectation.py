"""The expected cost of a member, if each decision is drawn by itself: exact, with its gradient."""

from __future__ import annotations

import json
from math import prod, sqrt
from pathlib import Path
from random import Random

import pytest
import torch

import archdsl
from archdsl.space.space import walk
from archdsl.space.walk import Walk
from tests.space.expected import expected
from tests.space.spaces import SPACES, members, request_of

SPECS = Path(__file__).resolve().parents[2] / "specs"


def _logits(found: Walk, seed: int) -> dict[str, torch.Tensor]:
    torch.manual_seed(seed)
    return {
        name: torch.randn(len(options), dtype=torch.float64, requires_grad=True)
        for name, options in found.decisions.items()
    }


@pytest.mark.parametrize("name", SPACES)
def test_expectation_over_all_members(name: str) -> None:
    """Where a `require` leaves members out, it is that over the others."""
    request = request_of(SPACES[name])
    found = walk(request)
    chances = {each: logits.softmax(0).detach() for each, logits in _logits(found, 0).items()}
    weight = sum_ = 0.0
    for taken, figures in members(request):
        places = {each: found.decisions[each].index(option) for each, option in taken.items()}
        chance = prod(chances[each][place].item() for each, place in places.items())
        weight += chance
        sum_ += chance * figures.macs
    assert expected(found.tables("macs"), chances).item() == pytest.approx(sum_ / weight, rel=1e-12)


def test_gradient_is_that_of_differences() -> None:
    found = walk(request_of(SPACES["table"]))
    tables, logits = found.tables("macs"), _logits(found, 1)

    def cost() -> torch.Tensor:
        return expected(tables, {name: each.softmax(0) for name, each in logits.items()})

    cost().backward()  # type: ignore[no-untyped-call]
    for each in logits.values():
        gradient = each.grad
        assert gradient is not None
        for place in range(len(each)):
            with torch.no_grad():
                each[place] += 1e-4
                above = cost().item()
                each[place] -= 2e-4
                below = cost().item()
                each[place] += 1e-4
            assert (above - below) / 2e-4 == pytest.approx(
                gradient[place].item(), rel=1e-6, abs=1e-3
            )


def test_tables_are_plain_values() -> None:
    tables = walk(request_of(SPACES["conditional"])).tables("params").as_json()
    assert json.loads(json.dumps(tables)) == tables


@pytest.mark.slow
def test_expected_macs_of_the_auto_x3d_space() -> None:
    """Within 3 standard errors of 20,000 draws."""
    found = archdsl.load(SPECS / "autox3d_space.arch").network().walk
    chances = {name: each.softmax(0).detach() for name, each in _logits(found, 2).items()}
    exact = expected(found.tables("macs"), chances).item()
    random, costs = Random(3), list[int]()
    weights = {name: each.tolist() for name, each in chances.items()}
    for _ in range(20_000):
        taken = {
            name: random.choices(options, weights[name])[0]
            for name, options in found.decisions.items()
        }
        costs.append(found.costs(taken)["macs"])
    mean = sum(costs) / len(costs)
    error = sqrt(sum((cost - mean) ** 2 for cost in costs)) / len(costs)
    assert abs(mean - exact) < 3 * error
