"""What is told of a network whose body was run: whether it is one, how far building came.

One that broke off is still drawn, as a sketch with the places where it did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from dataclasses import dataclass, replace

from archdsl.build.context import Frame
from archdsl.build.request import Finding
from archdsl.build.values import Value, describe, holds_tensor, tensors_in
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, warning
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
        if not _is_reported(graph, call):
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


def _is_reported(graph: Graph, call: Node | Scope) -> bool:
    """Whether it is an operation of a cell, of which the cell's own text shows that."""
    around = call.scope if isinstance(call, Node) else call.parent
    block = graph.scopes[around].block if around is not None else None
    return block is not None and block.cell is not None and call.name in block.cell.inputs


@dataclass(frozen=True)
class Break:
    """Where building broke off: in a scope, when the graph had so many scopes and nodes."""

    diagnostic: Diagnostic
    scope: int
    scopes: int
    nodes: int


@dataclass(frozen=True)
class Sketch:
    """The graph built so far. Scopes that were open at a break have no inputs or outputs."""

    graph: Graph
    breaks: tuple[Break, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def broke_off(self) -> bool:
        """Whether building began, and did not come to its end."""
        return bool(self.graph.scopes and self.breaks)


def sketch(graph: Graph, findings: Iterable[Finding]) -> Sketch:
    """A graph with what was found before it was built, while it was and after; each once."""
    told = Diagnostics()
    first: dict[Diagnostic, Finding] = {}
    with suppress(CompileError):
        for finding in findings:
            first.setdefault(finding.diagnostic, finding)
            told.add(finding.diagnostic)
    errors = (first[diagnostic] for diagnostic in told if diagnostic.is_error)
    return Sketch(graph, tuple(_break(graph, found) for found in errors), tuple(told))


def _break(graph: Graph, found: Finding) -> Break:
    """Where it broke off: in the innermost scope that was open and whose text the mistake is in.

    One that broke off before is open too, but what broke after it stands elsewhere.
    """
    around = (scope for scope in found.open_scopes if _holds(graph.scopes[scope], found.diagnostic))
    broken = Break(found.diagnostic, next(around, 0), found.scopes, found.nodes)
    return _in_stage(graph, broken)


def _holds(scope: Scope, diagnostic: Diagnostic) -> bool:
    if not diagnostic.labels:
        return scope.parent is None
    place, around = diagnostic.labels[0].span, scope.block.span if scope.block else scope.span
    if scope.kind == "stage":
        return place.source is around.source
    return place.source is around.source and around.start <= place.start <= around.end


def _in_stage(graph: Graph, broken: Break) -> Break:
    """A table counts the blocks of a stage before it opens it: what is wrong there is inside."""
    following = graph.scopes[broken.scopes : broken.scopes + 1]
    if not broken.diagnostic.labels or not following or following[0].kind != "stage":
        return broken
    stage, place = following[0], broken.diagnostic.labels[0].span
    if place.source is not stage.span.source or place.start < stage.span.start:
        return broken
    inside = [node.index for node in graph if stage in graph.enclosing(node.scope)]
    return replace(broken, scope=stage.index, nodes=max(inside, default=broken.nodes - 1) + 1)
