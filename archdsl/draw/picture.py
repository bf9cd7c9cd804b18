"""What a picture shows, without positions: boxes, groups, wires, a legend.

All formats are written from this. Only SVG and PNG need positions, which `page` adds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeAlias

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
class Lane:
    """What a box does for one of several pathways; `place` is that of the pathway's input.

    `heat` is as that of a box.
    """

    name: str
    place: int
    share: str
    costs: str
    heat: float

    @property
    def text(self) -> str:
        """The lane in formats that write it in a line."""
        return ": ".join(filter(None, (f"{self.name} {self.share}", self.costs)))


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

    `costs` are a last line, of what the box costs in all; where it has `lanes`, these say it.

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
    lanes: tuple[Lane, ...] = ()


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
    """A value, from the box that makes it to the boxes that read it, perhaps of a pathway."""

    source: int
    targets: tuple[int, ...]
    label: str = ""
    line: Line = Line.PLAIN
    lane: int | None = None


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


def map_boxes(items: Iterable[Item], change: Callable[[Box], Box]) -> tuple[Item, ...]:
    """The items with every box changed, at any depth."""
    return tuple(
        replace(item, items=map_boxes(item.items, change))
        if isinstance(item, Group)
        else change(item)
        for item in items
    )


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
    lanes, choices = ([each.text for each in parts] for parts in (box.lanes, box.choices))
    return tuple(filter(None, (*box.lines, box.costs, *lanes, *choices)))


def tooltip(item: Item, details: Details) -> str:
    """What a box or a frame stands for, line by line."""
    head = "  ".join(filter(None, (item.title, times(item.times))))
    costs = f"{readable(details.params)} parameters, {readable(details.macs)} MACs"
    place = f"{details.file}:{details.line}"
    lanes = [lane.text for lane in item.lanes] if isinstance(item, Box) else []
    lines = (head, *details.facts, f"output {details.shape}", costs, *lanes, place)
    return "\n".join(lines)
