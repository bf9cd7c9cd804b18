"""The members of each instance of a block, read from the graph one block at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import repeat

from archdsl.emit.bodies import Body, bodies
from archdsl.emit.keys import Child, Key, key_and_stage
from archdsl.emit.references import FromInput, FromJoin, FromMember, Guard, Reference
from archdsl.emit.structure import BlockKey, Instance, Member, Outward
from archdsl.emit.targets.base import Target
from archdsl.ir.graph import Condition, Graph, Join, Joins, Node, Scope, Site, Value
from archdsl.ops.forms import Expression, Layer
from archdsl.ops.sources import Input


def instances(graph: Graph, target: Target) -> dict[int, Instance]:
    """Every instance of a block in a graph, the network included, by the index of its scope."""
    by_scope, children = bodies(graph, target), _children(graph)
    joins: dict[int, list[Join]] = {}
    for join in graph.joins:
        joins.setdefault(join.scope, []).append(join)
    found: dict[int, Instance] = {}
    functions: set[BlockKey] = set()
    # A scope has a higher index than the scopes around it, so inner instances are read first.
    for index in sorted(children, reverse=True):
        if graph.scopes[index].weights_of is not None:
            continue  # a later use of shared layers: its class is that of the first
        reader = _Reader(by_scope[index], children, found, functions, joins.get(index, ()))
        found[index] = reader.instance()
    functions |= _without_state(found.values())
    return found


def _without_state(found: Iterable[Instance]) -> set[BlockKey]:
    """The blocks whose instances are nothing but expressions, and blocks of such.

    Shared layers are a module, even if they have no weights.
    """
    members: dict[BlockKey, list[Member]] = {}
    stateful: set[BlockKey] = set()
    for one in found:
        members.setdefault(one.block, []).extend(one.members)
        is_shared = any(scope.share for scope in one.graph.enclosing(one.scope.index))
        if is_shared or one.scope.parent is None:
            stateful.add(one.block)
    functions = members.keys() - stateful
    while True:
        fewer = {key for key in functions if all(_is_stateless(m, functions) for m in members[key])}
        if fewer == functions:
            return fewer
        functions = fewer


def _is_stateless(member: Member, functions: Collection[BlockKey]) -> bool:
    if member.child is not None:
        return member.child.block in functions
    return isinstance(member.form, Expression)


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
    functions: Collection[BlockKey]
    joins: Sequence[Join]
    references: dict[Value, Reference] = field(default_factory=dict)

    def instance(self) -> Instance:
        scope = self.body.scope
        for name, value in scope.inputs.items():
            self.references.setdefault(value, FromInput(name))
        members = tuple(map(self._member, self.children[scope.index]))
        outputs = self._reads(scope.outputs, scope.leaving)
        joins = {
            self.names[id(join)]: self._read(join.value, join.inner)
            for join in self.joins
            if join.value in self.references
        }
        return Instance(self.body, members, outputs, joins, self.functions)

    @cached_property
    def names(self) -> Mapping[int, FromJoin]:
        """A reference to each join; in a table, one condition may be met many times."""
        times = Counter[tuple[Site, str]]()
        found: dict[int, FromJoin] = {}
        for join in self.joins:
            what = join.condition.site, join.name
            times[what] += 1
            found[id(join)] = FromJoin((what[0],), what[1], times[what])
        return found

    def _reads(self, values: Sequence[Value], joins: Joins) -> tuple[Reference, ...]:
        return tuple(map(self._read, values, joins or repeat(None)))

    def _read(self, value: Value, join: Join | None) -> Reference:
        """What the block knows a value as: the joins of other blocks are no matter of its own."""
        while join is not None and join.scope != self.body.scope.index:
            join = join.inner
        if join is not None:
            return self.names[id(join)]
        return self.references[value]

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
        values, form = graph.operands(node), self.body.forms[node.index]
        types, results = graph.types(values), node.results
        is_inner = isinstance(form, Layer) and form.is_inner
        return Member(
            key,
            self._reads(values, node.joins),
            tuple(type_.integers is None for type_ in types),
            len(results),
            node.names,
            stage,
            results[0].shape,
            heavy=node.operation.cost(types, results).macs > 0 and not is_inner,
            guards=tuple(_guards(self.body, node.guard)),
            form=form,
            operation=node.operation.basis.name,
            targets=node.targets,
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
            tuple(self._read(v, inner.entering.get(n)) for n, v in inner.inputs.items()),
            tuple(self.body.graph.type(v).integers is None for v in inner.inputs.values()),
            len(scope.outputs),
            scope.names,
            stage,
            self.body.graph.type(scope.outputs[0]).shape,
            heavy=True,
            guards=tuple(self._guards_on(key, path)),
            child=self._instance(inner),
            outward=Outward(tuple(path)),
            share=scope.share,
            targets=scope.targets,
            module=self._module(self.body.graph.scopes, scope),
        )

    def _instance(self, scope: Scope) -> Instance:
        """The instance of a scope; for a later use of shared layers, that of the first use."""
        return self.found[scope.owner]

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

    def _guards_on(self, key: Key, path: Sequence[Body]) -> Iterator[Guard]:
        """The guards of a call, of the calls on the path of delegation, and of all members inside.

        A condition that every member inside has is a condition of the whole block: an `if` around
        a whole body is written as an optional attribute outside.
        """
        for depth, body in enumerate(path):
            around = Outward(tuple(path[:depth]))
            assert body.parent is not None
            for guard in _guards(body.parent, body.scope.guard):
                place = (*key, *guard.place) if depth else guard.place
                yield Guard(place, around(guard.term), guard.holds)
        first, *others = self._instance(path[-1].scope).members
        for guard in first.guards:
            if all(guard in other.guards for other in others):
                outside = Outward(tuple(path))(guard.term)
                yield Guard((*key, *guard.place), outside, guard.holds)


def _guards(body: Body, innermost: Condition | None) -> Iterator[Guard]:
    for condition in innermost.path() if innermost else ():
        origin = condition.origin
        yield Guard((condition.site,), body.derived(body.term(origin)), origin.value is True)
