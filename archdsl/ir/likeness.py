"""Whether two graphs are one network, and whether two blocks of a graph are the same.

Graph isomorphism is hard in general, but not here: operands have an order. So from the outputs
back to the inputs there is only one way to pair the operations of two networks. A canonical form
of each, found in one walk, is enough to decide.

Blocks of one graph are told apart more strictly, since one is shown for all: they also have the
same name, and do the same in the same order.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from archdsl.ir.graph import Graph, Initialisation, Node, Scope, Value
from archdsl.ir.members import Member, Members
from archdsl.ir.naming import TRANSPARENT
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
        first = owners.setdefault(node.owner, places[node.index])
        if first != places[node.index]:
            return first
        return None if node.owner in places else -1

    steps = tuple(
        Step(node.operation, node.results, tuple(map(reference, graph.operands(node))), owner(node))
        for node in map(graph.node, places)
    )
    given, enters = tuple(map(reference, gives)), tuple(entering)
    return LocatedForm(Form(steps, graph.types(enters), given), places, enters)


@dataclass(frozen=True)
class BlockForms:
    """What the blocks and operations of a graph are but for their names and their place.

    Members of a scope with equal forms are the same block: they have the same operations with the
    same parameters, on tensors of the same types, wired alike, with weights of their own or not. So
    they cost the same, and one of them can be shown for all.
    """

    members: Members

    def of(self, scope: int) -> list[Hashable]:
        """The forms of the members of a scope, in order."""
        members = self.members.of(scope)
        return [
            self._form(scope, place, member, self._scopes) for place, member in enumerate(members)
        ]

    @cached_property
    def _scopes(self) -> Mapping[int, int]:
        """A number for each scope, equal for scopes with the same contents."""
        seen: dict[Hashable, int] = {}
        forms: dict[int, int] = {}
        # The form of a scope reads those of inner scopes, which come after it: so backwards.
        for scope in reversed(self.members.graph.scopes):
            if scope.kind not in TRANSPARENT:
                form = self._contents(scope, self.members.of(scope.index), forms)
                forms[scope.index] = seen.setdefault(form, len(seen))
        return forms

    def _contents(
        self, scope: Scope, members: Sequence[Member], forms: Mapping[int, int]
    ) -> Hashable:
        inside = tuple(self._form(scope.index, i, m, forms) for i, m in enumerate(members))
        gives = tuple(self._reference(scope.index, len(members), v) for v in scope.outputs)
        return scope.kind, scope.definition, inside, gives

    def _form(self, scope: int, place: int, member: Member, forms: Mapping[int, int]) -> Hashable:
        operands = self.members.operands(member)
        reads = tuple(self._reference(scope, place, value) for value in operands)
        if isinstance(member, Scope):
            return forms[member.index], member.share, reads
        types = self.members.graph.types(operands)
        weights = member.share, member.weights_of is None
        return member.operation, types, member.results, weights, reads

    def _reference(self, scope: int, place: int, value: Value) -> Hashable:
        """A value by how many members back it comes from, and which of their results it is.

        Being relative, it is equal for the same block at another place of a row.
        """
        source = self.members.place(scope, value)
        if source is not None:
            member = self.members.of(scope)[source]
            outputs = member.outputs if isinstance(member, Scope) else ()
            result = outputs.index(value) if value in outputs else value.result
            return place - source, result
        entering = list(self.members.graph.scopes[scope].inputs.values())
        if value not in entering:
            return "outside", value
        index = entering.index(value)
        # For the first member, the scope's first input takes the place of a member before it.
        # Otherwise, the first of eight equal blocks would not fold with the other seven.
        return (1, 0) if place == index == 0 else ("input", index)
