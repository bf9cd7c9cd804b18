"""What a chart shows, before anything has a place: points by two numbers, in groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """`across` is above 0. `aside` stands below the label; `told` says all of it in one line."""

    across: int
    up: float
    label: str
    aside: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Points of one colour; those of each run are joined by a line. One of no name is grey."""

    name: str
    runs: tuple[tuple[Point, ...], ...]

    @property
    def points(self) -> Iterator[Point]:
        for run in self.runs:
            yield from run


@dataclass(frozen=True, slots=True)
class Chart:
    """Points over a logarithmic axis. `across` and `up` say what the axes count, in what unit."""

    title: str
    facts: tuple[str, ...]
    across: str
    up: str
    groups: tuple[Group, ...]
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> list[Point]:
        """All of them, group by group."""
        return [point for group in self.groups for point in group.points]
