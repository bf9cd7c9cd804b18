"""A network cut into pieces that can be compared with those of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TypeAlias

from archdsl.build.values import show
from archdsl.costs.breakdown import Cut, Part, cut
from archdsl.ir.graph import Graph, Node, Scope, Value
from archdsl.ir.likeness import Form, LocatedForm, locate_form
from archdsl.ops.base import Operation
from archdsl.spec import Network

Origin: TypeAlias = tuple[int | None, int]
"""The piece that makes a value, None for an input, and which of its values it is."""


@dataclass(frozen=True, eq=False)
class Inner:
    """A block or an operation right inside of a piece."""

    kind: str
    form: Form

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        return tuple(step.operation for step in self.form.steps)


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of a network: `place` among its pieces, its `cells` as the language writes them.

    `gives` are the values that it makes for others, `enters` those it takes from them.
    """

    place: int
    part: Part
    cells: Mapping[str, str]
    traced: LocatedForm = field(repr=False)
    gives: tuple[Value, ...] = field(repr=False)
    graph: Graph = field(repr=False)
    found: Cut = field(repr=False)

    @cached_property
    def inside(self) -> tuple[Inner, ...]:
        """What stands right inside, in the order of execution; rows are no level."""
        groups: dict[int, list[Node]] = {}
        for node in self.found.nodes:
            groups.setdefault(self._child(node), []).append(node)
        return tuple(_inner(self.graph, child, nodes) for child, nodes in groups.items())

    def _child(self, node: Node) -> int:
        """The outermost block inside that an operation is in; below zero, the operation itself."""
        child = -1 - node.index
        for scope in self.graph.enclosing(node.scope):
            if scope is self.found.scope:
                break
            child = scope.index if scope.kind == "block" else child
        return child

    @property
    def form(self) -> Form:
        return self.traced.form

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        return tuple(step.operation for step in self.form.steps)


@dataclass(frozen=True)
class Pieces:
    """All pieces of a network, in the order of execution."""

    network: Network
    pieces: tuple[Piece, ...]
    makers: Mapping[int, int] = field(repr=False)

    def origin(self, value: Value) -> Origin:
        """Where a value comes from."""
        if value.node not in self.makers:
            return None, list(self.network.graph.inputs.values()).index(value)
        piece = self.pieces[self.makers[value.node]]
        if value in piece.gives:
            return piece.place, piece.gives.index(value)
        return piece.place, len(piece.gives) + piece.traced.places[value.node]

    def origin_name(self, value: Value) -> str:
        """What a value's origin is called."""
        place, _ = self.origin(value)
        if place is not None:
            return self.pieces[place].part.name
        inputs = self.network.graph.inputs
        return next(name for name, other in inputs.items() if other == value)


def pieces_of(network: Network, by: str) -> Pieces:
    """A network by one of the levels that costs are broken down to."""
    cuts = cut(network.graph, by)
    both = zip(cuts, network.breakdown(by), strict=True)
    pieces = tuple(_piece(network.graph, i, c, part) for i, (c, part) in enumerate(both))
    makers = {node.index: place for place, c in enumerate(cuts) for node in c.nodes}
    return Pieces(network, pieces, makers)


def _piece(graph: Graph, place: int, found: Cut, part: Part) -> Piece:
    (*_, last) = found.nodes
    results = tuple(Value(last.index, i) for i in range(len(last.results)))
    gives = found.scope.outputs if found.scope else results
    cells, traced = dict(_cells(graph, found)), locate_form(graph, found.nodes, gives)
    return Piece(place, part, cells, traced, gives, graph, found)


def _inner(graph: Graph, child: int, nodes: list[Node]) -> Inner:
    if child < 0:
        return Inner(nodes[0].operation.name, locate_form(graph, nodes, ()).form)
    scope = graph.scopes[child]
    return Inner(scope.definition, locate_form(graph, nodes, scope.outputs).form)


def _cells(graph: Graph, found: Cut) -> Iterator[tuple[str, str]]:
    """What a spec says of a part: a row's cells, a block's parameters, those of an operation."""
    if found.scope is None:
        yield from written(found.nodes[0].operation)
    elif found.scope.kind == "stage":
        yield "blocks", str(_blocks(graph, found.scope))
    else:
        block = found.scope.block
        bindings = found.scope.bindings
        names = bindings if block is None else [n for n in block.parameters if n in bindings]
        yield from ((name, show(bindings[name])) for name in names)


def _blocks(graph: Graph, stage: Scope) -> int:
    rows = {scope.index for scope in graph.scopes if scope.parent == stage.index}
    return sum(scope.parent in rows for scope in graph.scopes)


def written(operation: Operation) -> Iterator[tuple[str, str]]:
    """The parameters of an operation, as the language writes them."""
    for parameter in fields(operation):
        yield parameter.name, show(getattr(operation, parameter.name))
