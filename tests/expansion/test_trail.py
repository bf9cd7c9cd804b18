"""X3D's published expansion of X2D: the costs of each step, and the final networks."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

import archdsl
from archdsl.cli.main import main
from archdsl.expansion.trail import Trail
from archdsl.ir.likeness import is_same_network

ROOT = Path(__file__).resolve().parents[2]
SPECS = ROOT / "specs"
PUBLISHED = (
    "bottleneck = 2.25, fast = 2, spatial = 160, depth = 2.2, temporal = 4, fast = 2,"
    " temporal = 16, spatial = 224, spatial = 312, depth = 5 / 2.2"
)
SOLVED = "bottleneck, fast, spatial, depth, temporal, fast, temporal, spatial, spatial, depth"


@pytest.fixture(scope="module")
def x2d() -> archdsl.Spec:
    return archdsl.load(SPECS / "x2d.arch")


@pytest.fixture(scope="module")
def published(x2d: archdsl.Spec) -> Trail:
    return archdsl.follow(x2d, PUBLISHED)


def _after(x2d: archdsl.Spec, trail: Trail, steps: int) -> archdsl.Network:
    written = " + ".join(["x2d", *map(str, trail.transforms[:steps])])
    return x2d.derive("after", written).network("after")


def test_costs_at_each_step_are_the_published_ones(published: Trail) -> None:
    costs = [0.0410, 0.0802, 0.1534, 0.3036, 0.6053, 1.2087, 2.4154, 4.7325, 9.4516, 18.3677]
    assert [round(step.state.cost / 1e9, 4) for step in published.steps] == costs
    assert published.base.cost == 20_662_304


@pytest.mark.parametrize(("steps", "name"), [(5, "x3d_xs"), (8, "x3d_m"), (10, "x3d_l")])
def test_it_comes_by_x3d(x2d: archdsl.Spec, published: Trail, steps: int, name: str) -> None:
    network = archdsl.load(SPECS / f"{name}.arch").network()
    assert is_same_network(_after(x2d, published, steps).graph, network.graph)


def test_thirteen_frames_are_found_from_the_budget(x2d: archdsl.Spec) -> None:
    order = ",".join(PUBLISHED.split(",")[:7])
    trail = archdsl.follow(x2d, order, budget=2 * 10**9)
    assert trail.steps[-1].axis is None
    assert trail.steps[-1].state.inputs == {"video": (3, 13, 160, 160)}
    network = archdsl.load(SPECS / "x3d_s.arch").network()
    assert is_same_network(_after(x2d, trail, 8).graph, network.graph)


def test_the_solver_finds_what_was_published_or_says_what_it_found(published: Trail) -> None:
    """Of ten factors one differs: 2.28 comes nearer to twice the cost than 2.25."""
    found = [float(step.doubling.factor) for step in published.steps if step.doubling]
    assert found == [2.28, 2, 160 / 112, 2.2, 2, 2, 2, 1.4, 312 / 224, 2.2]


def test_solved_steps_double_the_cost(x2d: archdsl.Spec) -> None:
    trail = archdsl.follow(x2d, SOLVED)
    costs = [trail.base.cost, *(step.state.cost for step in trail.steps)]
    ratios = [after / before for before, after in pairwise(costs)]
    assert all(1.9 < ratio < 2.05 for ratio in ratios)


def test_a_spec_says_the_same(tmp_path: Path) -> None:
    spec = shutil.copy(Path(__file__).with_name("x3d_trail.arch"), tmp_path)
    for path in SPECS.glob("x2d.arch"):
        shutil.copy(path, tmp_path)
    assert main(["check", str(spec)]) == 0
