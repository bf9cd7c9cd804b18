"""What an SVG says of each box beyond its texts: its line, its result, its costs, a tooltip."""

from __future__ import annotations

from xml.etree import ElementTree

import archdsl
from archdsl.draw.details import short_names
from archdsl.draw.picture import Details, Group, boxes
from archdsl.draw.svg import svg
from archdsl.ir.graph import Value
from archdsl.network import Network
from tests.build.harness import build_body
from tests.draw.harness import ROOT, picture
from tests.draw.test_writers import SVG


def details(network: Network, depth: int | None = None) -> list[tuple[str, Details]]:
    shown = boxes(picture(network, depth).main.items)
    return [(box.title, box.details) for box in shown if box.details]


def test_a_box_names_the_line_of_its_row_or_call() -> None:
    network = archdsl.load(ROOT / "specs/i3d_attention.arch").network()
    found = {title: (each.file, each.line) for title, each in details(network)}
    for title in ("cell_4b", "classifier"):
        file, line = found[title]
        assert title in (ROOT / "specs" / file).read_text().splitlines()[line - 1]
    assert {file for file, _ in found.values()} == {"i3d.arch", "i3d_attention.arch"}


def test_boxes_and_frames_have_the_costs_of_all_their_repeats() -> None:
    network = archdsl.load(ROOT / "specs/x3d_s.arch").network()
    for depth in (None, 1, 2, 3):
        each = [each for _, each in details(network, depth)]
        whole = (sum(d.params for d in each), sum(d.macs for d in each))
        assert whole == (network.costs.total.params, network.costs.total.macs)
    stages = [item for item in picture(network).main.items if isinstance(item, Group)]
    for stage in stages:
        assert stage.details
        assert stage.details.macs == sum(b.details.macs for b in boxes([stage]) if b.details)
        assert stage.details.shape == str(network.graph.types(_last(network, stage.title))[0])


def _last(network: Network, stage: str) -> tuple[Value, ...]:
    return next(s.outputs for s in network.graph.scopes if s.kind == "stage" and s.name == stage)


def test_shared_weights_count_once() -> None:
    body = "share e = conv(channels = 8)\n" + "x = x -> e -> relu\n" * 3 + "return x"
    network = build_body(body)
    for depth in (1, 3):
        assert sum(each.params for _, each in details(network, depth)) == 8 * 8


def test_files_are_named_as_short_as_tells_them_apart() -> None:
    names = short_names(["/a/specs/one.arch", "/a/b/two.arch", "/c/two.arch", "library/two.arch"])
    assert [*names.values()] == ["one.arch", "b/two.arch", "c/two.arch", "library/two.arch"]


def test_the_svg_has_them_as_data_and_as_a_tooltip() -> None:
    network = archdsl.load(ROOT / "specs/x3d_s.arch").network()
    root = ElementTree.fromstring(svg(picture(network)))
    found = {g.findtext(f"{SVG}title", "").partition("\n")[0]: g for g in root.iter(f"{SVG}g")}
    stem = found["conv1: stem"]
    assert stem.attrib == {
        "data-file": "x2d.arch",
        "data-line": "28",
        "data-last": "28",
        "data-path": "conv1",
        "data-shape": "24 x 13 x 80^2",
        "data-params": "816",
        "data-macs": "63897600",
        "data-open": "no",
    }
    lines = stem.findtext(f"{SVG}title", "").splitlines()
    assert lines[-3:] == ["output 24 x 13 x 80^2", "816 parameters, 63.90 M MACs", "x2d.arch:28"]
    assert {"res2", "bottleneck  ×11", "head"} <= found.keys()
