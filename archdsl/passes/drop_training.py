"""What only training does, left out: dropouts, and how weights start."""

from __future__ import annotations

from dataclasses import replace

from archdsl.ir.graph import Graph
from archdsl.ir.rewrite import Rewrite
from archdsl.ops.dropout import Dropout, StochasticDepth
from archdsl.passes.base import Lowered, kept


def drop_training(graph: Graph) -> Lowered:
    """The graph without operations that pass their operand on in evaluation."""
    rewrite = Rewrite(graph)
    for node in graph:
        if isinstance(node.operation, Dropout | StochasticDepth):
            rewrite.drop(node, *graph.operands(node))
        else:
            rewrite.keep(node)
    lowered = kept(rewrite)
    return replace(lowered, graph=replace(lowered.graph, initialisations=()))
