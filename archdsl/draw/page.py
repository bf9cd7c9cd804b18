"""The page: the diagram under its title, the cells of a network beside it, the legend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archdsl.draw import colours
from archdsl.draw.frames import plan
from archdsl.draw.geometry import Area, Plan
from archdsl.draw.picture import Border, Box, Look, Panel, Picture
from archdsl.draw.text import HEADING, PLAIN, Font

_MARGIN = 28.0
_BETWEEN = 48.0
_STEPS = 8
"""Of the scale that stands for the colours in between."""


@dataclass(frozen=True, slots=True)
class Writing:
    """Text at a place: where it begins, has its middle, or ends."""

    text: str
    x: float
    y: float
    font: Font
    ink: str
    anchor: str = "start"

    @property
    def left(self) -> float:
        part = {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        return self.x - part * self.font.width(self.text)

    @property
    def right(self) -> float:
        return self.left + self.font.width(self.text)


@dataclass(frozen=True, slots=True)
class Sample:
    """A patch of colour in the legend."""

    area: Area
    fill: str
    edge: str
    border: Border | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """All that is drawn, with its place."""

    title: str
    plan: Plan
    writings: tuple[Writing, ...]
    samples: tuple[Sample, ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Part:
    """A panel or the legend at the origin, with what it takes."""

    plan: Plan
    writings: tuple[Writing, ...]
    samples: tuple[Sample, ...]
    width: float
    height: float


def page(picture: Picture) -> Page:
    """Everything at its place."""
    main = _moved(_part(picture.main, picture), _MARGIN, _MARGIN)
    parts = [main, *_beside(main, [_part(inset, None) for inset in picture.insets])]
    right = max(part.width for part in parts) + _MARGIN
    bottom = max(part.height for part in parts) + _MARGIN
    plan = Plan()
    for part in parts:
        plan += part.plan
    writings = tuple([writing for part in parts for writing in part.writings])
    samples = tuple([sample for part in parts for sample in part.samples])
    return Page(picture.main.title, plan, writings, samples, right, bottom)


def _beside(main: _Part, insets: Sequence[_Part]) -> Iterator[_Part]:
    """Below each other at the right, in as many columns as keep within the network's height."""
    x, y, widest = main.width + _BETWEEN, _MARGIN, 0.0
    for inset in insets:
        if y > _MARGIN and y + inset.height > main.height:
            x, y, widest = x + widest + _BETWEEN, _MARGIN, 0.0
        yield _moved(inset, x, y)
        y, widest = y + inset.height + _BETWEEN, max(widest, inset.width)


def _moved(part: _Part, dx: float, dy: float) -> _Part:
    writings = (Writing(w.text, w.x + dx, w.y + dy, w.font, w.ink, w.anchor) for w in part.writings)
    samples = (Sample(s.area.moved(dx, dy), s.fill, s.edge, s.border) for s in part.samples)
    plan, right, bottom = part.plan.moved(dx, dy), part.width + dx, part.height + dy
    return _Part(plan, tuple(writings), tuple(samples), right, bottom)


def _part(panel: Panel, picture: Picture | None) -> _Part:
    """A diagram below its title, its facts and what its colours mean; its notes below it."""
    writings = list(_head(panel))
    samples: list[Sample] = []
    y = writings[-1].y + 18
    for legend in (_scale, _swatches):
        told, patches = legend(picture, y) if picture else ([], [])
        writings, samples = [*writings, *told], [*samples, *patches]
        y += 22 if patches else 0
    drawn = plan(panel.items, panel.wires)
    left, top, right, bottom = drawn.extent
    width = max(
        right - left, *(w.right for w in writings), *(s.area.x + s.area.width for s in samples), 0
    )
    drawn = drawn.moved((width - (right - left)) / 2 - left, y + 8 - top)
    depth = y + 8 + bottom - top
    for place, note in enumerate(panel.notes, start=1):
        writings.append(Writing(note, 0, depth + 8 + 16 * place, PLAIN, colours.MUTED))
    width = max(width, *(writing.right for writing in writings))
    depth = max(depth, *(writing.y for writing in writings))
    return _Part(drawn, tuple(writings), tuple(samples), width, depth)


def _head(panel: Panel) -> Iterator[Writing]:
    yield Writing(panel.title, 0, 17, HEADING, colours.INK)
    for place, fact in enumerate(panel.facts):
        yield Writing(fact, 0, 38 + 16 * place, PLAIN, colours.MUTED)


def _scale(picture: Picture, y: float) -> tuple[list[Writing], list[Sample]]:
    """The colours of the cost, from none to the most."""
    if picture.scale is None:
        return [], []
    meaning, most = picture.scale.meaning, picture.scale.most
    told = [Writing(meaning, 0, y + 11, PLAIN, colours.MUTED)]
    x = told[0].right + 12
    told.append(Writing("0 %", x, y + 11, PLAIN, colours.MUTED))
    x = told[1].right + 6
    patches = [
        _patch(x + 16 * step, y, 16, colours.warm(step / (_STEPS - 1))[0]) for step in range(_STEPS)
    ]
    told.append(Writing(most, x + 16 * _STEPS + 6, y + 11, PLAIN, colours.MUTED))
    return told, patches


def _swatches(picture: Picture, y: float) -> tuple[list[Writing], list[Sample]]:
    """What the looks of boxes mean, one after the other."""
    told, patches, x = list[Writing](), list[Sample](), 0.0
    for swatch in picture.swatches:
        fill, edge = colours.look(swatch.look)
        area = Area(Box(0, swatch.look, "", border=swatch.border), x, y, 22, 14)
        patches.append(Sample(area, fill, edge, swatch.border))
        told.append(Writing(swatch.meaning, x + 28, y + 11, PLAIN, colours.MUTED))
        x = told[-1].right + 20
    return told, patches


def _patch(x: float, y: float, width: float, fill: str) -> Sample:
    area = Area(Box(0, Look.BLOCK, ""), x, y, width, 14)
    return Sample(area, fill, colours.FRAME_EDGE)
