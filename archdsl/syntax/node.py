"""What all nodes of the syntax tree have, and the way through a tree.

Nothing here knows a kind of node: those are in `syntax.tree`, which is imported instead of this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field

from archdsl.frozen import Frozen
from archdsl.source import Span


class Node(Frozen):
    """Base of all nodes. `depth` is the height of the tree below, which the parser bounds."""

    span: Span = field(kw_only=True, compare=False, repr=False)
    depth: int = field(default=0, kw_only=True, compare=False, repr=False)


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Nodes and all nodes below them, in the order of the text, without recursion."""
    waiting = [*nodes][::-1]  # a stack, so the first node comes last
    while waiting:
        node = waiting.pop()
        yield node
        # The positional fields are the node's own: span and depth are keyword-only.
        own: tuple[str, ...] = node.__match_args__
        values = [getattr(node, name) for name in own]
        several = (value if isinstance(value, tuple) else (value,) for value in values)
        waiting += [item for items in several for item in items if isinstance(item, Node)][::-1]
