"""Pictures of networks: tables, repeats, shapes, shares of cost, and what is left out."""

from __future__ import annotations

import pytest

import archdsl
from archdsl import limits
from archdsl.draw.picture import Group, Look, Picture, boxes
from tests.build.harness import build, build_body
from tests.draw.harness import ROOT, check, picture, titles

SPECS = ROOT / "specs"


def drawn(name: str, depth: int | None = None, convention: str = "macs") -> Picture:
    return picture(archdsl.load(SPECS / f"{name}.arch").network(), depth, convention)


def readers(shown: Picture) -> dict[str, list[str]]:
    """The titles of the boxes that read each box, by its title."""
    names = {box.key: box.title for box in boxes(shown.main.items)}
    by_title: dict[str, list[str]] = {}
    for wire in shown.main.wires:
        by_title.setdefault(names[wire.source], []).extend(names[t] for t in wire.targets)
    return by_title


def test_a_table_is_drawn_as_a_table() -> None:
    shown = drawn("autox3d_s")
    stages = [item for item in shown.main.items if isinstance(item, Group)]
    assert [stage.title for stage in stages] == ["stage1", "stage2", "stage3", "stage4"]
    rows = [(row.title, row.times) for row in boxes(stages[2:3])]
    assert rows == [("t1_s5", 2), ("t3_s3", 3), ("t5_s3", 3), ("t3_s3", 3)]
    assert titles(shown)[0] == "video"
    assert titles(shown)[-1] == "output"


def test_shapes_stand_on_wires_and_shares_on_boxes() -> None:
    shown = drawn("x3d_s")
    assert [w.label for w in shown.main.wires][:2] == ["3 × 13 × 160²", "24 × 13 × 80²"]
    blocks = [box for box in boxes(shown.main.items) if box.look is Look.BLOCK]
    assert all(box.share.endswith(" %") for box in blocks)
    assert max(box.heat or 0 for box in blocks) == 1
    assert shown.scale is not None
    assert shown.scale.quantity == "share of MACs"
    assert "PyTorchVideo" in drawn("x3d_s", None, "pytorchvideo").main.facts[1]


def test_depth_opens_blocks() -> None:
    assert not any(isinstance(item, Group) for item in drawn("x3d_s", 1).main.items)
    assert "conv1: stem" in titles(drawn("x3d_s", 1))
    assert "squeeze_excite" in titles(drawn("x3d_s", 3))
    assert "squeeze_excite" not in titles(drawn("x3d_s", 4))


def test_repeats_are_folded_at_every_level() -> None:
    network = build_body("for i in range(5) { x = x -> conv(8, 3) -> relu }\nreturn x")
    (group,) = (i for i in picture(network).main.items if isinstance(i, Group))
    assert (group.title, group.times) == ("in turn", 5)
    assert readers(picture(network)) == {"x": ["conv"], "conv": ["relu"], "relu": ["output"]}


def test_wires_leave_opened_repeats_from_the_last() -> None:
    before = "block b(x) { return relu(x) + x }\n"
    network = build_body("x -> b -> b -> b -> tanh", before)
    shown = picture(network, 2)
    assert [g.times for g in shown.main.items if isinstance(g, Group)] == [3]
    assert readers(shown) == {
        "x": ["relu", "add"],
        "relu": ["add"],
        "add": ["tanh"],
        "tanh": ["output"],
    }


def test_the_share_of_a_box_includes_all_its_repeats() -> None:
    network = archdsl.load(ROOT / "tests/networks/timesformer.arch").network()
    for depth in (None, 1, 2, 3, 9):
        shares = [box.share for box in boxes(picture(network, depth).main.items) if box.share]
        total = sum(float(share.removesuffix(" %").removeprefix("<")) for share in shares)
        assert total == pytest.approx(100, abs=0.1 * len(shares))


def test_a_value_that_a_block_passes_on_comes_from_the_block() -> None:
    """SlowFast's lateral connections return the fast pathway unchanged."""
    network = archdsl.load(ROOT / "tests/networks/slowfast_r50.arch").network()
    by_title = readers(picture(network))
    assert set(by_title["stems"]) == {"lateral"}
    assert by_title["lateral"].count("bottlenecks") == 8


def test_skips_and_several_outputs() -> None:
    unet = archdsl.load(ROOT / "tests/networks/unet.arch").network()
    assert readers(picture(unet))["x1: double"] == ["max_pool", "up"]
    fpn = archdsl.load(ROOT / "tests/networks/fpn.arch").network()
    assert titles(picture(fpn))[-4:] == ["output 1", "output 2", "output 3", "output 4"]


def test_operators_are_shown_as_they_are_written() -> None:
    shown = boxes(picture(build_body("y = 1 - x\nreturn y * 0.5 + y")).main.items)
    lines = {box.title: box.lines for box in shown}
    assert lines["y: subtract"] == ("1 - x",)
    assert (lines["multiply"], lines["add"]) == (("x * 0.5",), ())


def test_the_weight_of_a_shared_layer_is_named_by_it() -> None:
    body = "share e = linear(features = 8, bias = false)\ny = x -> mean(positions) -> e\n"
    body += "return y, e.weight"
    shown = boxes(picture(build_body(body)).main.items)
    assert ("e.weight", ()) in [(box.title, box.lines) for box in shown]


def test_a_network_without_costs() -> None:
    shown = picture(build_body("x -> relu"))
    assert shown.scale is None
    check(shown)


def test_too_much_to_draw_is_one_box(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DRAWN", 20)
    body = "".join(f" -> conv({i})" for i in range(1, 60))
    shown = picture(build_body(f"x{body}"))
    rest = [box for box in boxes(shown.main.items) if box.look is Look.REST]
    assert len(rest) == 1
    assert any("drawn as one box" in note for note in shown.main.notes)
    check(shown)


def test_wires_that_are_too_long_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DRAWN_LENGTH", 100)
    steps = "".join(f"v{i + 1} = v{i} -> conv({8 + i % 2 * 8})\n" for i in range(20))
    parts = ", ".join(f"v{i}" for i in range(20))
    shown = picture(build_body(f"v0 = x\n{steps}return v20, concat({parts})"))
    assert any("connections are not drawn" in note for note in shown.main.notes)
    check(shown)


def test_a_thousand_rows() -> None:
    rows = "\n".join(f"| relu | {i % 5 + 1} |" for i in range(1000))
    table = f"table {{\n| block | number |\n{rows}\n}}"
    shown = picture(build(f"network n() {{\ninput x: 8 x 8^2\n{table}\n}}\n"))
    assert len(titles(shown)) == 1002
    check(shown)
