"""What a picture shows, without positions: boxes, groups, wires, a legend.

All formats are written from this. Only SVG and PNG need positions, which `page` adds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import accumulate
from typing import TypeAlias

from archdsl import limits
from archdsl.report.text import readable


class Look(Enum):
    """What a box is, which decides how it looks."""

    BLOCK = "block"
    END = "end"
    FAULT = "fault"
    REST = "rest"
    SUM = "sum"
    SINK = "sink"
    LINK = "link"
    TEMPORAL = "temporal"
    SPATIAL = "spatial"
    SPATIOTEMPORAL = "spatiotemporal"


class Border(Enum):
    """The border of a box; in cells, it shows how an operation attends."""

    SINGLE = "single"
    DOUBLE = "double"
    ROUND = "round"


class Line(Enum):
    """How a wire is drawn."""

    PLAIN = "plain"
    DASHED = "dashed"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True)
class Chips:
    """A decision: its name and its options, and how many `more`. The first `taken` are drawn.

    `shares` say how likely each option is, from 0 to 1, once a search has run.
    """

    name: str
    options: tuple[str, ...]
    more: int = 0
    shares: tuple[float, ...] = ()
    taken: int = 1

    @property
    def text(self) -> str:
        """The decision in formats without chips."""
        more = (f"… {self.more} more",) if self.more else ()
        options = self.options
        if self.shares:
            parts = zip(self.options, self.shares, strict=True)
            options = tuple(f"{option} {share:.0%}" for option, share in parts)
        return f"{self.name}: {' | '.join((*options, *more))}" if options else self.name

    @property
    def weighed(self) -> tuple[tuple[str, float], ...]:
        """The options, each with its share; 0 for all where no search has run."""
        return tuple(zip(self.options, self.shares or (0.0,) * len(self.options), strict=True))


@dataclass(frozen=True, slots=True)
class Details:
    """What a box or a frame stands for: the line where it is written, its result, all its costs.

    `file` is as short as tells it from the other files of the picture. A stage ends in the line of
    its `last` row. `path` is its name as in tables, `source` the whole name of the file, which is
    not drawn. `is_open` is None where there is nothing to open or to fold. `facts` are all
    parameters that tell it from others.
    """

    file: str
    line: int
    last: int
    shape: str
    params: int
    macs: int
    path: str
    source: str
    is_open: bool | None = None
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """A box with a title and lines below it; `share` of the cost is shown beside the title.

    `costs` are a last line, of what the box costs in all.

    `heat` is the cost relative to that of the most expensive box, from 0 to 1. `choices` are the
    decisions of a space that belong to it.
    """

    key: int
    look: Look
    title: str
    lines: tuple[str, ...] = ()
    share: str = ""
    costs: str = ""
    times: int = 1
    heat: float | None = None
    border: Border = Border.SINGLE
    choices: tuple[Chips, ...] = ()
    details: Details | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A frame around items: a stage, or an opened block. Its `costs` stand beside its share."""

    key: int
    title: str
    items: tuple[Item, ...]
    share: str = ""
    costs: str = ""
    times: int = 1
    details: Details | None = None


Item: TypeAlias = Box | Group


@dataclass(frozen=True, slots=True)
class Wire:
    """A value, from the box that makes it to the boxes that read it."""

    source: int
    targets: tuple[int, ...]
    label: str = ""
    line: Line = Line.PLAIN


@dataclass(frozen=True, slots=True)
class Panel:
    """One diagram. Items are in the order of execution, and wires lead forward only."""

    title: str
    facts: tuple[str, ...]
    items: tuple[Item, ...]
    wires: tuple[Wire, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Swatch:
    """An entry of the legend: a sample box and its label."""

    look: Look
    label: str
    border: Border = Border.SINGLE


@dataclass(frozen=True, slots=True)
class Scale:
    """The colours of a quantity, from 0 % to `most`, the share of the most expensive box."""

    quantity: str
    most: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The diagram of a network or a cell, and those of the network's cells beside it."""

    main: Panel
    insets: tuple[Panel, ...] = ()
    scale: Scale | None = None
    swatches: tuple[Swatch, ...] = ()

    @property
    def caption(self) -> tuple[str, ...]:
        """The lines above the main panel in formats that have no legend."""
        scale = self.scale
        colours = [f"colour: {scale.quantity}, 0 % to {scale.most}"] if scale else []
        return (self.main.title, *self.main.facts, *colours, *self.main.notes)


def boxes(items: Iterable[Item]) -> Iterator[Box]:
    """Every box, at any depth."""
    for item in items:
        if isinstance(item, Group):
            yield from boxes(item.items)
        else:
            yield item


def times(count: int) -> str:
    return f"×{count}" if count > 1 else ""


def heading(item: Item) -> str:
    """The title, the number of repeats and the share of the cost, in one line."""
    return "  ".join(filter(None, (item.title, times(item.times), item.share)))


def aside(group: Group) -> str:
    """What stands beside the title of a frame: its parameters, and its share of the cost."""
    return ", ".join(filter(None, (group.costs, group.share)))


def all_lines(box: Box) -> tuple[str, ...]:
    """What a box says below its title, in formats that write it line by line."""
    return tuple(filter(None, (*box.lines, box.costs, *(each.text for each in box.choices))))


def tooltip(item: Item, details: Details) -> str:
    """What a box or a frame stands for, line by line."""
    head = "  ".join(filter(None, (item.title, times(item.times))))
    costs = f"{readable(details.params)} parameters, {readable(details.macs)} MACs"
    place = f"{details.file}:{details.line}"
    lines = (head, *details.facts, f"output {details.shape}", costs, place)
    return "\n".join(lines)


def drop_longest(wires: Sequence[Wire]) -> tuple[tuple[Wire, ...], tuple[str, ...]]:
    """Drop the longest connections if all together are too long, and say so in a note.

    A layout takes time in proportion to their total length: each crosses all layers on its way.
    """
    # Keys are in the order of execution, so their difference is about the way of a connection.
    spans = sorted(target - wire.source for wire in wires for target in wire.targets)
    lengths = list(accumulate(spans))
    fits = bisect_right(lengths, limits.DRAWN_LENGTH)
    if fits == len(spans):
        return tuple(wires), ()
    most = spans[fits] - 1  # all of one length are kept or dropped, whatever their order
    short = (
        replace(wire, targets=tuple(t for t in wire.targets if t - wire.source <= most))
        for wire in wires
    )
    kept = tuple(wire for wire in short if wire.targets)
    left_out = len(spans) - sum(len(wire.targets) for wire in kept)
    return kept, (f"{left_out:,} connections are not drawn: they are too long",)
