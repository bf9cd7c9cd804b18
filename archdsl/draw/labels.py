"""Where the labels of points go: near them, and over nothing else.

One after another, those in the thickest crowds first, each at the nearest place that is free; a
label that stands away from its point is led to it by a line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise, product
from math import cos, hypot, pi, sin

from archdsl.draw.geometry import Point

RADIUS = 5.0
"""Of the mark at a point."""

_RINGS = (9.0, 14.0, 21.0, 30.0, 40.0, 52.0, 66.0, 82.0, 100.0, 120.0)
_LED = 24.0
"""How far a label is from its point where a line leads to it."""

_SIDES = (0, 12, 4, 8, 14, 2, 10, 6, 15, 1, 13, 3, 11, 5, 9, 7)
"""Directions, in sixteenths of a turn from the right by way of below, the best first."""

_NEAR = 70.0
"""Points so near to each other are a crowd."""

_MOST = 300
"""Labels that are tried."""

_CELL = 48.0
_BEAD, _BESIDE = 3.0, 2
"""A line is looked at in steps of so many pixels; the first few of a leader are its point's."""

_WORST = 3
"""More than `_Ground._crossed` ever gives."""


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
    """A point, and how large its label is."""

    at: Point
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A label's place, with the line that leads to it where it stands away from its point."""

    area: Rectangle
    leader: tuple[Point, Point] | None


def place(
    anchors: Sequence[Anchor], lines: Iterable[Sequence[Point]], room: Rectangle
) -> list[Placed | None]:
    """A place for each label, None where no place is free. Lines are crossed unwillingly.

    Of very many none but the first are tried: there would be no room.
    """
    ground = _Ground(room)
    for anchor in anchors:
        ground.marks.add(_around(anchor.at, RADIUS))
    for line in lines:
        for begin, end in pairwise(line):
            ground.lines.extend(_beads(begin, end))
    found: list[Placed | None] = [None] * len(anchors)
    for index in _crowded_first(anchors[:_MOST]):
        found[index] = ground.take(anchors[index])
    return found


def _crowded_first(anchors: Sequence[Anchor]) -> list[int]:
    cells: dict[tuple[int, int], int] = defaultdict(int)
    keys = [(int(a.at[0] // _NEAR), int(a.at[1] // _NEAR)) for a in anchors]
    for key in keys:
        cells[key] += 1
    return sorted(range(len(anchors)), key=lambda index: (-cells[keys[index]], index))


@dataclass
class _Taken:
    """Rectangles, by the cells of a grid that they lie in, so that only near ones are compared."""

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
class _Ground:
    """What is taken so far: by labels and the lines that lead to them, by marks, by lines."""

    room: Rectangle
    labels: _Taken = field(default_factory=_Taken)
    marks: _Taken = field(default_factory=_Taken)
    lines: _Taken = field(default_factory=_Taken)

    def take(self, anchor: Anchor) -> Placed | None:
        """The best place that is free, which no other label gets then."""
        free = filter(self._is_free, _places(anchor))
        best, least = None, _WORST
        for placed in free:
            crossed = self._crossed(placed)
            if crossed < least:
                best, least = placed, crossed
            if not least:
                break
        if best:
            self.labels.add(best.area)
            self.labels.extend(_leading(best))
        return best

    def _crossed(self, placed: Placed) -> int:
        """0 where it is clear of lines, 1 where its leader crosses one, 2 where it lies on one."""
        if self.lines.meets(placed.area):
            return 2
        return int(any(map(self.lines.meets, _away(placed))))

    def _is_free(self, placed: Placed) -> bool:
        area = placed.area
        if not self.room.holds(area) or self.labels.meets(area) or self.marks.meets(area):
            return False
        if any(map(self.labels.meets, _leading(placed))):
            return False
        return not any(map(self.marks.meets, _away(placed)))


def _places(anchor: Anchor) -> Iterator[Placed]:
    """Around the point, the nearest first; farther away there are more of them."""
    for far in _RINGS:
        parts = (0.0,) if far < _LED else (0.0, 0.25, 0.5, 0.75)
        for side, part in product(_SIDES, parts):
            area = _beside(anchor, far, (side + part) * pi / 8)
            yield Placed(area, _leader(anchor.at, area))


def _beside(anchor: Anchor, far: float, angle: float) -> Rectangle:
    """So far away, with a side or a corner towards the point."""
    (x, y), across, down = anchor.at, cos(angle), sin(angle)
    middle = x + far * across + anchor.width / 2 * _towards(across)
    center = y + far * down + anchor.height / 2 * _towards(down)
    left, top = middle - anchor.width / 2, center - anchor.height / 2
    return Rectangle(left, top, left + anchor.width, top + anchor.height)


def _towards(part: float) -> float:
    return min(max(1.5 * part, -1), 1)


def _leader(point: Point, area: Rectangle) -> tuple[Point, Point] | None:
    x, y = area.nearest(point)
    far = hypot(x - point[0], y - point[1])
    if far < _LED:
        return None
    begin, end = (RADIUS + 2) / far, 1 - 2 / far
    return _between(point, (x, y), begin), _between(point, (x, y), end)


def _leading(placed: Placed) -> Iterator[Rectangle]:
    return _beads(*placed.leader) if placed.leader else iter(())


def _away(placed: Placed) -> Iterator[Rectangle]:
    """Its leader, but for where the point's own mark and lines are."""
    return islice(_leading(placed), _BESIDE, None)


def _beads(begin: Point, end: Point) -> Iterator[Rectangle]:
    """Small squares along a line."""
    count = max(1, round(hypot(end[0] - begin[0], end[1] - begin[1]) / _BEAD))
    for bead in range(count + 1):
        yield _around(_between(begin, end, bead / count), 1)


def _between(begin: Point, end: Point, part: float) -> Point:
    return begin[0] + (end[0] - begin[0]) * part, begin[1] + (end[1] - begin[1]) * part


def _around(point: Point, far: float) -> Rectangle:
    return Rectangle(point[0] - far, point[1] - far, point[0] + far, point[1] + far)
