"""What stands in each instance of a block: its members, and which results they read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from archdsl.emit.bodies import Body, bodies
from archdsl.emit.targets.base import Target
from archdsl.frozen import Frozen
from archdsl.ir.graph import Graph, Node, Scope, Site, Value
from archdsl.ir.written import Expression, Origin
from archdsl.ops.base import Expression as Template
from archdsl.ops.base import Form, Layer
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


Guard: TypeAlias = tuple[Expression, bool]
"""A condition, and how it came out."""


class Outward(Frozen):
    """From the terms of the innermost of some bodies to those of the body around them all."""

    path: tuple[Body, ...]

    def __call__(self, term: Expression) -> Expression:
        for body in reversed(self.path):
            term = body.outward(term)
        return term


class Member(Frozen):
    """An operation or a block in its place. Exactly one of `form` and `child` is given.

    `stage` names the stage of a table around it, `hints` are the names that the spec gives its
    results. A `heavy` member multiplies, or is a block: it deserves a line of its own. `guards`
    are the conditions that led to it and how they came out, in terms of the body around it, as
    are the `arguments` of the child's constructor.
    """

    key: Key
    operands: tuple[Reference, ...]
    results: int
    hints: tuple[str, ...]
    stage: str | None
    shape: tuple[int, ...]
    heavy: bool
    guards: tuple[Guard, ...]
    form: Form | None = None
    child: Instance | None = None
    outward: Outward | None = None

    @property
    def hint(self) -> str:
        """The name of its only result, if the spec gives it one."""
        return self.hints[0] if len(self.hints) == 1 else ""

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
        if isinstance(self.form, Template):
            return (self.form.template, tuple(self.form.values))
        return self.form and (self.form.initial, self.form.expanded)


@dataclass(frozen=True, eq=False)
class Instance:
    """One instance of a block, or the network itself."""

    body: Body
    members: tuple[Member, ...]
    outputs: tuple[Reference, ...]

    @property
    def graph(self) -> Graph:
        return self.body.graph

    @property
    def scope(self) -> Scope:
        return self.body.scope

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(self.scope.inputs)

    @property
    def given(self) -> tuple[str, ...]:
        """For each input the first that has the same value."""
        first: dict[Value, str] = {}
        return tuple(first.setdefault(value, name) for name, value in self.scope.inputs.items())


def instances(graph: Graph, target: Target) -> dict[int, Instance]:
    """Every instance of a block in a graph, and the network's own, by its scope."""
    known, children = bodies(graph, target), _children(graph)
    found: dict[int, Instance] = {}
    for index in sorted(children, reverse=True):
        found[index] = _Reader(known[index], children, found).instance()
    return found


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


@dataclass
class _Reader:
    """Reads the members of one body; `found` are the instances of the blocks in it."""

    body: Body
    children: Mapping[int, list[_Child]]
    found: Mapping[int, Instance]
    known: dict[Value, Reference] = field(default_factory=dict)

    def instance(self) -> Instance:
        for name, value in self.body.scope.inputs.items():
            self.known.setdefault(value, FromInput(name))
        members = tuple(map(self._member, self.children[self.body.scope.index]))
        outputs = tuple(self.known[value] for value in self.body.scope.outputs)
        return Instance(self.body, members, outputs)

    def _member(self, child: _Child) -> Member:
        key, stage = _place(self.body.graph, child, self.body.scope.index)
        if isinstance(child, Node):
            member = self._operation(child, key, stage)
            results = tuple(Value(child.index, i) for i in range(len(child.results)))
        else:
            member = self._block(child, key, stage)
            results = child.outputs
        for position, value in enumerate(results):
            self.known[value] = FromMember(key, position)
        return member

    def _operation(self, node: Node, key: Key, stage: str | None) -> Member:
        graph = self.body.graph
        values = graph.operands(node)
        types, results = graph.types(values), node.results
        return Member(
            key,
            tuple(self.known[value] for value in values),
            len(results),
            node.names,
            stage,
            results[0].shape,
            heavy=node.operation.cost(types, results).macs > 0,
            guards=tuple(_guards(self.body, node.guards)),
            form=self.body.forms[node.index],
        )

    def _block(self, scope: Scope, key: Key, stage: str | None) -> Member:
        """The place of a scope, filled by what stands for it."""
        path = [self.body.bodies[index] for index in self._handed_to(scope)]
        child = self.found[path[-1].scope.index]
        return Member(
            key,
            tuple(self.known[value] for value in child.scope.inputs.values()),
            len(scope.outputs),
            scope.names,
            stage,
            self.body.graph.type(scope.outputs[0]).shape,
            heavy=True,
            guards=tuple(self._guards_on(path)),
            child=child,
            outward=Outward(tuple(path)),
        )

    def _handed_to(self, scope: Scope) -> Iterator[int]:
        """The way to the block that stands for one, which may do no more than choose another."""
        yield scope.index
        inside = self.children[scope.index]
        while (
            len(inside) == 1 and isinstance(inside[0], Scope) and inside[0].outputs == scope.outputs
        ):
            scope = inside[0]
            yield scope.index
            inside = self.children[scope.index]

    def _guards_on(self, path: Sequence[Body]) -> Iterator[Guard]:
        """The conditions of a call, of the calls in it that it is handed to, and of all inside."""
        for depth, body in enumerate(path):
            around = Outward(tuple(path[:depth]))
            assert body.parent is not None
            for term, holds in _guards(body.parent, body.scope.guards):
                yield around(term), holds
        first, *others = self.found[path[-1].scope.index].members
        for guard in first.guards:
            if all(guard in other.guards for other in others):
                yield Outward(tuple(path))(guard[0]), guard[1]


def _guards(body: Body, guards: Iterable[Origin]) -> Iterator[Guard]:
    return ((body.term(guard), guard.value is True) for guard in guards)


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
