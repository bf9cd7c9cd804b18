"""Results that nothing uses: they cost, and learn nothing."""

from __future__ import annotations

from collections.abc import Iterator, Set

from archdsl.diagnostics import Diagnostic, warning
from archdsl.ir.graph import Graph, Node, Scope
from archdsl.ops.sources import Input


def warnings(graph: Graph) -> Iterator[Diagnostic]:
    """A warning for each operation that nothing reads, at the outermost call that it ends."""
    outputs = {value.node for value in graph.outputs}
    unread = {node.index: node for node in graph.unread() if node.index not in outputs}
    ends = set(_ends(graph, unread.keys())) if unread else set()
    for node in unread.values():
        if isinstance(node.operation, Input):
            yield warning("unused", f"nothing uses the input `{node.name}`", node.span)
            continue
        call = _outermost(graph, node, ends)
        if not _is_told(graph, call):
            yield warning("unused", "nothing uses the result of this", call.span)


def _ends(graph: Graph, unread: Set[int]) -> Iterator[tuple[int, int]]:
    """Each scope of which nothing is read, with each node whose results it gives."""
    for scope in graph.scopes:
        results = {value.node for value in scope.outputs}
        if results <= unread:
            yield from ((scope.index, node) for node in results)


def _outermost(graph: Graph, node: Node, ends: Set[tuple[int, int]]) -> Node | Scope:
    """The outermost call that gives a node's results, and nothing that anybody reads."""
    call: Node | Scope = node
    for scope in graph.enclosing(node.scope):
        if (scope.index, node.index) not in ends:
            break
        call = scope
    return call


def _is_told(graph: Graph, call: Node | Scope) -> bool:
    """Whether it is an operation of a cell, of which the cell's own text shows that."""
    around = call.scope if isinstance(call, Node) else call.parent
    block = graph.scopes[around].block if around is not None else None
    return block is not None and block.cell is not None and call.name in block.cell.inputs
