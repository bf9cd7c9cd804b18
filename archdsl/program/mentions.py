"""What bodies mention, found in the text alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from archdsl.syntax import tree


def names_in(*nodes: tree.Node) -> set[str]:
    """The names that are read somewhere in nodes."""
    return {node.name for node in tree.walk(nodes) if isinstance(node, tree.Name)}


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
    nodes = list(tree.walk(network.body))
    uses = Counter(node.name for node in nodes if isinstance(node, tree.Name))
    calls = [node for node in nodes if isinstance(node, tree.Call)]
    uses.subtract(call.function.name for call in calls if isinstance(call.function, tree.Name))
    values = (argument.value for call in calls for argument in call.arguments)
    bare = Counter(value.name for value in values if isinstance(value, tree.Name))
    names = [parameter.name for parameter in network.parameters]
    return tuple(name for name in names if uses[name] and uses[name] == bare[name])
