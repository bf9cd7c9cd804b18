"""Activations joined to the convolutions before them, which write each result once."""

from __future__ import annotations

from archdsl.ir.graph import Graph, Node, Value
from archdsl.ir.rewrite import Rewrite
from archdsl.ops.convolution import Convolution
from archdsl.passes.base import Lowered, kept
from archdsl.passes.fused import ACTIVATIONS, NOTHING, fused


def fuse_activation(graph: Graph) -> Lowered:
    """The graph in which a convolution does the activation that is its only reader."""
    found = {node.index: act for node in graph if (act := _activation(graph, node))}
    into = {act.index: Value(index) for index, act in found.items()}
    rewrite = Rewrite(graph)
    for node in graph:
        if node.index in into:
            rewrite.drop(node, into[node.index])
        elif node.index in found:
            act = found[node.index]
            assert isinstance(node.operation, Convolution)
            name = {"activation": act.operation.name}
            operation = fused(node.operation, **name)
            rewrite.fuse(node, act, operation, **name)
        else:
            rewrite.keep(node)
    return kept(rewrite)


def _activation(graph: Graph, node: Node) -> Node | None:
    """The activation that is the only reader of a convolution without one."""
    operation, value = node.operation, Value(node.index)
    if not isinstance(operation, Convolution) or fused(operation).activation != NOTHING:
        return None
    # The uses of shared weights are one layer, which has one activation.
    if graph.is_shared(node) or value in graph.outputs:
        return None
    readers = graph.readers(value)
    is_alone = len(readers) == 1 and isinstance(readers[0].operation, ACTIVATIONS)
    return readers[0] if is_alone else None
