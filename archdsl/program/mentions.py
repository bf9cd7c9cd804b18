"""What bodies mention and what is known of them before they are evaluated: by the text alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archdsl.ir.graph import Definition
from archdsl.program.cells.parts import CellBlock
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


@dataclass(frozen=True, slots=True)
class Outline:
    """What the graph keeps of a block, and how many places in its body assign each name."""

    definition: Definition
    assigned: Mapping[str, int]


def outline(block: tree.Block | tree.Network) -> Outline:
    """What evaluation knows of a body before it starts."""
    names = tuple(parameter.name for parameter in block.parameters)
    literals = {p.name: _literal(p.default, names) for p in block.parameters if p.default}
    defaults = {name: value for name, value in literals.items() if value is not ...}
    wiring = block.wiring if isinstance(block, CellBlock) else None
    definition = Definition(block.name, block.doc, names, defaults, block.span, wiring)
    return Outline(definition, Counter(targets(*block.body)))


def _literal(node: tree.Expression, names: tuple[str, ...]) -> object:
    """The value of a literal, true for the name of a block; an ellipsis for other expressions."""
    if isinstance(node, tree.Name) and node.name not in names:
        return True
    if isinstance(node, tree.Number | tree.Constant):
        return node.value
    if isinstance(node, tree.Tuple):
        items = tuple(_literal(item, names) for item in node.items)
        return ... if ... in items else items
    return ...
