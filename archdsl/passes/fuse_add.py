"""Additions joined to convolutions: a residual branch ends in the sum, not beside it."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.ir.graph import Graph, Node, Value
from archdsl.ir.rewrite import Rewrite
from archdsl.ops.arithmetic import Add
from archdsl.ops.convolution import Convolution
from archdsl.passes.base import Lowered, kept
from archdsl.passes.fused import NOTHING, fused


def fuse_add(graph: Graph) -> Lowered:
    """The graph in which a convolution adds its result to the other operand of the sum after it.

    Of two convolutions that could, the later one does. It moves to where the sum was.
    """
    found = {add.index: place for add in graph for place in _places(graph, add)}
    moved = {graph.operands(graph.node(add))[place].node: add for add, place in found.items()}
    rewrite = Rewrite(graph)
    for node in graph:
        if node.index in moved:
            rewrite.drop(node)
        elif node.index in found:
            place = found[node.index]
            convolution = graph.node(graph.operands(node)[place].node)
            assert isinstance(convolution.operation, Convolution)
            operation = fused(convolution.operation)
            rewrite.fuse_later(convolution, node, operation, 1 - place)
        else:
            rewrite.keep(node)
    return kept(rewrite)


def _places(graph: Graph, add: Node) -> Iterator[int]:
    """The operand of a sum that is a convolution which can do the sum, if one is."""
    operands = graph.operands(add)
    if not isinstance(add.operation, Add) or len(set(operands)) < 2:
        return
    types = graph.types(operands)
    if types[0] != types[1] or types[0] != add.results[0]:
        return  # one of them is broadcast
    able = [i for i, value in enumerate(operands) if _can_add(graph, value, add)]
    yield from sorted(able, key=lambda place: operands[place])[-1:]


def _can_add(graph: Graph, value: Value, add: Node) -> bool:
    node = graph.node(value.node)
    if not isinstance(node.operation, Convolution) or fused(node.operation).activation != NOTHING:
        return False
    # A layer that is used twice is one, with one operand or with two. What a condition decides is
    # there in some instances of a block only, and the sum in all.
    is_own = node.scope == add.scope and node.guard == add.guard and not graph.is_shared(node)
    has_one = len(graph.operands(node)) == 1 and len(graph.readers(value)) == 1
    return is_own and has_one and value not in graph.outputs
