"""Whether two graphs are one network, whatever things are called and whichever stands first.

Operands have an order, so that from the results of a network back to its inputs there is one way
to pair off its operations with another's: that two networks are one is decided, not guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from archdsl.ir.graph import Graph, Initialisation, Node, Value
from archdsl.ops.base import Operation, Types

Reference: TypeAlias = tuple[int, int]
"""A step by its place and which of its results; below zero, which of the values that enter."""


class Step(NamedTuple):
    """An operation with all that it does, and nothing of what it is called."""

    operation: Operation
    results: Types
    reads: tuple[Reference, ...]


@dataclass(frozen=True)
class Form:
    """A graph or a part of one without names: operations in the order in which they are needed."""

    steps: tuple[Step, ...]
    inputs: Types
    outputs: tuple[Reference, ...]


@dataclass(frozen=True)
class LocatedForm:
    """A form with where it is in its graph: the place of each operation, the values that enter."""

    form: Form
    places: Mapping[int, int]
    inputs: tuple[Value, ...]


def is_same_network(a: Graph, b: Graph) -> bool:
    """The same results of the same inputs by the same operations, started the same way.

    Names, blocks and the order of execution are aside. That of operands counts, in a sum too.
    Operations that no result needs are paired in the order in which they stand.
    """
    return used_initialisations(a) == used_initialisations(b) and _network_form(a) == _network_form(
        b
    )


def used_initialisations(graph: Graph) -> Mapping[str, Initialisation]:
    """How weights start, by the kind of operation, for those that the graph has."""
    kinds = {node.operation.name for node in graph}
    return {rule.operation: rule for rule in graph.initialisations if rule.operation in kinds}


def _network_form(graph: Graph) -> Form:
    return locate_form(graph, tuple(graph), (*graph.inputs.values(), *graph.outputs)).form


def locate_form(graph: Graph, nodes: Collection[Node], gives: tuple[Value, ...]) -> LocatedForm:
    """The form of some operations of a graph that give some values to the rest of it."""
    inside = {node.index for node in nodes}
    roots = [value.node for value in gives if value.node in inside]
    wanted = (*roots, *(node.index for node in nodes))
    places = {index: place for place, index in enumerate(graph.dependency_order(wanted))}
    entering: dict[Value, int] = {}

    def reference(value: Value) -> Reference:
        if value.node in places:
            return (places[value.node], value.result)
        return (-1 - entering.setdefault(value, len(entering)), 0)

    steps = tuple(
        Step(node.operation, node.results, tuple(map(reference, graph.operands(node))))
        for node in map(graph.node, places)
    )
    given, enters = tuple(map(reference, gives)), tuple(entering)
    return LocatedForm(Form(steps, graph.types(enters), given), places, enters)
