"""Networks with several inputs: what each pathway costs, in boxes that have lanes and in all."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.draw.dot import dot
from archdsl.draw.picture import Box, Picture, boxes
from archdsl.draw.sheets import page
from archdsl.draw.svg import svg
from archdsl.network import Network
from tests.build.harness import build
from tests.draw.harness import ROOT, check, picture

PAIR = """
block both(a, b) { return a -> conv(8, kernel = 3), b -> conv(4, kernel = 3) }
network n() {
  input one: 8 x 8^2
  input other: 4 x 16^2
  x, y = both(one, other)
  x, y = both(x, y)
"""


def slowfast() -> Network:
    return archdsl.load(ROOT / "tests/networks/slowfast_r50.arch").network()


def split(shown: Picture) -> list[Box]:
    return [box for box in boxes(shown.main.items) if box.lanes]


def percent(share: str) -> float:
    return float(share.removesuffix(" %").removeprefix("<"))


def test_each_pathway_has_its_share_of_a_box() -> None:
    shown = picture(slowfast())
    check(shown)
    assert {box.title for box in split(shown)} == {"stems", "lateral", "bottlenecks"}
    for box in split(shown):
        assert [lane.name for lane in box.lanes] == ["slow", "fast"]
        assert sum(percent(lane.share) for lane in box.lanes) == pytest.approx(
            percent(box.share), abs=0.11
        )
        assert not box.costs
        assert max(lane.heat for lane in box.lanes) <= (box.heat or 0)
    lateral = next(box for box in split(shown) if box.title == "lateral")
    assert lateral.lanes[0].share == "0 %"  # it concatenates


def test_the_network_says_what_each_pathway_costs() -> None:
    shown = picture(slowfast())
    (fact,) = [fact for fact in shown.main.facts if fact.startswith("slow ") and "%" in fact]
    assert fact == "slow 87.3 %, fast 12.7 %, joined <0.1 %"
    for depth in (1, 2, 4):
        assert fact in picture(slowfast(), depth).main.facts


def test_wires_enter_and_leave_in_their_lane() -> None:
    shown = picture(slowfast())
    layout = page(shown).layout
    ends = [path.points[-1] for path in layout.paths if path.has_head]
    for area in layout.areas:
        if isinstance(area.item, Box) and area.item.lanes:
            entering = sorted(
                x for x, y in ends if y == area.y and area.x < x < area.x + area.width
            )
            middle = area.x + area.width / 2
            assert len(entering) == 2
            assert entering[0] < middle < entering[1]


def test_pathways_may_be_boxes_of_their_own() -> None:
    body = "return concat(x -> flatten, y -> flatten) -> linear(8)\n}"
    shown = picture(build(PAIR + body, "n"))
    check(shown)
    assert [len(box.lanes) for box in boxes(shown.main.items) if box.title.endswith("both")] == [
        2,
        2,
    ]
    assert not [box for box in split(shown) if box.title in ("concat", "linear")]
    assert "joined" in shown.main.facts[-1]


def test_one_pathway_has_no_lanes() -> None:
    shown = picture(archdsl.load(ROOT / "specs/x3d_s.arch").network())
    assert not split(shown)
    assert len(shown.main.facts) == 2
    gpt = picture(archdsl.load(ROOT / "tests/networks/gpt2_small.arch").network())
    assert len(gpt.main.facts) == 2


def test_every_format_has_the_lanes() -> None:
    shown = picture(slowfast())
    assert ">slow<" in svg(shown)
    assert "slow 36.4 %: 23.89 G MACs" in dot(shown)
