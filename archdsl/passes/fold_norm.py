"""Batch norms folded into the layers before them, for a network that is used for inference only.

In evaluation, a batch norm is a scale and a shift of each channel. A convolution or linear layer
before it can do both, if nothing else reads its result: its weight is scaled, and its bias takes
the shift. The outputs are the same up to rounding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from archdsl.ir.graph import Graph, Node, Value
from archdsl.ir.rewrite import Rewrite
from archdsl.ops.convolution import Convolution
from archdsl.ops.linear import Linear
from archdsl.ops.normalisation import BatchNorm
from archdsl.params.kinds import number
from archdsl.passes.base import Fold, Keep, Lowered, WeightRule, nodes_with_tensors


def fold_norm(graph: Graph) -> Lowered:
    """The graph without those batch norms that the layer before them can do."""
    found = {norm.index: node for node in graph for norm in _foldable_norm(graph, node)}
    folded = _without_shared_by_others(graph, found)
    into = {node.index: graph.node(norm) for norm, node in folded.items()}
    rewrite, holds = Rewrite(graph), {node.index for node in nodes_with_tensors(graph)}
    rules: list[WeightRule] = []
    for node in graph:
        if node.index in folded:
            rewrite.drop(node, Value(folded[node.index].index))
        elif node.index in into:
            norm = into[node.index]
            assert isinstance(node.operation, Convolution | Linear)
            assert isinstance(norm.operation, BatchNorm)
            new = rewrite.replace(node, replace(node.operation, bias=True), bias=True)
            reads = (node.index, norm.index)
            if node.weights_of is None:
                rules.append(Fold(new.index, reads, float(number(norm.operation.eps))))
        else:
            new = rewrite.keep(node)
            rules += [Keep(new.index, (node.index,))] if node.index in holds else []
    return Lowered(rewrite.finish(), tuple(rules))


def _without_shared_by_others(graph: Graph, folded: Mapping[int, Node]) -> dict[int, Node]:
    """The folds in which all uses of shared layers take part, each with a use of the same norm.

    Otherwise, a weight would be scaled for one use and not for another.
    """
    uses = Counter(node.owner for node in graph)
    pairs = Counter((layer.owner, graph.node(norm).owner) for norm, layer in folded.items())
    return {
        norm: layer
        for norm, layer in folded.items()
        if pairs[layer.owner, graph.node(norm).owner]
        == uses[layer.owner]
        == uses[graph.node(norm).owner]
    }


def _foldable_norm(graph: Graph, node: Node) -> Iterator[Node]:
    """The batch norm that is the only reader of a layer, if both have the same channels."""
    value = Value(node.index)
    readers = graph.readers(value)
    if len(readers) == 1 and value not in graph.outputs and _has_channels(graph, node):
        yield from (norm for norm in readers if isinstance(norm.operation, BatchNorm))


def _has_channels(graph: Graph, node: Node) -> bool:
    """Whether the outputs of a layer are channels.

    Those of a linear layer are the last axis, which a batch norm takes for channels only if there
    is no other.
    """
    if isinstance(node.operation, Linear):
        return node.results[0].rank == 1
    # Not a transposed convolution, whose output channels are the second axis of its weight.
    return isinstance(node.operation, Convolution)
