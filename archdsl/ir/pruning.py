"""What nothing reads is left out of a network: its weights would get no gradient.

Under data parallelism a parameter without a gradient is an error in the second step.
"""

from __future__ import annotations

from collections.abc import Iterable

from archdsl.ir.graph import Graph, GraphView, Node, Value
from archdsl.ir.rewrite import Rewrite


def without_unread(graph: Graph) -> Graph:
    """The graph without the operations that no output depends on.

    Inputs stay, since `forward` takes what the spec declares.
    """
    kept = needed(graph, graph.outputs)
    kept.update(value.node for value in graph.inputs.values())
    if len(kept) == len(graph):
        return graph
    rewrite = Rewrite(graph)
    for node in graph:
        if node.index in kept:
            rewrite.keep(node)
        else:
            rewrite.drop(node)
    return rewrite.finish()


def needed(graph: GraphView, results: Iterable[Value], first: int = 0) -> set[int]:
    """The nodes, of those from `first` on, that some values depend on.

    Uses of shared layers are one module, so what one of them needs is there in all: a use is left
    out as a whole or not at all.
    """
    found = graph.sources(results, first)
    while parts := _owners(graph, found) - found:
        found |= graph.sources([Value(index) for index in parts], first)
    shared = _shared(graph, first)
    while shared:
        uses = {shared[index] for index in found if index in shared}
        weights = {graph.nodes[index].owner for index in found}
        more = {i for i, use in shared.items() if use in uses and graph.nodes[i].owner in weights}
        if more <= found:
            break
        found |= graph.sources([Value(index) for index in more], first)
    return found


def _owners(graph: GraphView, found: Iterable[int]) -> set[int]:
    """The operations that some of these are parts of."""
    nodes = (graph.nodes[index] for index in found)
    return {node.owner for node in nodes if node.operation.needs_owner}


def _shared(graph: GraphView, first: int) -> dict[int, object]:
    """The nodes from one on that belong to a use of shared layers, each with its use."""
    if not any(node.weights_of is not None for node in graph.nodes[first:]):
        return {}
    uses = ((node.index, _use(graph, node)) for node in graph.nodes[first:])
    return {index: use for index, use in uses if use is not None}


def _use(graph: GraphView, node: Node) -> object:
    """The outermost use of shared layers around a node; None if there is none."""
    around = [s.index for s in graph.enclosing(node.scope) if s.share]
    if around:
        return "scope", around[-1]
    return ("node", node.index) if node.share else None
