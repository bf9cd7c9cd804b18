"""What stands in each instance of a block: its members, and which results they read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from archdsl.ir.graph import Graph, Node, Scope, Site, Value
from archdsl.ops.base import Expression, Form, Layer
from archdsl.ops.sources import Input

Key: TypeAlias = tuple[Site, ...]
"""What tells the members of one block apart: their sites, from the block inwards."""


class FromInput(NamedTuple):
    """A value that comes in under a name."""

    name: str


class FromMember(NamedTuple):
    """A result of a member of the same block."""

    member: Key
    result: int = 0


Reference: TypeAlias = FromInput | FromMember


@dataclass(frozen=True)
class Member:
    """An operation or a block in its place. Exactly one of `form` and `child` is given.

    `stage` names the stage of a table around it, `hint` is the name that the spec gives it.
    A `heavy` member multiplies, or is a block: it deserves a line of its own.
    """

    key: Key
    operands: tuple[Reference, ...]
    results: int
    hint: str
    stage: str | None
    shape: tuple[int, ...]
    heavy: bool
    form: Form | None = None
    child: Instance | None = None

    @property
    def series(self) -> object:
        """What members that may form one sequence share: a stage, or a call in a loop."""
        start, end, *rounds = self.key[-1]
        return self.stage or ((start, end) if rounds else self.key)

    @property
    def can_be_identity(self) -> bool:
        """Whether an nn.Identity can stand where some instance lacks this member."""
        is_module = self.child is not None or isinstance(self.form, Layer)
        return is_module and len(self.operands) == 1 and self.results == 1

    @property
    def signature(self) -> object:
        """What must agree between instances, besides the operands and the kind of a child."""
        if isinstance(self.form, Layer):
            names = tuple(argument.name for argument in self.form.arguments)
            return (self.form.constructor, names, self.form.zero, self.form.shared)
        if isinstance(self.form, Expression):
            return (self.form.template, tuple(self.form.values))
        return self.form and (self.form.initial, self.form.expanded)


@dataclass(frozen=True, eq=False)
class Instance:
    """One instance of a block, or the network itself."""

    graph: Graph
    scope: Scope
    members: tuple[Member, ...]
    outputs: tuple[Reference, ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(self.scope.inputs)

    @property
    def given(self) -> tuple[str, ...]:
        """For each input the first that has the same value."""
        first: dict[Value, str] = {}
        return tuple(first.setdefault(value, name) for name, value in self.scope.inputs.items())


def instances(graph: Graph, known: Mapping[int, Instance]) -> dict[int, Instance]:
    """Every instance in a graph by its scope, those that are `known` already taken as they are."""
    children = _children(graph)
    found: dict[int, Instance] = {}
    for index in sorted(children, reverse=True):
        found[index] = known[index] if index in known else _instance(graph, index, children, found)
    return found


def unchanged(graph: Graph, variant: Graph) -> set[int]:
    """The scopes in which a variant of a graph has the same operations on the same types."""
    if len(graph) != len(variant) or len(graph.scopes) != len(variant.scopes):
        return set()
    differing = set(_differing(graph, variant))
    changed = {scope.index for inner in differing for scope in variant.enclosing(inner)}
    return set(range(len(graph.scopes))) - changed


def _differing(graph: Graph, variant: Graph) -> Iterator[int]:
    """The scopes of the operations that are others, or read what has another type."""
    retyped: set[int] = set()
    for node, other in zip(graph, variant, strict=True):
        reads = retyped and any(value.node in retyped for value in graph.operands(node))
        if reads or node.operation != other.operation:
            yield node.scope
        if node.results != other.results:
            retyped.add(node.index)


_Child: TypeAlias = Node | Scope


def _children(graph: Graph) -> dict[int, list[_Child]]:
    """What stands right in each block, in order of execution; empty blocks leave no trace."""
    children: dict[int, list[_Child]] = {0: []}
    for node in graph:
        if isinstance(node.operation, Input):
            continue
        child: _Child = node
        for scope in graph.enclosing(node.scope):
            if scope.kind not in ("block", "network"):
                continue
            known = scope.index in children
            children.setdefault(scope.index, []).append(child)
            if known:
                break
            child = scope
    return children


def _instance(
    graph: Graph, index: int, children: dict[int, list[_Child]], found: Mapping[int, Instance]
) -> Instance:
    scope = graph.scopes[index]
    known: dict[Value, Reference] = {}
    for name, value in scope.inputs.items():
        known.setdefault(value, FromInput(name))
    members = []
    for child in children[index]:
        key, stage = _place(graph, child, index)
        if isinstance(child, Node):
            member = _operation(graph, child, key, stage, known)
            results = tuple(Value(child.index, i) for i in range(len(child.results)))
        else:
            inner = found[_handed_to(child, children)]
            member = _block(graph, child, inner, key, stage, known)
            results = child.outputs
        members.append(member)
        for position, value in enumerate(results):
            known[value] = FromMember(key, position)
    outputs = tuple(known[value] for value in scope.outputs)
    return Instance(graph, scope, tuple(members), outputs)


def _place(graph: Graph, child: _Child, owner: int) -> tuple[Key, str | None]:
    """The key of a child, and the stage it stands in."""
    around = list(_between(graph, child, owner))
    stage = next((scope.name for scope in around if scope.kind == "stage"), None)
    return (*(scope.site for scope in reversed(around)), child.site), stage


def _between(graph: Graph, child: _Child, owner: int) -> Iterator[Scope]:
    """The rows and stages between a child and its block, from the inside out."""
    start = child.scope if isinstance(child, Node) else child.parent
    for scope in graph.enclosing(start):
        if scope.index == owner:
            return
        yield scope


def _operation(
    graph: Graph, node: Node, key: Key, stage: str | None, known: dict[Value, Reference]
) -> Member:
    values = graph.operands(node)
    types, results = graph.types(values), node.results
    operands = tuple(known[value] for value in values)
    return Member(
        key,
        operands,
        len(results),
        node.name,
        stage,
        results[0].shape,
        heavy=node.operation.cost(types, results).macs > 0,
        form=node.operation.emit(types, results),
    )


def _block(
    graph: Graph,
    scope: Scope,
    child: Instance,
    key: Key,
    stage: str | None,
    known: dict[Value, Reference],
) -> Member:
    """The place of a scope, filled by what stands for it."""
    operands = tuple(known[value] for value in child.scope.inputs.values())
    shape = graph.type(scope.outputs[0]).shape
    count = len(scope.outputs)
    return Member(key, operands, count, scope.name, stage, shape, heavy=True, child=child)


def _handed_to(scope: Scope, children: Mapping[int, list[_Child]]) -> int:
    """The block that stands for one: itself, unless all that it does is to choose another."""
    inside = children[scope.index]
    while len(inside) == 1 and isinstance(inside[0], Scope) and inside[0].outputs == scope.outputs:
        scope = inside[0]
        inside = children[scope.index]
    return scope.index
