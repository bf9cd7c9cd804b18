"""Positions, in pixels from the top left corner: sizes, areas, paths, and layouts of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from archdsl.draw.picture import Box, Group, Line

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Size:
    """The extent of an item to the left and right of its axis, and its height."""

    left: float
    right: float
    height: float


@dataclass(frozen=True, slots=True)
class Area:
    """A box or a frame with its position."""

    item: Box | Group
    x: float
    y: float
    width: float
    height: float

    def translate(self, dx: float, dy: float) -> Area:
        return replace(self, x=self.x + dx, y=self.y + dy)

    def shrink(self, inset: float) -> Area:
        width, height = self.width - 2 * inset, self.height - 2 * inset
        return Area(self.item, self.x + inset, self.y + inset, width, height)


@dataclass(frozen=True, slots=True)
class Path:
    """A part of a wire, from point to point: straight down, or in a curve to another column."""

    points: tuple[Point, ...]
    line: Line
    has_head: bool = False

    def translate(self, dx: float, dy: float) -> Path:
        return replace(self, points=tuple((x + dx, y + dy) for x, y in self.points))


@dataclass(frozen=True, slots=True)
class Label:
    """Text beside a wire; `x` is its left end, `y` its middle."""

    text: str
    x: float
    y: float
    width: float

    def translate(self, dx: float, dy: float) -> Label:
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Layout:
    """A diagram with positions. A frame comes before what is in it, as it is drawn first."""

    areas: tuple[Area, ...] = ()
    paths: tuple[Path, ...] = ()
    labels: tuple[Label, ...] = ()

    def translate(self, dx: float, dy: float) -> Layout:
        return Layout(
            tuple([area.translate(dx, dy) for area in self.areas]),
            tuple([path.translate(dx, dy) for path in self.paths]),
            tuple([label.translate(dx, dy) for label in self.labels]),
        )

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The left, top, right and bottom of everything."""
        areas, labels = self.areas, self.labels
        points = [point for path in self.paths for point in path.points]
        left = [a.x for a in areas] + [label.x for label in labels] + [x for x, _ in points]
        right = [a.x + a.width for a in areas] + [x for x, _ in points]
        right += [label.x + label.width for label in labels]
        top = [a.y for a in areas] + [y for _, y in points]
        bottom = [a.y + a.height for a in areas] + [y for _, y in points]
        return (
            min(left, default=0),
            min(top, default=0),
            max(right, default=0),
            max(bottom, default=0),
        )


def join(layouts: Sequence[Layout]) -> Layout:
    return Layout(
        tuple([area for layout in layouts for area in layout.areas]),
        tuple([path for layout in layouts for path in layout.paths]),
        tuple([label for layout in layouts for label in layout.labels]),
    )


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Positions at least `apart` from each other between `low` and `high`, in the given order.

    Their squared distances to those `wanted` are least: pool adjacent violators, the algorithm for
    isotonic regression. If there is no room, they are closer together.
    """
    if not wanted:
        return []
    apart = min(apart, (high - low) / len(wanted))
    # Without their distances, positions only have to rise. Neighbours that fall are pooled, and a
    # pool stands at its mean.
    pools: list[list[float]] = []
    for place, value in enumerate(wanted):
        pools.append([value - place * apart])
        while len(pools) > 1 and mean(pools[-2]) > mean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    means = [mean(pool) for pool in pools for _ in pool]
    room = high - (len(wanted) - 1) * apart
    return [min(max(mean, low), room) + place * apart for place, mean in enumerate(means)]


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
