"""How the costs of a network fall on its rows, stages, blocks or operations."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.costs.figures import Costs, Figures
from archdsl.ir.graph import Graph, Node, Scope
from archdsl.ir.naming import Naming, name_all
from archdsl.ops.base import Types
from archdsl.ops.sources import Input

LEVELS: dict[str, frozenset[str]] = {
    "row": frozenset({"stage"}),
    "stage": frozenset(),
    "block": frozenset({"stage", "row"}),
    "operation": frozenset({"stage", "row", "block"}),
}
"""Ways to cut a network into parts, each with the kinds of scopes that it looks into."""


@dataclass(frozen=True)
class Part:
    """A part of a network with its costs: an operation, a block, a row or a stage."""

    name: str
    kind: str
    outputs: Types
    figures: Figures


def breakdown(graph: Graph, costs: Costs, by: str) -> tuple[Part, ...]:
    """The parts by one of LEVELS: together the whole network, every operation in exactly one."""
    naming = name_all(graph)
    owners = _owners(graph, LEVELS[by])
    parts: list[Part] = []
    seen: set[int] = set()
    for node in graph:
        owner = owners[node.scope]
        if owner is None and not isinstance(node.operation, Input):
            parts.append(_operation(naming, node, costs.nodes[node.index]))
        elif owner is not None and owner.index not in seen:
            seen.add(owner.index)
            parts.append(_scope(graph, naming, owner, costs.scopes[owner.index], node))
    return tuple(parts)


def _operation(naming: Naming, node: Node, figures: Figures) -> Part:
    return Part(naming.path(node), node.operation.name, node.results, figures)


def _scope(graph: Graph, naming: Naming, scope: Scope, figures: Figures, first: Node) -> Part:
    name = _scope_name(graph, naming, scope)
    kind = " ".join(scope.definition.split()) or scope.kind
    return Part(name, kind, graph.types(scope.outputs) or first.results, figures)


def _owners(graph: Graph, opened: frozenset[str]) -> list[Scope | None]:
    """For each scope the outermost one around it that is not looked into."""
    owners: list[Scope | None] = []
    for scope in graph.scopes:
        above = None if scope.parent is None else owners[scope.parent]
        is_part = scope.parent is not None and scope.kind not in opened
        owners.append(above or (scope if is_part else None))
    return owners


def _scope_name(graph: Graph, naming: Naming, scope: Scope) -> str:
    """The path of a scope; a row ends it with its own name."""
    if scope.kind != "row":
        return naming.scope_paths[scope.index]
    above = naming.scope_paths[scope.parent or 0]
    return f"{above}.{scope.name}" if above else scope.name
