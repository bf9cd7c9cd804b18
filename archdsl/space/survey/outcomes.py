"""What it comes to when a part of a network is run by itself.

The part is run on placeholders for what enters it. What is kept is small: the values that leave it,
what it costs, and which of the tensors that leave need which cost and which of those that enter.
For what nothing reads is no part of a network, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from operator import add

from archdsl.build.context import Frame
from archdsl.build.values import Tensor, Value
from archdsl.costs.figures import figures_of
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Node
from archdsl.ir.graph import Value as GraphValue
from archdsl.ir.pruning import needed
from archdsl.ir.types import TensorType
from archdsl.ops.base import Cost as Work
from archdsl.ops.base import Operation, Types
from archdsl.source import Span
from archdsl.space.quantities import NOTHING, quantities
from archdsl.space.sums.factors import Cost
from archdsl.space.survey.values import attached, detached, is_detached_constant, tensors


class Entering(Operation):
    """A placeholder for a tensor that enters a part."""

    name = "entering"
    arity = (0, 0)
    constant: bool

    def cost(self, operands: Types, results: Types) -> Work:
        # Rules know a constant by what it is computed from: never from parameters.
        return Work(parameters=0 if self.constant else 1)


class Known(Operation):
    """A placeholder for a part whose outcome is known; its operands are what it needs."""

    name = "known"
    arity = (0, None)
    price: Cost

    def cost(self, operands: Types, results: Types) -> Work:
        return Work(parameters=self.price[0])


@dataclass(frozen=True, slots=True)
class Outcome:
    """The values that leave a part, in no graph, and its cost.

    Of tensors that leave, a set is a mask: the lowest bit is for the first of the values, and the
    highest are for those that were given to bodies. `prices` has the cost that is there if one of a
    set is read, and `needs` has for each tensor that enters the set of those that depend on it.
    Where layers are shared, cost is no matter of single tensors: it `is_joint`, for all that leave.
    """

    leaving: tuple[Value, ...]
    prices: Mapping[int, Cost]
    needs: tuple[int, ...]
    is_joint: bool = False

    def cost(self, read: int) -> Cost:
        """What it costs if a set of the tensors that leave is read."""
        paid = [price for needing, price in self.prices.items() if needing & read]
        return summed(paid)


def summed(costs: Sequence[Cost]) -> Cost:
    total = NOTHING
    for cost in costs:
        total = tuple(map(add, total, cost))
    return total


def enter(graph: Builder, scope: int, value: Value, span: Span) -> Value:
    """A value that is in no graph, with placeholders for its tensors."""

    def placed(tensor: Tensor) -> Tensor:
        operation = Entering(is_detached_constant(tensor))
        (entered,) = graph.add(operation, (), (tensor.type,), scope=scope, site=(), span=span)
        return Tensor(entered, tensor.type)

    return attached(value, placed)


def outcome(
    graph: Builder,
    entering: Sequence[GraphValue],
    leaving: Sequence[Value],
    arguments: Sequence[GraphValue] = (),
) -> Outcome:
    """What a part that was run comes to.

    It was run on placeholders for what is `entering`. At its end it has the values that are
    `leaving`, and it gave bodies these `arguments`.
    """
    results = [*(tensor.value for tensor in tensors(tuple(leaving))), *arguments]
    apart = tuple([detached(value, graph) for value in leaving])
    if any(node.weights_of is not None for node in graph.nodes):
        return _joint(graph, entering, results, apart)
    needing = [0] * len(graph)
    for place, result in enumerate(results):
        needing[result.node] |= 1 << place
    for index in range(len(graph) - 1, -1, -1):
        if needing[index]:
            for operand in graph.reads[index]:
                needing[operand.node] |= needing[index]
    prices: dict[int, list[Cost]] = {}
    for node, needed_by in zip(graph.nodes, needing, strict=True):
        if needed_by and not isinstance(node.operation, Entering):
            prices.setdefault(needed_by, []).append(price_of(graph, node))
    needs = tuple([needing[value.node] for value in entering])
    return Outcome(apart, {which: summed(costs) for which, costs in prices.items()}, needs)


def _joint(
    graph: Builder,
    entering: Sequence[GraphValue],
    results: Sequence[GraphValue],
    leaving: tuple[Value, ...],
) -> Outcome:
    kept, everything = needed(graph, results), (1 << len(results)) - 1
    costs, owners = list[Cost](), set[int]()
    for node in map(graph.node, sorted(kept)):
        # The first use that is kept has the weights, whichever was first in the text.
        if not isinstance(node.operation, Entering):
            costs.append(price_of(graph, replace(node, weights_of=None)))
            if node.owner in owners:
                costs[-1] = (0, *costs[-1][1:])
        owners.add(node.owner)
    needs = tuple([everything if value.node in kept else 0 for value in entering])
    return Outcome(leaving, {everything: summed(costs)}, needs, is_joint=len(results) > 1)


def price_of(graph: Builder, node: Node) -> Cost:
    """What an operation costs, or a part that is known."""
    if isinstance(node.operation, Known):
        return node.operation.price
    return quantities(figures_of(graph, node))


_NO_TYPE = TensorType(())


def graft(
    frame: Frame, known: Outcome, entering: Sequence[GraphValue], span: Span
) -> tuple[Value, ...]:
    """The values of an outcome, put into the graph of a frame."""
    frame.check_room(span)

    def add_known(price: Cost, reads: Sequence[GraphValue], type_: TensorType) -> GraphValue:
        operands, site = tuple(reads), frame.site(span)
        scope = frame.scope
        (made,) = frame.graph.add(
            Known(price), operands, (type_,), scope=scope, site=site, span=span
        )
        return made

    several = {
        needing: add_known(price, (), _NO_TYPE)
        for needing, price in known.prices.items()
        if needing & needing - 1
    }
    places = count()

    def placed(tensor: Tensor) -> Tensor:
        bit = 1 << next(places)
        reads = [
            value for value, needing in zip(entering, known.needs, strict=True) if needing & bit
        ]
        reads += [value for needing, value in several.items() if needing & bit]
        price = known.prices.get(bit, NOTHING)
        return Tensor(add_known(price, reads, tensor.type), tensor.type)

    return tuple([attached(value, placed) for value in known.leaving])
