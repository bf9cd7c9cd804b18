"""The elements of a chart: grid, lines, marks, and labels with an outline of the ground."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.draw.page import ChartPage, Mark, Shape, Stroke
from archdsl.draw.paints import Paint
from archdsl.draw.svg.document import document, pixels
from archdsl.draw.svg.elements import number, painted, text, title

_OUTLINES = {
    Shape.CIRCLE: "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
    Shape.SQUARE: "m-4.5 -4.5h9v9h-9z",
    Shape.DIAMOND: "m0 -5.8l5.8 5.8l-5.8 5.8l-5.8 -5.8z",
    Shape.TRIANGLE: "m0 -5.6l5.4 9.6h-10.8z",
}


def chart_svg(page: ChartPage) -> str:
    """The chart as an SVG document."""
    return document(page.title, page.width, page.height, _elements(page))


def chart_png(page: ChartPage) -> bytes:
    """The chart as a PNG file.

    Raises:
        CompileError: resvg is not installed.
    """
    return pixels(chart_svg(page), page.width, page.height)


def _elements(page: ChartPage) -> Iterator[str]:
    yield from map(_stroke, page.strokes)
    yield from map(_mark, page.marks)
    yield from map(text, page.writings)
    if page.labels:  # with an outline, so that they can be read over lines
        outline = f'{painted(stroke=Paint.GROUND)} stroke-width="3" stroke-linejoin="round"'
        yield f'<g {outline} paint-order="stroke">'
        yield from map(text, page.labels)
        yield "</g>"


def _stroke(stroke: Stroke) -> str:
    route = "L".join(f"{number(x)} {number(y)}" for x, y in stroke.points)
    looks = f'{painted(stroke=stroke.ink)} stroke-width="{number(stroke.width)}"'
    return f'<path d="M{route}" {looks} stroke-linejoin="round"/>'


def _mark(mark: Mark) -> str:
    """A mark with its tooltip, which browsers show beside the pointer."""
    outline = f"M{number(mark.x)} {number(mark.y)}{_OUTLINES[mark.shape]}"
    return f'<path d="{outline}" {painted(mark.ink, Paint.GROUND)}>{title(mark.tooltip)}</path>'
