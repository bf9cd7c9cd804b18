"""Places of the text inside a block: they identify its members in all instances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from archdsl.ir.graph import Graph, Node, Scope, Site

Key: TypeAlias = tuple[Site, ...]
"""Identifies a member of a block by places in the text: rows and stages first, then the call.

Two instances of a block have the same keys, because they come from the same text.
"""

Child: TypeAlias = Node | Scope
"""What a block consists of: operations, and blocks whatever they contain."""


def key_and_stage(graph: Graph, child: Child, owner: int) -> tuple[Key, str | None]:
    """The key of a child, and the name of the stage that contains it."""
    around = list(_between(graph, child, owner))
    stage = next((scope.name for scope in around if scope.kind == "stage"), None)
    return (*(scope.site for scope in reversed(around)), child.site), stage


def _between(graph: Graph, child: Child, owner: int) -> Iterator[Scope]:
    """The rows and stages between a child and its block, innermost first."""
    start = child.scope if isinstance(child, Node) else child.parent
    for scope in graph.enclosing(start):
        if scope.index == owner:
            return
        yield scope
