"""What bodies mention, found in the text alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields

from archdsl.syntax import tree


def walk(nodes: Iterable[tree.Node]) -> Iterator[tree.Node]:
    """Nodes with all that is below them, in the order in which they were written."""
    waiting = [*nodes][::-1]
    while waiting:
        node = waiting.pop()
        yield node
        below: list[tree.Node] = []
        for name in _BELOW[type(node)]:
            value = getattr(node, name)
            if isinstance(value, tree.Node):
                below.append(value)
            elif isinstance(value, tuple):
                below += [item for item in value if isinstance(item, tree.Node)]
        waiting += below[::-1]


_BELOW = {
    kind: tuple(f.name for f in fields(kind) if f.name not in ("span", "depth"))
    for kind in vars(tree).values()
    if isinstance(kind, type) and issubclass(kind, tree.Node)
}


def names_in(*nodes: tree.Node) -> set[str]:
    """The names that are read somewhere in nodes."""
    return {node.name for node in walk(nodes) if isinstance(node, tree.Name)}


def targets(*body: tree.Statement) -> Iterator[str]:
    """Every name that statements give a value, once for each place that does."""
    for statement in body:
        if isinstance(statement, tree.Assign):
            yield from statement.targets
        elif isinstance(statement, tree.Input):
            yield statement.name
        elif isinstance(statement, tree.If):
            yield from targets(*statement.body, *statement.otherwise)
        elif isinstance(statement, tree.For):
            yield from statement.targets
            yield from targets(*statement.body)


def handed_on(network: tree.Network) -> tuple[str, ...]:
    """The parameters that the body mentions, and only as arguments of calls, as they stand."""
    nodes = list(walk(network.body))
    uses = Counter(node.name for node in nodes if isinstance(node, tree.Name))
    calls = (node for node in nodes if isinstance(node, tree.Call))
    values = (argument.value for call in calls for argument in call.arguments)
    bare = Counter(value.name for value in values if isinstance(value, tree.Name))
    names = [parameter.name for parameter in network.parameters]
    return tuple(name for name in names if uses[name] and uses[name] == bare[name])
