"""From nodes to the nodes below them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archdsl.syntax.tree.base import Node


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Nodes with all that is below them, in the order in which they were written."""
    waiting = [*nodes][::-1]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(_below(node))


def _below(node: Node) -> list[Node]:
    below: list[Node] = []
    # What a kind of node takes by place are its own fields: span and depth go by keyword.
    own: tuple[str, ...] = node.__match_args__
    for name in own:
        value = getattr(node, name)
        if isinstance(value, tuple):
            below += [item for item in value if isinstance(item, Node)]
        elif isinstance(value, Node):
            below.append(value)
    return below
