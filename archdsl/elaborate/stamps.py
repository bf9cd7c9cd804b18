"""Blocks that are applied again to like values: what they added is added again, not evaluated.

A block sees nothing but its arguments, so the same compile-time values and tensors of the same
shapes give the same operations. Sixty residual blocks of a network are a dozen evaluations.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace

from archdsl.elaborate.values import BlockValue, Given, OperationValue, Tensor, Value
from archdsl.ir.graph import Graph, Node, Scope, Site
from archdsl.ir.graph import Value as GraphValue
from archdsl.source import Span


@dataclass(frozen=True, slots=True)
class Place:
    """Where an instance of a block stands, and what it is called there."""

    name: str
    parent: int
    site: Site
    span: Span


@dataclass(slots=True)
class Stamp:
    """What an application added to the graph: its nodes, and its scopes, the block's own first.

    `inputs` are the tensors that went in, each once.
    """

    nodes: range
    scopes: range
    inputs: tuple[GraphValue, ...]
    result: Value
    _recorded: tuple[tuple[Node, tuple[GraphValue, ...]], ...] = field(default=(), repr=False)

    def record(self, graph: Graph) -> tuple[tuple[Node, tuple[GraphValue, ...]], ...]:
        """The nodes with their operands, read from the graph once."""
        if len(self._recorded) != len(self.nodes):
            found = map(graph.node, self.nodes)
            self._recorded = tuple((node, graph.operands(node)) for node in found)
        return self._recorded


def press(graph: Graph, stamp: Stamp, inputs: tuple[GraphValue, ...], place: Place) -> Value:
    """Add what a stamp holds once more, for other inputs and in another place."""
    shift = _Shift(
        len(graph) - stamp.nodes.start,
        len(graph.scopes) - stamp.scopes.start,
        dict(zip(stamp.inputs, inputs, strict=True)),
    )
    for node, operands in stamp.record(graph):
        graph.add(
            node.operation,
            tuple(map(shift.value, operands)),
            node.results,
            scope=node.scope + shift.scopes,
            site=node.site,
            name=node.name,
            span=node.span,
        )
    own = len(graph.scopes)
    graph.scopes += [shift.scope(graph.scopes[index]) for index in stamp.scopes]
    graph.scopes[own] = replace(
        graph.scopes[own], name=place.name, parent=place.parent, site=place.site, span=place.span
    )
    return shift.result(stamp.result)


@dataclass(frozen=True, slots=True)
class _Shift:
    """How far nodes and scopes move on, and what stands in for the inputs."""

    nodes: int
    scopes: int
    inputs: Mapping[GraphValue, GraphValue]

    def value(self, value: GraphValue) -> GraphValue:
        return self.inputs.get(value) or GraphValue(value.node + self.nodes, value.result)

    def scope(self, scope: Scope) -> Scope:
        return replace(
            scope,
            index=scope.index + self.scopes,
            parent=(scope.parent or 0) + self.scopes,
            inputs={name: self.value(value) for name, value in scope.inputs.items()},
            outputs=tuple(map(self.value, scope.outputs)),
        )

    def result(self, value: Value) -> Value:
        if isinstance(value, Tensor):
            return Tensor(self.value(value.value), value.type)
        return tuple(map(self.result, value)) if isinstance(value, tuple) else value


def key_of(
    block: BlockValue, arguments: Mapping[str, Value]
) -> tuple[Hashable, tuple[GraphValue, ...]]:
    """What the operations of an application depend on, and the tensors that go in."""
    inputs: dict[GraphValue, int] = {}
    given = tuple((name, _key(value, inputs)) for name, value in arguments.items())
    return (id(block.definition), given), tuple(inputs)


def _key(value: Value, inputs: dict[GraphValue, int]) -> Hashable:
    if isinstance(value, Tensor):
        return ("tensor", value.type.shape, inputs.setdefault(value.value, len(inputs)))
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, tuple):
        return tuple([_key(entry, inputs) for entry in value])
    if isinstance(value, BlockValue):
        return (id(value.definition), _given_key(value.given, inputs))
    if isinstance(value, OperationValue):
        return (value.operation, _given_key(value.given, inputs))
    return value


def _given_key(given: Mapping[str, Given], inputs: dict[GraphValue, int]) -> Hashable:
    return tuple([(name, _key(g.value, inputs)) for name, g in given.items()])
