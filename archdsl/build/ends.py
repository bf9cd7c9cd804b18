"""What a network that was built must be: it has inputs, gives tensors, reads what it computes."""

from __future__ import annotations

from collections.abc import Iterator, Set

from archdsl.build.context import Frame
from archdsl.build.values import Value, describe, holds_tensor, tensors_in
from archdsl.diagnostics import Diagnostic, warning
from archdsl.ir.graph import Graph, Node, Scope
from archdsl.ops.sources import Input
from archdsl.program.program import name_span
from archdsl.syntax import tree


def check_result(frame: Frame, network: tree.Network, result: Value) -> None:
    """A network has inputs, and gives nothing but tensors."""
    graph, span = frame.graph, name_span(network)
    if not graph.inputs:
        message = f"network `{network.name}` has no input"
        hint = "declare one: `input video: 3 x 16 x 224^2`"
    elif not _is_tensors(result):
        message = f"network `{network.name}` gives {describe(result)}, not a tensor"
        hint = "end with a call, a table, or `return` and tensors"
    elif any(graph.type(value).samples > 1 for value in tensors_in(result)):
        message = f"network `{network.name}` gives {describe(result)}: groups of one sample"
        hint = "bring them together: `y -> ungroup(x)`"
    else:
        return
    frame.findings.add(frame.error("network", message, span, help=hint))


def _is_tensors(value: Value) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(map(_is_tensors, value))
    return holds_tensor(value)


def unread(graph: Graph) -> Iterator[Diagnostic]:
    """A warning for each operation that nothing reads, at the outermost call that it ends."""
    outputs = {value.node for value in graph.outputs}
    found = {node.index: node for node in graph.unread() if node.index not in outputs}
    ends = set(_ends(graph, found.keys())) if found else set()
    for node in found.values():
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
