"""The last linear layer of a network: what a number of classes belongs to."""

from __future__ import annotations

from archdsl.ir.graph import Graph, Node
from archdsl.ir.probabilities import final_softmax

_AFTER_LINEAR = "mean dropout flatten squeeze adaptive_avg_pool avg_pool".split()
"""What may follow: it takes any number of classes, and leaves their meaning."""


def final_linear(graph: Graph) -> Node | None:
    """The linear layer whose outputs are those of the network, or become them by a softmax.

    None if the network has several outputs, or if they are computed otherwise.
    """
    if len(graph.outputs) > 1:
        return None
    softmax = final_softmax(graph)
    node = graph.node(graph.operands(softmax)[0].node if softmax else graph.outputs[0].node)
    while node.operation.name in _AFTER_LINEAR:
        node = graph.node(graph.operands(node)[0].node)
    return node if node.operation.name == "linear" else None
