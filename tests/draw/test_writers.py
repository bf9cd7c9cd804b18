"""The formats of pictures: valid, deterministic, and safe whatever the names in a spec."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

import archdsl
from archdsl.draw.dot import dot
from archdsl.draw.mermaid import mermaid
from archdsl.draw.picture import Box, Details, Group, Look, Panel, Picture, Scale, Wire
from archdsl.draw.style import PLAIN, TITLE, clean, shorten
from archdsl.draw.svg import svg
from tests.draw.harness import ROOT, picture

HOSTILE = '</text><script>alert(\'"x"\')</script>&amp;]]> \\" ; } end %% #quot; `md` \u202e'
SVG = "{http://www.w3.org/2000/svg}"
TAGS = {f"{SVG}{tag}" for tag in "svg title style g rect path text tspan".split()}


def hostile() -> Picture:
    details = Details(HOSTILE, 7, 8, HOSTILE, 1, 2, HOSTILE, HOSTILE, None, (HOSTILE,))
    said = {"share": HOSTILE, "costs": HOSTILE, "details": details}
    inner = Box(2, Look.BLOCK, HOSTILE, (HOSTILE,), times=3, heat=0.5, **said)
    items = (Box(1, Look.END, HOSTILE), Group(3, HOSTILE, (inner,), times=2, **said))
    main = Panel(HOSTILE, (HOSTILE,), items, (Wire(1, (2,), HOSTILE),), (HOSTILE,))
    return Picture(main, (main,), Scale(HOSTILE, HOSTILE))


@pytest.mark.parametrize("name", ["autox3d_s", "i3d_attention"])
def test_svg_is_valid_and_complete(name: str) -> None:
    network = archdsl.load(ROOT / f"specs/{name}.arch").network()
    text = svg(picture(network))
    root = ElementTree.fromstring(text)
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert network.name in texts
    assert "share of MACs" in texts
    allowed = {
        f"{SVG}{tag}" for tag in ("svg", "title", "style", "g", "rect", "path", "text", "tspan")
    }
    assert {element.tag for element in root.iter()} <= allowed


def test_output_is_deterministic() -> None:
    path = ROOT / "specs/i3d_attention.arch"
    first, second = (picture(archdsl.load(path).network()) for _ in range(2))
    for write in (svg, dot, mermaid):
        assert write(first) == write(second)


def test_svg_escapes() -> None:
    text = svg(hostile())
    root = ElementTree.fromstring(text)
    assert {element.tag for element in root.iter()} == TAGS
    assert HOSTILE in [element.text for element in root.iter(f"{SVG}text")]
    assert clean(HOSTILE) in [element.get("data-file") for element in root.iter(f"{SVG}g")]
    assert "<script" not in text


def test_dot_escapes() -> None:
    text = dot(hostile())
    outside = re.sub(r'"(\\.|[^"\\])*"', "TEXT", text)
    assert "script" not in outside
    assert '"' not in outside
    assert outside.count("{") == outside.count("}") == 4


def test_mermaid_escapes() -> None:
    text = mermaid(hostile())
    inside = re.findall(r'"([^"\n]*)"', text)
    assert all(re.fullmatch(r"(<br/>|#\d+;|[\w .,:=+\-_×²³⁴·%()/])*", words) for words in inside)
    outside = re.sub(r'"[^"\n]*"', "TEXT", text)
    assert "script" not in outside
    assert outside.count("subgraph") == len(re.findall(r"^\s*end$", outside, re.MULTILINE)) == 4


@pytest.mark.parametrize("write", [dot, mermaid])
def test_every_box_and_wire_is_written(write: object) -> None:
    shown = picture(archdsl.load(ROOT / "specs/autox3d_s.arch").network())
    text = write(shown)  # type: ignore[operator]
    arrows = len(re.findall(r"^\s*n\d+ -+>", text, re.MULTILINE))
    assert arrows == sum(len(wire.targets) for wire in shown.main.wires)
    assert text.count("stage1") == 1
    assert "t3_s3  ×2  10.2 %" in text


def test_texts_are_escaped() -> None:
    assert clean("a\n b\t\u0000c\u202e") == "a b \ufffdc\ufffd"
    assert shorten("abcdef", 4) == "abc…"
    assert PLAIN.width("iiii") < PLAIN.width("mmmm") < TITLE.width("mmmm") < 4 * TITLE.size * 1.2
