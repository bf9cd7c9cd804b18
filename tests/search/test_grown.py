"""The networks of an expansion as members of a space, found again from the axis of each step."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

import archdsl
from archdsl.expansion.stages import Expansions, Grown, Rule
from archdsl.expansion.steps import axis_named
from archdsl.search.candidates.grown import GrownSpace
from archdsl.search.domain import NotAMember

SPECS = Path(__file__).resolve().parents[2] / "specs"
BUDGET = 65_000_000


def space() -> GrownSpace:
    axes = tuple(map(axis_named, ("fast", "temporal", "spatial", "width")))
    start = archdsl.load(SPECS / "tiny.arch").candidates("tiny_frame", {})
    found = Expansions.of(start, Rule(axes, "macs", BUDGET))
    return GrownSpace("tiny_frame", found, lambda stage: str(stage.state.inputs))


def test_a_member_is_found_again_from_its_steps() -> None:
    own = space()
    path = Grown(("fast", "width", "temporal"), is_contracted=True)
    member = own.member_of(path)
    assert member.taken == (
        *(("contracted", "true"), ("step1", "fast")),
        *(("step2", "width"), ("step3", "temporal")),
    )
    assert member.name.startswith("tiny_frame#")
    again = space().member(dict(member.taken))
    assert again == member
    assert again.costs == member.costs
    assert own.stage(again).grown == path
    assert member.costs["macs"] <= BUDGET


def test_names_differ() -> None:
    paths = [(), ("fast",), ("temporal",), ("fast", "temporal"), ("temporal", "fast")]
    assert len({space().member_of(Grown(path)).name for path in paths}) == len(paths)


@pytest.mark.parametrize(
    ("taken", "why"),
    [
        ({"step2": "fast"}, "its steps are not numbered from 1 on"),
        ({"step1": "fast", "step3": "fast"}, "its steps are not numbered from 1 on"),
        ({"step1": "fast", "other": "x"}, "its steps are not numbered from 1 on"),
        ({"contracted": "false"}, "its steps are not numbered from 1 on"),
        ({"contracted": "true"}, "it is within the budget, so it is not contracted"),
        ({"step1": "sideways"}, "it is not expanded along `sideways`"),
        (
            {f"step{number}": "fast" for number in range(1, 10_000)},
            "it is not expanded along `fast`",
        ),
    ],
)
def test_what_a_storage_may_say(taken: dict[str, str], why: str) -> None:
    with pytest.raises(NotAMember) as fault:
        space().member(taken)
    assert str(fault.value) == why


def test_random_expansions_end_within_the_budget() -> None:
    own = space()
    random = Random(1)
    drawn = [own.draw(random) for _ in range(8)]
    assert all(BUDGET // 2 < member.costs["macs"] <= BUDGET for member in drawn)
    assert len({member.name for member in drawn}) > 3
    assert drawn[0] == space().draw(Random(1))


def test_axes_that_lead_to_one_network_are_alike() -> None:
    own = space()
    fast, temporal, width = (
        own.canonical(own.member_of(Grown((axis,)))) for axis in ("fast", "temporal", "width")
    )
    # Of these tests, the inputs are all that counts.
    assert fast == temporal != width
