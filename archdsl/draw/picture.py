"""What a picture shows, before anything has a place: boxes, groups of them, wires, a legend."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import accumulate
from typing import TypeAlias

from archdsl import limits


class Look(Enum):
    """What a box is, which says how it looks."""

    BLOCK = "block"
    END = "end"
    FAULT = "fault"
    REST = "rest"
    SUM = "sum"
    SINK = "sink"
    TEMPORAL = "temporal"
    SPATIAL = "spatial"
    SPATIOTEMPORAL = "spatiotemporal"


class Border(Enum):
    """How a box is edged."""

    SINGLE = "single"
    DOUBLE = "double"
    ROUND = "round"


class Line(Enum):
    """How a wire is drawn."""

    PLAIN = "plain"
    DASHED = "dashed"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True)
class Box:
    """Something with a title, and lines below it. `aside` stands at the right of the title.

    `heat` is what its share of the cost is of the largest share that the picture shows.
    """

    key: int
    look: Look
    title: str
    lines: tuple[str, ...] = ()
    aside: str = ""
    times: int = 1
    heat: float | None = None
    border: Border = Border.SINGLE


@dataclass(frozen=True, slots=True)
class Group:
    """A frame around some boxes: a stage, or a block that is opened."""

    key: int
    title: str
    items: tuple[Item, ...]
    aside: str = ""
    times: int = 1


Item: TypeAlias = Box | Group


@dataclass(frozen=True, slots=True)
class Wire:
    """A value on its way from the box that makes it to those that read it."""

    source: int
    targets: tuple[int, ...]
    label: str = ""
    line: Line = Line.PLAIN


@dataclass(frozen=True, slots=True)
class Panel:
    """One diagram. Items stand in the order of execution; wires lead forward only."""

    title: str
    facts: tuple[str, ...]
    items: tuple[Item, ...]
    wires: tuple[Wire, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Swatch:
    """A line of the legend: a sample box and what it means."""

    look: Look
    meaning: str
    border: Border = Border.SINGLE


@dataclass(frozen=True, slots=True)
class Scale:
    """The colours of the cost: `most` is the share that has the deepest one."""

    meaning: str
    most: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A network or a cell, with the cells of a network beside it."""

    main: Panel
    insets: tuple[Panel, ...] = ()
    scale: Scale | None = None
    swatches: tuple[Swatch, ...] = ()

    @property
    def spoken(self) -> tuple[str, ...]:
        """What a format can say of the main panel that has no place for a legend."""
        told = f"colour: {self.scale.meaning}, 0 % to {self.scale.most}" if self.scale else ""
        return (self.main.title, *self.main.facts, *filter(None, [told]), *self.main.notes)


def boxes(items: Iterable[Item]) -> Iterator[Box]:
    """Every box, inside of groups too."""
    for item in items:
        if isinstance(item, Group):
            yield from boxes(item.items)
        else:
            yield item


def times(count: int) -> str:
    return f"×{count}" if count > 1 else ""


def heading(item: Item) -> str:
    """Title, repeats and share in one line."""
    return "  ".join(filter(None, (item.title, times(item.times), item.aside)))


def affordable(led: Sequence[Wire]) -> tuple[tuple[Wire, ...], tuple[str, ...]]:
    """The wires without the longest ways, where there are too many; and a note of these."""
    spans = sorted(target - wire.source for wire in led for target in wire.targets)
    lengths = list(accumulate(spans))
    fits = bisect_right(lengths, limits.DRAWN_LENGTH)
    if fits == len(spans):
        return tuple(led), ()
    most = spans[fits] - 1
    short = (
        replace(wire, targets=tuple(t for t in wire.targets if t - wire.source <= most))
        for wire in led
    )
    kept = tuple(wire for wire in short if wire.targets)
    left_out = len(spans) - sum(len(wire.targets) for wire in kept)
    return kept, (f"{left_out:,} connections are not drawn: they are too many and too long",)
