"""Colours on light and on dark ground: complete in every SVG, and readable on each other."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

import archdsl
from archdsl.draw.paints import LOOKS, Paint
from archdsl.draw.picture import Look
from archdsl.draw.svg import svg
from tests.draw.harness import ROOT, picture

READABLE, VISIBLE = 4.5, 3.0
"""Ratios of contrast that the Web Content Accessibility Guidelines ask of texts and of shapes."""

THEMES = ("light", "dark")


def luminance(colour: str) -> float:
    """The relative luminance of a colour in sRGB."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Paint, other: Paint, theme: str) -> float:
    dim, bright = sorted(luminance(getattr(paint, theme)) for paint in (one, other))
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_texts_can_be_read_on_every_box(theme: str) -> None:
    fills = {fill for fill, _ in LOOKS.values()} | {Paint.HEAT, Paint.TAKEN}
    for ink in (Paint.INK, Paint.SOFT):
        for fill in fills:
            assert contrast(ink, fill, theme) >= READABLE, (ink, fill)
    for ground in (Paint.GROUND, Paint.FRAME):
        assert contrast(Paint.MUTED, ground, theme) >= READABLE


@pytest.mark.parametrize("theme", THEMES)
def test_what_tells_boxes_apart_can_be_seen(theme: str) -> None:
    for look in (Look.FAULT, Look.TEMPORAL, Look.SPATIAL, Look.SPATIOTEMPORAL):
        assert contrast(LOOKS[look][1], Paint.GROUND, theme) >= VISIBLE
    assert contrast(Paint.WIRE, Paint.FRAME, theme) >= VISIBLE


def test_every_colour_of_an_svg_has_a_dark_one() -> None:
    text = svg(picture(archdsl.load(ROOT / "specs/tiny_space.arch").network()))
    root = ElementTree.fromstring(text)
    rules = dict(re.findall(r"\.archdsl \.(\S+?){\w+:(#\w+)}", text))
    used = {name for element in root.iter() for name in element.get("class", "").split()}
    assert used - {"archdsl"} == rules.keys()
    for element in root.iter():
        for part in ("fill", "stroke"):
            colour = element.get(part)
            if colour and colour != "none":
                assert any(name[0] == part[0] for name in element.attrib["class"].split())


def test_colours_are_light_where_no_style_sheet_is_read() -> None:
    text = svg(picture(archdsl.load(ROOT / "specs/tiny.arch").network("tiny")))
    outside = re.sub("<style>.*?</style>", "", text, flags=re.DOTALL)
    assert Paint.GROUND.light in outside
    assert Paint.GROUND.dark not in outside
    assert text.count("@media (prefers-color-scheme: dark)") == 1
