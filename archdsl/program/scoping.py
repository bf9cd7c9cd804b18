"""Names that stand for nothing, wherever they are: also where evaluation never comes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from archdsl.build.functions import FUNCTIONS
from archdsl.build.tables.stages import STAGE
from archdsl.diagnostics import Diagnostic, did_you_mean, error, warning
from archdsl.ops import OPERATIONS
from archdsl.program.library import brings
from archdsl.program.mentions import targets
from archdsl.program.program import Unit
from archdsl.syntax import tree

CANDIDATES = 2_000
"""Names that are compared with a misspelt one, at most."""


def check_names(unit: Unit, words: frozenset[str]) -> Iterator[Diagnostic]:
    """Names in a file that nothing has, and statements that no evaluation reaches."""
    outside = {*unit.names, *FUNCTIONS, *OPERATIONS, *words}
    for definition in unit.own:
        if isinstance(definition, tree.Derived):
            _, arguments = tree.called(definition.base)
            yield from _unknown([*tree.walk(arguments)], outside)
            continue
        nodes = [*tree.walk([*definition.parameters, *definition.body])]
        yield from _unknown(nodes, outside | set(_inside(definition, nodes)))
        for body in _bodies(definition, nodes):
            yield from _after_return(body)


def _inside(definition: tree.Block | tree.Network, nodes: list[tree.Node]) -> Iterator[str]:
    """The names that a definition gives a value somewhere, be it later or in another table."""
    yield "in"
    yield from (parameter.name for parameter in definition.parameters)
    yield from targets(*definition.body)
    for node in nodes:
        if isinstance(node, tree.Table):
            yield "i"
            yield from (column.name for column in node.columns)
            yield from (binding.name or "" for binding in node.bindings)
            yield from _stages(node)
        elif isinstance(node, tree.Initialise):
            scheme, _ = tree.called(node.scheme)
            yield scheme.name


def _stages(table: tree.Table) -> Iterator[str]:
    columns = [column.name for column in table.columns]
    for row in table.rows:
        cells = row.cells if isinstance(row, tree.Row) else ()
        named = zip(columns, cells, strict=False)
        yield from (cell.span.text for column, cell in named if column == STAGE)


def _unknown(nodes: list[tree.Node], known: set[str]) -> Iterator[Diagnostic]:
    for node in nodes:
        if isinstance(node, tree.Name) and node.name not in known:
            hint = brings(node.name) or did_you_mean(node.name, sorted(known)[:CANDIDATES])
            yield error("name", f"nothing is called `{node.name}`", node.span, help=hint)


def _bodies(
    definition: tree.Block | tree.Network, nodes: list[tree.Node]
) -> Iterator[tuple[tree.Statement, ...]]:
    yield definition.body
    for node in nodes:
        if isinstance(node, tree.If | tree.For):
            yield node.body
        if isinstance(node, tree.If):
            yield node.otherwise


def _after_return(body: tuple[tree.Statement, ...]) -> Iterator[Diagnostic]:
    for statement, following in pairwise(body):
        if isinstance(statement, tree.Return):
            yield warning("unreachable", "nothing after `return` is run", following.span)
            return
