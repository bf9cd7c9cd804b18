"""A chart as SVG. Everything that comes from a spec is escaped here or in `svg.as_text`."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from archdsl.draw.chart_page import ChartPage, Mark, Shape, Stroke
from archdsl.draw.svg import as_number, as_text
from archdsl.draw.text import FAMILY

_OUTLINES = {
    Shape.CIRCLE: "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
    Shape.SQUARE: "m-4.5 -4.5h9v9h-9z",
    Shape.DIAMOND: "m0 -5.8l5.8 5.8l-5.8 5.8l-5.8 -5.8z",
    Shape.TRIANGLE: "m0 -5.6l5.4 9.6h-10.8z",
}


def written(page: ChartPage) -> str:
    """The chart as an SVG document."""
    return "\n".join(_lines(page))


def _lines(page: ChartPage) -> Iterator[str]:
    width, height = as_number(page.width), as_number(page.height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="{escape(FAMILY)}">'
    )
    yield f"<title>{escape(page.title)}</title>"
    yield f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    yield from map(_stroke, page.strokes)
    yield from map(_mark, page.marks)
    yield from map(as_text, page.writings)
    if page.labels:
        yield '<g stroke="#ffffff" stroke-width="3" stroke-linejoin="round" paint-order="stroke">'
        yield from map(as_text, page.labels)
        yield "</g>"
    yield "</svg>"


def _stroke(stroke: Stroke) -> str:
    route = "L".join(f"{as_number(x)} {as_number(y)}" for x, y in stroke.points)
    style = f'fill="none" stroke="{stroke.ink}" stroke-width="{as_number(stroke.width)}"'
    return f'<path d="M{route}" {style} stroke-linejoin="round"/>'


def _mark(mark: Mark) -> str:
    """With its text for readers that show it beside the pointer."""
    outline = f"M{as_number(mark.x)} {as_number(mark.y)}{_OUTLINES[mark.shape]}"
    told = f"<title>{escape(mark.told)}</title>"
    return f'<path d="{outline}" fill="{mark.ink}" stroke="#ffffff">{told}</path>'
