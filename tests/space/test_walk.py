"""The walk gives what building every member gives, as integers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

import archdsl
from archdsl.costs.metrics import total
from archdsl.plan.decisions import picked
from archdsl.space.quantities import ADDED
from archdsl.space.space import build_member, figures_of, walk
from tests.space.spaces import SPACES, members, request_of

SPECS = Path(__file__).resolve().parents[2] / "specs"


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


AUTO_X3D = """
use glore
use x3d
block mb = each {t1_s3, t3_s3, t5_s3, t1_s5, t3_s5}
network space(attention: block = glore) {
  input video: 3 x 13 x 160^2
  table (
    expansion = each {1.5, 2.25, 3, 3.75, 4.5, 5.25},
    attention = each {none, attention},
    mid = int(expansion * in.channels),
    se = i % 2 == 0,
  ) {
    | block | channels                  | number | stride |
    |-------|---------------------------|--------|--------|
    | stem  | 24                        | 1      | 2      |
    |-------|---------------------------|--------|--------|
    | mb    | {12..28 by 4}             | 1      | 2      |
    | mb    | {12..28 by 4}             | 2      | 1      |
    |-------|---------------------------|--------|--------|
    | mb    | {32..64 by 8}             | 2      | 2      |
    | mb    | {32..64 by 8}             | 3      | 1      |
    |-------|---------------------------|--------|--------|
    | mb    | {72, 88, 104, 120, 132}   | 2      | 2      |
    | mb    | {72, 88, 104, 120, 132}   | 3      | 1      |
    | mb    | {72, 88, 104, 120, 132}   | 3      | 1      |
    | mb    | {72, 88, 104, 120, 132}   | 3      | 1      |
    |-------|---------------------------|--------|--------|
    | mb    | {144, 176, 192, 232, 264} | 2      | 2      |
    | mb    | {144, 176, 192, 232, 264} | 2      | 1      |
    | mb    | {144, 176, 192, 232, 264} | 3      | 1      |
  }
  head(mid = 432, features = 2048, classes = 400, dropout = 0.5)
}
"""
"""Eleven rows with 300 choices each, around AutoX3D-S."""


@pytest.mark.slow
def test_space_of_eleven_rows() -> None:
    """The figures were found by another program, which built every row by itself."""
    request = request_of(AUTO_X3D)
    walked = walk(request)
    least, greatest = walked.least("macs"), walked.greatest("macs")
    assert walked.members == 300**11
    assert least is not None
    assert greatest is not None
    assert least.cost == 662_168_396
    assert greatest.cost == 9_023_188_695
    assert round(walked.mean("macs")) == 3_336_525_201
    random, draws = Random(0), walked.draws("macs", 0, 2 * 10**9)
    for _ in range(10):
        taken = walked.taken(draws.draw(random))
        built = build_member(request, picked(taken))
        figures, costs = figures_of(built), walked.costs(taken)
        assert costs == {metric: total(metric, figures) for metric in ADDED}
        assert costs["macs"] <= 2 * 10**9


@pytest.mark.slow
@pytest.mark.parametrize("name", ["i3d", "s3d", "i3d_r50"])
def test_space_of_cells(name: str) -> None:
    network = archdsl.load(SPECS / "gpb_space.arch").network(f"{name}_gpb_space")
    assert network.walk.members == 254_803_968
