"""Expansion by accuracy: what is trained next, and its end, follow from the results alone."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

import archdsl
from archdsl.expansion.by_accuracy import Progress, progress
from archdsl.expansion.stages import Expansions, Grown, Rule, Stage
from archdsl.expansion.steps import axis_named
from archdsl.ir.likeness import is_same_network
from archdsl.plan.rows import Refused
from archdsl.plan.transforms.axes import Axis

SPECS = Path(__file__).resolve().parents[2] / "specs"
AXES = "fast temporal spatial depth width bottleneck"
# The order that the paper prints. Its accuracies are in a figure, so those of these tests are not
# X3D's: the published axis has the higher one.
PUBLISHED = (
    "bottleneck fast spatial depth temporal fast temporal spatial spatial depth width".split()
)

Accuracy = Callable[[Grown], float | None]


def expansions(file: str, network: str, rule: Rule) -> Expansions:
    return Expansions.of(archdsl.load(SPECS / file).candidates(network, {}), rule)


def tiny(millions: int, axes: str = AXES, contract: bool = True) -> Expansions:
    """Expansions of a network of 10.04 M multiply-adds that has four axes."""
    rule = Rule(named(axes), "macs", millions * 10**6, contract=contract)
    return expansions("tiny.arch", "tiny_frame", rule)


def named(axes: str) -> tuple[Axis, ...]:
    return tuple(map(axis_named, axes.split()))


def trained(found: Expansions, accuracy: Accuracy) -> tuple[Progress, dict[Grown, float | None]]:
    """An expansion whose trainings end with these accuracies."""
    results: dict[Grown, float | None] = {}
    while new := [each for each in progress(found, results).wanted if each not in results]:
        results.update({each: accuracy(each) for each in new})
    return progress(found, results), results


def as_published(grown: Grown) -> float:
    return 60.0 if grown.path[-1] == PUBLISHED[len(grown.path) - 1] else 50.0


def ending(found: Expansions, made: Progress) -> Stage:
    assert made.end is not None
    return found.stage(made.end)


def test_x3d_s_is_found_in_the_published_order() -> None:
    """At 1.98 times the cost the first factor is the published 2.25, and the end is X3D-S."""
    rule = Rule(named(AXES), "macs", 2 * 10**9, Fraction("1.98"))
    found = expansions("x2d.arch", "x2d", rule)
    made, results = trained(found, as_published)
    paths = [stage.grown.path for stage in made.stages]
    assert paths == [tuple(PUBLISHED[:step]) for step in range(8)]
    assert len(results) == 7 * 6
    end = ending(found, made)
    assert [str(each) for each in end.transforms] == [
        *("bottleneck(2.25)", "quicken(2)", "resize(size = 160)", "stretch(2.2)"),
        *("lengthen(frames = 4)", "quicken(2)", "lengthen(frames = 16)"),
        "contract(temporal, macs = 2000000000)",
    ]
    assert end.state.inputs == {"video": (3, 13, 160, 160)}
    assert end.state.cost == 1_962_892_112
    spec = archdsl.load(SPECS / "x2d.arch").derive("end", "x2d", *end.transforms)
    x3d_s = archdsl.load(SPECS / "x3d_s.arch").network()
    assert is_same_network(spec.network("end").graph, x3d_s.graph)


def test_axes_that_cannot_grow_are_left_out_with_the_reason() -> None:
    made = progress(tiny(40), {})
    assert made.wanted == tuple(Grown((axis,)) for axis in ("fast", "temporal", "spatial", "width"))
    assert made.end is None
    (stage,) = made.stages
    assert stage.skipped == {
        "depth": "every stage is a single block that the network does not repeat",
        "bottleneck": "the blocks of this network have no inner width to change",
    }


def test_the_next_step_waits_for_all_of_the_last() -> None:
    found = tiny(80)
    first = progress(found, {}).wanted
    results = dict.fromkeys(first[:-1], 50.0)
    assert progress(found, results).wanted == first
    results[first[-1]] = 60.0
    made = progress(found, results)
    assert made.wanted[: len(first)] == first
    assert {each.path[0] for each in made.wanted[len(first) :]} == {"width"}
    assert made == progress(found, dict(reversed(results.items())))


@pytest.mark.parametrize("axes", ["temporal fast width", "width temporal fast"])
def test_of_equal_accuracies_the_first_axis_goes_on(axes: str) -> None:
    found = tiny(30, axes)
    made, _ = trained(found, lambda grown: 50.0)
    assert made.stages[1].grown.path == (axes.split()[0],)


def test_what_cannot_be_trained_does_not_go_on() -> None:
    made, _ = trained(tiny(30), lambda grown: None if grown.path[-1] == "fast" else 0.0)
    assert made.stages[1].grown.path == ("temporal",)


def test_an_expansion_ends_where_nothing_can_be_trained() -> None:
    made, results = trained(tiny(30), lambda grown: None)
    assert made.end == Grown()
    assert len(results) == 4


def test_the_last_step_is_contracted_along_its_axis() -> None:
    found = tiny(65)
    made, _ = trained(found, lambda grown: 9.0 if grown.path[-1] == "temporal" else 5.0)
    assert made.end == Grown(("temporal", "temporal", "temporal"), is_contracted=True)
    end = ending(found, made)
    assert end.state.inputs == {"video": (3, 6, 48, 48)}
    assert end.state.cost <= 65_000_000


def test_without_contraction_no_step_leads_beyond_the_budget() -> None:
    found = tiny(65, contract=False)
    made, results = trained(found, lambda grown: 9.0 if grown.path[-1] == "temporal" else 5.0)
    assert made.end == Grown(("temporal", "temporal"))
    assert all(found.stage(each).state.cost <= 65_000_000 for each in results)
    skipped = made.stages[-1].skipped["temporal"]
    assert skipped == "its cost would be 80,290,304 (macs), above the budget of 65,000,000"


def test_a_step_that_would_be_taken_back_whole_is_left_out() -> None:
    """From two frames, twice as many are beyond the budget, and so are three."""
    found = tiny(30)
    made, _ = trained(found, lambda grown: 9.0 if grown.path[-1] == "temporal" else 5.0)
    skipped = made.stages[1].skipped
    assert skipped["temporal"] == "within the budget there is nothing larger along it"
    assert "spatial" not in skipped


@pytest.mark.parametrize(
    ("grown", "why"),
    [
        (Grown(("up",)), "it is not expanded along `up`"),
        (Grown(("depth",)), "every stage is a single block that the network does not repeat"),
        (Grown(("fast",), is_contracted=True), "it is within the budget, so it is not contracted"),
    ],
)
def test_paths_that_lead_nowhere(grown: Grown, why: str) -> None:
    with pytest.raises(Refused) as refused:
        tiny(80).stage(grown)
    assert refused.value.message == why
