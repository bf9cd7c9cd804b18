"""Several graphs in one, side by side: the members of a space, read together.

Emission writes one class for all instances of a block that the text says together. Members of a
space are instances of one text, so side by side they become one class, and what they decide becomes
arguments of its constructor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from archdsl.ir.graph import Condition, Graph, Join, Joins, Node, Scope, Value
from archdsl.ir.rewrite import RenumberedOrigin
from archdsl.ir.written import Origin


def side_by_side(graphs: Sequence[Graph]) -> Graph:
    """One graph that has all scopes and nodes of several; inputs and outputs are the first one's.

    It has a scope of kind `network` for each, and no way from one to another.
    """
    first, *_ = graphs
    moved: list[_Moved] = []
    nodes = scopes = 0
    for graph in graphs:
        moved.append(_Moved(graph, nodes, scopes))
        nodes, scopes = nodes + len(graph.nodes), scopes + len(graph.scopes)
    return replace(
        first,
        nodes=tuple([node for each in moved for node in each.nodes()]),
        reads=tuple([read for each in moved for read in each.reads()]),
        scopes=tuple([scope for each in moved for scope in each.scopes()]),
        joins=tuple([join for each in moved for join in each.joins()]),
    )


@dataclass
class _Moved:
    """A graph whose nodes and scopes come after so many others."""

    graph: Graph
    first_node: int
    first_scope: int
    _conditions: dict[int, Condition] = field(default_factory=dict)
    _joins: dict[int, Join] = field(default_factory=dict)

    def nodes(self) -> list[Node]:
        return [
            replace(
                node,
                index=self.first_node + node.index,
                scope=self.first_scope + node.scope,
                written=self._origins(node.written),
                guard=node.guard and self._condition(node.guard),
                joins=self._through(node.joins),
                weights_of=None if node.weights_of is None else self.first_node + node.weights_of,
            )
            for node in self.graph.nodes
        ]

    def reads(self) -> list[tuple[Value, ...]]:
        return [tuple(map(self._value, read)) for read in self.graph.reads]

    def scopes(self) -> list[Scope]:
        return [self._scope(scope) for scope in self.graph.scopes]

    def joins(self) -> list[Join]:
        return [self._join(join) for join in self.graph.joins]

    def _scope(self, scope: Scope) -> Scope:
        base = self.first_scope
        return replace(
            scope,
            index=base + scope.index,
            parent=None if scope.parent is None else base + scope.parent,
            inputs={name: self._value(value) for name, value in scope.inputs.items()},
            outputs=tuple(map(self._value, scope.outputs)),
            arguments=self._origins(scope.arguments),
            guard=scope.guard and self._condition(scope.guard),
            conditions=tuple(map(self._condition, scope.conditions)),
            entering={name: self._join(join) for name, join in scope.entering.items()},
            leaving=self._through(scope.leaving),
            weights_of=None if scope.weights_of is None else base + scope.weights_of,
        )

    def _value(self, value: Value) -> Value:
        return Value(self.first_node + value.node, value.result)

    def _origins(self, origins: Mapping[str, Origin]) -> Mapping[str, Origin]:
        return {name: self._origin(origin) for name, origin in origins.items()}

    def _origin(self, origin: Origin) -> Origin:
        # What no network holds, such as a value of the command line, stays where it is.
        scope = origin.scope if origin.scope < 0 else self.first_scope + origin.scope
        return RenumberedOrigin(origin.value, scope, origin.span, origin, self._numbers, self.graph)

    @cached_property
    def _numbers(self) -> Mapping[Value, Value]:
        """The new place of each value."""
        values = (
            Value(node.index, place)
            for node in self.graph.nodes
            for place in range(len(node.results))
        )
        return {value: self._value(value) for value in values}

    def _condition(self, condition: Condition) -> Condition:
        """A condition and those that lead to it, each once: a chain of them may be long."""
        for each in condition.path():
            outer = each.outer and self._conditions[id(each.outer)]
            if id(each) not in self._conditions:
                self._conditions[id(each)] = Condition(self._origin(each.origin), each.site, outer)
        return self._conditions[id(condition)]

    def _through(self, joins: Joins) -> Joins:
        return tuple([join and self._join(join) for join in joins])

    def _join(self, join: Join) -> Join:
        if id(join) not in self._joins:
            self._joins[id(join)] = Join(
                self._condition(join.condition),
                join.name,
                self.first_scope + join.scope,
                self._value(join.value),
                join.inner and self._join(join.inner),
            )
        return self._joins[id(join)]
