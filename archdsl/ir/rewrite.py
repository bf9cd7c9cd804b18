"""How passes build a graph from another: node by node, each kept, replaced or dropped.

Scopes stay. References to values are renumbered, and types are inferred anew, so a pass cannot
leave a wrong one behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from archdsl.ir.graph import Graph, Node, Scope, Value
from archdsl.ir.written import Apply, Expression, Literal, Named, Origin, Size
from archdsl.ops.base import Operation, Types, infer_types
from archdsl.source import Span


@dataclass(frozen=True, slots=True)
class ImposedOrigin:
    """The origin of a parameter that a pass sets: a literal, since no text has it."""

    value: object
    scope: int
    span: Span

    @property
    def expression(self) -> Expression:
        return Literal(self.value)


class Rewrite:
    """Takes the nodes of a graph in their order, and returns the new graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._nodes: list[Node] = []
        self._reads: list[tuple[Value, ...]] = []
        self._renumbered: dict[Value, Value] = {}
        self._has_dropped = False

    def operands(self, node: Node) -> Types:
        """The types of a node's operands in the new graph."""
        values = map(self._renumbered.__getitem__, self.graph.operands(node))
        return tuple([self._nodes[value.node].results[value.result] for value in values])

    def keep(self, node: Node) -> Node:
        """Keep a node, and return it as it is in the new graph.

        Raises:
            Mismatch: it does not take the new types of its operands.
        """
        return self.replace(node, node.operation)

    def replace(self, node: Node, operation: Operation, **imposed: object) -> Node:
        """Replace a node's operation; `imposed` are the parameters that the pass sets.

        Raises:
            Mismatch: the operation does not take the node's operands.
        """
        results = infer_types(operation, self.operands(node))
        new = self._new_node(node, operation, results, imposed)
        self._nodes.append(new)
        self._reads.append(tuple([self._renumbered[value] for value in self.graph.operands(node)]))
        for place in range(len(results)):
            self._renumbered[Value(node.index, place)] = Value(new.index, place)
        return new

    def _new_node(
        self, node: Node, operation: Operation, results: Types, imposed: Mapping[str, object]
    ) -> Node:
        index = len(self._nodes)
        if (index, operation, results) == (node.index, node.operation, node.results):
            return node  # most nodes of most passes
        origins = {
            name: ImposedOrigin(value, node.scope, node.span) for name, value in imposed.items()
        }
        written = {**node.written, **origins}
        new = replace(node, index=index, operation=operation, results=results, written=written)
        if node.weights_of is None:
            return new
        return replace(new, weights_of=self._renumbered[Value(node.weights_of)].node)

    def drop(self, node: Node, *instead: Value) -> None:
        """Leave a node out; its readers read the values `instead`, given in the old graph."""
        self._has_dropped = True
        for place, value in enumerate(instead):
            self._renumbered[Value(node.index, place)] = self._renumbered[value]

    def finish(self) -> Graph:
        """The new graph."""
        graph = replace(self.graph, nodes=tuple(self._nodes), reads=tuple(self._reads))
        if not self._has_dropped:
            return graph  # no index has changed, so scopes and origins refer to the right values
        return replace(
            graph,
            nodes=tuple(
                replace(
                    node,
                    written=self._renumber_origins(node.written),
                    guards=self._renumber_all(node.guards),
                )
                for node in graph.nodes
            ),
            scopes=tuple(map(self._renumber_scope, graph.scopes)),
            inputs=self._renumber_values(graph.inputs),
            outputs=tuple(self._renumbered[value] for value in graph.outputs),
        )

    def _renumber_scope(self, scope: Scope) -> Scope:
        return replace(
            scope,
            inputs=self._renumber_values(scope.inputs),
            outputs=tuple(self._renumbered[value] for value in scope.outputs),
            arguments=self._renumber_origins(scope.arguments),
            guards=self._renumber_all(scope.guards),
            tests=self._renumber_all(scope.tests),
        )

    def _renumber_values(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        return {name: self._renumbered[value] for name, value in values.items()}

    def _renumber_origins(self, origins: Mapping[str, Origin]) -> Mapping[str, Origin]:
        return dict(zip(origins, self._renumber_all(origins.values()), strict=True))

    def _renumber_all(self, origins: Iterable[Origin]) -> tuple[Origin, ...]:
        return tuple(
            _RenumberedOrigin(o.value, o.scope, o.span, o, self._renumbered) for o in origins
        )


@dataclass(frozen=True, slots=True)
class _RenumberedOrigin:
    """An origin that refers to values of another graph, with their new indices.

    The expression is renumbered when it is read, since most origins never are.
    """

    value: object
    scope: int
    span: Span
    origin: Origin
    renumbered: Mapping[Value, Value]

    @property
    def expression(self) -> Expression:
        return _renumber(self.origin.expression, self.renumbered)


def _renumber(expression: Expression, renumbered: Mapping[Value, Value]) -> Expression:
    match expression:
        case Size(node, result, what):
            value = renumbered[Value(node, result)]
            return Size(value.node, value.result, what)
        case Apply(operator, terms):
            return Apply(operator, tuple(_renumber(term, renumbered) for term in terms))
        case Named(name, term):
            return Named(name, _renumber(term, renumbered))
    return expression
