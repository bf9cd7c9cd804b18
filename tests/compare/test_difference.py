"""`difference`: what differs between two networks, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

import archdsl
from archdsl.compare.difference import Difference, difference
from archdsl.costs.breakdown import LEVELS

SPECS = Path(__file__).resolve().parents[2] / "specs"

TABLE = """use x3d
network n(size = 64) {
  input video: 3 x 4 x size^2
  table (mid = int(expansion * in.channels)) {
    | block      | channels | number | stride | expansion |
    |------------|----------|--------|--------|-----------|
    | stem       | 24       | 1      | 2      | -         |
    |------------|----------|--------|--------|-----------|
    | bottleneck | 24       | 2      | 2      | 2.25      |
    | bottleneck | 24       | 3      | 1      | 3         |
    |------------|----------|--------|--------|-----------|
    | bottleneck | 48       | 2      | 2      | 2.25      |
  }
  head(mid = 108, features = 64, classes = 10, dropout = 0.5)
}
"""


def network(folder: Path, text: str = TABLE) -> archdsl.Network:
    path = folder / "n.arch"
    path.write_text(text)
    return archdsl.load(path).network()


def compare(folder: Path, old: str, new: str, by: str = "row") -> Difference:
    assert TABLE.count(old) == 1
    return difference(network(folder), network(folder, TABLE.replace(old, new)), by)


def changed_rows(result: Difference) -> list[str]:
    """The rows that are not alike, each with its status and its changes."""
    lines = []
    for pair in result.pairs:
        piece = pair.a or pair.b
        if piece and pair.status != "alike":
            lines.append(f"{piece.part.name} {pair.status}: {', '.join(map(str, pair.changes))}")
    return lines


@pytest.mark.parametrize("by", LEVELS)
def test_a_network_does_not_differ_from_itself(tmp_path: Path, by: str) -> None:
    result = difference(network(tmp_path), network(tmp_path), by)
    assert result.is_equal
    assert result.has_equal_pieces
    assert result.outside == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("| 3      | 1      | 3  ", "| 4      | 1      | 3  ", "stage1.2-4 changed: number 3 -> 4"),
        (
            "| 1      | 3         ",
            "| 1      | 2.25      ",
            "stage1.2-4 changed: expansion 3 -> 2.25",
        ),
        ("dropout = 0.5", "dropout = 0.2", "head changed: dropout 0.5 -> 0.2"),
    ],
)
def test_cells_that_changed(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert changed_rows(compare(tmp_path, old, new)) == [expected]


def test_an_added_row_is_the_only_difference(tmp_path: Path) -> None:
    row = "    | bottleneck | 24       | 3      | 1      | 3         |\n"
    more = "    | bottleneck | 24       | 1      | 1      | 4         |\n"
    assert changed_rows(compare(tmp_path, row, row + more)) == ["stage1.5 added: "]


def test_consequences_of_another_width_are_shown_inside_the_row(tmp_path: Path) -> None:
    rows = "| 24       | 3      |"
    assert changed_rows(compare(tmp_path, rows, "| 32       | 3      |")) == [
        "stage1.2-4 changed: channels 24 -> 32",
        "stage2.0-1 changed: conv channels 54 -> 72 (x 2), conv groups 54 -> 72",
    ]


def test_another_input_size_changes_no_row(tmp_path: Path) -> None:
    result = compare(tmp_path, "size = 64", "size = 96")
    assert not result.is_equal
    assert result.count("resized") == 5
    assert [str(change) for change in result.outside] == ["input 1 3 x 4 x 64^2 -> 3 x 4 x 96^2"]


def test_rows_that_are_split_differently_are_one_network(tmp_path: Path) -> None:
    row = "    | bottleneck | 24       | 3      | 1      | 3         |\n"
    result = compare(
        tmp_path,
        row,
        row.replace("| 3      |", "| 1      |") + row.replace("| 3      |", "| 2      |"),
    )
    assert result.is_equal
    assert not result.has_equal_pieces


def test_table_2b_is_the_stretched_network_row_for_row() -> None:
    """The printed table does not repeat a strided row; the network with the reported cost does."""
    base = "autox3d_s(frames = 16, size = 312)"
    spec = archdsl.load(SPECS / "autox3d_s.arch")
    kept = spec.derive("l", f"{base} + stretch(depth = 2, keep_transitions = true)").network("l")
    every = spec.derive("l", f"{base} + stretch(depth = 2)").network("l")
    printed = archdsl.load(SPECS / "autox3d_l.arch").network("autox3d_l_printed")
    result = difference(printed, kept)
    assert result.is_equal
    assert result.has_equal_pieces
    assert len(result.pairs) == 13
    assert changed_rows(difference(printed, every)) == [
        "stage1.0 changed: number 1 -> 2",
        "stage1.1-5 changed: number 5 -> 4",
    ]


def test_the_stretched_network_has_the_reported_cost() -> None:
    spec = archdsl.load(SPECS / "autox3d_s.arch")
    written = "autox3d_s(frames = 16, size = 356, attention = none) + stretch(depth = 2)"
    network = spec.derive("l", written).network("l")
    assert round(network.costs.total.macs / 1e9, 1) == 24.8
    plain = archdsl.load(SPECS / "autox3d_l.arch").network("autox3d_l_plain", size=356)
    assert difference(network, plain).is_equal


def test_the_order_of_operands_is_compared(tmp_path: Path) -> None:
    text = """network n() {
  input x: 3 x 8^2
  a = x -> conv(4)
  b = x -> conv(5)
  return concat(a, b)
}
"""
    result = difference(network(tmp_path, text), network(tmp_path, text.replace("a, b", "b, a")))
    assert changed_rows(result) == ["concat changed: reads a, b -> b, a"]


def test_initialisation_is_compared(tmp_path: Path) -> None:
    text = "network n() {\n  input x: 3 x 8^2\n  init conv: xavier\n  conv(4)\n}\n"
    other = text.replace("xavier", "normal(std = 0.01)")
    result = difference(network(tmp_path, text), network(tmp_path, other))
    assert not result.is_equal
    assert changed_rows(result) == []
    assert [str(c) for c in result.outside] == ["init conv xavier -> normal(std = 0.01)"]
