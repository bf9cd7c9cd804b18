"""What is drawn, with its position: pages of pictures, which are put together, and of charts.

SVG writes what is defined here: texts, samples, marks and strokes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from archdsl.draw.layout.geometry import Area, Layout, Point, join
from archdsl.draw.paints import Paint
from archdsl.draw.style import Font


@dataclass(frozen=True, slots=True)
class Writing:
    """Text with a position: that of its start, its middle or its end, by `anchor`."""

    text: str
    x: float
    y: float
    font: Font
    ink: Paint
    anchor: str = "start"

    @property
    def left(self) -> float:
        part = {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        return self.x - part * self.font.width(self.text)

    @property
    def right(self) -> float:
        return self.left + self.font.width(self.text)


# Pictures


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that is drawn of a picture or of a part of it, from the top left corner.

    `samples` are the boxes of a legend.
    """

    width: float
    height: float
    layout: Layout = field(default_factory=Layout)
    writings: tuple[Writing, ...] = ()
    samples: tuple[Area, ...] = ()

    def move(self, dx: float, dy: float) -> Page:
        """The page with room to its left and above it."""
        writings = tuple(replace(w, x=w.x + dx, y=w.y + dy) for w in self.writings)
        samples = tuple(sample.translate(dx, dy) for sample in self.samples)
        layout = self.layout.translate(dx, dy)
        return Page(self.width + dx, self.height + dy, layout, writings, samples)


def row(pages: Sequence[Page], between: float) -> Page:
    """Pages beside each other."""
    x, moved = 0.0, list[Page]()
    for each in pages:
        moved.append(each.move(x, 0))
        x = moved[-1].width + between
    return _over_each_other(moved)


def stack(pages: Sequence[Page], between: float) -> Page:
    """Pages below each other."""
    y, moved = 0.0, list[Page]()
    for each in pages:
        moved.append(each.move(0, y))
        y = moved[-1].height + between
    return _over_each_other(moved)


def centred(page: Page, width: float) -> Page:
    """A page in the middle of a width."""
    return page.move(max((width - page.width) / 2, 0), 0)


def _over_each_other(pages: Sequence[Page]) -> Page:
    return Page(
        max((each.width for each in pages), default=0),
        max((each.height for each in pages), default=0),
        join([each.layout for each in pages]),
        tuple([writing for each in pages for writing in each.writings]),
        tuple([sample for each in pages for sample in each.samples]),
    )


# Charts


class Shape(Enum):
    """The shape of a mark."""

    CIRCLE = "circle"
    SQUARE = "square"
    DIAMOND = "diamond"
    TRIANGLE = "triangle"


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a chart; `tooltip` describes it in one line."""

    x: float
    y: float
    shape: Shape
    ink: Paint
    tooltip: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points."""

    points: tuple[Point, ...]
    ink: Paint
    width: float


@dataclass(frozen=True, slots=True)
class ChartPage:
    """Everything that is drawn of a chart, with its position, in the order of drawing."""

    title: str
    width: float
    height: float
    strokes: tuple[Stroke, ...]
    marks: tuple[Mark, ...]
    writings: tuple[Writing, ...]
    labels: tuple[Writing, ...]
    """The texts beside points, which have an outline of the ground."""
