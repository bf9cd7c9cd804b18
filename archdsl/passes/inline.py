"""Blocks of one operation dissolved into the blocks around them.

Once its norm is folded and its activation joined, `conv_norm_act` is one layer. A class for it
would be a level without a purpose, and would keep the layer from doing the sum around the block.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from archdsl.ir.graph import Graph, Join, Node, Scope, Value
from archdsl.ir.rewrite import Rewrite
from archdsl.ir.written import Apply, Expression, Named, Opaque, Origin, Parameter, apply, leaves
from archdsl.passes.base import Lowered, kept
from archdsl.source import Span


def inline(graph: Graph) -> Lowered:
    """The graph in which an operation that is all of a block is one of the block around it."""
    sizes = Counter(scope.index for node in graph for scope in graph.enclosing(node.scope))
    rewrite = Rewrite(graph)
    for node in graph:
        moved = node
        while (block := graph.scopes[moved.scope]) and _is_all_of(graph, moved, block, sizes):
            moved = _outside(graph, moved, block)
        if moved is node:
            rewrite.keep(node)
        else:
            rewrite.move(node, moved)
    return kept(rewrite)


def _is_all_of(graph: Graph, node: Node, scope: Scope, sizes: Counter[int]) -> bool:
    """Whether a scope is a block of one operation, which says all that the block depends on."""
    if scope.kind != "block" or sizes[scope.index] != 1 or _is_shared(graph, scope):
        return False
    results = tuple([Value(node.index, place) for place in range(len(node.results))])
    own = set(graph.operands(node))
    # A value that comes through a condition of the block is not just what enters.
    joins = (join for first in node.joins for join in _chain(first))
    is_plain = node.guard is None and not any(join.scope == scope.index for join in joins)
    return (
        is_plain
        and not node.share
        and scope.outputs == results
        and own <= set(scope.inputs.values())
    )


def _chain(join: Join | None) -> Iterator[Join]:
    """A join, and those that its value came through before."""
    while join is not None:
        yield join
        join = join.inner


def _is_shared(graph: Graph, scope: Scope) -> bool:
    return bool(scope.share) or scope.weights_of is not None or scope.index in graph.later_uses


def _outside(graph: Graph, node: Node, block: Scope) -> Node:
    """An operation as it is written in the block around its own, where it is the call of that."""
    body = next(s for s in graph.enclosing(block.parent) if s.block is not None)
    names = {value: name for name, value in block.inputs.items()}
    joins = tuple([block.entering.get(names[value]) for value in graph.operands(node)])
    assert block.parent is not None
    return replace(
        node,
        scope=block.parent,
        site=block.site,
        names=block.names if any(block.names) else node.names,
        targets=block.targets,
        written={
            name: _Outside(origin.value, body.index, origin.span, origin, block)
            for name, origin in node.written.items()
        },
        guard=block.guard,
        joins=joins if any(joins) else (),
    )


@dataclass(frozen=True, slots=True)
class _Outside:
    """The origin of a value inside a block, in terms of the body that calls the block."""

    value: object
    scope: int
    span: Span
    origin: Origin
    block: Scope

    @property
    def expression(self) -> Expression:
        return self._given(self.origin.expression)

    def _given(self, term: Expression) -> Expression:
        match term:
            case Parameter(name=name):
                argument = self.block.arguments[name]
                is_default = argument.scope == self.block.index
                return self._given(argument.expression) if is_default else argument.expression
            case Named(term=inner):
                return self._given(inner)
            case Apply(operator=sign, terms=terms):
                return apply(sign, *map(self._given, terms))
            case Opaque(reads=reads):
                read = (leaf for inner in reads for leaf in leaves(self._given(inner)))
                return replace(term, reads=frozenset(read))
        return term
