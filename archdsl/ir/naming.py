"""A name for every scope and operation, unique among its siblings.

Tables, drawings, differences and emission call a block by the same path, such as `res2.0.conv1`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from archdsl.ir.graph import Graph, Node, Scope

TRANSPARENT = ("network", "row")
"""Kinds of scopes that are no level of a path."""


@dataclass(frozen=True)
class Naming:
    """The names and paths of a graph's scopes and nodes, by index."""

    scopes: tuple[str, ...]
    nodes: tuple[str, ...]
    scope_paths: tuple[str, ...]

    def path(self, node: Node) -> str:
        """The path of an operation: `res2.0.conv1`."""
        return _join_path(self.scope_paths[node.scope], self.nodes[node.index])


def name_all(graph: Graph) -> Naming:
    """Names from the text, otherwise from the block or operation, numbered where they repeat.

    Without a name of its own, a use of shared layers is called as these are.
    """
    levels = _levels(graph)
    parts: list[tuple[Hashable, str]] = [
        (_place(levels, scope), scope.name or scope.share or scope.definition)
        for scope in graph.scopes
    ]
    parts += [(levels[node.scope], _own_name(graph, node)) for node in graph]
    names = unique_names(parts)
    count = len(graph.scopes)
    scopes, nodes = tuple(names[:count]), tuple(names[count:])
    return Naming(scopes, nodes, _scope_paths(graph, scopes))


def _own_name(graph: Graph, node: Node) -> str:
    """The name of an operation before numbering: `wte.weight` for a part of shared layers."""
    own = node.name or node.share
    if own or node.weights_of is None or not node.operation.needs_owner:
        return own or node.operation.name
    owner = graph.node(node.weights_of)
    return f"{owner.share or owner.name}.{node.operation.name}"


def _place(levels: list[int], scope: Scope) -> Hashable:
    """The level in which a scope's name must be unique; a transparent one has a level to itself."""
    return (scope.index,) if scope.kind in TRANSPARENT else levels[scope.parent or 0]


def _levels(graph: Graph) -> list[int]:
    """For each scope, the one whose path the paths of its contents extend."""
    levels: list[int] = []
    for scope in graph.scopes:
        inside = scope.parent is not None and scope.kind in TRANSPARENT
        levels.append(levels[scope.parent or 0] if inside else scope.index)
    return levels


def unique_names(parts: Iterable[tuple[Hashable, str]]) -> list[str]:
    """A name for each pair of a level and a name: as it is if unique there, otherwise numbered.

    Numbers count from 1, and skip a name that another part has: `conv`, `conv`, `conv1` become
    `conv2`, `conv3`, `conv1`.
    """
    listed = list(parts)
    wanted = Counter(listed)
    used: Counter[tuple[Hashable, str]] = Counter()
    names: list[str] = []
    for level, name in listed:
        unique = name
        while wanted[level, name] > 1 and (unique == name or (level, unique) in wanted):
            used[level, name] += 1
            unique = f"{name}{used[level, name]}"
        names.append(unique)
    return names


def _scope_paths(graph: Graph, names: tuple[str, ...]) -> tuple[str, ...]:
    paths: list[str] = []
    for scope in graph.scopes:
        above = "" if scope.parent is None else paths[scope.parent]
        paths.append(above if scope.kind in TRANSPARENT else _join_path(above, names[scope.index]))
    return tuple(paths)


def _join_path(above: str, name: str) -> str:
    return f"{above}.{name}" if above else name
