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
from archdsl.ops.forms import SAME
from archdsl.ops.linear import Linear
from archdsl.ops.normalisation import BatchNorm
from archdsl.ops.rectifier import Relu, Relu6
from archdsl.passes.base import Lowered, kept
from archdsl.passes.fused import FusedConvolution, InPlace

_NEW = (Convolution, Linear, BatchNorm, Arithmetic, Activation)
"""Operations whose results are in memory of their own, if they do anything.

Those of others may be in that of their operands, as those of a transposition are, or of weights, or
have one element for several places, as expanded ones have: they are never written over.
"""

_ACTIVATIONS = (HardSigmoid, HardSwish, Relu, Relu6, Silu)
"""Those that torch's modules can write over their operand."""


def in_place(graph: Graph) -> Lowered:
    """The graph in which operations write over operands that die there."""
    rewrite, memory = Rewrite(graph), _Memory(graph)
    for node in graph:
        place = memory.overwritten(node)
        if place is None:
            rewrite.keep(node)
        elif isinstance(node.operation, FusedConvolution):
            operation = replace(node.operation, overwrites=True)
            rewrite.replace(node, operation, overwrites=True)
        else:
            rewrite.replace(node, InPlace(node.operation, place))
    return kept(rewrite)


class _Memory:
    """Which values may be in the same memory, as far as the graph has been read.

    Those that are `own` are in memory that an operation of the module has made.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._together: dict[Value, list[Value]] = {}
        self._own: set[Value] = set()

    def overwritten(self, node: Node) -> int | None:
        """The operand that a node overwrites, if it can; its result is in the same memory then."""
        operands = self.graph.operands(node)
        places = (place for place in _candidates(node) if place < len(operands))
        place = next((place for place in places if self._dies(node, place)), None)
        results = [Value(node.index, result) for result in range(len(node.results))]
        is_own = place is not None or self._is_new(node)
        if is_own:
            self._own.update(results)
        held = () if is_own else operands
        self._join(results, held if place is None else (operands[place],))
        return place

    def _join(self, results: list[Value], operands: tuple[Value, ...]) -> None:
        held = (value for operand in operands for value in self._together[operand])
        together = list(dict.fromkeys([*results, *held]))
        self._together |= dict.fromkeys(together, together)

    def _is_new(self, node: Node) -> bool:
        if not isinstance(node.operation, _NEW):
            return False
        types = self.graph.types(self.graph.operands(node))
        return node.operation.emit(types[:1], node.results) != SAME if len(types) == 1 else True

    def _dies(self, node: Node, place: int) -> bool:
        """Whether all other uses of an operand's memory go into this node, and it is ours."""
        graph, operands = self.graph, self.graph.operands(node)
        value = operands[place]
        together, type_ = self._together[value], graph.type(value)
        if value not in self._own or graph.is_shared(node):
            return False
        # What serves all samples may be computed once, and is then read in every call.
        if type_ != node.results[0] or type_.integers or not type_.samples:
            return False
        others = [each for i, each in enumerate(operands) if i != place]
        if any(each in others or each in graph.outputs for each in together):
            return False
        readers = {each.index for value in together for each in graph.readers(value)}
        return readers - {node.index} <= graph.sources(operands)


def _candidates(node: Node) -> tuple[int, ...]:
    """The operands that the code of a node could overwrite."""
    operation: Operation = node.operation
    if isinstance(operation, FusedConvolution):
        return (1,)
    if isinstance(operation, _ACTIVATIONS):
        return (0,)
    is_of_two = isinstance(operation, Add | Multiply) and operation.constant is None
    return (0, 1) if is_of_two else ()
