"""A block that was built before, once more, as one operation."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.costs.figures import Figures, figures_of
from archdsl.ir.graph import Graph
from archdsl.ops.base import Operation


@dataclass(frozen=True)
class Again(Operation):
    """Stands for operations whose figures are known, where only sums are asked for."""

    name = "again"
    figures: Figures


def summed(graph: Graph, start: int = 0) -> Figures:
    """What the operations of a graph from some place on cost together."""
    return sum((_figures(graph, index) for index in range(start, len(graph))), Figures())


def _figures(graph: Graph, index: int) -> Figures:
    node = graph.node(index)
    if isinstance(node.operation, Again):
        return node.operation.figures
    return figures_of(graph, node)
