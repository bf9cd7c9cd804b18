"""What nothing reads is left out of a network: its weights would get no gradient.

Under data parallelism a parameter without a gradient is an error in the second step.
"""

from __future__ import annotations

from archdsl.ir.graph import Graph
from archdsl.ir.rewrite import Rewrite


def without_unread(graph: Graph) -> Graph:
    """The graph without the operations that no output depends on.

    Inputs stay, since `forward` takes what the spec declares.
    """
    needed = graph.needed(graph.outputs)
    needed.update(value.node for value in graph.inputs.values())
    if len(needed) == len(graph):
        return graph
    rewrite = Rewrite(graph)
    for node in graph:
        if node.index in needed:
            rewrite.keep(node)
        else:
            rewrite.drop(node)
    return rewrite.finish()
