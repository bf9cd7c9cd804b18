"""Which repeats `archdsl show` folds, and which it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

import archdsl
from archdsl.costs.breakdown import folded
from archdsl.ir.listing import Entry, Run, listing, name_range, runs


def chain(text: str) -> list[Run]:
    """The runs in a text of letters, each of which is read only by the next."""
    return list(runs(text, range(1, len(text) + 1)))


def entries(tmp_path: Path, body: str, before: str = "") -> tuple[Entry, ...]:
    spec = tmp_path / "a.arch"
    spec.write_text(f"{before}\nnetwork a() {{\ninput x: 4 x 2^2\n{body}\n}}\n")
    return listing(archdsl.load(spec).network().graph)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("", []),
        ("a", [(0, 1, 1)]),
        ("aaa", [(0, 1, 3)]),
        ("abc", [(0, 1, 1), (1, 1, 1), (2, 1, 1)]),
        ("abababa", [(0, 2, 3), (6, 1, 1)]),
        ("xabab", [(0, 1, 1), (1, 2, 2)]),
        ("aaabaaab", [(0, 4, 2)]),
        ("aaaa", [(0, 1, 4)]),
    ],
)
def test_runs(text: str, runs: list[tuple[int, int, int]]) -> None:
    assert chain(text) == runs


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("conv1", "conv12", "conv1-12"),
        ("9", "10", "9-10"),
        ("b", "c", "b-c"),
        ("b1", "conv3", "b1-conv3"),
        ("res13", "res2", "res13-res2"),
        ("res", "res2", "res-res2"),
    ],
)
def test_the_name_of_a_run(first: str, last: str, name: str) -> None:
    assert name_range(first, last) == name


def test_a_value_that_is_read_later_is_not_folded() -> None:
    assert list(runs("aaaa", [1, 2, 3, 4])) == [(0, 1, 4)]
    assert list(runs("aaaa", [1, 4, 3, 4])) == [(0, 1, 2), (2, 1, 2)]
    assert list(runs("aaaa", [4, 4, 4, 4])) == [(i, 1, 1) for i in range(4)]


def test_only_equal_blocks_are_folded(tmp_path: Path) -> None:
    block = "block b(x, k) { return x + (x -> conv(4, kernel = k)) }"
    body = "b(1)\nb(1)\nb(1)\nb(3)\nb(1)"
    _, first, other, last = entries(tmp_path, body, block)
    assert (first.name, first.times) == ("b1-3", 3)
    assert [inside.name for inside in first.inside] == ["conv", "add"]
    assert first.inside[1].reads == ("x", "conv")
    assert (other.name, other.times, last.name, last.times) == ("b4", 1, "b5", 1)


def test_branches_are_not_folded(tmp_path: Path) -> None:
    """Equal branches of one input are no chain."""
    found = entries(tmp_path, "a = x -> relu\nb = x -> relu\nreturn a + b")
    assert [entry.name for entry in found] == ["x", "a", "b", "add"]
    assert found[2].reads == ("x",)
    assert found[3].reads == ("a", "b")


def test_values_read_by_a_skip_keep_their_names(tmp_path: Path) -> None:
    found = entries(tmp_path, "a = x -> relu\nb = a -> relu\nc = b -> relu\nreturn a + c")
    assert [entry.name for entry in found] == ["x", "a", "b-c", "add"]


def test_several_results_are_numbered(tmp_path: Path) -> None:
    block = "block two(x) { return relu(x), sigmoid(x) }"
    _, two, silu = entries(tmp_path, "a, b = two(x)\nreturn silu(a), b", block)
    assert two.results == ("relu", "sigmoid")
    assert silu.reads == ("two[0]",)


def test_blocks_with_other_costs_are_not_folded(tmp_path: Path) -> None:
    """The first of three has another number of input channels, so it is another convolution."""
    block = "block b(x, channels) { return x -> conv(channels, 3) }"
    found = entries(tmp_path, "b(8)\nb(8)\nb(8)", block)
    assert [entry.times for entry in found[-2:]] == [1, 2]


BLOCKS = """
block b(x, channels) { return x -> conv(channels, 3) -> relu }
block outer(x, n) {
  for i in range(n) { x = x -> b(4) }
  return x
}
block half(x) { return x -> slice(channels, stop = x.channels // 2) }
block first(x) { return x -> slice(channels, stop = 2) }
"""

REPEATS = {
    "a loop": ("for i in range(4) { x = x -> b(4) }", [4]),
    "other input channels": ("for i in range(4) { x = x -> b(8) }", [1, 3]),
    "other sizes": ("for i in range(2) { x = x -> conv(4, 3, 2) }", [1, 1]),
    "other sizes at no cost": ("for i in range(2) { x = x -> half }", [1, 1]),
    "an operand of another size": ("for i in range(3) { x = x -> first }", [1, 2]),
    "another parameter": ("for i in range(4) { x = x -> conv(4, 1 + i // 2 * 2) }", [2, 2]),
    "shared layers": ("share e = b(channels = 4)\nfor i in range(4) { x = x -> e }", [1, 3]),
    "blocks inside": ("for i in range(4) { x = x -> outer(2 + i // 2) }", [2, 2]),
    "in turn": ("for i in range(3) { x = x -> b(4) -> relu }", [3]),
}


@pytest.mark.parametrize("kind", REPEATS)
def test_the_same_block(kind: str, tmp_path: Path) -> None:
    """The listing, and with it `show`, `draw` and `flops`, folds what is the same in all."""
    body, times = REPEATS[kind]
    _, *found = entries(tmp_path, f"{body}\nreturn x", BLOCKS)
    assert [entry.times for entry in found] == times


@pytest.mark.parametrize("kind", REPEATS)
def test_costs_fold_what_listings_fold(kind: str, tmp_path: Path) -> None:
    body, _ = REPEATS[kind]
    _, *found = entries(tmp_path, f"{body}\nreturn x", BLOCKS)
    network = archdsl.load(tmp_path / "a.arch").network()
    parts = folded(network.graph, network.costs, "row")
    rows = [one for entry in found for one in (entry.inside if entry.member is None else (entry,))]
    assert len(parts) == len(rows)
    assert sum(part.times for part in parts) == len(network.breakdown("row"))
    assert sum(part.figures.macs for part in parts) == network.costs.total.macs
