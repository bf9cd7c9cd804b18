"""The page: a diagram below its title and legend, and the cells of a network beside it.

What SVG draws, for pictures and charts alike, is defined here: texts, samples, marks and strokes
with their positions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from archdsl.draw.layout.frames import lay_out
from archdsl.draw.layout.geometry import Area, Layout, Point, join
from archdsl.draw.paints import Paint
from archdsl.draw.picture import Box, Look, Panel, Picture
from archdsl.draw.style import HEADING, PLAIN, Font

_MARGIN = 28.0
_BETWEEN = 48.0
_STEPS = 8
"""The number of colours that the legend shows of the scale."""


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


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that is drawn of a picture, or of one diagram, with its position."""

    title: str
    layout: Layout
    writings: tuple[Writing, ...]
    samples: tuple[Area, ...]
    width: float
    height: float


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
    """The texts beside points, which have a white outline."""


def page(picture: Picture) -> Page:
    """The page of a picture: its main diagram, and the others to the right of it."""
    main = _translate(_panel_page(picture.main, picture), _MARGIN, _MARGIN)
    parts = [main, *_beside(main, [_panel_page(inset, None) for inset in picture.insets])]
    right = max(part.width for part in parts) + _MARGIN
    bottom = max(part.height for part in parts) + _MARGIN
    layout = join([part.layout for part in parts])
    writings = tuple([writing for part in parts for writing in part.writings])
    samples = tuple([sample for part in parts for sample in part.samples])
    return Page(picture.main.title, layout, writings, samples, right, bottom)


def _beside(main: Page, insets: Sequence[Page]) -> Iterator[Page]:
    """Place diagrams in columns at the right, none of them longer than the main one if possible."""
    x, y, widest = main.width + _BETWEEN, _MARGIN, 0.0
    for inset in insets:
        if y > _MARGIN and y + inset.height > main.height:  # one at least in each column
            x, y, widest = x + widest + _BETWEEN, _MARGIN, 0.0
        yield _translate(inset, x, y)
        y, widest = y + inset.height + _BETWEEN, max(widest, inset.width)


def _translate(part: Page, dx: float, dy: float) -> Page:
    writings = tuple(replace(w, x=w.x + dx, y=w.y + dy) for w in part.writings)
    samples = tuple(sample.translate(dx, dy) for sample in part.samples)
    layout, right, bottom = part.layout.translate(dx, dy), part.width + dx, part.height + dy
    return Page(part.title, layout, writings, samples, right, bottom)


def _panel_page(panel: Panel, picture: Picture | None) -> Page:
    """The page of one diagram: title, facts, legend, the diagram, and its notes."""
    writings = list(_head(panel))
    samples: list[Area] = []
    y = writings[-1].y + 18
    for legend in (_scale, _swatches):
        texts, patches = legend(picture, y) if picture else ([], [])
        writings, samples = [*writings, *texts], [*samples, *patches]
        y += 22 if patches else 0
    drawn = lay_out(panel.items, panel.wires)
    left, top, right, bottom = drawn.extent
    width = max(right - left, *(w.right for w in writings), *(s.x + s.width for s in samples), 0)
    drawn = drawn.translate((width - (right - left)) / 2 - left, y + 8 - top)
    depth = y + 8 + bottom - top
    for place, note in enumerate(panel.notes, start=1):
        writings.append(Writing(note, 0, depth + 8 + 16 * place, PLAIN, Paint.MUTED))
    width = max(width, *(writing.right for writing in writings))
    depth = max(depth, *(writing.y for writing in writings))
    return Page(panel.title, drawn, tuple(writings), tuple(samples), width, depth)


def _head(panel: Panel) -> Iterator[Writing]:
    yield Writing(panel.title, 0, 17, HEADING, Paint.INK)
    for place, fact in enumerate(panel.facts):
        yield Writing(fact, 0, 38 + 16 * place, PLAIN, Paint.MUTED)


def _scale(picture: Picture, y: float) -> tuple[list[Writing], list[Area]]:
    """The legend of the colours: the quantity, 0 %, the colours, and the largest share."""
    if picture.scale is None:
        return [], []
    quantity, most = picture.scale.quantity, picture.scale.most
    texts = [Writing(quantity, 0, y + 11, PLAIN, Paint.MUTED)]
    x = texts[0].right + 12
    texts.append(Writing("0 %", x, y + 11, PLAIN, Paint.MUTED))
    x = texts[1].right + 6
    patches = [_patch(x + 16 * step, y, step / (_STEPS - 1)) for step in range(_STEPS)]
    texts.append(Writing(most, x + 16 * _STEPS + 6, y + 11, PLAIN, Paint.MUTED))
    return texts, patches


def _patch(x: float, y: float, heat: float) -> Area:
    return Area(Box(0, Look.BLOCK, "", heat=heat), x, y, 15, 14)


def _swatches(picture: Picture, y: float) -> tuple[list[Writing], list[Area]]:
    """The legend of the looks of boxes."""
    texts, patches, x = list[Writing](), list[Area](), 0.0
    for swatch in picture.swatches:
        patches.append(Area(Box(0, swatch.look, "", border=swatch.border), x, y, 22, 14))
        texts.append(Writing(swatch.label, x + 28, y + 11, PLAIN, Paint.MUTED))
        x = texts[-1].right + 20
    return texts, patches
