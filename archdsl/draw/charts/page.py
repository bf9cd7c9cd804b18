"""The page of a chart: title, facts and legend on top, and below them the axes with the points.

If not all labels find room, the axes are made larger, and kept if more labels then do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archdsl.diagnostics import counted
from archdsl.draw.charts.chart import Chart, Group, Linear, Logarithmic, Point, Tick
from archdsl.draw.charts.labels import RADIUS, Anchor, PlacedLabel, Rectangle, place
from archdsl.draw.layout import geometry
from archdsl.draw.page import ChartPage, Mark, Shape, Stroke, Writing
from archdsl.draw.paints import Paint
from archdsl.draw.style import HEADING, PLAIN, Font

_MARGIN = 28.0
_LINE = 14.0
"""Pixels from one line of text to the next."""

_WIDTH, _HEIGHT = 720.0, 420.0
_ZOOMS = (1.25, 1.5, 2.0, 3.0)
"""The larger sizes of axes that are tried."""

_AXIS = Font(12, 600)

INKS = (
    Paint.BLUE,
    Paint.ORANGE,
    Paint.GREEN,
    Paint.VIOLET,
    Paint.RED,
    Paint.TEAL,
    Paint.OLIVE,
    Paint.BROWN,
)
"""The colours of groups. Points without a group are in ALONE."""

_FRONT_WIDTH = 5.0


def chart_page(chart: Chart) -> ChartPage:
    """The page of a chart, which must have at least one point."""
    best = _Drawing(chart, 1)
    for zoom in _ZOOMS:
        if not best.unlabelled:
            break
        larger = _Drawing(chart, zoom)
        if larger.unlabelled >= best.unlabelled:
            break  # points at one place stay there, however large the axes are
        best = larger
    return best.page()


class _Drawing:
    """A chart with axes of one size."""

    def __init__(self, chart: Chart, zoom: float) -> None:
        self.chart = chart
        self.points = chart.points
        self.across = Logarithmic.of([point.across for point in self.points])
        self.up = Linear.of([point.up for point in self.points])
        self.legend, self.patches, self.dash, top = _legend(chart, _WIDTH * zoom)
        left = _MARGIN + 10 + max(PLAIN.width(tick.text) for tick in self.up.ticks)
        self.room = Rectangle(left, top, left + _WIDTH * zoom, top + _HEIGHT * zoom)
        self.placed = self._labels()

    @property
    def unlabelled(self) -> int:
        """The number of points whose label finds no room."""
        pairs = zip(self.points, self.placed, strict=True)
        return sum(placed is None and bool(point.label) for point, placed in pairs)

    def page(self) -> ChartPage:
        writings = [*self.legend, *self._scales(), *self._notes()]
        right = max(self.room.right, *(writing.right for writing in writings))
        height = max(writing.y for writing in writings) + _MARGIN
        leaders = [Stroke(p.leader, Paint.ALONE, 1) for p in self.placed if p and p.leader]
        strokes = (*self._grid(), *self._front(), *self._lines(), *leaders)
        marks = (*self.patches, *self._marks())
        labels = tuple(self._label_texts())
        title = self.chart.title
        return ChartPage(title, right + _MARGIN, height, strokes, marks, tuple(writings), labels)

    def _at(self, point: Point) -> geometry.Point:
        return self._x(self.across.place(point.across)), self._y(self.up.place(point.up))

    def _x(self, part: float) -> float:
        return self.room.left + part * (self.room.right - self.room.left)

    def _y(self, part: float) -> float:
        return self.room.bottom - part * (self.room.bottom - self.room.top)

    # Axes

    def _grid(self) -> Iterator[Stroke]:
        left, top, right, bottom = _edges(self.room)
        for tick in self.across.ticks:
            x = self._x(tick.place)
            yield Stroke(((x, top), (x, bottom)), Paint.GRID, 1)
        for tick in self.up.ticks:
            y = self._y(tick.place)
            yield Stroke(((left, y), (right, y)), Paint.GRID, 1)
        yield Stroke(((left, top), (left, bottom), (right, bottom)), Paint.WIRE, 1.3)

    def _scales(self) -> Iterator[Writing]:
        left, top, right, bottom = _edges(self.room)
        for tick in self.across.ticks:
            yield _number(tick, self._x(tick.place), bottom + 17, "middle")
        for tick in self.up.ticks:
            yield _number(tick, left - 8, self._y(tick.place) + 4, "end")
        yield Writing(
            self.chart.across, (left + right) / 2, bottom + 40, _AXIS, Paint.INK, "middle"
        )
        yield Writing(self.chart.up, _MARGIN, top - 14, _AXIS, Paint.INK)

    def _notes(self) -> Iterator[Writing]:
        more = f"{counted(self.unlabelled, 'point')} without a label, for lack of room"
        for line, note in enumerate([*self.chart.notes, *[more] * bool(self.unlabelled)], start=1):
            y = self.room.bottom + 48 + 16 * line
            yield Writing(note, _MARGIN, y, PLAIN, Paint.MUTED)

    # Points

    @property
    def _stairs(self) -> list[geometry.Point]:
        """The staircase of the front, which goes on to the right of its last point."""
        corners = list[geometry.Point]()
        front = self.chart.front
        for x, y in map(self._at, front.points if front else ()):
            corners += [(x, corners[-1][1])] if corners else []
            corners.append((x, y))
        return [*corners, (self.room.right, corners[-1][1])] if corners else []

    def _front(self) -> Iterator[Stroke]:
        if self.chart.front:
            yield Stroke(tuple(self._stairs), Paint.FRONT, _FRONT_WIDTH)
            yield self.dash

    def _lines(self) -> Iterator[Stroke]:
        for group, (ink, _) in zip(self.chart.groups, _styles(self.chart), strict=True):
            for run in group.runs:
                if len(run) > 1:
                    yield Stroke(tuple(map(self._at, run)), ink, 1.6)

    def _marks(self) -> Iterator[Mark]:
        for group, (ink, shape) in zip(self.chart.groups, _styles(self.chart), strict=True):
            for point in group.points:
                yield Mark(*self._at(point), shape, ink, point.tooltip)

    def _labels(self) -> list[PlacedLabel | None]:
        anchors = [Anchor(self._at(point), *_size(point)) for point in self.points]
        runs = [tuple(map(self._at, run)) for group in self.chart.groups for run in group.runs]
        return place(anchors, [*runs, self._stairs], self.room)

    def _label_texts(self) -> Iterator[Writing]:
        for point, placed in zip(self.points, self.placed, strict=True):
            if placed is None:
                continue
            left, right = placed.area.left, placed.area.right
            is_left = self._at(point)[0] > right
            x, anchor = (right, "end") if is_left else (left, "start")
            y = placed.area.top + 10.5  # the baseline of the first line
            yield Writing(point.label, x, y, PLAIN, Paint.INK, anchor)
            if point.detail:
                yield Writing(point.detail, x, y + _LINE, PLAIN, Paint.MUTED, anchor)


def _edges(room: Rectangle) -> tuple[float, float, float, float]:
    return room.left, room.top, room.right, room.bottom


def _number(tick: Tick, x: float, y: float, anchor: str) -> Writing:
    return Writing(tick.text, x, y, PLAIN, Paint.MUTED, anchor)


def _size(point: Point) -> tuple[float, float]:
    width = max(PLAIN.width(point.label), PLAIN.width(point.detail))
    return width, _LINE * (2 if point.detail else 1)


def _styles(chart: Chart) -> Iterator[tuple[Paint, Shape]]:
    """A colour and a shape for each group.

    Marks that have one colour differ in their shape: there are 32 different pairs.
    """
    shapes = list(Shape)
    for group in chart.groups:
        turn, colour = divmod(group.mark, len(INKS))
        pair = INKS[colour], shapes[(colour + turn) % len(shapes)]
        yield pair if group.name else (Paint.ALONE, Shape.CIRCLE)


def _legend(chart: Chart, width: float) -> tuple[list[Writing], list[Mark], Stroke, float]:
    """The title, the facts, the names of groups and of the front; the top of the axes below."""
    writings = [Writing(chart.title, _MARGIN, _MARGIN + 17, HEADING, Paint.INK)]
    for line, fact in enumerate(chart.facts):
        writings.append(Writing(fact, _MARGIN, _MARGIN + 38 + 16 * line, PLAIN, Paint.MUTED))
    styles = {group.name: style for group, style in _named(chart)}
    front = [chart.front.name] if chart.front else []
    names, top = [*styles, *front], writings[-1].y + 24
    entries = list(_entries(names, top, width))
    marks = [
        Mark(entry.x - RADIUS - 6, entry.y - 4, *styles[name][::-1], name)
        for name, entry in zip(styles, entries, strict=False)
    ]
    x, y = (entries[-1].x - 2 * RADIUS - 6, entries[-1].y - 4) if entries else (0.0, top)
    dash = Stroke(((x, y), (x + 2 * RADIUS, y)), Paint.FRONT, _FRONT_WIDTH)
    return [*writings, *entries], marks, dash, y + 4 + (44 if entries else 20)


def _entries(names: Sequence[str], y: float, width: float) -> Iterator[Writing]:
    """The names of a legend, each with room for its mark, in as many lines as they need."""
    x = _MARGIN
    for name in names:
        entry = Writing(name, x + 2 * RADIUS + 6, y, PLAIN, Paint.INK)
        if entry.right > _MARGIN + width and x > _MARGIN:
            x, y = _MARGIN, y + 18
            entry = Writing(name, x + 2 * RADIUS + 6, y, PLAIN, Paint.INK)
        yield entry
        x = entry.right + 20


def _named(chart: Chart) -> Sequence[tuple[Group, tuple[Paint, Shape]]]:
    pairs = zip(chart.groups, _styles(chart), strict=True)
    return [(group, style) for group, style in pairs if group.name]
