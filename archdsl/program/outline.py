"""What is known of a body from its text alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from archdsl.ir.graph import Definition as GraphDefinition
from archdsl.program.cells.blocks import CellBlock
from archdsl.syntax import tree


def assigned_names(*body: tree.Statement) -> Iterator[str]:
    """The names that statements assign, once for each assignment."""
    for statement in body:
        if isinstance(statement, tree.Assign):
            yield from statement.targets
        elif isinstance(statement, tree.Input | tree.Share):
            yield statement.name
        elif isinstance(statement, tree.If):
            yield from assigned_names(*statement.body, *statement.otherwise)
        elif isinstance(statement, tree.For):
            yield from statement.targets
            yield from assigned_names(*statement.body)


def can_return(body: Iterable[tree.Statement]) -> bool:
    """Whether one of some statements, or of those inside them, is a `return`."""
    return any(
        isinstance(statement, tree.Return)
        or (isinstance(statement, tree.If) and can_return((*statement.body, *statement.otherwise)))
        or (isinstance(statement, tree.For) and can_return(statement.body))
        for statement in body
    )


@dataclass(frozen=True, slots=True)
class Outline:
    """The graph's record of a block, and how many statements of its body assign each name."""

    definition: GraphDefinition
    assigned: Mapping[str, int]


def outline(block: tree.Block | tree.Network) -> Outline:
    """The outline of a body, from its text alone."""
    # A default can be computed from parameters: only literals are known before a call.
    names = tuple(parameter.name for parameter in block.parameters)
    literals = {p.name: _literal(p.default, names) for p in block.parameters if p.default}
    defaults = {name: value for name, value in literals.items() if value is not ...}
    wiring = block.wiring if isinstance(block, CellBlock) else None
    definition = GraphDefinition(block.name, block.doc, names, defaults, block.span, wiring)
    return Outline(definition, Counter(assigned_names(*block.body)))


def _literal(node: tree.Expression, names: tuple[str, ...]) -> object:
    """The value of a literal, `True` for the name of a block, an ellipsis for all else.

    None cannot say that there is no value, because `none` is one.
    """
    if isinstance(node, tree.Name) and node.name not in names:
        return True
    if isinstance(node, tree.Number | tree.Constant):
        return node.value
    if isinstance(node, tree.Tuple):
        items = tuple(_literal(item, names) for item in node.items)
        return ... if ... in items else items
    return ...


def decides_anew(nodes: Iterable[tree.Node]) -> bool:
    """Whether `each` stands before a choice, but not where a row or an iteration decides anew."""
    waiting = [*nodes]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tree.Each) and isinstance(node.value, tree.Choice):
            return True
        is_apart = isinstance(node, tree.Table) or (isinstance(node, tree.For) and node.each)
        waiting += [] if is_apart else tree.below(node)
    return False
