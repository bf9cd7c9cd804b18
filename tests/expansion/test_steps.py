"""The candidates of one step: close to the target, on both sides of it, written as specs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import law

import archdsl
from archdsl.cli.main import main
from archdsl.expansion.steps import Expansion
from archdsl.plan.transforms import Stretch
from archdsl.plan.transforms.axes import AXES, Axis
from archdsl.plan.transforms.contract import beyond, last_within
from archdsl.program.loading import parse_program
from archdsl.source import Source

ROOT = Path(__file__).resolve().parents[2]
X2D = archdsl.load(ROOT / "specs/x2d.arch")
AUTOX3D = archdsl.load(ROOT / "specs/autox3d_s.arch")
NAMES = [axis.name for axis in AXES]


def _costs(spec: archdsl.Spec, axis: Axis, places: Iterable[int]) -> list[int]:
    standing = spec.candidates(spec.choose(), {})
    scale = axis.scale(standing.plan)
    changed = (scale.transform_at(place).apply(standing.plan) for place in places)
    return [standing.measure(plan).figure("macs") for plan in changed]


@law(times=st.floats(1.2, 6), axis=st.sampled_from(NAMES), few=2, many=40)
def test_no_neighbour_of_a_candidate_is_much_closer(times: float, axis: str) -> None:
    target = int(20_662_304 * times)
    expansion = archdsl.expand(X2D, target=target, axes=[axis])
    (candidate,) = expansion.candidates
    if abs(candidate.off(target)) <= 0.001:
        return
    along = next(each for each in AXES if each.name == axis)
    start = along.scale(X2D.candidates("x2d", {}).plan).start
    place = round(candidate.factor * start)
    costs = _costs(X2D, along, range(max(place - 4, int(start) + 1), place + 5))
    assert abs(candidate.state.cost - target) == min(abs(cost - target) for cost in costs)


@pytest.mark.parametrize("spec", [X2D, AUTOX3D], ids=["by parameters", "by a table"])
def test_candidates_equal_their_transforms(spec: archdsl.Spec) -> None:
    name = spec.choose()
    expansion = archdsl.expand(spec)
    assert [candidate.axis for candidate in expansion.candidates] == NAMES
    for candidate in expansion.candidates:
        network = spec.derive("grown", f"{name} + {candidate.transform}").network("grown")
        assert network.costs.total == candidate.state.total
        assert network.inputs == candidate.state.inputs


@pytest.mark.parametrize("axis", AXES, ids=lambda axis: axis.name)
def test_costs_grow_along_every_axis(axis: Axis) -> None:
    first = int(axis.scale(AUTOX3D.candidates("autox3d_s", {}).plan).start)
    costs = _costs(AUTOX3D, axis, range(first, first + 40, 8))
    assert costs == sorted(costs)


def test_reused_rows_have_the_costs_of_a_full_build() -> None:
    """Sums over rows that are built once equal the sums of the whole network."""
    standing = AUTOX3D.candidates("autox3d_s", {})
    network = AUTOX3D.network()
    assert standing.own.total == network.costs.total
    assert standing.own.figure("memory") == network.inference_bytes
    assert standing.own.figure("training_memory") == network.training_bytes


@pytest.mark.parametrize("metric", ["params", "activations", "memory", "pytorchvideo"])
def test_the_cost_can_be_another_metric(metric: str) -> None:
    expansion: Expansion = archdsl.expand(X2D, metric=metric, axes=["width"])
    assert abs(expansion.candidates[0].off(expansion.target)) < 0.05


def test_axes_that_do_not_change_the_metric_say_so() -> None:
    expansion = archdsl.expand(X2D, metric="params")
    assert set(expansion.refused) == {"fast", "temporal", "spatial"}


def test_axes_that_a_network_lacks_are_left_out() -> None:
    vit = archdsl.load(ROOT / "tests/networks/vit_b_16.arch")
    expansion = archdsl.expand(vit)
    assert {"fast", "temporal"} <= set(expansion.refused)
    assert [candidate.axis for candidate in expansion.candidates] == ["spatial", "depth", "width"]


@given(
    power=st.floats(0.3, 3),
    step=st.integers(1, 30),
    bound=st.integers(10, 10**6),
)
def test_search_finds_the_last_place_within_the_bound(power: float, step: int, bound: int) -> None:
    asked: list[int] = []

    def cost(place: int) -> int:
        asked.append(place)
        return int((place // step * step + 1) ** power)

    high = beyond(cost, bound, 1, 10**12)
    if high is None or cost(1) > bound:
        return
    place = last_within(cost, bound, 1, high)
    assert cost(place) <= bound < cost(place + 1)
    assert len(set(asked)) < 150


@pytest.mark.parametrize("form", ["table", "csv", "markdown"])
def test_every_format_has_every_candidate(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    axes = ["width", "bottleneck"]
    command = ["expand", str(ROOT / "specs/x2d.arch"), "--axes", ",".join(axes)]
    assert main([*command, "--format", form]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in axes)


def test_all_axes_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["expand", str(ROOT / "specs/x2d.arch"), "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["base"]["cost"] == 20_662_304
    assert [each["axis"] for each in shown["candidates"]] == NAMES


def test_candidates_are_written_as_specs(tmp_path: Path) -> None:
    spec = str(ROOT / "specs/x2d.arch")
    wide = ["--set", "frames = 2", "--axes", "width,depth", "--write", str(tmp_path)]
    assert main(["expand", spec, *wide]) == 0
    two = X2D.derive("two", "x2d(frames = 2)")
    for candidate in archdsl.expand(two, "two", axes=["width", "depth"]).candidates:
        path = tmp_path / f"x2d_{candidate.axis}.arch"
        assert archdsl.load(path).network().costs.total == candidate.state.total
    assert len(list(tmp_path.iterdir())) == 2


SIZED = """
block unit(x, channels, stride = 1) {
  y = x -> conv(channels, 3, stride)
  if x.height > 20 { y = y -> conv(channels) }
  return y
}
block plain(x, channels, stride = 1) { return x -> conv(channels, 3, stride) -> relu }
network net(size = 16) {
  input x: 3 x size^2
  table {
    | block | channels | number | stride |
    | BLOCK | 8        | 3      | 2      |
    | BLOCK | 8        | 2      | 1      |
  }
}
"""


@pytest.mark.parametrize("block", ["unit", "plain"])
def test_blocks_that_depend_on_sizes_have_exact_costs(block: str) -> None:
    """Whether their text asks for a size, so that it is run, or not, so that it is not."""
    spec = archdsl.Spec(parse_program(Source("net.arch", SIZED.replace("BLOCK", block))))
    standing = spec.candidates("net", {})
    for size in (24, 64, 128):
        total = standing.measure(standing.plan.with_parameters(size=size)).total
        assert total == spec.network("net", size=size).costs.total


def test_known_blocks_are_not_built_again() -> None:
    """Those in a row become one operation, within a build and in the next."""
    rows = "    | BLOCK | 8        | 2      | 1      |\n" * 40
    text = SIZED.replace("  }\n}", f"{rows}  }}\n}}").replace("BLOCK", "plain")
    spec = archdsl.Spec(parse_program(Source("net.arch", text)))
    standing = spec.candidates("net", {})
    assert len(standing.built.graph) < 15
    assert len(standing.with_plan(Stretch(2).apply(standing.plan)).built.graph) < 15
    assert len(spec.network().graph) > 160


def test_candidates_are_written_with_the_recipes_that_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, axes = str(ROOT / "specs/tiny.arch"), ("--axes", "fast,spatial")
    flags = ["--network", "tiny", *axes, "--write", str(tmp_path)]
    assert main(["expand", spec, *flags]) == 0
    assert "recipe tiny_fast_train for tiny_fast {" in (tmp_path / "tiny_fast.arch").read_text()
    assert "recipe" not in (tmp_path / "tiny_spatial.arch").read_text()
    assert "recipe `tiny_train` does not fit `tiny_spatial`" in capsys.readouterr().err
