"""Sums of a graph that grows, in which an operation may stand for many that are known."""

from __future__ import annotations

from dataclasses import dataclass, field

from archdsl.costs.figures import Figures, figures_of
from archdsl.ir.graph import Nodes
from archdsl.ops.base import Operation


class Again(Operation):
    """Stands for operations whose figures are known, where only sums are asked for."""

    name = "again"
    figures: Figures


@dataclass
class Tally:
    """What the operations of a graph cost together, each looked at once."""

    graph: Nodes
    _total: Figures = field(default_factory=Figures)
    _seen: int = 0

    def total(self) -> Figures:
        """The costs of all that the graph has now."""
        new = range(self._seen, len(self.graph))
        self._total = sum((_figures(self.graph, index) for index in new), self._total)
        self._seen = new.stop
        return self._total


def _figures(graph: Nodes, index: int) -> Figures:
    node = graph.node(index)
    if isinstance(node.operation, Again):
        return node.operation.figures
    return figures_of(graph, node)
