"""How a network ends: with scores, or with what a softmax makes of them."""

from __future__ import annotations

from archdsl.ir.graph import Graph, Node

_SOFTMAXES = ("softmax", "log_softmax")
_AVERAGES = ("mean", "flatten", "reshape", "squeeze")


def softmax_at_end(graph: Graph) -> Node | None:
    """The softmax that the only output comes from, perhaps averaged over positions."""
    (value,) = graph.outputs
    node = graph.node(value.node)
    while node.operation.name in _AVERAGES:
        node = graph.node(graph.operands(node)[0].node)
    return node if node.operation.name in _SOFTMAXES else None
