"""Whether a network gives probabilities, and not the logits that a loss takes."""

from __future__ import annotations

from archdsl.ir.graph import Graph, Node

_SOFTMAXES = ("softmax", "log_softmax")
_AFTER_SOFTMAX = (
    "mean flatten reshape squeeze unsqueeze select clamp dropout"
    " adaptive_avg_pool avg_pool adaptive_max_pool max_pool"
).split()


def final_softmax(graph: Graph) -> Node | None:
    """The softmax behind the only output, if only pools, reshapes and the like are in between.

    A network that ends in one returns probabilities, so it cannot be trained with a loss that
    takes logits.
    """
    (value,) = graph.outputs
    node = graph.node(value.node)
    while node.operation.name in _AFTER_SOFTMAX:
        node = graph.node(graph.operands(node)[0].node)
    return node if node.operation.name in _SOFTMAXES else None
