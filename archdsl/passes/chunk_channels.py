"""Convolutions of one position joined to the depthwise ones behind them, in chunks of channels.

A depthwise convolution reads each channel by itself. So a wide tensor between the two need not
exist as a whole: a few channels of it fit in the cache. The values are the same to the last bit.
"""

from __future__ import annotations

from dataclasses import replace

from archdsl.ir.graph import Graph, Node, Value
from archdsl.ir.rewrite import Rewrite
from archdsl.ops.convolution import Convolution
from archdsl.ops.shapes import per_axis
from archdsl.passes.base import Lowered, kept
from archdsl.passes.fused import Chunks, fused


def chunk_channels(graph: Graph) -> Lowered:
    """The graph with such pairs marked; whether they run in chunks is seen when they run."""
    pairs = {node.index: reader.index for node in graph for reader in _depthwise(graph, node)}
    chunks = dict.fromkeys(pairs, Chunks.FIRST) | dict.fromkeys(pairs.values(), Chunks.SECOND)
    rewrite = Rewrite(graph)
    for node in graph:
        if node.index in chunks:
            assert isinstance(node.operation, Convolution)
            operation = replace(fused(node.operation), chunks=chunks[node.index])
            rewrite.replace(node, operation, chunks=chunks[node.index])
        else:
            rewrite.keep(node)
    return kept(rewrite)


def _depthwise(graph: Graph, node: Node) -> tuple[Node, ...]:
    """The depthwise convolution that is the only reader of one of one position, if there is one."""
    value = Value(node.index)
    readers = graph.readers(value)
    if len(readers) != 1 or value in graph.outputs or not _is_pointwise(graph, node):
        return ()
    (reader,) = readers
    is_beside = reader.scope == node.scope and reader.guard == node.guard and not any(reader.joins)
    return readers if is_beside and _is_depthwise(graph, reader) else ()


def _is_pointwise(graph: Graph, node: Node) -> bool:
    operation = node.operation
    if not _is_alone(graph, node):
        return False
    assert isinstance(operation, Convolution)
    axes = node.results[0].rank - 1
    sizes = (operation.kernel, operation.stride, operation.dilation)
    is_plain = all(set(per_axis(each, axes, "kernel")) == {1} for each in sizes)
    return is_plain and operation.padding in (None, 0, (0,) * axes) and operation.groups == 1


def _is_depthwise(graph: Graph, node: Node) -> bool:
    if not _is_alone(graph, node):
        return False
    assert isinstance(node.operation, Convolution)
    (x,) = graph.types(graph.operands(node))
    return node.operation.groups == node.operation.channels == x.channels


def _is_alone(graph: Graph, node: Node) -> bool:
    """Whether it is a convolution that adds nothing, with weights of its own."""
    is_convolution = isinstance(node.operation, Convolution)
    return is_convolution and len(graph.operands(node)) == 1 and not graph.is_shared(node)
