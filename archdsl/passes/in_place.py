"""Results written over operands that nothing reads again.

Most of the time of an inference goes into moving tensors, so one that is not allocated is a gain
twice. A tensor is only overwritten where all that reads it otherwise must come before, since its
result goes into the same operation: then no order of the emitted lines can be wrong.
"""

from __future__ import annotations

from dataclasses import replace

from archdsl.ir.graph import Graph, Node, Value
from archdsl.ir.rewrite import Rewrite
from archdsl.ops.activation import Activation, HardSigmoid, HardSwish, Silu
from archdsl.ops.arithmetic import Add, Arithmetic, Multiply
from archdsl.ops.base import Operation
from archdsl.ops.convolution import Convolution
from archdsl.ops.linear import Linear
from archdsl.ops.normalisation import BatchNorm
from archdsl.ops.rectifier import Relu, Relu6
from archdsl.passes.base import Lowered, kept
from archdsl.passes.fused import FusedConvolution, InPlace

_NEW = (Convolution, Linear, BatchNorm, Arithmetic, Activation)
"""Operations whose results are in memory of their own, which no one else holds."""

_ACTIVATIONS = (HardSigmoid, HardSwish, Relu, Relu6, Silu)
"""Those that torch's modules can write over their operand."""


def in_place(graph: Graph) -> Lowered:
    """The graph in which operations write over operands that die there."""
    rewrite, places, memory = Rewrite(graph), dict[int, int](), _Memory(graph)
    for node in graph:
        place = memory.overwritten(node)
        if place is None:
            new = rewrite.keep(node)
        elif isinstance(node.operation, FusedConvolution):
            operation = replace(node.operation, overwrites=True)
            new = rewrite.replace(node, operation, overwrites=True)
        else:
            new = rewrite.replace(node, InPlace(node.operation, place))
        places[node.index] = new.index
    return kept(graph, places, rewrite.finish())


class _Memory:
    """Which values are in the same memory, as far as the graph has been read."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._values: dict[Value, list[Value]] = {}

    def overwritten(self, node: Node) -> int | None:
        """The operand that a node overwrites, if it can; its result is in the same memory then."""
        operands = self.graph.operands(node)
        places = (place for place in _candidates(node) if place < len(operands))
        found = [place for place in places if self._dies(node, place)]
        own = [Value(node.index, place) for place in range(len(node.results))]
        held = operands if node.operation.is_view else [operands[place] for place in found[:1]]
        shared = [value for one in held for value in self._values.get(one, ())]
        is_known = bool(shared) or isinstance(node.operation, _NEW)
        for value in (*shared, *own) if is_known else ():
            self._values[value] = [*shared, *own]
        return found[0] if found else None

    def _dies(self, node: Node, place: int) -> bool:
        """Whether all other uses of an operand's memory go into this node, and it is known."""
        graph, operands = self.graph, self.graph.operands(node)
        value = operands[place]
        held = self._values.get(value, [])
        type_ = graph.type(value)
        if not held or type_ != node.results[0] or type_.integers or graph.is_shared(node):
            return False
        if operands.count(value) > 1 or any(each in graph.outputs for each in held):
            return False
        readers = {reader.index for each in held for reader in graph.readers(each)} - {node.index}
        return readers <= graph.sources(operands)


def _candidates(node: Node) -> tuple[int, ...]:
    """The operands that the code of a node could overwrite."""
    operation: Operation = node.operation
    if isinstance(operation, FusedConvolution):
        return (1,)
    if isinstance(operation, _ACTIVATIONS):
        return (0,)
    is_of_two = isinstance(operation, Add | Multiply) and operation.constant is None
    return (0, 1) if is_of_two else ()
