"""What all nodes of the syntax tree have, and the way through a tree.

Nothing here knows a kind of node: those are in `syntax.tree`, which is imported instead of this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from archdsl.frozen import Frozen
from archdsl.source import Span


class Node(Frozen):
    """Base of all nodes. `depth` is the height of the tree below, which the parser bounds."""

    span: Span = field(kw_only=True, compare=False, repr=False)
    depth: int = field(default=0, kw_only=True, compare=False, repr=False)


def substituted(node: Node, others: Mapping[tuple[int, int], Node]) -> Node:
    """A tree with other nodes in place of those at some offsets. What stays is shared."""
    if (node.span.start, node.span.end) in others:
        return others[node.span.start, node.span.end]
    changed: dict[str, Any] = {}
    own: tuple[str, ...] = node.__match_args__
    for name in own:
        value = getattr(node, name)
        parts = value if isinstance(value, tuple) else (value,)
        new = [substituted(part, others) if isinstance(part, Node) else part for part in parts]
        if any(one is not other for one, other in zip(new, parts, strict=True)):
            changed[name] = tuple(new) if isinstance(value, tuple) else new[0]
    return replace(node, **changed) if changed else node


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Nodes and all nodes below them, in the order of the text, without recursion."""
    waiting = [*nodes][::-1]  # a stack, so the first node comes last
    while waiting:
        node = waiting.pop()
        yield node
        waiting += below(node)[::-1]


def below(node: Node) -> list[Node]:
    """The nodes right below a node, in the order of the text."""
    # The positional fields are the node's own: span and depth are keyword-only.
    own: tuple[str, ...] = node.__match_args__
    values = [getattr(node, name) for name in own]
    several = (value if isinstance(value, tuple) else (value,) for value in values)
    return [item for items in several for item in items if isinstance(item, Node)]
