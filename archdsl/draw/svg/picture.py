"""The elements of a picture of boxes: frames, wires, boxes, then labels and texts."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from archdsl.draw import style
from archdsl.draw.layout.geometry import Area, Label, Path, Point
from archdsl.draw.page import Page, Writing
from archdsl.draw.paints import LOOKS, Paint, heat
from archdsl.draw.picture import (
    Border,
    Box,
    Chips,
    Group,
    Line,
    Look,
    Picture,
    aside,
    times,
    tooltip,
)
from archdsl.draw.sheets import framed, groups, page, sheets, strip
from archdsl.draw.style import BOLD, LINE, PADDING, PLAIN, TITLE, clean
from archdsl.draw.svg.document import MOST_PIXELS, ZOOM, document, pixels
from archdsl.draw.svg.elements import number, painted, rectangle, text, title

_DASHES = {Line.PLAIN: "", Line.DASHED: "5 4", Line.FAULTY: "5 4"}


def svg(picture: Picture) -> str:
    """The picture as an SVG document: all its sheets below each other."""
    return _document(picture.main.title, page(picture))


def svg_strip(picture: Picture) -> str:
    """The picture as an SVG document in one column, for a page that scrolls."""
    return _document(picture.main.title, strip(picture))


def pngs(picture: Picture) -> list[bytes]:
    """The picture as a PNG file, or as several where one would be larger than programs show.

    Raises:
        CompileError: resvg is not installed.
    """
    images = list[bytes]()
    for group in groups(sheets(picture), MOST_PIXELS / ZOOM, lambda sheet: sheet.height):
        whole = framed(group)
        images.append(pixels(_document(picture.main.title, whole), whole.width, whole.height))
    return images


def _document(title: str, whole: Page) -> str:
    return document(title, whole.width, whole.height, _elements(whole))


def _elements(whole: Page) -> Iterator[str]:
    # Later elements are above earlier ones: frames, then wires, then boxes and texts.
    for area in whole.layout.areas:
        yield from _group(area, area.item) if isinstance(area.item, Group) else ()
    for path in whole.layout.paths:
        yield from _path(path)
    for area in whole.layout.areas:
        yield from _box(area, area.item) if isinstance(area.item, Box) else ()
    yield from map(_label, whole.layout.labels)
    for sample in whole.samples:
        yield from _shape(sample, 2) if isinstance(sample.item, Box) else ()
    yield from map(text, whole.writings)


def _group(area: Area, group: Group) -> Iterator[str]:
    yield from _opening(group)
    yield rectangle(area, painted(Paint.FRAME, Paint.FRAME_EDGE), 8)
    y = area.y + 17
    yield text(Writing(group.title, area.x + PADDING, y, TITLE, Paint.INK), times(group.times))
    right = area.x + area.width - PADDING
    yield text(Writing(aside(group), right, y, PLAIN, Paint.MUTED, "end"))
    yield "</g>"


def _opening(item: Box | Group) -> Iterator[str]:
    """The start of a box or a frame, with what a page around the picture may ask of it."""
    details = item.details
    if details is None:
        yield "<g>"
        return
    data = {
        "file": details.file,
        "line": str(details.line),
        "last": str(details.last),
        "path": details.path,
        "shape": details.shape,
        "params": str(details.params),
        "macs": str(details.macs),
    }
    if details.is_open is not None:
        data["open"] = "yes" if details.is_open else "no"
    attributes = [f' data-{name}="{escape(clean(value))}"' for name, value in data.items()]
    yield f"<g{''.join(attributes)}>"
    yield title(tooltip(item, details))


def _box(area: Area, box: Box) -> Iterator[str]:
    yield from _opening(box)
    yield from _shape(area, 3)
    yield from _texts(area, box)
    top = area.y + 20 + LINE * (len(box.lines) + bool(box.costs))
    for place, chips in enumerate(box.choices, start=1):
        yield from _chips(area, box, top + 2 + style.CHIP * place, chips)
    yield from _lanes(area, box)
    yield "</g>"


def _shape(area: Area, inset: float) -> Iterator[str]:
    """The rectangle of a box, under another in the colour of heat, and the second of its border."""
    box = area.item
    assert isinstance(box, Box)
    radius = _radius(area, box)
    yield rectangle(area, painted(*LOOKS[box.look]), radius)
    if heat(box) and not box.lanes:
        opaque = f'opacity="{heat(box):.3f}" {painted(Paint.HEAT, Paint.HEAT_EDGE)}'
        yield rectangle(area, opaque, radius)
    if box.border is Border.DOUBLE:
        yield rectangle(area.shrink(inset), painted(stroke=LOOKS[box.look][1]), 2)


def _radius(area: Area, box: Box) -> float:
    if box.look is Look.END or box.look in style.CIRCLES:
        return area.height / 2
    return 14 if box.border is Border.ROUND else 4


def _lanes(around: Area, box: Box) -> Iterator[str]:
    """The lanes of a box beside each other at its bottom, where its wires enter and leave."""
    room = around.width - 2 * PADDING + style.LANE_GAP
    y, width = around.y + around.height - style.LANE, room / max(len(box.lanes), 1)
    for place, lane in enumerate(box.lanes):
        x = around.x + PADDING + width * place
        own = Box(0, Look.BLOCK, lane.name, heat=lane.heat)
        yield from _shape(Area(own, x, y, width - style.LANE_GAP, style.LANE - 8), 0)
        left, right = x + PADDING, x + width - style.LANE_GAP - PADDING
        yield text(Writing(lane.name, left, y + 14, BOLD, Paint.INK))
        yield text(Writing(lane.share, right, y + 14, PLAIN, Paint.INK, "end"))
        yield text(Writing(lane.costs, left, y + 28, PLAIN, Paint.SOFT))


def _chips(around: Area, box: Box, y: float, chips: Chips) -> Iterator[str]:
    """A decision and its options, each in a small box; the first are those that are drawn.

    Once a search has run, boxes are wider by what is likelier.
    """
    x = around.x + PADDING
    yield text(Writing(chips.name, x, y, PLAIN, Paint.SOFT))
    x += style.names_width(box.choices)
    for place, (option, share) in enumerate(chips.weighed):
        is_taken, width = place < chips.taken, style.chip_width(option, share)
        look, font = (style.TAKEN, BOLD) if is_taken else (style.OPEN, PLAIN)
        yield rectangle(Area(box, x, y - 11.5, width, 15), painted(*look), 7.5)
        yield text(Writing(option, x + width / 2, y, font, Paint.INK, "middle"))
        x += width + style.CHIP_GAP
    if chips.more:
        yield text(Writing(f"+{chips.more}", x, y, PLAIN, Paint.SOFT))


def _texts(area: Area, box: Box) -> Iterator[str]:
    """The texts of a box: at the left if it may have a share at the right, otherwise centred."""
    y, lines = area.y + 20, enumerate(box.lines, start=1)
    if box.heat is None:
        middle = area.x + area.width / 2
        y = area.y + 18 if box.look in style.CIRCLES else y
        yield text(Writing(box.title, middle, y, TITLE, Paint.INK, "middle"))
        for place, line in lines:
            yield text(Writing(line, middle, y + LINE * place, PLAIN, Paint.SOFT, "middle"))
        return
    left, right = area.x + PADDING, area.x + area.width - PADDING
    yield text(Writing(box.title, left, y, TITLE, Paint.INK), times(box.times))
    yield text(Writing(box.share, right, y, PLAIN, Paint.INK, "end"))
    for place, line in lines:
        yield text(Writing(line, left, y + LINE * place, PLAIN, Paint.SOFT))
    if box.costs:
        yield text(Writing(box.costs, left, y + LINE * (len(box.lines) + 1), PLAIN, Paint.SOFT))


def _path(path: Path) -> Iterator[str]:
    ink = Paint.FAULT_EDGE if path.line is Line.FAULTY else Paint.WIRE
    dashes = f' stroke-dasharray="{_DASHES[path.line]}"' if _DASHES[path.line] else ""
    points = path.points
    if path.has_head:
        x, y = points[-1]
        points = (*points[:-1], (x, y - 5))  # the line ends inside of the arrow, not at its tip
    yield f'<path d="{_route(points)}" {painted(stroke=ink)} stroke-width="1.3"{dashes}/>'
    if path.has_head:
        yield f'<path d="M{number(x)} {number(y)}l-3.5 -7h7z" {painted(ink)}/>'


def _route(points: tuple[Point, ...]) -> str:
    """The path data of a wire: straight down, and in an S-curve between columns."""
    (x, y), *rest = points
    parts = [f"M{number(x)} {number(y)}"]
    for right, down in rest:
        if abs(right - x) < 0.05:
            parts.append(f"V{number(down)}")
        else:
            middle = number((y + down) / 2)
            bend = f"C{number(x)} {middle} {number(right)} {middle}"
            parts.append(f"{bend} {number(right)} {number(down)}")
        x, y = right, down
    return "".join(parts)


def _label(label: Label) -> str:
    return text(Writing(label.text, label.x, label.y + 4, PLAIN, Paint.MUTED))
