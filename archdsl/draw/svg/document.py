"""The document around the elements of a picture, and its pixels."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from archdsl.diagnostics import CompileError, error
from archdsl.draw.paints import Paint
from archdsl.draw.style import FAMILY
from archdsl.draw.svg.elements import dark_rules, number, painted, title

ZOOM, MOST_PIXELS = 2.0, 16_000
"""PNG has twice the pixels of SVG, for dense screens, but no more than this on a side."""


def document(name: str, width: float, height: float, elements: Iterable[str]) -> str:
    """An SVG document of these elements, light or dark as the system of its reader is."""
    right, bottom = number(width), number(height)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{right}" height="{bottom}"'
        f' viewBox="0 0 {right} {bottom}" font-family="{escape(FAMILY)}" class="archdsl">'
    )
    ground = f'<rect width="{right}" height="{bottom}" {painted(Paint.GROUND)}/>'
    body = "\n".join([ground, *elements])
    rules = "\n".join(dark_rules(body))
    sheet = f"<style>@media (prefers-color-scheme: dark) {{\n{rules}\n}}</style>"
    return "\n".join([head, title(name), sheet, body, "</svg>"])


def pixels(svg: str, width: float, height: float) -> bytes:
    """An SVG document as a PNG file; its sizes are those of the document in pixels.

    Raises:
        CompileError: resvg is not installed.
    """
    try:
        import resvg_py
    except ImportError:
        message = "PNG needs the package resvg_py, which is not installed"
        hint = "pip install 'archdsl[png]', or write a file .svg"
        raise CompileError([error("png", message, help=hint)]) from None
    zoom = min(ZOOM, MOST_PIXELS / max(width, height))
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom))
