"""Spaces as pictures: their decisions are in the boxes that they belong to."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.cli.main import main

SPACE = """
block unit(x, channels, mid = 4, stride = 1) { return x -> conv(mid, {1, 3}) -> conv(channels) }
block some = each {unit, other}
block other(x, channels, mid = 4, stride = 1) { return x -> conv(mid) -> conv(channels) -> relu }

network space(width = {1, 2}) {
  input x: 3 x 16^2
  act = {relu, gelu}
  table (mid = each {4, 8} * width) {
    | block | channels     | number |
    | some  | {8..64 by 2} | 1      |
    | unit  | 8            | {1, 2} |
  }
  in -> conv(4, kernel = {1, 3, 5}) -> act -> mean
}
"""

CELL = """
use attention_cell
block node = attend(over = each {temporal, spatial}, gate = each {false, true})
cell pair {
  keys_values = {cell, operation}
  prepare(channels = 2, size = 2, frames = 2)
  op1 = node(f0)
  op2 = node({op1, f0})
  combine(1 of {op2, op1})
}
network space() {
  input x: 4 x 2 x 4^2
  a = x -> relu
  a -> relu
}
network agnostic = space + insert pair after (relu, a)
network specific = space + insert each pair after (relu, a)
"""


def drawn(tmp_path: Path, text: str, *arguments: str, suffix: str = ".dot") -> str:
    spec, picture = tmp_path / "space.arch", tmp_path / f"space{suffix}"
    spec.write_text(text)
    assert main(["draw", str(spec), "-o", str(picture), *arguments]) == 0
    return picture.read_text()


def labels(dot: str) -> list[list[str]]:
    """The lines of each label."""
    parts = [part.partition('"')[0] for part in dot.split('label="')[1:]]
    return [part.split("\\n") for part in parts]


def choices(dot: str, title: str) -> list[str]:
    """The lines with options of the first box of a title."""
    box = next(lines for lines in labels(dot) if lines[0].startswith(title))
    return [line for line in box if "|" in line]


def test_rows_and_operations_show_what_they_decide(tmp_path: Path) -> None:
    dot = drawn(tmp_path, SPACE)
    whole = choices(dot, "space")
    assert whole == ["width: 1 | 2", "act: relu | gelu"]
    options = "8 | 10 | 12 | 14 | 16 | 18 | 20 | 22 | 24 | 26 | 28 | … 18 more"
    # What a block decides in its body is shown where it is used first.
    inside = "kernel: 1 | 3"
    own = [f"channels: {options}", "block: unit | other", "mid: 4 | 8", inside]
    assert choices(dot, "some") == own
    assert choices(dot, "unit") == ["number: 1 | 2", "mid: 4 | 8"]
    assert choices(dot, "conv") == ["kernel: 1 | 3 | 5"]
    assert "9 decisions are open, and of each the first option is drawn" in labels(dot)[0]


def test_what_is_decided_is_not_shown(tmp_path: Path) -> None:
    some = "--choose=stage1.row0.channels = {16, 12}", "--choose=width = 2"
    dot = drawn(tmp_path, SPACE, *some)
    assert choices(dot, "some")[0] == "channels: 12 | 16"
    assert choices(dot, "space") == ["act: relu | gelu"]


def test_operations_of_a_cell_show_what_they_decide(tmp_path: Path) -> None:
    for network in ("agnostic", "specific"):
        dot = drawn(tmp_path, CELL, "--network", network, "--cell", "pair")
        assert choices(dot, "pair") == ["keys_values: cell | operation"]
        assert choices(dot, "op1") == ["over: temporal | spatial", "gate: false | true"]
        assert choices(dot, "combine") == ["combine: (op2,) | (op1,)"]
        (tmp_path / "space.dot").unlink()


def test_cells_are_decided_beside_the_network(tmp_path: Path) -> None:
    dot = drawn(tmp_path, CELL, "--network", "agnostic")
    assert choices(dot, "agnostic") == []
    assert choices(dot, "op1") == ["over: temporal | spatial", "gate: false | true"]


def test_options_are_chips_in_svg_and_lines_elsewhere(tmp_path: Path) -> None:
    svg = drawn(tmp_path, SPACE, suffix=".svg")
    assert svg.count('fill="#d9e2ee"') == 7  # the first option of each decision that is in a box
    assert ">+18</text>" in svg
    assert "number: 1 #124; 2" in drawn(tmp_path, SPACE, suffix=".mmd")


@pytest.mark.parametrize("count", [7, 12])
def test_many_decisions_of_one_box_are_counted(tmp_path: Path, count: int) -> None:
    values = "".join(f", {name} = {{1, 2}}" for name in "abcdefghijkl"[:count])
    parameters = "".join(f", {name} = 1" for name in "abcdefghijkl"[:count])
    text = f"""
block unit(x{parameters}) {{ return x -> conv({" + ".join("abcdefghijkl"[:count])}) }}
network space() {{
  input x: 3 x 16^2
  x -> unit({values[2:]})
}}
"""
    box = next(lines for lines in labels(drawn(tmp_path, text)) if lines[0].startswith("unit"))
    assert box[-1] == f"… {count - 6} more decisions"
