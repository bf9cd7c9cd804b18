"""How passes build a graph from another: node by node, each kept, replaced, fused or dropped.

Scopes stay. References to values are renumbered, and types are inferred anew, so a pass cannot
leave a wrong one behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from archdsl.ir.graph import Condition, Graph, Join, Joins, Node, Scope, Value
from archdsl.ir.written import (
    Apply,
    Entering,
    Expression,
    Literal,
    Named,
    Opaque,
    Origin,
    Parameter,
    Size,
    apply,
    leaves,
)
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
    """Takes the nodes of a graph in their order, and returns the new graph.

    `places` has the new index of each node that is still there, by its old one.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.places: dict[int, int] = {}
        self._nodes: list[Node] = []
        self._reads: list[tuple[Value, ...]] = []
        self._renumbered: dict[Value, Value] = {}
        self._owners: dict[int, int] = {}
        self._conditions: dict[int, Condition] = {}
        self._joins: dict[int, Join | None] = {}
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
        return self._append(node, node, operation, self.graph.operands(node), imposed)

    def fuse(self, node: Node, reader: Node, operation: Operation, **imposed: object) -> Node:
        """Replace a node by an operation that also does what its only reader did.

        The reader is dropped when its turn comes. The result has the names that the reader gave it.

        Raises:
            Mismatch: the operation does not take the node's operands.
        """
        named = replace(node, names=reader.names, targets=reader.targets)
        return self._append(node, named, operation, self.graph.operands(node), imposed)

    def fuse_later(
        self, node: Node, reader: Node, operation: Operation, other: int, **imposed: object
    ) -> Node:
        """The same in the place of the reader, with its operand `other` as a further one.

        The node is dropped before, without anything instead.

        Raises:
            Mismatch: the operation does not take these operands.
        """
        own, reads = self.graph.operands(node), self.graph.operands(reader)
        joins = (*(node.joins or (None,) * len(own)), reader.joins[other] if reader.joins else None)
        moved = replace(
            node,
            index=reader.index,
            names=reader.names,
            targets=reader.targets,
            joins=joins if any(joins) else (),
        )
        return self._append(node, moved, operation, (*own, reads[other]), imposed)

    def move(self, node: Node, moved: Node) -> Node:
        """Keep a node, but in the scope, and with the place in the text, that `moved` has."""
        return self._append(node, moved, node.operation, self.graph.operands(node), {})

    def _append(
        self,
        old: Node,
        node: Node,
        operation: Operation,
        operands: tuple[Value, ...],
        imposed: Mapping[str, object],
    ) -> Node:
        """Add what an old node has become, which stands where `node` was."""
        reads = tuple([self._renumbered[value] for value in operands])
        types = tuple([self._nodes[value.node].results[value.result] for value in reads])
        new = self._new_node(node, operation, infer_types(operation, types), imposed)
        self.places[old.index] = new.index
        self._nodes.append(new)
        self._reads.append(reads)
        for place in range(len(new.results)):
            self._renumbered[Value(node.index, place)] = Value(new.index, place)
        return new

    def _new_node(
        self, node: Node, operation: Operation, results: Types, imposed: Mapping[str, object]
    ) -> Node:
        index = len(self._nodes)
        if (index, operation, results) == (node.index, node.operation, node.results):
            _owner(self._owners, node, index)
            return node  # most nodes of most passes
        origins = {
            name: ImposedOrigin(value, node.scope, node.span) for name, value in imposed.items()
        }
        fields = type(operation).__match_args__
        written = {n: o for n, o in {**node.written, **origins}.items() if n in fields}
        return replace(
            node,
            index=index,
            operation=operation,
            results=results,
            written=written,
            weights_of=_owner(self._owners, node, index),
        )

    def drop(self, node: Node, *instead: Value) -> None:
        """Leave a node out; its readers read the values `instead`, given in the old graph.

        Without them its results are gone, and so are the scopes that returned nothing else.
        """
        self._has_dropped = True
        for place, value in enumerate(instead):
            self._renumbered[Value(node.index, place)] = self._renumbered[value]

    def finish(self) -> Graph:
        """The new graph."""
        graph = replace(self.graph, nodes=tuple(self._nodes), reads=tuple(self._reads))
        if not self._has_dropped:
            return graph  # no index has changed, so scopes and origins refer to the right values
        kept = self._kept_scopes()
        numbers = {scope.index: place for place, scope in enumerate(kept)}
        owners: dict[int, int] = {}
        owned = [_owner(owners, scope, place) for place, scope in enumerate(kept)]
        joins = self._renumber_joins(numbers)
        return replace(
            graph,
            nodes=tuple(
                replace(
                    node,
                    scope=numbers[node.scope],
                    written=self._renumber_origins(node.written, numbers),
                    guard=node.guard and self._renumber_condition(node.guard, numbers),
                    joins=self._known_joins(node.joins),
                )
                for node in graph.nodes
            ),
            scopes=tuple(
                replace(self._renumber_scope(scope, numbers), weights_of=owner)
                for scope, owner in zip(kept, owned, strict=True)
            ),
            inputs=self._renumber_values(graph.inputs),
            outputs=tuple(self._renumbered[value] for value in graph.outputs),
            joins=joins,
        )

    def _kept_scopes(self) -> list[Scope]:
        """The scopes that have nodes, or results that are still there; those around them too."""
        full = {scope.index for n in self._nodes for scope in self.graph.enclosing(n.scope)}
        kept: dict[int, Scope] = {}
        for scope in self.graph.scopes:
            is_called = scope.parent is None or scope.parent in kept
            is_empty = scope.outputs and not self._remaining(scope)
            if scope.index in full or (is_called and not is_empty):
                kept[scope.index] = scope
        return list(kept.values())

    def _remaining(self, scope: Scope) -> list[int]:
        """The places of those results of a scope that are still there."""
        return [i for i, value in enumerate(scope.outputs) if value in self._renumbered]

    def _renumber_scope(self, scope: Scope, numbers: Mapping[int, int]) -> Scope:
        remaining = self._remaining(scope)
        has_names = len(scope.names) == len(scope.outputs)
        return replace(
            scope,
            index=numbers[scope.index],
            parent=None if scope.parent is None else numbers[scope.parent],
            names=tuple(scope.names[i] for i in remaining) if has_names else scope.names,
            inputs=self._renumber_values(scope.inputs),
            outputs=tuple(self._renumbered[scope.outputs[i]] for i in remaining),
            arguments=self._renumber_origins(scope.arguments, numbers),
            guard=scope.guard and self._renumber_condition(scope.guard, numbers),
            conditions=tuple(self._renumber_condition(each, numbers) for each in scope.conditions),
            entering={
                n: known for n, join in scope.entering.items() if (known := self._joins[id(join)])
            },
            leaving=self._known_joins(
                [scope.leaving[i] for i in remaining] if scope.leaving else ()
            ),
        )

    def _renumber_joins(self, numbers: Mapping[int, int]) -> tuple[Join, ...]:
        """The joins of values that are still there, each after those that it came through."""
        for join in self.graph.joins:
            value, scope = self._renumbered.get(join.value), numbers.get(join.scope)
            inner = join.inner and self._joins[id(join.inner)]
            if value is None or scope is None:
                self._joins[id(join)] = None
                continue
            condition = self._renumber_condition(join.condition, numbers)
            self._joins[id(join)] = Join(condition, join.name, scope, value, inner)
        return tuple(join for join in self._joins.values() if join is not None)

    def _known_joins(self, joins: Iterable[Join | None]) -> Joins:
        return tuple([join and self._joins[id(join)] for join in joins])

    def _renumber_values(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        known = self._renumbered
        return {name: known[value] for name, value in values.items() if value in known}

    def _renumber_origins(
        self, origins: Mapping[str, Origin], numbers: Mapping[int, int]
    ) -> Mapping[str, Origin]:
        return {name: self._renumber_origin(o, numbers) for name, o in origins.items()}

    def _renumber_origin(self, origin: Origin, numbers: Mapping[int, int]) -> Origin:
        scope = numbers.get(origin.scope, origin.scope)
        return RenumberedOrigin(
            origin.value, scope, origin.span, origin, self._renumbered, self.graph
        )

    def _renumber_condition(self, condition: Condition, numbers: Mapping[int, int]) -> Condition:
        """A condition and those that lead to it, each once: a chain of them may be long."""
        for each in condition.path():
            outer = each.outer and self._conditions[id(each.outer)]
            if id(each) not in self._conditions:
                origin = self._renumber_origin(each.origin, numbers)
                self._conditions[id(each)] = Condition(origin, each.site, outer)
        return self._conditions[id(condition)]


def _owner(owners: dict[int, int], one: Node | Scope, index: int) -> int | None:
    """The new index of the first node or scope that has the weights of one; None if it is that.

    `owners` has the new index of the first one for each of the old graph, which may be gone.
    """
    first = owners.setdefault(one.owner, index)
    return None if first == index else first


@dataclass(frozen=True, slots=True)
class RenumberedOrigin:
    """An origin that refers to values of another graph, with their new indices.

    The expression is renumbered when it is read, since most origins never are.
    """

    value: object
    scope: int
    span: Span
    origin: Origin
    renumbered: Mapping[Value, Value]
    graph: Graph
    """The other graph."""

    @property
    def expression(self) -> Expression:
        return self._renumber(self.origin.expression)

    def _renumber(self, expression: Expression) -> Expression:
        match expression:
            case Size(node, result, what):
                value = self.renumbered.get(Value(node, result))
                return Size(value.node, value.result, what) if value else self._unknown
            case Apply(operator, terms):
                return apply(operator, *map(self._renumber, terms))
            case Named(name, term):
                inner = self._renumber(term)
                return inner if isinstance(inner, Opaque) else Named(name, inner)
            case Opaque(reads):
                read = (leaf for inner in reads for leaf in leaves(self._renumber(inner)))
                return replace(expression, reads=frozenset(read))
        return expression

    @property
    def _unknown(self) -> Opaque:
        """The size of a tensor that is gone. It may follow from all that its body is given."""
        body = next(s for s in self.graph.enclosing(self.origin.scope) if s.block is not None)
        entering = (
            Entering(name, str(place))
            for name, value in body.inputs.items()
            for place in range(self.graph.type(value).rank)
        )
        return Opaque(frozenset([*map(Parameter, body.arguments), *entering]))
