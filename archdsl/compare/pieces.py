"""A network divided into pieces that can be compared with those of another network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TypeAlias

from archdsl.build.values import show
from archdsl.costs.breakdown import Cut, Part, cut
from archdsl.ir.graph import Graph, Node, Scope, Value
from archdsl.ir.likeness import Form, LocatedForm, locate_form
from archdsl.network import Network
from archdsl.ops.base import Operation

Origin: TypeAlias = tuple[int | None, int]
"""The place of the piece that makes a value, None for an input, and the value's index there."""


# Compared by identity: equality of forms is asked for where it is meant, and is not cheap.
@dataclass(frozen=True, eq=False)
class InnerPart:
    """A block or an operation directly inside a piece."""

    kind: str
    form: Form

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        return tuple(step.operation for step in self.form.steps)


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of a network, with what a comparison needs.

    `place` is its index among the pieces. `cells` are the cells of a row, the parameters of a block
    or those of an operation, as the language writes them. `results` are the values that it makes
    for other pieces, and `located.inputs` those that it reads from them.
    """

    place: int
    part: Part
    cells: Mapping[str, str]
    located: LocatedForm = field(repr=False)
    results: tuple[Value, ...] = field(repr=False)
    graph: Graph = field(repr=False)
    cut: Cut = field(repr=False)

    @cached_property
    def inside(self) -> tuple[InnerPart, ...]:
        """The blocks and operations directly inside, in the order of execution."""
        groups: dict[int, list[Node]] = {}
        for node in self.cut.nodes:
            groups.setdefault(self._child(node), []).append(node)
        return tuple(_inner(self.graph, child, nodes) for child, nodes in groups.items())

    def _child(self, node: Node) -> int:
        """The outermost block inside the piece around an operation, by the index of its scope.

        An operation in no such block has a negative number of its own.
        """
        child = -1 - node.index
        for scope in self.graph.enclosing(node.scope):
            if scope is self.cut.scope:
                break
            # Rows and stages are no level: a table that is divided otherwise is the same network.
            child = scope.index if scope.kind == "block" else child
        return child

    @property
    def form(self) -> Form:
        return self.located.form

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        return tuple(step.operation for step in self.form.steps)


@dataclass(frozen=True)
class Pieces:
    """All pieces of a network in the order of execution; `makers` has the piece of each node."""

    network: Network
    pieces: tuple[Piece, ...]
    makers: Mapping[int, int] = field(repr=False)

    def origin(self, value: Value) -> Origin:
        """The piece or input that a value comes from."""
        if value.node not in self.makers:
            return None, list(self.network.graph.inputs.values()).index(value)
        piece = self.pieces[self.makers[value.node]]
        if value in piece.results:
            return piece.place, piece.results.index(value)
        # A value that is read although its piece does not give it, as from inside of a block: any
        # index will do that equal pieces agree on, and that no result has.
        return piece.place, len(piece.results) + piece.located.places[value.node]

    def origin_name(self, value: Value) -> str:
        """The name of the piece or input that a value comes from."""
        place, _ = self.origin(value)
        if place is not None:
            return self.pieces[place].part.name
        inputs = self.network.graph.inputs
        return next(name for name, other in inputs.items() if other == value)


def divide(network: Network, by: str) -> Pieces:
    """The pieces of a network at a level of `costs.breakdown`: rows, stages, blocks, operations."""
    graph, cuts = network.graph, cut(network.graph, by)
    parts = enumerate(zip(cuts, network.breakdown(by), strict=True))
    pieces = tuple(_piece(graph, place, cut, part) for place, (cut, part) in parts)
    makers = {node.index: piece.place for piece in pieces for node in piece.cut.nodes}
    return Pieces(network, pieces, makers)


def _piece(graph: Graph, place: int, cut: Cut, part: Part) -> Piece:
    (*_, last) = cut.nodes
    results = tuple(Value(last.index, i) for i in range(len(last.results)))
    results = cut.scope.outputs if cut.scope else results
    cells, located = dict(_cells(graph, cut)), locate_form(graph, cut.nodes, results)
    return Piece(place, part, cells, located, results, graph, cut)


def _inner(graph: Graph, child: int, nodes: list[Node]) -> InnerPart:
    if child < 0:
        return InnerPart(nodes[0].operation.name, locate_form(graph, nodes, ()).form)
    scope = graph.scopes[child]
    return InnerPart(scope.definition, locate_form(graph, nodes, scope.outputs).form)


def _cells(graph: Graph, cut: Cut) -> Iterator[tuple[str, str]]:
    """The cells of a row, the parameters of a block or an operation, the block count of a stage."""
    if cut.scope is None:
        yield from parameters(cut.nodes[0].operation)
    elif cut.scope.kind == "stage":
        yield "blocks", str(_block_count(graph, cut.scope))
    else:
        block = cut.scope.block
        bindings = cut.scope.bindings
        names = bindings if block is None else [n for n in block.parameters if n in bindings]
        yield from ((name, show(bindings[name])) for name in names)


def _block_count(graph: Graph, stage: Scope) -> int:
    rows = {scope.index for scope in graph.scopes if scope.parent == stage.index}
    return sum(scope.parent in rows for scope in graph.scopes)


def parameters(operation: Operation) -> Iterator[tuple[str, str]]:
    """The parameters of an operation, as the language writes them."""
    for parameter in fields(operation):
        yield parameter.name, show(getattr(operation, parameter.name))
