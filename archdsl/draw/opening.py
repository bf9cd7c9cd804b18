"""What can be opened in a picture: by which names a reader says so, and what is inside.

A page asks again for the picture with other parts open, perhaps of a text that has changed. So
parts are known by their paths, the names that tables have too, and not by numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.ir.graph import Graph, Node, Scope
from archdsl.ir.listing import Entry, name_range
from archdsl.ir.members import Member
from archdsl.ir.naming import Naming


def path_of(naming: Naming, covers: Sequence[Member]) -> str:
    """The path of what one box stands for: `res2.0`, or `res2.1-3` of several in a row."""
    first, last = (
        naming.path(member) if isinstance(member, Node) else naming.scope_paths[member.index]
        for member in (covers[0], covers[-1])
    )
    return first if first == last else name_range(first, last)


def below_tables(graph: Graph) -> dict[int, list[Scope]]:
    """The scopes directly in each stage and in each row."""
    below: dict[int, list[Scope]] = {}
    for scope in graph.scopes:
        if scope.parent is not None and graph.scopes[scope.parent].kind in ("stage", "row"):
            below.setdefault(scope.parent, []).append(scope)
    return below


def entries_of_row(scopes: Sequence[Scope], entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries of a stage that are blocks of one row.

    There are none if one of them stands for blocks of the next row too: then the row has no inside
    that could be drawn alone.
    """
    own = {scope.index for scope in scopes}
    found: list[Entry] = []
    for entry in entries:
        inside = [isinstance(member, Scope) and member.index in own for member in entry.covers]
        if any(inside) and not all(inside):
            return ()
        found += [entry] if any(inside) else []
    return tuple(found)
