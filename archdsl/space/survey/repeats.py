"""Blocks that members of a space have in common: their text is run once.

Members differ in what they decide, and most of their blocks decide nothing. Such a block comes out
the same wherever it gets the same, in any member: so what it has added to one graph is added to the
next ones as it is. These graphs are whole, but for where values were written: they serve to compare
members, and not for emission.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

from archdsl.build.context import Frame
from archdsl.build.machine import RULES
from archdsl.build.request import Rules
from archdsl.build.tables.cells import RowFiller
from archdsl.build.tables.stages import TableBuilder
from archdsl.build.values import Arguments, BlockValue, Tensor, Value
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Node, Scope
from archdsl.ir.graph import Value as GraphValue
from archdsl.space.survey.blocks import Call
from archdsl.space.survey.runs import changed, given_in
from archdsl.space.survey.values import attached, detached, tensors
from archdsl.syntax import tree


class Repeats:
    """The blocks of earlier builds that decided nothing, for the next builds of a program."""

    def __init__(self) -> None:
        self._known: dict[Hashable, _Added | None] = {}
        self._choices = 0

    @property
    def count(self) -> int:
        """How many blocks are known."""
        return len(self._known)

    def builder(self, filler: RowFiller) -> TableBuilder:
        """A builder of a table, whose blocks are among all others here."""
        return TableBuilder(filler)

    def rules(self, rules: Rules) -> Rules:
        """The rules of the language, with those for blocks and choices of these builds."""
        callees: dict[type, Callable[..., Value]] = {**rules.callees, BlockValue: self._apply}
        expressions: dict[type, Callable[..., Value]] = {
            **rules.expressions,
            tree.Choice: self._choose,
        }
        return replace(rules, callees=callees, expressions=expressions)

    def _choose(self, frame: Frame, node: tree.Choice) -> Value:
        self._choices += 1
        return RULES.expressions[tree.Choice](frame, node)

    def _apply(
        self, frame: Frame, callee: BlockValue, arguments: Arguments, node: tree.Node
    ) -> Value:
        """The result of a block, which is run if it is new or decides something."""
        if not arguments.has_tensors:
            return _apply_block(frame, callee, arguments, node)
        entering = [t.value for g in given_in(arguments) for t in tensors(g.value)]
        apart = changed(arguments, lambda value: detached(value, frame.graph))
        # Where one tensor is given twice, both are one in the block too.
        same = tuple(map(entering.index, entering))
        key = Call(callee, apart, node).key(frame), same
        if key not in self._known:
            return self._first(
                key, frame, entering, lambda alone: _apply_block(alone, callee, arguments, node)
            )
        added = self._known[key]
        if added is None:
            return _apply_block(frame, callee, arguments, node)
        frame.step(node.span, len(added.nodes))
        frame.check_room(node.span)
        return added.again(frame, entering, node)

    def _first(
        self,
        key: Hashable,
        frame: Frame,
        entering: Sequence[GraphValue],
        run: Callable[[Frame], Value],
    ) -> Value:
        """The result of a block that is run, and known from then on if it decides nothing."""
        graph, choices, findings = frame.graph, self._choices, len(frame.findings.entries)
        start = _Place(len(graph.nodes), len(graph.scopes), len(graph.initialisations))
        # What is derived elsewhere in this build may hang on decisions: here it is derived anew.
        value = run(replace(frame, context=replace(frame.context, derived={})))
        is_plain = self._choices == choices and len(graph.initialisations) == start.initialisations
        is_known = is_plain and len(frame.findings.entries) == findings
        self._known[key] = _added(graph, start, entering, value) if is_known else None
        return value


_apply_block = RULES.callees[BlockValue]


@dataclass(frozen=True)
class _Place:
    """How much a graph had before a block was run."""

    nodes: int
    scopes: int
    initialisations: int


@dataclass(frozen=True)
class _Added:
    """What a block has added to a graph after a place, and what it returned.

    Values before the place are those that entered, by their positions.
    """

    start: _Place
    nodes: Sequence[Node]
    reads: Sequence[tuple[GraphValue, ...]]
    scopes: Sequence[Scope]
    positions: dict[GraphValue, int]
    value: Value

    def again(self, frame: Frame, entering: Sequence[GraphValue], node: tree.Node) -> Value:
        """The same once more, on other values that enter, and called by another node."""
        graph, start = frame.graph, self.start
        by, scopes_by = len(graph.nodes) - start.nodes, len(graph.scopes) - start.scopes

        def moved(value: GraphValue) -> GraphValue:
            if value.node >= start.nodes:
                return GraphValue(value.node + by, value.result)
            return entering[self.positions[value]]

        graph.nodes.extend([_moved_node(node, by, scopes_by) for node in self.nodes])
        graph.reads.extend([tuple([moved(v) for v in operands]) for operands in self.reads])
        graph.scopes.extend([_moved_scope(scope, scopes_by, moved) for scope in self.scopes])
        first = start.scopes + scopes_by
        graph.scopes[first] = replace(
            graph.scopes[first],
            names=frame.names_of(node),
            parent=frame.scope,
            site=frame.site(node.span),
            span=node.span,
        )
        return attached(self.value, lambda tensor: Tensor(moved(tensor.value), tensor.type))


def _added(
    graph: Builder, start: _Place, entering: Sequence[GraphValue], value: Value
) -> _Added | None:
    """What a graph has behind a place; None if something else was read than what entered."""
    nodes, reads = graph.nodes[start.nodes :], graph.reads[start.nodes :]
    positions = {value: place for place, value in reversed([*enumerate(entering)])}
    outside = (v for operands in reads for v in operands if v.node < start.nodes)
    if any(v not in positions for v in outside):
        return None
    return _Added(start, nodes, reads, graph.scopes[start.scopes :], positions, value)


def _moved_node(node: Node, by: int, scopes_by: int) -> Node:
    """A node at another place, without what its values were written as."""
    return Node(
        node.index + by,
        node.operation,
        node.results,
        node.scope + scopes_by,
        node.site,
        node.names,
        node.span,
        share=node.share,
        weights_of=_shifted(node.weights_of, by),
    )


def _moved_scope(scope: Scope, by: int, moved: Callable[[GraphValue], GraphValue]) -> Scope:
    return Scope(
        scope.index + by,
        scope.kind,
        scope.names,
        scope.definition,
        _shifted(scope.parent, by),
        scope.site,
        scope.span,
        scope.block,
        scope.bindings,
        {name: moved(value) for name, value in scope.inputs.items()},
        tuple([moved(value) for value in scope.outputs]),
        share=scope.share,
        weights_of=_shifted(scope.weights_of, by),
    )


def _shifted(index: int | None, by: int) -> int | None:
    return None if index is None else index + by
