"""Pictures and charts as SVG, and as PNG through resvg, which is an extra of the package.

A spec is untrusted, so every text of one is escaped here: in `_text`, or where a title is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from archdsl.diagnostics import CompileError, error
from archdsl.draw import style
from archdsl.draw.layout.geometry import Area, Label, Path, Point
from archdsl.draw.page import ChartPage, Mark, Page, Sample, Shape, Stroke, Writing, page
from archdsl.draw.picture import Border, Box, Chips, Group, Line, Look, Picture, times, tooltip
from archdsl.draw.style import FAMILY, GAP, LINE, PADDING, PLAIN, TITLE, clean

_DASHES = {Line.PLAIN: "", Line.DASHED: "5 4", Line.FAULTY: "5 4"}

_OUTLINES = {
    Shape.CIRCLE: "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
    Shape.SQUARE: "m-4.5 -4.5h9v9h-9z",
    Shape.DIAMOND: "m0 -5.8l5.8 5.8l-5.8 5.8l-5.8 -5.8z",
    Shape.TRIANGLE: "m0 -5.6l5.4 9.6h-10.8z",
}

_ZOOM, _MOST = 2.0, 16_000
"""PNG has twice the pixels of SVG, for dense screens, but no more than this on a side."""


def svg(picture: Picture) -> str:
    """The picture as an SVG document."""
    return _picture_document(page(picture))


def png(picture: Picture) -> bytes:
    """The picture as a PNG file.

    Raises:
        CompileError: resvg is not installed.
    """
    whole = page(picture)
    return pixels(_picture_document(whole), max(whole.width, whole.height))


def pixels(svg: str, longest: float) -> bytes:
    """An SVG document as a PNG file; `longest` is the longer side of the document in pixels.

    Raises:
        CompileError: resvg is not installed.
    """
    try:
        import resvg_py
    except ImportError:
        message = "PNG needs the package resvg_py, which is not installed"
        hint = "pip install 'archdsl[png]', or write a file .svg"
        raise CompileError([error("png", message, help=hint)]) from None
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=min(_ZOOM, _MOST / longest)))


def _document(title: str, width: float, height: float, body: Iterable[str]) -> str:
    right, bottom = _number(width), _number(height)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{right}" height="{bottom}"'
        f' viewBox="0 0 {right} {bottom}" font-family="{escape(FAMILY)}">'
    )
    ground = f'<rect width="{right}" height="{bottom}" fill="#ffffff"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", ground, *body, "</svg>"])


# Pictures


def _picture_document(whole: Page) -> str:
    return _document(whole.title, whole.width, whole.height, _elements(whole))


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
        yield from _sample(sample)
    yield from map(_text, whole.writings)


def _group(area: Area, group: Group) -> Iterator[str]:
    yield from _opening(group)
    yield _rectangle(area, style.FRAME, style.FRAME_EDGE, 8)
    y = area.y + 17
    title = Writing(group.title, area.x + PADDING, y, TITLE, style.INK)
    yield _text(title, times(group.times))
    right = area.x + area.width - PADDING
    yield _text(Writing(group.share, right, y, PLAIN, style.MUTED, "end"))
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
    attributes = [f' data-{name}="{escape(clean(text))}"' for name, text in data.items()]
    yield f"<g{''.join(attributes)}>"
    yield f"<title>{escape(tooltip(item, details))}</title>"


def _box(area: Area, box: Box) -> Iterator[str]:
    yield from _opening(box)
    fill, edge = style.colours(box)
    if box.look in (Look.END, Look.SUM):
        yield _rectangle(area, fill, edge, area.height / 2)
    else:
        yield from _bordered_box(area, fill, edge, box.border, 3)
    yield from _texts(area, box)
    top = area.y + 20 + LINE * len(box.lines)
    for place, chips in enumerate(box.choices, start=1):
        yield from _chips(area, box, top + 2 + style.CHIP * place, chips)
    yield "</g>"


def _chips(around: Area, box: Box, y: float, chips: Chips) -> Iterator[str]:
    """A decision and its options, each in a small box; the first are those that are drawn.

    Once a search has run, boxes are wider by what is likelier.
    """
    x = around.x + PADDING
    yield _text(Writing(chips.name, x, y, PLAIN, style.MUTED))
    x += style.names_width(box.choices)
    for place, (option, share) in enumerate(chips.weighed):
        width = style.chip_width(option, share)
        fill, edge = style.TAKEN if place < chips.taken else style.OPEN
        yield _rectangle(Area(box, x, y - 11.5, width, 15), fill, edge, 7.5)
        yield _text(Writing(option, x + width / 2, y, PLAIN, style.INK, "middle"))
        x += width + style.CHIP_GAP
    if chips.more:
        yield _text(Writing(f"+{chips.more}", x, y, PLAIN, style.MUTED))


def _bordered_box(area: Area, fill: str, edge: str, border: Border, inset: float) -> Iterator[str]:
    yield _rectangle(area, fill, edge, 14 if border is Border.ROUND else 4)
    if border is Border.DOUBLE:
        twice = 2 * inset
        inner = (area.x + inset, area.y + inset, area.width - twice, area.height - twice)
        yield _rectangle(Area(area.item, *inner), "none", edge, 2)


def _texts(area: Area, box: Box) -> Iterator[str]:
    """The texts of a box: centred, or at the left if there is a share at the right or a number."""
    y, lines = area.y + 20, enumerate(box.lines, start=1)
    if not box.share and box.times == 1:
        middle = area.x + area.width / 2
        yield _text(Writing(box.title, middle, y, TITLE, style.INK, "middle"))
        for place, text in lines:
            yield _text(Writing(text, middle, y + LINE * place, PLAIN, style.MUTED, "middle"))
        return
    left, right = area.x + PADDING, area.x + area.width - PADDING
    yield _text(Writing(box.title, left, y, TITLE, style.INK), times(box.times))
    yield _text(Writing(box.share, right, y, PLAIN, style.INK, "end"))
    for place, text in lines:
        yield _text(Writing(text, left, y + LINE * place, PLAIN, style.MUTED))


def _path(path: Path) -> Iterator[str]:
    ink = style.FAULT if path.line is Line.FAULTY else style.WIRE
    dashes = f' stroke-dasharray="{_DASHES[path.line]}"' if _DASHES[path.line] else ""
    points = path.points
    if path.has_head:
        x, y = points[-1]
        points = (*points[:-1], (x, y - 5))  # the line ends inside of the arrow, not at its tip
    yield f'<path d="{_route(points)}" fill="none" stroke="{ink}" stroke-width="1.3"{dashes}/>'
    if path.has_head:
        yield f'<path d="M{_number(x)} {_number(y)}l-3.5 -7h7z" fill="{ink}"/>'


def _route(points: tuple[Point, ...]) -> str:
    """The path data of a wire: straight down, and in an S-curve between columns."""
    (x, y), *rest = points
    parts = [f"M{_number(x)} {_number(y)}"]
    for right, down in rest:
        if abs(right - x) < 0.05:
            parts.append(f"V{_number(down)}")
        else:
            middle = _number((y + down) / 2)
            bend = f"C{_number(x)} {middle} {_number(right)} {middle}"
            parts.append(f"{bend} {_number(right)} {_number(down)}")
        x, y = right, down
    return "".join(parts)


def _label(label: Label) -> str:
    return _text(Writing(label.text, label.x, label.y + 4, PLAIN, style.MUTED))


def _sample(sample: Sample) -> Iterator[str]:
    if sample.border is None:
        yield _rectangle(sample.area, sample.fill, sample.edge, 0)
    else:
        yield from _bordered_box(sample.area, sample.fill, sample.edge, sample.border, 2)


def _rectangle(area: Area, fill: str, edge: str, radius: float) -> str:
    x, y, width, height = map(_number, (area.x, area.y, area.width, area.height))
    place = f'x="{x}" y="{y}" width="{width}" height="{height}" rx="{_number(radius)}"'
    return f'<rect {place} fill="{fill}" stroke="{edge}"/>'


# Charts


def chart_svg(page: ChartPage) -> str:
    """The chart as an SVG document."""
    return _document(page.title, page.width, page.height, _chart_elements(page))


def _chart_elements(page: ChartPage) -> Iterator[str]:
    yield from map(_stroke, page.strokes)
    yield from map(_mark, page.marks)
    yield from map(_text, page.writings)
    if page.labels:  # with a white outline, so that they can be read over lines
        yield '<g stroke="#ffffff" stroke-width="3" stroke-linejoin="round" paint-order="stroke">'
        yield from map(_text, page.labels)
        yield "</g>"


def _stroke(stroke: Stroke) -> str:
    route = "L".join(f"{_number(x)} {_number(y)}" for x, y in stroke.points)
    looks = f'fill="none" stroke="{stroke.ink}" stroke-width="{_number(stroke.width)}"'
    return f'<path d="M{route}" {looks} stroke-linejoin="round"/>'


def _mark(mark: Mark) -> str:
    """A mark with its tooltip, which browsers show beside the pointer."""
    outline = f"M{_number(mark.x)} {_number(mark.y)}{_OUTLINES[mark.shape]}"
    title = f"<title>{escape(mark.tooltip)}</title>"
    return f'<path d="{outline}" fill="{mark.ink}" stroke="#ffffff">{title}</path>'


# Texts and numbers


def _text(writing: Writing, after: str = "") -> str:
    """A text, followed by another one in a lighter ink."""
    font = writing.font
    anchor = f' text-anchor="{writing.anchor}"' if writing.anchor != "start" else ""
    weight = f' font-weight="{font.weight}"' if font.weight != 400 else ""
    place = f'x="{_number(writing.x)}" y="{_number(writing.y)}"'
    looks = f'font-size="{font.size}"{weight}{anchor} fill="{writing.ink}"'
    follows = f'<tspan dx="{GAP}" fill="{style.MUTED}">{escape(after)}</tspan>' if after else ""
    return f"<text {place} {looks}>{escape(writing.text)}{follows}</text>"


def _number(value: float) -> str:
    """A number with at most one decimal, so that rounding is the same on every machine."""
    # -0.04 is formatted as -0.0.
    return f"{value:.1f}".removesuffix(".0").replace("-0", "0", value > -0.05)
