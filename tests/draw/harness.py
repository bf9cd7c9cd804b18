"""Pictures for tests, and the checks that every layout must pass."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path as FilePath
from typing import NamedTuple

from archdsl.costs.figures import CONVENTIONS
from archdsl.draw.layout.geometry import Area, Layout, Path, Point
from archdsl.draw.network import draw
from archdsl.draw.outline import View
from archdsl.draw.page import Page
from archdsl.draw.picture import Box, Group, Picture, boxes, times
from archdsl.draw.sheets import page
from archdsl.draw.style import PADDING, PLAIN, TITLE
from archdsl.network import Network
from archdsl.spec import load

ROOT = FilePath(__file__).resolve().parents[2]
GALLERY = sorted([*(ROOT / "specs").glob("*.arch"), *(ROOT / "tests/networks").glob("*.arch")])


def picture(network: Network, depth: int | None = None, convention: str = "macs") -> Picture:
    return draw(network.graph, View(network.costs, CONVENTIONS[convention], depth))


def of_file(path: FilePath, depth: int | None = None) -> Picture | None:
    """The picture of the first network in a file that needs no parameters."""
    network = _network_of(path)
    return picture(network, depth) if network else None


@cache
def _network_of(path: FilePath) -> Network | None:
    spec = load(path)
    whole = [name for name in spec.networks if not spec.missing_parameters(name)]
    return spec.network(whole[0]) if whole else None


def titles(drawn: Picture) -> list[str]:
    return [box.title for box in boxes(drawn.main.items)]


class Rectangle(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Rectangle, margin: float = 0) -> bool:
        across = self.left < other.right - margin and other.left < self.right - margin
        return across and self.top < other.bottom - margin and other.top < self.bottom - margin

    def holds(self, other: Rectangle) -> bool:
        across = self.left <= other.left + 0.1 and other.right <= self.right + 0.1
        return across and self.top <= other.top + 0.1 and other.bottom <= self.bottom + 0.1

    def has(self, point: Point) -> bool:
        """Whether a point is inside, and not at the edge."""
        across = self.left + 1 < point[0] < self.right - 1
        return across and self.top + 1 < point[1] < self.bottom - 1


def check(drawn: Picture) -> None:
    """Check that nothing overlaps, and that everything is in its frame."""
    whole = page(drawn)
    _check_boxes(whole.layout)
    _check_frames(whole.layout)
    _check_labels(whole.layout)
    _check_wires(whole.layout)
    _check_texts(whole)


def _rectangle(area: Area) -> Rectangle:
    return Rectangle(area.x, area.y, area.x + area.width, area.y + area.height)


def _boxes(layout: Layout) -> list[tuple[Rectangle, Box]]:
    return [(_rectangle(area), area.item) for area in layout.areas if isinstance(area.item, Box)]


def _labels(layout: Layout) -> list[Rectangle]:
    return [Rectangle(x.x, x.y - 5, x.x + x.width, x.y + 5) for x in layout.labels]


def _check_apart(rectangles: list[Rectangle]) -> None:
    """Check that no rectangle overlaps another; only near ones are compared, in order of depth."""
    ordered = sorted(rectangles, key=lambda rectangle: rectangle.top)
    for place, rectangle in enumerate(ordered):
        for other in ordered[place + 1 :]:
            if other.top >= rectangle.bottom:
                break
            assert not rectangle.meets(other), (rectangle, other)


def _check_boxes(layout: Layout) -> None:
    _check_apart([rectangle for rectangle, _ in _boxes(layout)])


def _check_frames(layout: Layout) -> None:
    """Check that a frame encloses its contents, and touches nothing else."""
    places = {id(area.item): _rectangle(area) for area in layout.areas}
    everything = [(area.item, _rectangle(area)) for area in layout.areas]
    for item, rectangle in everything:
        if not isinstance(item, Group):
            continue
        assert all(rectangle.holds(places[id(inner)]) for inner in item.items)
        below = _descendants(item)
        for other, place in everything:
            if id(other) not in below and rectangle.meets(place):
                assert place.holds(rectangle), (item.title, other.title)


def _descendants(group: Group) -> set[int]:
    contained = {id(group)}
    for item in group.items:
        contained |= _descendants(item) if isinstance(item, Group) else {id(item)}
    return contained


def _check_labels(layout: Layout) -> None:
    _check_apart([*_labels(layout), *(rectangle for rectangle, _ in _boxes(layout))])


def _heads(layout: Layout) -> Iterator[Rectangle]:
    """The titles at the top of frames, on the left and on the right."""
    for area in layout.areas:
        if isinstance(area.item, Group):
            left, right = area.x + PADDING, area.x + area.width - PADDING
            title = TITLE.width(f"{area.item.title}  {times(area.item.times)}".strip())
            yield Rectangle(left, area.y + 6, left + title, area.y + 20)
            yield Rectangle(right - PLAIN.width(area.item.share), area.y + 6, right, area.y + 20)


def _check_wires(layout: Layout) -> None:
    """Check that no wire crosses a box, a label or the title of a frame."""
    points = sorted((p for path in layout.paths for p in trace(path)), key=lambda point: point[1])
    solid = [*_labels(layout), *_heads(layout), *(rectangle for rectangle, _ in _boxes(layout))]
    start = 0
    for rectangle in sorted(solid, key=lambda rectangle: rectangle.top):
        while start < len(points) and points[start][1] < rectangle.top:
            start += 1
        for point in points[start:]:
            if point[1] > rectangle.bottom:
                break
            assert not rectangle.has(point), (rectangle, point)


def trace(path: Path, steps: int = 12) -> Iterator[Point]:
    """Points along a wire as it is drawn: a straight line or a cubic curve."""
    for (x1, y1), (x2, y2) in pairwise(path.points):
        for step in range(steps + 1):
            t = step / steps
            bend = 3 * t * t - 2 * t * t * t
            middle = (y1 + y2) / 2
            down = (1 - t) ** 3 * y1 + 3 * t * (1 - t) * middle + t**3 * y2
            yield (x1 + (x2 - x1) * bend, down)


def _check_texts(whole: Page) -> None:
    """Check that texts stay in their boxes and on the page."""
    for rectangle, box in _boxes(whole.layout):
        width = rectangle.right - rectangle.left
        assert TITLE.width(box.title) + PLAIN.width(box.share) < width, box
        assert all(PLAIN.width(line) < width for line in box.lines), box
    assert all(w.left >= 0 and w.right <= whole.width for w in whole.writings)
    assert all(area.x >= 0 and area.x + area.width <= whole.width for area in whole.layout.areas)
    assert all(area.y + area.height <= whole.height for area in whole.layout.areas)
