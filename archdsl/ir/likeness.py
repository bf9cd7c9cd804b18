"""Whether two graphs are one network, up to names and the order of execution.

Graph isomorphism is hard in general, but not here: operands have an order. So from the outputs
back to the inputs there is only one way to pair the operations of two networks. A canonical form
of each, found in one walk, is enough to decide.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from archdsl.ir.graph import Graph, Initialisation, Node, Value
from archdsl.ops.base import Operation, Types

Reference: TypeAlias = tuple[int, int]
"""A step by its position, and which of its results. A negative position counts the inputs."""


class Step(NamedTuple):
    """An operation with its types and operands, but no name.

    `weights` is the first step with the same weights; None if there is no earlier one, and -1 if
    the weights are those of an operation outside of the form.
    """

    operation: Operation
    results: Types
    reads: tuple[Reference, ...]
    weights: int | None


@dataclass(frozen=True)
class Form:
    """A graph or a part of one without names, its operations in the order that outputs need."""

    steps: tuple[Step, ...]
    inputs: Types
    outputs: tuple[Reference, ...]


@dataclass(frozen=True)
class LocatedForm:
    """A form and its place in a graph: the step of each node, and the values that enter."""

    form: Form
    places: Mapping[int, int]
    inputs: tuple[Value, ...]


def is_same_network(a: Graph, b: Graph) -> bool:
    """Whether two graphs have the same operations from inputs to outputs, initialised alike.

    Names, blocks and the order of execution do not count. The order of operands does, even of a
    sum. Operations that no output needs are paired in the order of execution.
    """
    return used_initialisations(a) == used_initialisations(b) and _network_form(a) == _network_form(
        b
    )


def used_initialisations(graph: Graph) -> Mapping[str, Initialisation]:
    """The initialisations of a graph, by operation, except of operations that it has not."""
    kinds = {node.operation.name for node in graph}
    return {rule.operation: rule for rule in graph.initialisations if rule.operation in kinds}


def _network_form(graph: Graph) -> Form:
    return locate_form(graph, tuple(graph), (*graph.inputs.values(), *graph.outputs)).form


def locate_form(graph: Graph, nodes: Collection[Node], gives: tuple[Value, ...]) -> LocatedForm:
    """The form of some operations of a graph, which give some values to the rest of it."""
    inside = {node.index for node in nodes}
    # Outputs come first, so the order of steps follows from them and not from the text.
    roots = [value.node for value in gives if value.node in inside]
    wanted = (*roots, *(node.index for node in nodes))
    places = {index: place for place, index in enumerate(graph.dependency_order(wanted))}
    entering: dict[Value, int] = {}

    def reference(value: Value) -> Reference:
        if value.node in places:
            return (places[value.node], value.result)
        return (-1 - entering.setdefault(value, len(entering)), 0)  # -1, -2, ... for the inputs

    owners: dict[int, int] = {}

    def owner(node: Node) -> int | None:
        """The first step, in the order of the form, that has the weights of a node."""
        root = node.index if node.weights_of is None else node.weights_of
        first = owners.setdefault(root, places[node.index])
        if first != places[node.index]:
            return first
        return None if root in places else -1

    steps = tuple(
        Step(node.operation, node.results, tuple(map(reference, graph.operands(node))), owner(node))
        for node in map(graph.node, places)
    )
    given, enters = tuple(map(reference, gives)), tuple(entering)
    return LocatedForm(Form(steps, graph.types(enters), given), places, enters)
