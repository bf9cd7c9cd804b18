"""`is_same_network`: what makes two networks one, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

import archdsl
from archdsl.ir.graph import Graph
from archdsl.ir.likeness import is_same_network

BODY = """  input a: 3 x 8^2
  input b: 3 x 8^2
  init conv: he_fan_out
  x = a -> conv(4, 3) -> batch_norm -> relu
  y = b -> conv(4, 3) -> relu
  return concat(x, y) -> dropout(0.5) -> adaptive_avg_pool -> flatten -> linear(5)
"""


def graph(folder: Path, body: str, before: str = "") -> Graph:
    path = folder / "n.arch"
    path.write_text(f"{before}network n() {{\n{body}}}\n")
    return archdsl.load(path).network().graph


def changed(old: str, new: str) -> str:
    assert old in BODY
    return BODY.replace(old, new)


def test_names_are_ignored(tmp_path: Path) -> None:
    renamed = BODY.replace("input a", "input left").replace("x = a", "first = left")
    renamed = renamed.replace("concat(x,", "concat(first,")
    assert is_same_network(graph(tmp_path, BODY), graph(tmp_path, renamed))


def test_blocks_are_ignored(tmp_path: Path) -> None:
    block = "block branch(x) { return x -> conv(4, 3) -> relu }\n"
    body = changed("b -> conv(4, 3) -> relu", "branch(b)")
    assert is_same_network(graph(tmp_path, BODY), graph(tmp_path, body, block))


def test_the_order_of_branches_is_ignored(tmp_path: Path) -> None:
    first, second = BODY.splitlines(keepends=True)[3:5]
    assert is_same_network(
        graph(tmp_path, BODY), graph(tmp_path, changed(first + second, second + first))
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("concat(x, y)", "concat(y, x)"),
        ("x = a", "x = b"),
        ("dropout(0.5)", "dropout(0.2)"),
        ("he_fan_out", "xavier"),
        ("  init conv: he_fan_out\n", ""),
        ("y = b -> conv(4, 3)", "y = b -> conv(4, 3, dilation = 2, padding = 2)"),
        ("batch_norm -> relu", "batch_norm(gamma = 0) -> relu"),
        ("input a: 3 x 8^2", "input a: 4 x 8^2"),
        ("linear(5)", "linear(6)"),
    ],
)
def test_what_makes_another_network(tmp_path: Path, old: str, new: str) -> None:
    assert not is_same_network(graph(tmp_path, BODY), graph(tmp_path, changed(old, new)))


def test_one_layer_used_twice_is_not_two_layers(tmp_path: Path) -> None:
    """Equal branches of one input are two layers with weights of their own."""
    shared = graph(tmp_path, "  input x: 3 x 8^2\n  y = x -> conv(3)\n  return y + y\n")
    two = graph(tmp_path, "  input x: 3 x 8^2\n  return conv(x, 3) + conv(x, 3)\n")
    assert not is_same_network(shared, two)


def test_initialisation_of_absent_operations_is_ignored(tmp_path: Path) -> None:
    body = changed("he_fan_out\n", "he_fan_out\n  init bilinear: zeros\n")
    assert is_same_network(graph(tmp_path, BODY), graph(tmp_path, body))
