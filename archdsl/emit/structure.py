"""The members of each instance of a block, and which results each member reads.

This is the graph seen one block at a time: a block inside another is one member of it, whatever it
contains. Instances with the same structure can become one class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from archdsl.emit.bodies import Body, bodies
from archdsl.emit.keys import Child, Key, key_and_stage
from archdsl.emit.targets.base import Target
from archdsl.frozen import Frozen
from archdsl.ir.graph import Graph, Node, Scope, Value
from archdsl.ir.written import Expression, Origin
from archdsl.ops.base import Expression as Template
from archdsl.ops.base import Form, Layer, Weight
from archdsl.ops.sources import Input


class FromInput(NamedTuple):
    """An input of the block, by its name."""

    name: str


class FromMember(NamedTuple):
    """A result of another member of the same block."""

    member: Key
    result: int = 0


Reference: TypeAlias = FromInput | FromMember


Guard: TypeAlias = tuple[Expression, bool]
"""A condition of the text, and whether it was true."""


class Outward(Frozen):
    """Rewrites an expression of the innermost of some nested bodies for the body around them."""

    path: tuple[Body, ...]

    def __call__(self, term: Expression) -> Expression:
        for body in reversed(self.path):
            term = body.outward(term)
        return term


class Member(Frozen):
    """An operation or a block inside a block. Exactly one of `form` and `child` is given.

    `stage` names the stage of the table that contains it, and `hints` are the names that the spec
    gives its results. A `heavy` member has multiply-adds, or is a block: it gets a line of its own
    in `forward`. `guards` are the conditions under which it exists, in terms of this block.
    `outward` rewrites expressions of the child in terms of this block. `share` is the name under
    which the block shares it, and `module` the key of the earlier member whose module computes it.
    `operation` is the name of an operation in the language, `is_view` whether it moves no memory.
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
    share: str = ""
    module: Key | None = None
    operation: str = ""
    is_view: bool = False

    @property
    def hint(self) -> str:
        """The name that the spec gives its only result; empty if there is none."""
        return self.hints[0] if len(self.hints) == 1 else ""

    @property
    def series(self) -> object:
        """Members with the same series may form one `nn.Sequential`: a stage, or a loop's calls."""
        if self.share:
            return self.share
        start, end, *rounds = self.key[-1]
        return self.stage or ((start, end) if rounds else self.key)

    @property
    def can_be_identity(self) -> bool:
        """Whether `nn.Identity` can replace this member in instances that lack it."""
        is_module = self.child is not None or isinstance(self.form, Layer)
        # A use of shared layers cannot be left out by itself: the other uses need the module.
        return is_module and not self.share and len(self.operands) == 1 and self.results == 1

    @property
    def signature(self) -> object:
        """What must agree between instances of one class, apart from operands and children.

        Values of arguments are not part of it: they can differ between the instances of a class.
        """
        if isinstance(self.form, Layer):
            names = tuple(argument.name for argument in self.form.arguments)
            return (self.form.constructor, names, self.form.zero, self.form.shared)
        if isinstance(self.form, Template):
            return (self.form.template, tuple(self.form.values))
        if isinstance(self.form, Weight):
            names = tuple(option.name for option in self.form.options)
            return (self.form.initial, names, len(self.form.shape), self.form.expanded)
        return None


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
    def leading(self) -> tuple[int, ...]:
        """For each input how many axes torch has before those of the language."""
        return tuple(self.graph.type(value).leading for value in self.scope.inputs.values())

    @property
    def canonical_inputs(self) -> tuple[str, ...]:
        """For each input the name of the first input with the same value."""
        first: dict[Value, str] = {}
        return tuple(first.setdefault(value, name) for name, value in self.scope.inputs.items())


def instances(graph: Graph, target: Target) -> dict[int, Instance]:
    """Every instance of a block in a graph, the network included, by the index of its scope."""
    by_scope, children = bodies(graph, target), _children(graph)
    found: dict[int, Instance] = {}
    # A scope has a higher index than the scopes around it, so inner instances are read first.
    for index in sorted(children, reverse=True):
        if graph.scopes[index].weights_of is not None:
            continue  # a later use of shared layers: its class is that of the first
        found[index] = _Reader(by_scope[index], children, found).instance()
    return found


def _children(graph: Graph) -> dict[int, list[Child]]:
    """The operations and blocks directly inside each block, in order of execution.

    A block without operations, such as one that returns its input, is no child of anything.
    """
    children: dict[int, list[Child]] = {0: []}
    for node in graph:
        if isinstance(node.operation, Input):
            continue
        child: Child = node
        for scope in graph.enclosing(node.scope):
            if scope.kind not in ("block", "network"):
                continue
            known = scope.index in children
            children.setdefault(scope.index, []).append(child)
            # The scopes further out were added with the first child of this one.
            if known:
                break
            child = scope
    return children


@dataclass
class _Reader:
    """Reads the members of one body; `found` has the instances of the blocks inside it."""

    body: Body
    children: Mapping[int, list[Child]]
    found: Mapping[int, Instance]
    references: dict[Value, Reference] = field(default_factory=dict)

    def instance(self) -> Instance:
        for name, value in self.body.scope.inputs.items():
            self.references.setdefault(value, FromInput(name))
        members = tuple(map(self._member, self.children[self.body.scope.index]))
        outputs = tuple(self.references[value] for value in self.body.scope.outputs)
        return Instance(self.body, members, outputs)

    def _member(self, child: Child) -> Member:
        key, stage = key_and_stage(self.body.graph, child, self.body.scope.index)
        if isinstance(child, Node):
            member = self._operation(child, key, stage)
            results = tuple(Value(child.index, i) for i in range(len(child.results)))
        else:
            member = self._block(child, key, stage)
            results = child.outputs
        for position, value in enumerate(results):
            self.references[value] = FromMember(key, position)
        return member

    def _operation(self, node: Node, key: Key, stage: str | None) -> Member:
        graph = self.body.graph
        values = graph.operands(node)
        types, results = graph.types(values), node.results
        return Member(
            key,
            tuple(self.references[value] for value in values),
            len(results),
            node.names,
            stage,
            results[0].shape,
            heavy=node.operation.cost(types, results).macs > 0,
            guards=tuple(_guards(self.body, node.guards)),
            form=self.body.forms[node.index],
            operation=node.operation.name,
            is_view=node.operation.is_view,
            share=node.share,
            module=self._module(graph.nodes, node),
        )

    def _block(self, scope: Scope, key: Key, stage: str | None) -> Member:
        """The member for a scope; a block that only calls another is replaced by the other."""
        path = [self.body.bodies[index] for index in self._delegates(scope)]
        inner = path[-1].scope
        return Member(
            key,
            tuple(self.references[value] for value in inner.inputs.values()),
            len(scope.outputs),
            scope.names,
            stage,
            self.body.graph.type(scope.outputs[0]).shape,
            heavy=True,
            guards=tuple(self._guards_on(path)),
            child=self._instance(inner),
            outward=Outward(tuple(path)),
            share=scope.share,
            module=self._module(self.body.graph.scopes, scope),
        )

    def _instance(self, scope: Scope) -> Instance:
        """The instance of a scope; for a later use of shared layers, that of the first use."""
        return self.found[scope.index if scope.weights_of is None else scope.weights_of]

    def _module(self, every: Sequence[Child], child: Child) -> Key | None:
        """The key of the first use of the layers that a child shares, if it is a later one."""
        if child.weights_of is None:
            return None
        first = every[child.weights_of]
        return key_and_stage(self.body.graph, first, self.body.scope.index)[0]

    def _delegates(self, scope: Scope) -> Iterator[int]:
        """The scopes from a block to the one that does its work.

        A block may consist of one call, for example to choose between two others. A class for it
        would only add a level to every key of the state dict.
        """
        yield scope.index
        inside = self.children[scope.index]
        while (
            len(inside) == 1 and isinstance(inside[0], Scope) and inside[0].outputs == scope.outputs
        ):
            scope = inside[0]
            yield scope.index
            inside = self.children[scope.index]

    def _guards_on(self, path: Sequence[Body]) -> Iterator[Guard]:
        """The guards of a call, of the calls on the path of delegation, and of all members inside.

        A condition that every member inside has is a condition of the whole block: an `if` around
        a whole body is written as an optional attribute outside.
        """
        for depth, body in enumerate(path):
            around = Outward(tuple(path[:depth]))
            assert body.parent is not None
            for term, holds in _guards(body.parent, body.scope.guards):
                yield around(term), holds
        first, *others = self._instance(path[-1].scope).members
        for guard in first.guards:
            if all(guard in other.guards for other in others):
                yield Outward(tuple(path))(guard[0]), guard[1]


def _guards(body: Body, guards: Iterable[Origin]) -> Iterator[Guard]:
    return ((body.derived(body.term(guard)), guard.value is True) for guard in guards)
