"""Which operations of a graph may read their operands in any order.

A sum may. A concatenation may if all that reads it takes its entries in any order: in the end a
layer sums over them with a weight for each, and these weights start alike. So the same cell is one
network in whatever order its branches are joined.

The answer errs on one side: where it is not sure, the order counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush

from archdsl.ir.graph import Graph, Node, Value
from archdsl.ops.base import OrderMatters, Reordered

_REACH = 100
"""Operations that a joined value is followed through; behind them, its order counts."""


@dataclass(frozen=True)
class Orders:
    """What is known of the orders of operands in one graph."""

    graph: Graph

    @cached_property
    def free(self) -> frozenset[int]:
        """The nodes whose operands have no order."""
        return frozenset(node.index for node in self.graph if self._is_free(node))

    def _is_free(self, node: Node) -> bool:
        operands = self.graph.operands(node)
        if len(set(operands)) < 2:
            return False
        if node.operation.commutes:
            return True
        axis = node.operation.joined_axis(self.graph.types(operands))
        return axis is not None and self._is_lost(Value(node.index), axis)

    def _is_lost(self, value: Value, axis: int) -> bool:
        """Whether no output depends on the order of a value along an axis."""
        axes: dict[Value, int] = {}
        pending: list[int] = []  # a heap: a node comes after all that it reads
        self._spread(value, axis, axes, pending)
        for _ in range(_REACH):
            if not pending:
                return not axes.keys() & set(self.graph.outputs)
            node = self.graph.node(_pop(pending))
            try:
                place = self._result(node, axes)
            except OrderMatters:
                return False
            if place is not None:
                self._spread(Value(node.index), place, axes, pending)
        return False

    def _spread(self, value: Value, axis: int, axes: dict[Value, int], pending: list[int]) -> None:
        axes[value] = axis
        for reader in self.graph.readers(value):
            heappush(pending, reader.index)

    def _result(self, node: Node, axes: dict[Value, int]) -> int | None:
        """Along which axis the result of a node is in another order, given that of its operands.

        Raises:
            OrderMatters: it is not known.
        """
        if node.owner in self._shared or len(node.results) > 1:
            raise OrderMatters  # its other uses have the weights in one order
        values = self.graph.operands(node)
        places = tuple(map(axes.get, values))
        types = self.graph.types(values)
        try:
            return node.operation.reordered(places, types)
        except OrderMatters:
            return node.operation.reordered(self._with_learned(values, places), types)

    def _with_learned(self, values: tuple[Value, ...], places: Reordered) -> Reordered:
        """The places if what is learned for each entry, as weights of a sum, is reordered too."""
        types = self.graph.types(values)
        from_end = {p - x.rank for p, x in zip(places, types, strict=True) if p is not None}
        if len(from_end) != 1:
            raise OrderMatters
        (offset,) = from_end
        return tuple(
            x.rank + offset if place is None and self._is_learned(value, x.rank + offset) else place
            for value, place, x in zip(values, places, types, strict=True)
        )

    def _is_learned(self, value: Value, axis: int) -> bool:
        """Whether a value is learned for its only reader, with entries that start alike."""
        node = self.graph.node(value.node)
        is_alone = len(self.graph.readers(value)) == 1 and value not in self.graph.outputs
        if axis < 0 or not is_alone or node.owner in self._shared:
            return False
        operands = self.graph.operands(node)
        if not operands:
            return node.operation.starts_alike
        if len(operands) > 1:
            return False
        try:
            same = node.operation.reordered((axis,), self.graph.types(operands)) == axis
        except OrderMatters:
            return False
        return same and self._is_learned(operands[0], axis)

    @cached_property
    def _shared(self) -> frozenset[int]:
        """The nodes whose weights others have too."""
        return frozenset(node.owner for node in self.graph if node.weights_of is not None)


def _pop(pending: list[int]) -> int:
    """The first node of a heap, which may be there several times."""
    first = heappop(pending)
    while pending and pending[0] == first:
        heappop(pending)
    return first
