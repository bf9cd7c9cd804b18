"""Charts of families: layout, scales, ticks, and files that are valid whatever the names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise
from math import log
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archdsl.claims.families import FamilyMember, members
from archdsl.costs.figures import CONVENTIONS
from archdsl.diagnostics import Diagnostics
from archdsl.draw.charts.chart import Chart, Group, Linear, Logarithmic, Point, pareto
from archdsl.draw.charts.family import chart, marks_of
from archdsl.draw.charts.labels import RADIUS
from archdsl.draw.charts.page import ChartPage, chart_page
from archdsl.draw.paints import Paint
from archdsl.draw.svg import chart_svg
from archdsl.spec import load
from tests.draw.harness import ROOT, Rectangle
from tests.draw.test_writers import HOSTILE, SVG

INPUT = "3 × 16 × 224²"
slow = pytest.mark.slow
FAMILIES = ["x3d_s", "x3d_*", "*x3d_*", *(pytest.param(p, marks=slow) for p in ("[is]3d*", "*"))]


def measured(path: Path) -> list[FamilyMember]:
    return members(load(path), path.name, Diagnostics())


measured_once = cache(measured)


def family(pattern: str, convention: str = "macs") -> Chart:
    found = [member for path in paths(pattern) for member in measured_once(path)]
    return chart(found, CONVENTIONS[convention])


def paths(pattern: str) -> list[Path]:
    return sorted((ROOT / "specs").glob(f"{pattern}.arch"))


def scattered(count: int, spread: float = 1.0, detail: str = "") -> Chart:
    """Random points, with more of them at high costs."""
    random = Random(count)
    points = []
    for number in range(count):
        cost = int(10 ** (9 + spread * 2 * random.random() ** 0.5))
        up = 60 + spread * (6 * log(cost / 1e9) / log(10) + 3 * random.random())
        points.append(Point(cost, up, f"member_{number}", detail))
    runs = tuple((point,) for point in points)
    return Chart("many", ("fact",), "across", "up", (Group("some", runs),))


def check(page: ChartPage) -> None:
    """Check that labels touch neither each other nor marks, and that everything is on the page."""
    labels = list(_labels(page))
    for one, other in combinations(labels, 2):
        assert not one.meets(other, 0.1)
    marks = [Rectangle(m.x - RADIUS, m.y - RADIUS, m.x + RADIUS, m.y + RADIUS) for m in page.marks]
    for label in labels:
        assert not any(label.meets(mark, 0.1) for mark in marks)
    paper = Rectangle(0, 0, page.width, page.height)
    assert all(map(paper.holds, [*labels, *marks]))
    assert all(w.left >= 0 and w.right <= page.width + 0.1 for w in page.writings)
    assert all(0 < w.y < page.height for w in page.writings)


def _labels(page: ChartPage) -> Iterator[Rectangle]:
    """The rectangles of labels, with room below the baseline."""
    for writing in page.labels:
        yield Rectangle(writing.left, writing.y - 9, writing.right, writing.y + 3)


@pytest.mark.parametrize("pattern", FAMILIES)
def test_families_are_laid_out(pattern: str) -> None:
    drawn = family(pattern)
    page = chart_page(drawn)
    check(page)
    shown = {writing.text for writing in page.labels}
    assert {point.label for point in drawn.points} <= shown


@pytest.mark.parametrize(
    ("count", "detail"),
    [(1, ""), (20, INPUT), (40, INPUT), (60, ""), pytest.param(200, "", marks=slow)],
)
def test_many_points_are_laid_out(count: int, detail: str) -> None:
    page = chart_page(scattered(count, detail=detail))
    check(page)
    labelled = len(page.labels) // (2 if detail else 1)
    shown = any(f"{count - labelled} points without a label" in w.text for w in page.writings)
    assert shown is (labelled < count)
    assert labelled == count or count == 200


def test_equal_points() -> None:
    """A larger picture would not help, so it says how many labels are left out."""
    page = chart_page(scattered(20, spread=0))
    check(page)
    assert page.width < 900
    assert len(page.labels) >= 4
    assert any("without a label" in writing.text for writing in page.writings)


def test_cost_goes_to_the_right_and_accuracy_up() -> None:
    drawn = family("*x3d_*")
    page = chart_page(drawn)
    places = dict(zip(drawn.points, page.marks[-len(drawn.points) :], strict=True))
    for one, other in combinations(drawn.points, 2):
        assert (one.across < other.across) == (places[one].x < places[other].x)
        assert (one.up < other.up) == (places[one].y > places[other].y)


def test_a_line_joins_networks_that_differ_in_numbers() -> None:
    drawn = family("*x3d_*")
    joined = {tuple(p.label for p in run) for group in drawn.groups for run in group.runs}
    assert joined == {
        ("x3d_s", "x3d_m", "x3d_l"),
        ("autox3d_s", "autox3d_m", "autox3d_l"),
        ("autox3d_s_plain", "autox3d_m_plain", "autox3d_l_plain"),
    }
    assert {group.name for group in drawn.groups} == {"from x2d", "from autox3d_s"}


def test_a_staircase_joins_what_nothing_beats() -> None:
    drawn = family("*x3d_*")
    assert drawn.front
    labels = [point.label for point in drawn.front.points]
    assert labels[0] == "x3d_s"
    assert labels[-1] == "autox3d_l"
    page = chart_page(drawn)
    (stairs,) = (s for s in page.strokes if s.ink is Paint.FRONT and len(s.points) > 2)
    assert all(x1 == x2 or y1 == y2 for (x1, y1), (x2, y2) in pairwise(stairs.points))
    assert any(writing.text.startswith("Pareto front") for writing in page.writings)
    assert family("x3d_s").front is None  # of one network


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 20)), min_size=1, max_size=12))
def test_the_front_is_what_no_other_point_beats(pairs: list[tuple[int, int]]) -> None:
    points = [Point(across, up, "") for across, up in pairs]
    best = pareto(points)
    assert all(one.across < other.across and one.up < other.up for one, other in pairwise(best))
    assert all(any(b.across <= p.across and b.up >= p.up for b in best) for p in points)


def test_a_family_has_one_colour_in_all_charts() -> None:
    charts = [family(pattern) for pattern in ("x3d_s", "x3d_*", "*x3d_*")]
    marks = [{group.name: group.mark for group in drawn.groups} for drawn in charts]
    assert len({each["from x2d"] for each in marks}) == 1
    published = marks_of(["x2d", "autox3d_s", "i3d", "i3d_r50", "s3d"])
    assert len({mark % 8 for mark in published.values()}) == 5


def test_families_of_one_colour_are_told_apart() -> None:
    names = [f"base_{number}" for number in range(20)]
    together = marks_of(names)
    assert len(set(together.values())) == 20
    first = {marks_of([name])[name]: name for name in sorted(names, reverse=True)}
    assert all(together[name] == mark for mark, name in first.items())


def test_insertions_are_not_joined() -> None:
    groups = family("s3d*").groups
    assert [group.name for group in groups] == ["from s3d"]
    assert all(len(run) == 1 for group in groups for run in group.runs)


def test_the_convention_and_the_input_are_named() -> None:
    shown = " ".join(w.text for w in chart_page(family("x3d_m", "pytorchvideo")).writings)
    assert "pytorchvideo: multiply-adds and 5 for each" in shown
    assert "FLOPs (PyTorchVideo) for one view, log scale" in shown
    assert "input 3 × 16 × 256²" in shown


@given(st.lists(st.integers(1, 10**18), min_size=1, max_size=5))
@settings(max_examples=300)
def test_logarithmic_scales(values: list[int]) -> None:
    scale = Logarithmic.of(values)
    assert all(0.05 < scale.place(value) < 0.95 for value in values)
    ticks = scale.ticks
    assert 1 <= len(ticks) <= 9
    assert all(0 <= tick.place <= 1 for tick in ticks)
    assert all(one.place < other.place for one, other in pairwise(ticks))
    assert len({tick.text for tick in ticks}) == len(ticks)


@given(st.lists(st.decimals(0, 100, places=2).map(float), min_size=1, max_size=5))
@settings(max_examples=300)
def test_linear_scales(values: list[float]) -> None:
    scale = Linear.of(values)
    assert all(0.05 < scale.place(value) < 0.95 for value in values)
    assert 2 <= len(scale.ticks) <= 10
    for tick in scale.ticks:
        assert tick.place == pytest.approx(scale.place(float(tick.text)), abs=1e-6)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([2_730_000_000], ["1.8 G", "2 G", "2.2 G", "2.5 G", "3 G", "3.5 G", "4 G"]),
        ([10**9, 10**12], ["300 M", "1 G", "3 G", "10 G", "30 G", "100 G", "300 G", "1 T", "3 T"]),
        ([1, 10**18], ["1", "1 k", "1 M", "1 G", "1 T", "1 P", "1 E", "1,000 E"]),
    ],
)
def test_ticks(values: list[int], texts: list[str]) -> None:
    assert [tick.text for tick in Logarithmic.of(values).ticks] == texts


def test_svg_escapes() -> None:
    points = tuple(Point(10**number, 50.0, HOSTILE, HOSTILE, HOSTILE) for number in (3, 6))
    hostile = Chart(HOSTILE, (HOSTILE,), HOSTILE, HOSTILE, (Group(HOSTILE, (points,)),), (HOSTILE,))
    text = chart_svg(chart_page(hostile))
    root = ElementTree.fromstring(text)
    assert {e.tag for e in root.iter()} == {
        f"{SVG}{t}" for t in "svg title style rect path g text".split()
    }
    assert HOSTILE in [element.text for element in root.iter(f"{SVG}text")]
    assert "<script" not in text


def test_output_is_deterministic() -> None:
    anew = [member for path in paths("x3d_*") for member in measured(path)]
    first, second = family("x3d_*"), chart(anew, CONVENTIONS["macs"])
    assert chart_svg(chart_page(first)) == chart_svg(chart_page(second))


def test_a_mark_has_a_tooltip_with_all_values() -> None:
    root = ElementTree.fromstring(chart_svg(chart_page(family("x3d_s"))))
    tooltips = [title.text for mark in root.iter(f"{SVG}path") for title in mark]
    assert tooltips == ["from x2d", "x3d_s(size = 182): 2.72 G MACs, 73.3 % at 3 × 13 × 182²"]


def test_a_colour_and_a_shape_for_each_of_many_groups() -> None:
    groups = tuple(
        Group(f"from b{n}", ((Point(10**9 + n, n, f"a{n}"), Point(2 * 10**9 + n, n, f"b{n}")),), n)
        for n in range(12)
    )
    page = chart_page(Chart("groups", ("fact",), "across", "up", groups))
    check(page)
    assert len({(mark.ink, mark.shape) for mark in page.marks}) == 12
