"""Networks as transforms see them, and what a changed blueprint changes in the text."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from typing import cast

from archdsl import limits
from archdsl.build.session import Session
from archdsl.build.values import BuiltRow, Given, Value, is_number
from archdsl.ir.graph import Graph
from archdsl.ir.naming import name_all
from archdsl.plan.derivations import Resolved
from archdsl.plan.rewriting import Resized, Rewrite, literal
from archdsl.plan.transforms import Refused
from archdsl.plan.transforms.blueprint import BLOCK, NUMBER, Blueprint, Row
from archdsl.source import Span
from archdsl.syntax import tree


def blueprint(standing: Session, resolved: Resolved) -> Blueprint:
    """What there is of a network that was built."""
    graph = standing.graph.finish()
    bindings = graph.scopes[0].bindings
    names = (parameter.name for parameter in resolved.network.parameters)
    parameters = {name: bindings[name] for name in names if name in bindings}
    inputs = {name: graph.type(value).shape for name, value in graph.inputs.items()}
    return Blueprint(parameters, inputs, tuple(_rows(graph, standing.rows)))


def _rows(graph: Graph, built: list[BuiltRow]) -> Iterator[Row]:
    """The rows; those of a stage that were built as one are one."""
    labels = _labels(graph) if built else {}
    known: dict[Hashable, Row] = {}
    for row in built:
        key = row.scope, row.block, row.number, id(row.cells), row.takes
        if key not in known:
            known[key] = Row(labels[row.scope], row.block, row.number, row.cells, row.takes)
        yield known[key]


def _labels(graph: Graph) -> dict[int, str]:
    """What stages are called: a row that is one itself as the block or operation in it."""
    naming = name_all(graph)
    labels = {node.scope: naming.path(node) for node in reversed(list(graph))}
    for scope in reversed(graph.scopes):
        path = naming.scope_paths[scope.index]
        if scope.kind == "stage":
            labels[scope.index] = path
        elif scope.parent is not None and scope.kind == "block":
            labels[scope.parent] = path
    return labels


def changed(
    resolved: Resolved, standing: Session, before: Blueprint, after: Blueprint, span: Span
) -> Resolved:
    """A network with what differs between two blueprints of it written into its text.

    Raises:
        Refused: a number grew beyond what the language has.
    """
    given = {
        name: Given(_checked(name, value), span)
        for name, value in after.parameters.items()
        if before.parameters.get(name, ...) != value
    }
    changes = [*zip(before.rows, after.rows, strict=True)]
    distinct = {(id(old), id(new)): (old, new) for old, new in changes}
    written = {key: dict(_cells(*change, span)) for key, change in distinct.items()}
    cells = {
        id(built.node): found
        for built, (old, new) in zip(standing.rows, changes, strict=True)
        if (found := written[id(old), id(new)])
    }
    inputs = {
        name: Resized(before.inputs[name], sizes, span)
        for name, sizes in after.inputs.items()
        if before.inputs[name] != sizes
    }
    network = resolved.network
    if cells or inputs:
        network = Rewrite(cells, inputs).network(network)
    return replace(resolved, network=network, given={**resolved.given, **given})


def _cells(old: Row, new: Row, span: Span) -> Iterator[tuple[str, tree.Expression | tree.Dash]]:
    """The cells of a row that changed, each with what to write."""
    if old.number != new.number:
        yield NUMBER, literal(_checked(NUMBER, new.number), span)
    if old.block != new.block:
        yield BLOCK, tree.Name(new.block, span=span)
    for column in sorted(old.cells.keys() - new.cells.keys()):
        yield column, tree.Dash(span=span)
    for column, value in new.cells.items():
        if column not in old.cells or old.cells[column] != value:
            yield column, literal(_checked(column, value), span)


def _checked(name: str, value: object) -> Value:
    """A value that a transform computed.

    Raises:
        Refused: it is a number beyond what the language has.
    """
    if is_number(value):
        largest = max(abs(value.numerator), value.denominator)
        if largest > limits.MAGNITUDE:
            raise Refused(f"with this, `{name}` grows beyond 2^63")
    return cast(Value, value)
