"""Where the labels of points go: near their points, and over nothing else.

Labels are placed greedily, those in the densest crowds first, each at the nearest position that is
free. A label away from its point is connected to it by a line, its leader. To place labels as well
as possible is NP-hard, and a greedy order is good enough for the sizes of families.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise, product
from math import cos, hypot, pi, sin

from archdsl.draw.layout.geometry import Point

RADIUS = 5.0
"""The radius of a mark in pixels."""

_RINGS = (9.0, 14.0, 21.0, 30.0, 40.0, 52.0, 66.0, 82.0, 100.0, 120.0)
_LED = 24.0
"""The distance in pixels from which on a label has a leader."""

_SIDES = (0, 12, 4, 8, 14, 2, 10, 6, 15, 1, 13, 3, 11, 5, 9, 7)
"""Directions in sixteenths of a turn, clockwise from the right, the preferred ones first."""

_NEAR = 70.0
"""The side in pixels of the squares in which points are counted to find crowds."""

_MOST = 300
"""Labels beyond this many are not tried."""

_CELL = 48.0
"""The side in pixels of the cells of a grid."""

_STEP, _FIRST = 3.0, 2
"""Lines are tested as small squares, this many pixels apart. The first of a leader are ignored, as
they are over the lines of its own point."""

_WORST = 3
"""Above every result of `_Occupied._crossed`."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """In pixels from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Rectangle) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: Rectangle) -> bool:
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def nearest(self, point: Point) -> Point:
        x, y = point
        return min(max(x, self.left), self.right), min(max(y, self.top), self.bottom)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A point, and the size of its label, which is 0 where it has none."""

    at: Point
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """The area of a label, and its leader if it is away from its point."""

    area: Rectangle
    leader: tuple[Point, Point] | None


def place(
    anchors: Sequence[Anchor], lines: Iterable[Sequence[Point]], room: Rectangle
) -> list[PlacedLabel | None]:
    """The position of each label in a room; None for one that finds none, and where there is none.

    No label is over another label, a mark or a leader. One over a line is the last resort.
    """
    occupied = _Occupied(room)
    # All marks before any label, also those of points whose label is placed later.
    for anchor in anchors:
        occupied.marks.add(_around(anchor.at, RADIUS))
    for line in lines:
        for begin, end in pairwise(line):
            occupied.lines.extend(_squares_along(begin, end))
    found: list[PlacedLabel | None] = [None] * len(anchors)
    for index in _crowded_first(anchors[:_MOST]):
        found[index] = occupied.take(anchors[index])
    return found


def _crowded_first(anchors: Sequence[Anchor]) -> list[int]:
    cells: dict[tuple[int, int], int] = defaultdict(int)
    keys = [(int(a.at[0] // _NEAR), int(a.at[1] // _NEAR)) for a in anchors]
    for key in keys:
        cells[key] += 1
    labelled = [index for index, anchor in enumerate(anchors) if anchor.width]
    return sorted(labelled, key=lambda index: (-cells[keys[index]], index))


@dataclass
class _Grid:
    """Rectangles by the cells of a grid that they touch, so that only near ones are compared."""

    cells: dict[tuple[int, int], list[Rectangle]] = field(default_factory=dict)

    def add(self, rectangle: Rectangle) -> None:
        for cell in self._cells(rectangle):
            self.cells.setdefault(cell, []).append(rectangle)

    def extend(self, rectangles: Iterable[Rectangle]) -> None:
        for rectangle in rectangles:
            self.add(rectangle)

    def meets(self, rectangle: Rectangle) -> bool:
        return any(
            rectangle.meets(other)
            for cell in self._cells(rectangle)
            for other in self.cells.get(cell, ())
        )

    def _cells(self, rectangle: Rectangle) -> Iterator[tuple[int, int]]:
        for x in range(int(rectangle.left // _CELL), int(rectangle.right // _CELL) + 1):
            for y in range(int(rectangle.top // _CELL), int(rectangle.bottom // _CELL) + 1):
                yield x, y


@dataclass
class _Occupied:
    """What is occupied so far: by labels and their leaders, by marks, by lines."""

    room: Rectangle
    labels: _Grid = field(default_factory=_Grid)
    marks: _Grid = field(default_factory=_Grid)
    lines: _Grid = field(default_factory=_Grid)

    def take(self, anchor: Anchor) -> PlacedLabel | None:
        """Occupy the best position that is free; None if there is none."""
        free = filter(self._is_free, _places(anchor))
        best, least = None, _WORST
        for placed in free:
            crossed = self._crossed(placed)
            if crossed < least:
                best, least = placed, crossed
            if not least:
                break  # positions come with the nearest first
        if best:
            self.labels.add(best.area)
            self.labels.extend(_leader_squares(best))
        return best

    def _crossed(self, placed: PlacedLabel) -> int:
        """0 if nothing crosses a line, 1 if only the leader does, 2 if the label is over one."""
        if self.lines.meets(placed.area):
            return 2
        return int(any(map(self.lines.meets, _outer_squares(placed))))

    def _is_free(self, placed: PlacedLabel) -> bool:
        area = placed.area
        if not self.room.holds(area) or self.labels.meets(area) or self.marks.meets(area):
            return False
        if any(map(self.labels.meets, _leader_squares(placed))):
            return False
        return not any(map(self.marks.meets, _outer_squares(placed)))


def _places(anchor: Anchor) -> Iterator[PlacedLabel]:
    """Positions around a point, the nearest first. Farther rings have more of them."""
    for far in _RINGS:
        parts = (0.0,) if far < _LED else (0.0, 0.25, 0.5, 0.75)
        for side, part in product(_SIDES, parts):
            area = _beside(anchor, far, (side + part) * pi / 8)
            yield PlacedLabel(area, _leader(anchor.at, area))


def _beside(anchor: Anchor, far: float, angle: float) -> Rectangle:
    """The area of a label at a distance and an angle, with a side or corner towards its point."""
    (x, y), across, down = anchor.at, cos(angle), sin(angle)
    middle = x + far * across + anchor.width / 2 * _towards(across)
    center = y + far * down + anchor.height / 2 * _towards(down)
    left, top = middle - anchor.width / 2, center - anchor.height / 2
    return Rectangle(left, top, left + anchor.width, top + anchor.height)


def _towards(part: float) -> float:
    # With 1.5, a label within 48 degrees of the horizontal is beside its point, not over it.
    return min(max(1.5 * part, -1), 1)


def _leader(point: Point, area: Rectangle) -> tuple[Point, Point] | None:
    x, y = area.nearest(point)
    far = hypot(x - point[0], y - point[1])
    if far < _LED:
        return None
    begin, end = (RADIUS + 2) / far, 1 - 2 / far
    return _between(point, (x, y), begin), _between(point, (x, y), end)


def _leader_squares(placed: PlacedLabel) -> Iterator[Rectangle]:
    return _squares_along(*placed.leader) if placed.leader else iter(())


def _outer_squares(placed: PlacedLabel) -> Iterator[Rectangle]:
    """The leader without its first squares, where the mark and the lines of its own point are."""
    return islice(_leader_squares(placed), _FIRST, None)


def _squares_along(begin: Point, end: Point) -> Iterator[Rectangle]:
    """Small squares along a line, which stand for it in a grid of rectangles."""
    count = max(1, round(hypot(end[0] - begin[0], end[1] - begin[1]) / _STEP))
    for step in range(count + 1):
        yield _around(_between(begin, end, step / count), 1)


def _between(begin: Point, end: Point, part: float) -> Point:
    return begin[0] + (end[0] - begin[0]) * part, begin[1] + (end[1] - begin[1]) * part


def _around(point: Point, far: float) -> Rectangle:
    return Rectangle(point[0] - far, point[1] - far, point[0] + far, point[1] + far)
