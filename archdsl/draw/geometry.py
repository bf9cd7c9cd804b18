"""Where things stand, in pixels from the top left corner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from archdsl.draw.picture import Box, Group, Line

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Size:
    """How far something reaches to the sides of its axis, and how high it is."""

    left: float
    right: float
    height: float


@dataclass(frozen=True, slots=True)
class Area:
    """A box or a frame at its place."""

    item: Box | Group
    x: float
    y: float
    width: float
    height: float

    def moved(self, dx: float, dy: float) -> Area:
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Path:
    """A part of a wire, from point to point: straight down, or in a bend to another column."""

    points: tuple[Point, ...]
    line: Line
    has_head: bool = False

    def moved(self, dx: float, dy: float) -> Path:
        return replace(self, points=tuple((x + dx, y + dy) for x, y in self.points))


@dataclass(frozen=True, slots=True)
class Label:
    """Text beside a wire, from its left end and around a middle line."""

    text: str
    x: float
    y: float
    width: float

    def moved(self, dx: float, dy: float) -> Label:
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Plan:
    """A diagram laid out: frames from the outside in, then boxes, wires and labels."""

    areas: tuple[Area, ...] = ()
    paths: tuple[Path, ...] = ()
    labels: tuple[Label, ...] = ()

    def moved(self, dx: float, dy: float) -> Plan:
        return Plan(
            tuple([area.moved(dx, dy) for area in self.areas]),
            tuple([path.moved(dx, dy) for path in self.paths]),
            tuple([label.moved(dx, dy) for label in self.labels]),
        )

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of all that is drawn."""
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


def joined(plans: Sequence[Plan]) -> Plan:
    return Plan(
        tuple([area for plan in plans for area in plan.areas]),
        tuple([path for plan in plans for path in plan.paths]),
        tuple([label for plan in plans for label in plan.labels]),
    )


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Positions in their order, as near to those wanted as they can be at least so far apart."""
    if not wanted:
        return []
    apart = min(apart, (high - low) / len(wanted))
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
