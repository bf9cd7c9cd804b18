"""`search.svg`: what the trained networks cost, and how accurate they are."""

from __future__ import annotations

from archdsl.diagnostics import counted
from archdsl.draw.charts.chart import Chart, Front, Group, Point
from archdsl.draw.charts.page import chart_page
from archdsl.draw.style import clean
from archdsl.draw.svg import chart_svg
from archdsl.report.text import readable
from archdsl.search.records.record import Record
from archdsl.search.results.results import Results, accuracy_text

_LABELLED = 12
"""Networks of the front that have labels, the most accurate ones."""


def search_svg(results: Results) -> str | None:
    """The picture; None while no network with a cost is trained."""
    drawn = chart(results)
    return chart_svg(chart_page(drawn)) if drawn.points else None


def chart(results: Results) -> Chart:
    """Trials, the front, what was found, and random networks of its cost."""
    front = {record.number for record in results.front}
    others = [record for record in results.searched if record.number not in front]
    best = _front(results)
    groups = [
        Group("", _alone(results, others)),
        Group("on the front", tuple((point,) for point in best)),
        Group("random networks of this cost", _alone(results, results.compared), mark=1),
    ]
    count = counted(len(results.searched), "network")
    return Chart(
        f"{clean(results.name)}: accuracy against {results.unit}",
        (f"{count} of {clean(results.space)}, each trained; grey: not on the front",),
        f"{results.unit}, log scale",
        "accuracy on held-out videos, %",
        tuple(group for group in groups if any(True for _ in group.points)),
        front=Front("front of the trials", best) if best else None,
    )


def _front(results: Results) -> tuple[Point, ...]:
    shown = [record for record in results.front if results.cost(record)]
    labelled = {record.number for record in shown[:_LABELLED]}
    points = [_point(results, each, is_labelled=each.number in labelled) for each in shown]
    return tuple(sorted(points, key=lambda point: (point.across, point.up)))


def _alone(results: Results, records: list[Record]) -> tuple[tuple[Point, ...], ...]:
    """Points that no line joins."""
    return tuple((_point(results, record),) for record in records if results.cost(record))


def _point(results: Results, record: Record, *, is_labelled: bool = False) -> Point:
    assert record.chosen
    name, cost = clean(record.chosen.name), results.cost(record)
    found = results.found
    label = f"{name.rpartition('#')[2]}{', found' if found == record else ''}"
    figures = f"{readable(cost)} {results.unit}, {accuracy_text(record)}"
    return Point(
        cost,
        record.accuracy or 0.0,
        label if is_labelled else "",
        tooltip=f"trial {record.number}, {name}: {figures}",
    )
