"""PNG, from SVG, through resvg: an extra of the package, which needs nothing else installed."""

from __future__ import annotations

from archdsl.diagnostics import CompileError, error
from archdsl.draw.page import page
from archdsl.draw.picture import Picture
from archdsl.draw.svg import written

_ZOOM, _MOST = 2.0, 16_000
"""Twice as large as SVG, for screens as they are; a side is never of more pixels than that."""


def png(picture: Picture) -> bytes:
    """The picture in pixels.

    Raises:
        CompileError: resvg is not installed.
    """
    whole = page(picture)
    return pixels(written(whole), max(whole.width, whole.height))


def pixels(svg: str, longest: float) -> bytes:
    """An SVG document in pixels; `longest` is its longer side.

    Raises:
        CompileError: resvg is not installed.
    """
    try:
        import resvg_py
    except ImportError:
        hint = "pip install 'archdsl[png]'; or draw .svg, which needs nothing"
        raise CompileError([error("png", "PNG needs the package resvg_py", help=hint)]) from None
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=min(_ZOOM, _MOST / longest)))
