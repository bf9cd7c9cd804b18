"""What all SVG is made of: texts, rectangles, numbers, and colours for light and dark ground.

A spec is untrusted, so every text of one is escaped: here, or where a title is written.
"""

from __future__ import annotations

import re
from html import escape

from archdsl.draw.layout.geometry import Area
from archdsl.draw.page import Writing
from archdsl.draw.paints import Paint
from archdsl.draw.style import GAP

_PARTS = {"fill": "f", "stroke": "s"}


def painted(fill: Paint | None = None, stroke: Paint | None = None) -> str:
    """The attributes of a fill and a stroke: light colours, and classes that have the dark ones."""
    pairs = [(part, paint) for part, paint in (("fill", fill), ("stroke", stroke)) if paint]
    colours = [f'{part}="{paint.light}"' for part, paint in pairs]
    nothing = [] if fill else ['fill="none"']
    return " ".join([*nothing, *colours, f'class="{" ".join(_class(*pair) for pair in pairs)}"'])


def dark_rules(body: str) -> list[str]:
    """The rules of a style sheet for the colours that some elements have."""
    used = {name for names in re.findall('class="([^"]*)"', body) for name in names.split()}
    rules = [(_class(part, paint), part, paint.dark) for paint in Paint for part in _PARTS]
    return [f".archdsl .{name}{{{part}:{dark}}}" for name, part, dark in rules if name in used]


def _class(part: str, paint: Paint) -> str:
    return f"{_PARTS[part]}-{paint.name.lower().replace('_', '-')}"


def rectangle(area: Area, look: str, radius: float) -> str:
    x, y, width, height = map(number, (area.x, area.y, area.width, area.height))
    place = f'x="{x}" y="{y}" width="{width}" height="{height}" rx="{number(radius)}"'
    return f"<rect {place} {look}/>"


def text(writing: Writing, after: str = "") -> str:
    """A text, followed by another one in a lighter ink."""
    font = writing.font
    anchor = f' text-anchor="{writing.anchor}"' if writing.anchor != "start" else ""
    weight = f' font-weight="{font.weight}"' if font.weight != 400 else ""
    place = f'x="{number(writing.x)}" y="{number(writing.y)}"'
    looks = f'font-size="{font.size}"{weight}{anchor} {painted(writing.ink)}'
    muted = painted(Paint.MUTED)
    follows = f'<tspan dx="{GAP}" {muted}>{escape(after)}</tspan>' if after else ""
    return f"<text {place} {looks}>{escape(writing.text)}{follows}</text>"


def title(words: str) -> str:
    """What browsers show beside the pointer."""
    return f"<title>{escape(words)}</title>"


def number(value: float) -> str:
    """A number with at most one decimal, so that rounding is the same on every machine."""
    # -0.04 is formatted as -0.0.
    return f"{value:.1f}".removesuffix(".0").replace("-0", "0", value > -0.05)
