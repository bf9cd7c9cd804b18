"""Pools over all positions as means, for which torch has faster code in every memory format."""

from __future__ import annotations

from archdsl.ir.graph import Graph, Node
from archdsl.ir.rewrite import Rewrite
from archdsl.ops.pooling import AdaptiveAvgPool
from archdsl.ops.reduction import Mean
from archdsl.passes.base import Lowered, kept


def pool_as_mean(graph: Graph) -> Lowered:
    """The graph with each average pool that leaves one position as a mean over the positions."""
    rewrite = Rewrite(graph)
    for node in graph:
        rewrite.replace(node, Mean(keep=True) if _is_global(node) else node.operation)
    return kept(rewrite)


def _is_global(node: Node) -> bool:
    return isinstance(node.operation, AdaptiveAvgPool) and node.operation.size in (
        1,
        (1,) * (node.results[0].rank - 1),
    )
