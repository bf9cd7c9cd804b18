"""SVG, as text. Everything that comes from a spec is escaped in one place: `as_text`."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from archdsl.draw import colours
from archdsl.draw.geometry import Area, Label, Path, Point
from archdsl.draw.measures import GAP, LINE, PADDING
from archdsl.draw.page import Page, Sample, Writing, page
from archdsl.draw.picture import Border, Box, Group, Line, Look, Picture, times
from archdsl.draw.text import FAMILY, PLAIN, TITLE

_DASHES = {Line.PLAIN: "", Line.DASHED: "5 4", Line.FAULTY: "5 4"}


def svg(picture: Picture) -> str:
    """The picture as an SVG document."""
    return written(page(picture))


def written(whole: Page) -> str:
    return "\n".join(_lines(whole))


def _lines(whole: Page) -> Iterator[str]:
    width, height = as_number(whole.width), as_number(whole.height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="{escape(FAMILY)}">'
    )
    yield f"<title>{escape(whole.title)}</title>"
    yield f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    for area in whole.plan.areas:
        yield from _group(area, area.item) if isinstance(area.item, Group) else ()
    for path in whole.plan.paths:
        yield from _path(path)
    for area in whole.plan.areas:
        yield from _box(area, area.item) if isinstance(area.item, Box) else ()
    for label in whole.plan.labels:
        yield from _label(label)
    for sample in whole.samples:
        yield from _sample(sample)
    for writing in whole.writings:
        yield as_text(writing)
    yield "</svg>"


def _group(area: Area, group: Group) -> Iterator[str]:
    yield _rectangle(area, colours.FRAME, colours.FRAME_EDGE, 8)
    y = area.y + 17
    title = Writing(group.title, area.x + PADDING, y, TITLE, colours.INK)
    yield as_text(title, times(group.times))
    right = area.x + area.width - PADDING
    yield as_text(Writing(group.aside, right, y, PLAIN, colours.MUTED, "end"))


def _box(area: Area, box: Box) -> Iterator[str]:
    fill, edge = colours.of(box)
    if box.look in (Look.END, Look.SUM):
        yield _rectangle(area, fill, edge, area.height / 2)
    else:
        yield from _bordered(area, fill, edge, box.border, 3)
    yield from _texts(area, box)


def _bordered(area: Area, fill: str, edge: str, border: Border, inset: float) -> Iterator[str]:
    yield _rectangle(area, fill, edge, 14 if border is Border.ROUND else 4)
    if border is Border.DOUBLE:
        twice = 2 * inset
        inner = (area.x + inset, area.y + inset, area.width - twice, area.height - twice)
        yield _rectangle(Area(area.item, *inner), "none", edge, 2)


def _texts(area: Area, box: Box) -> Iterator[str]:
    """In the middle, or where there are figures too, at the left with them at the right."""
    y, lines = area.y + 20, enumerate(box.lines, start=1)
    if not box.aside and box.times == 1:
        middle = area.x + area.width / 2
        yield as_text(Writing(box.title, middle, y, TITLE, colours.INK, "middle"))
        for place, text in lines:
            yield as_text(Writing(text, middle, y + LINE * place, PLAIN, colours.MUTED, "middle"))
        return
    left, right = area.x + PADDING, area.x + area.width - PADDING
    yield as_text(Writing(box.title, left, y, TITLE, colours.INK), times(box.times))
    yield as_text(Writing(box.aside, right, y, PLAIN, colours.INK, "end"))
    for place, text in lines:
        yield as_text(Writing(text, left, y + LINE * place, PLAIN, colours.MUTED))


def _path(path: Path) -> Iterator[str]:
    ink = colours.FAULT if path.line is Line.FAULTY else colours.WIRE
    dashes = f' stroke-dasharray="{_DASHES[path.line]}"' if _DASHES[path.line] else ""
    points = path.points
    if path.has_head:
        x, y = points[-1]
        points = (*points[:-1], (x, y - 5))
    yield f'<path d="{_route(points)}" fill="none" stroke="{ink}" stroke-width="1.3"{dashes}/>'
    if path.has_head:
        yield f'<path d="M{as_number(x)} {as_number(y)}l-3.5 -7h7z" fill="{ink}"/>'


def _route(points: tuple[Point, ...]) -> str:
    """Straight down, and in an S from column to column."""
    (x, y), *rest = points
    parts = [f"M{as_number(x)} {as_number(y)}"]
    for right, down in rest:
        if abs(right - x) < 0.05:
            parts.append(f"V{as_number(down)}")
        else:
            middle = as_number((y + down) / 2)
            bend = f"C{as_number(x)} {middle} {as_number(right)} {middle}"
            parts.append(f"{bend} {as_number(right)} {as_number(down)}")
        x, y = right, down
    return "".join(parts)


def _label(label: Label) -> Iterator[str]:
    yield as_text(Writing(label.text, label.x, label.y + 4, PLAIN, colours.MUTED))


def _sample(sample: Sample) -> Iterator[str]:
    if sample.border is None:
        yield _rectangle(sample.area, sample.fill, sample.edge, 0)
    else:
        yield from _bordered(sample.area, sample.fill, sample.edge, sample.border, 2)


def _rectangle(area: Area, fill: str, edge: str, radius: float) -> str:
    x, y, width, height = map(as_number, (area.x, area.y, area.width, area.height))
    place = f'x="{x}" y="{y}" width="{width}" height="{height}" rx="{as_number(radius)}"'
    return f'<rect {place} fill="{fill}" stroke="{edge}"/>'


def as_text(writing: Writing, after: str = "") -> str:
    """A text, and at a distance what follows it in a lighter ink."""
    font = writing.font
    anchor = f' text-anchor="{writing.anchor}"' if writing.anchor != "start" else ""
    weight = f' font-weight="{font.weight}"' if font.weight != 400 else ""
    place = f'x="{as_number(writing.x)}" y="{as_number(writing.y)}"'
    style = f'font-size="{font.size}"{weight}{anchor} fill="{writing.ink}"'
    follows = f'<tspan dx="{GAP}" fill="{colours.MUTED}">{escape(after)}</tspan>' if after else ""
    return f"<text {place} {style}>{escape(writing.text)}{follows}</text>"


def as_number(value: float) -> str:
    """With one decimal, and none where that is 0: the same on every machine."""
    return f"{value:.1f}".removesuffix(".0").replace("-0", "0", value > -0.05)
