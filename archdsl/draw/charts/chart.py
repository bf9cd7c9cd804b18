"""What a chart shows, without positions in pixels: points in groups, and the scales of its axes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, floor, log, log10

from archdsl.report.text import readable


@dataclass(frozen=True, slots=True)
class Point:
    """A point; `across` is above 0. `detail` is below the label, `tooltip` all of it in a line.

    A point without a label is a mark alone.
    """

    across: int
    up: float
    label: str
    detail: str = ""
    tooltip: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Points of one colour and shape, by the number of its `mark`, with a line through each run.

    A group without a name is grey.
    """

    name: str
    runs: tuple[tuple[Point, ...], ...]
    mark: int = 0

    @property
    def points(self) -> Iterator[Point]:
        for run in self.runs:
            yield from run


@dataclass(frozen=True, slots=True)
class Front:
    """Points that a staircase joins, from left to right; the `name` says what they are."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Points over a logarithmic axis; `across` and `up` are the titles of the axes."""

    title: str
    facts: tuple[str, ...]
    across: str
    up: str
    groups: tuple[Group, ...]
    notes: tuple[str, ...] = ()
    front: Front | None = None

    @property
    def points(self) -> list[Point]:
        """All of them, group by group."""
        return [point for group in self.groups for point in group.points]


def pareto(points: Iterable[Point]) -> tuple[Point, ...]:
    """The Pareto front, from left to right: no other point is as far left and as far up."""
    found = list[Point]()
    for point in sorted(points, key=lambda point: (point.across, -point.up)):
        if not found or point.up > found[-1].up:
            found.append(point)
    return tuple(found)


_MARGINS = (0.13, 0.08)
"""The part of an axis, across and up, that is free at each end for labels."""

_MOST_TICKS = 9

_CHOICES = (
    ((10, 12, 14, 16, 18, 20, 22, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90), 1),
    ((10, 15, 20, 25, 30, 40, 50, 60, 80), 1),
    ((10, 20, 30, 50, 70), 1),
    ((10, 20, 50), 1),
    ((10, 30), 1),
    ((10,), 1),
    ((10,), 3),
)
"""Choices of ticks, from many to few: these tenths of every power of ten, or of every third."""

_STEPS = [Fraction(step) * Fraction(10) ** power for power in range(-3, 3) for step in (1, 2, 5)]


@dataclass(frozen=True, slots=True)
class Tick:
    """A position on an axis, from 0 to 1, with its text."""

    place: float
    text: str


@dataclass(frozen=True)
class Logarithmic:
    """A logarithmic scale of integers above 0."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[int]) -> Logarithmic:
        """A scale that has room for all values, and spans a factor of 2 at least."""
        low, high = log(min(values)), log(max(values))
        low, high = _widen(low, high, log(2), _MARGINS[0])
        return cls(exp(low), exp(high))

    def place(self, value: float) -> float:
        return log(value / self.low) / log(self.high / self.low)

    @property
    def ticks(self) -> list[Tick]:
        """As many ticks as have room beside each other."""
        choices = [list(self._multiples(*choice)) for choice in _CHOICES]
        # From many to few, so the first choice that fits has the most ticks.
        few = [values for values in choices if len(values) <= _MOST_TICKS]
        return [Tick(self.place(value), _short_count(value)) for value in (few or choices[-1:])[0]]

    def _multiples(self, tenths: Iterable[int], step: int) -> Iterator[int]:
        """The integers on the axis that are these tenths of every `step`th power of ten."""
        first = floor(log10(self.low)) // step * step
        for power in range(max(first, 0), floor(log10(self.high)) + 1, step):
            for tenth in tenths:
                value, rest = divmod(tenth * 10**power, 10)
                if not rest and self.low <= value <= self.high:
                    yield value


@dataclass(frozen=True)
class Linear:
    """A linear scale."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Linear:
        """A scale that has room for all values, and spans 2 units at least."""
        return cls(*_widen(min(values), max(values), 2, _MARGINS[1]))

    def place(self, value: float) -> float:
        return (value - self.low) / (self.high - self.low)

    @property
    def ticks(self) -> list[Tick]:
        span = self.high - self.low
        # Steps are fractions: 0.1 added up in floats would end in 0.30000000000000004.
        step = next(step for step in _STEPS if span / step <= _MOST_TICKS)
        first, last = -floor(-self.low / step), floor(self.high / step)
        numbers = [count * step for count in range(first, last + 1)]
        return [Tick(self.place(float(number)), f"{float(number):g}") for number in numbers]


def _widen(low: float, high: float, least: float, margin: float) -> tuple[float, float]:
    """An interval with the same middle, at least `least` wide, and a margin at each end."""
    middle, half = (low + high) / 2, max(high - low, least) / 2
    half /= 1 - 2 * margin
    return middle - half, middle + half


def _short_count(value: int) -> str:
    """A count without trailing zeros: `5 G`, `1.5 G`."""
    digits, _, suffix = readable(value).partition(" ")
    if "." in digits:
        digits = digits.rstrip("0").removesuffix(".")
    return f"{digits} {suffix}".rstrip()
