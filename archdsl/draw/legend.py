"""The texts around a diagram: title, facts and legend above it, notes below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archdsl.draw.layout.geometry import Area
from archdsl.draw.page import Page, Writing
from archdsl.draw.paints import Paint
from archdsl.draw.picture import Box, Look, Panel, Scale, Swatch
from archdsl.draw.style import HEADING, PLAIN

_LINE, _LEGEND = 16.0, 22.0
"""Pixels from one line of text to the next, and from one line of the legend."""

_STEPS = 8
"""The number of colours that the legend shows of the scale."""

_NUMBERS = "a wire that ends in a number goes on at the same number"


def head(panel: Panel) -> Page:
    """The title and the facts of a diagram."""
    return _page(_head(panel.title, panel.facts), ())


def whole_head(panel: Panel, scale: Scale | None, swatches: Iterable[Swatch], parts: int) -> Page:
    """The title and the facts of a picture that is drawn in so many parts, and the legend."""
    facts = (*panel.facts, _NUMBERS) if parts > 1 else panel.facts
    writings = list(_head(panel.title, facts))
    y, samples = writings[-1].y + 18, list[Area]()
    for texts, patches in (_scale(scale, y), _swatches(swatches, y + _LEGEND * bool(scale))):
        writings, samples = [*writings, *texts], [*samples, *patches]
    return _page(writings, samples)


def foot(panel: Panel) -> Page:
    """The notes on a diagram."""
    lines = enumerate(panel.notes, start=1)
    return _page((Writing(note, 0, _LINE * line, PLAIN, Paint.MUTED) for line, note in lines), ())


def _page(writings: Iterable[Writing], samples: Iterable[Area]) -> Page:
    texts, patches = tuple(writings), tuple(samples)
    width = max((writing.right for writing in texts), default=0)
    depths = [*(writing.y for writing in texts), *(area.y + area.height for area in patches)]
    return Page(width, max(depths, default=0), writings=texts, samples=patches)


def _head(title: str, facts: Iterable[str]) -> Iterator[Writing]:
    yield Writing(title, 0, 17, HEADING, Paint.INK)
    for place, fact in enumerate(facts):
        yield Writing(fact, 0, 38 + _LINE * place, PLAIN, Paint.MUTED)


def _scale(scale: Scale | None, y: float) -> tuple[list[Writing], list[Area]]:
    """The legend of the colours: the quantity, 0 %, the colours, and the largest share."""
    if scale is None:
        return [], []
    texts = [Writing(scale.quantity, 0, y + 11, PLAIN, Paint.MUTED)]
    texts.append(Writing("0 %", texts[0].right + 12, y + 11, PLAIN, Paint.MUTED))
    x = texts[1].right + 6
    patches = [_patch(x + 16 * step, y, step / (_STEPS - 1)) for step in range(_STEPS)]
    texts.append(Writing(scale.most, x + 16 * _STEPS + 6, y + 11, PLAIN, Paint.MUTED))
    return texts, patches


def _patch(x: float, y: float, heat: float) -> Area:
    return Area(Box(0, Look.BLOCK, "", heat=heat), x, y, 15, 14)


def _swatches(swatches: Iterable[Swatch], y: float) -> tuple[list[Writing], list[Area]]:
    """The legend of the looks of boxes."""
    texts, patches, x = list[Writing](), list[Area](), 0.0
    for swatch in swatches:
        patches.append(Area(Box(0, swatch.look, "", border=swatch.border), x, y, 22, 14))
        texts.append(Writing(swatch.label, x + 28, y + 11, PLAIN, Paint.MUTED))
        x = texts[-1].right + 20
    return texts, patches
