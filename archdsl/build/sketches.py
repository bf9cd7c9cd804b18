"""A network as far as it could be built, with the places where building broke off."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from archdsl.build.request import Finding
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics
from archdsl.ir.graph import Graph, Scope


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
    around = (scope for scope in found.open if _holds(graph.scopes[scope], found.diagnostic))
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
    inside = [
        node.index
        for node in graph
        if any(scope.index == stage.index for scope in graph.enclosing(node.scope))
    ]
    return replace(broken, scope=stage.index, nodes=max(inside, default=broken.nodes - 1) + 1)
