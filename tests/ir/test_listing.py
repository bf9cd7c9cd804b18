"""Which repeats `archdsl show` folds, and which it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

import archdsl
from archdsl.ir.listing import Entry, Run, listing, runs


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


def test_a_value_that_is_read_later_is_not_folded() -> None:
    assert list(runs("aaaa", [1, 2, 3, 4])) == [(0, 1, 4)]
    assert list(runs("aaaa", [1, 4, 3, 4])) == [(0, 1, 2), (2, 1, 2)]
    assert list(runs("aaaa", [4, 4, 4, 4])) == [(i, 1, 1) for i in range(4)]


def test_only_equal_blocks_are_folded(tmp_path: Path) -> None:
    block = "block b(x, k) { return x + (x -> conv(4, kernel = k)) }"
    body = "b(1)\nb(1)\nb(1)\nb(3)\nb(1)"
    _, first, other, last = entries(tmp_path, body, block)
    assert (first.name, first.times) == ("b1-b3", 3)
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
