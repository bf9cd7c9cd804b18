"""A graph under construction.

A build adds operations, opens and closes scopes, and finishes the graph, which then does not
change. A builder answers the same questions as a graph, since rules ask for types on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from archdsl.ir.graph import (
    Condition,
    Definition,
    Graph,
    GraphView,
    Initialisation,
    Join,
    Joins,
    Node,
    Scope,
    Site,
    Value,
)
from archdsl.ir.written import Origin
from archdsl.ops.base import Operation, Types
from archdsl.source import Span


class Use(NamedTuple):
    """The nodes and scopes that one application of a block or an operation has added."""

    nodes: range
    scopes: range


class Builder(GraphView):
    """Builds a `Graph`; its attributes are those of the graph, as far as it is built."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.joins: list[Join] = []
        self.nodes: list[Node] = []
        self.reads: list[tuple[Value, ...]] = []
        self.scopes: list[Scope] = []
        self.inputs: dict[str, Value] = {}
        self.initialisations: list[Initialisation] = []

    @classmethod
    def after(cls, graph: Graph) -> Builder:
        """A builder that continues where a graph ends."""
        builder = cls(graph.name)
        builder.nodes, builder.reads = list(graph.nodes), list(graph.reads)
        builder.scopes, builder.inputs = list(graph.scopes), dict(graph.inputs)
        builder.initialisations = list(graph.initialisations)
        return builder

    def finish(
        self,
        outputs: tuple[Value, ...] = (),
        doc: str | None = None,
        open_parameters: tuple[str, ...] = (),
    ) -> Graph:
        """The graph as far as it was built. One whose build broke off has no outputs."""
        return Graph(
            self.name,
            doc,
            tuple(self.nodes),
            tuple(self.reads),
            tuple(self.scopes),
            dict(self.inputs),
            outputs,
            tuple(self.initialisations),
            open_parameters,
            tuple(self.joins),
        )

    def add(
        self,
        operation: Operation,
        operands: tuple[Value, ...],
        results: Types,
        *,
        scope: int,
        site: Site,
        span: Span,
        names: tuple[str, ...] = (),
        written: Mapping[str, Origin] | None = None,
        guard: Condition | None = None,
        joins: Joins = (),
        targets: tuple[str, ...] = (),
    ) -> tuple[Value, ...]:
        """Append an operation, and return its results as values."""
        index = len(self.nodes)
        node = Node(
            index,
            operation,
            results,
            scope,
            site,
            names,
            span,
            written or {},
            guard,
            joins,
            targets,
        )
        self.nodes.append(node)
        self.reads.append(operands)
        return tuple([Value(index, i) for i in range(len(results))])

    def declare(self, name: str, value: Value) -> None:
        """Make a value an input of the network."""
        self.inputs[name] = value

    def initialise(self, rule: Initialisation) -> None:
        """Initialise the weights of all operations of one name."""
        self.initialisations.append(rule)

    def join(
        self, condition: Condition, name: str, scope: int, value: Value, inner: Join | None
    ) -> Join:
        """A value behind a condition, which other instances of the body may decide otherwise."""
        join = Join(condition, name, scope, value, inner)
        self.joins.append(join)
        return join

    def share(self, name: str, use: Use) -> None:
        """Name the block or operation that a use of shared layers consists of."""
        if use.scopes:
            first = use.scopes.start
            self.scopes[first] = replace(self.scopes[first], share=name)
        else:
            first = use.nodes.start
            self.nodes[first] = replace(self.nodes[first], share=name)

    def tie(self, first: Use, later: Use) -> None:
        """Give all nodes and scopes of a later use the weights of those of the first use."""
        for own, other in zip(first.nodes, later.nodes, strict=True):
            root = self.nodes[own].owner
            self.nodes[other] = replace(self.nodes[other], weights_of=root)
        for own, other in zip(first.scopes, later.scopes, strict=True):
            root = self.scopes[own].owner
            self.scopes[other] = replace(self.scopes[other], weights_of=root)

    def hold(self, part: int, owner: int) -> None:
        """Give a node that is a part of an earlier one the weights of that."""
        self.nodes[part] = replace(self.nodes[part], weights_of=self.nodes[owner].owner)

    def open(
        self,
        kind: str,
        names: tuple[str, ...],
        definition: str,
        parent: int | None,
        site: Site,
        span: Span,
        block: Definition | None = None,
        guard: Condition | None = None,
    ) -> int:
        """Begin a scope, and return its index, which its nodes and inner scopes refer to."""
        index = len(self.scopes)
        scope = Scope(index, kind, names, definition, parent, site, span, block, guard=guard)
        self.scopes.append(scope)
        return index

    def close(
        self,
        scope: int,
        bindings: Mapping[str, object],
        inputs: Mapping[str, Value],
        outputs: tuple[Value, ...],
        arguments: Mapping[str, Origin] | None = None,
        conditions: tuple[Condition, ...] = (),
        entering: Mapping[str, Join] | None = None,
        leaving: Joins = (),
        targets: tuple[str, ...] = (),
    ) -> None:
        """End a scope, when its inputs, outputs and names are known."""
        self.scopes[scope] = replace(
            self.scopes[scope],
            bindings=bindings,
            inputs=inputs,
            outputs=outputs,
            arguments=arguments or {},
            conditions=conditions,
            entering=entering or {},
            leaving=leaving,
            targets=targets,
        )
