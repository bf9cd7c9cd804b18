"""Blocks that are stamped make the graph that evaluating each of them would make."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.compiler import load
from archdsl.elaborate import stamps
from archdsl.ir.graph import Graph
from tests.elaborate.harness import build_body, mistakes_in

SPECS = Path(__file__).parents[2] / "specs"
NETWORKS = Path(__file__).parents[1] / "networks"


def everything(graph: Graph) -> list[object]:
    nodes = [(node, graph.operands(node)) for node in graph]
    return [*nodes, *graph.scopes, graph.outputs]


@pytest.mark.parametrize(
    "path",
    [SPECS / "x3d_m.arch", SPECS / "autox3d_s.arch", NETWORKS / "slowfast_r50.arch"],
    ids=lambda path: path.stem,
)
def test_same_graph_as_without(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamped = load(path).network().graph
    fresh = iter(range(10**9))
    original = stamps.key_of
    monkeypatch.setattr(
        "archdsl.elaborate.blocks.key_of", lambda *given: (next(fresh), original(*given)[1])
    )
    assert everything(load(path).network().graph) == everything(stamped)


def test_which_tensors_are_the_same_matters() -> None:
    before = "block f(a, b) { return relu(a) + b }\n"
    body = "y = sigmoid(x)\n  p = f(x, x)\n  q = f(x, y)\n  r = f(y, x)\n  return p, q, r"
    graph = build_body(body, before).graph
    sums = [node for node in graph if node.operation.name == "add"]
    read = [tuple(v.node for v in graph.operands(node)) for node in sums]
    assert read == [(2, 0), (4, 1), (6, 0)]


def test_true_is_not_one() -> None:
    before = "block f(x, c) {\n if c == 1 { return x -> relu }\n return x -> sigmoid\n}\n"
    graph = build_body("f(1)\n  f(true)\n  f(1)", before).graph
    assert [node.operation.name for node in graph][1:] == ["relu", "sigmoid", "relu"]


def test_results_that_pass_through() -> None:
    before = "block f(x) { return x, (x -> relu), 3 }\n"
    graph = build_body(
        "a, b, c = f(x)\n  d, e, g = f(b)\n  return a, d, e -> conv(g)", before
    ).graph
    assert [value.node for value in graph.outputs] == [0, 1, 3]


def test_block_that_failed_fails_again_in_silence() -> None:
    before = "block f(x) { return x -> conv(0) }\n"
    (mistake,) = mistakes_in("a = f(x)\n  b = f(x)\n  return a + b", before)
    assert mistake.words == "0"
