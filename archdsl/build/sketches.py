"""A network as far as it can be built, with the places where it could not."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from archdsl.build.networks import build
from archdsl.build.session import Session
from archdsl.build.values import Given
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Graph, Nodes, Scope
from archdsl.program.program import Program


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


def sketch(program: Program, name: str, given: Mapping[str, Given]) -> Sketch:
    """As much of a network as can be built."""
    builder = Builder(name)
    diagnostics = _Watched(graph=builder)
    session = Session(program, builder, diagnostics)
    with suppress(CompileError):
        build(session, given)
    graph = session.graph.finish()
    breaks = tuple(_in_stage(graph, broken) for broken in diagnostics.breaks)
    return Sketch(graph, breaks, tuple(diagnostics))


def _in_stage(graph: Graph, broken: Break) -> Break:
    """A table counts the blocks of a stage before it opens it: what is wrong there is inside."""
    following = graph.scopes[broken.scopes : broken.scopes + 1]
    if not broken.diagnostic.labels or not following or following[0].kind != "stage":
        return broken
    stage, place = following[0], broken.diagnostic.labels[0].span
    if place.source is not stage.span.source or place.start < stage.span.start:
        return broken
    inside = [
        node.index
        for node in graph
        if any(scope.index == stage.index for scope in graph.enclosing(node.scope))
    ]
    return replace(broken, scope=stage.index, nodes=max(inside, default=broken.nodes - 1) + 1)


@dataclass
class _Watched(Diagnostics):
    """Keeps for each error how far the graph was."""

    graph: Nodes = field(default_factory=lambda: Builder(""))
    breaks: list[Break] = field(default_factory=list)

    def add(self, diagnostic: Diagnostic) -> None:
        told = len(list(self))
        try:
            super().add(diagnostic)
        finally:
            if diagnostic.is_error and len(list(self)) > told:
                scope = _open_scope(self.graph, diagnostic)
                scopes, nodes = len(self.graph.scopes), len(self.graph)
                self.breaks.append(Break(diagnostic, scope, scopes, nodes))


def _open_scope(graph: Nodes, diagnostic: Diagnostic) -> int:
    """The innermost scope that is open and whose text the mistake stands in, else the network.

    One that broke off before is open too, but what broke after it stands elsewhere.
    """
    latest = graph.enclosing(len(graph.scopes) - 1 if graph.scopes else None)
    found = (scope.index for scope in latest if _is_open(scope) and _holds(scope, diagnostic))
    return next(found, 0)


def _is_open(scope: Scope) -> bool:
    return not scope.inputs and not scope.outputs


def _holds(scope: Scope, diagnostic: Diagnostic) -> bool:
    if not diagnostic.labels:
        return scope.parent is None
    place, around = diagnostic.labels[0].span, scope.block.span if scope.block else scope.span
    if scope.kind == "stage":
        return place.source is around.source
    return place.source is around.source and around.start <= place.start <= around.end
