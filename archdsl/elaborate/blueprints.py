"""Networks as transforms see them, and what a changed blueprint changes in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from archdsl.elaborate.derivations import Resolved
from archdsl.elaborate.rewriting import Cells, Rewrite, literal, shape
from archdsl.elaborate.session import Session
from archdsl.elaborate.values import BuiltRow, Given
from archdsl.source import Span
from archdsl.syntax import tree
from archdsl.transforms.blueprint import BLOCK, NUMBER, Blueprint, Row


def blueprint(standing: Session, resolved: Resolved) -> Blueprint:
    """What there is of a network that was built."""
    graph = standing.graph
    bindings = graph.scopes[0].bindings
    names = (parameter.name for parameter in resolved.network.parameters)
    parameters = {name: bindings[name] for name in names if name in bindings}
    inputs = {name: graph.type(value).shape for name, value in graph.inputs.items()}
    return Blueprint(parameters, inputs, tuple(map(_row, standing.rows)))


def _row(built: BuiltRow) -> Row:
    return Row(built.stage, built.block, built.number, built.cells, built.takes)


def changed(
    resolved: Resolved, standing: Session, before: Blueprint, after: Blueprint, span: Span
) -> Resolved:
    """A network with what differs between two blueprints of it written into its text."""
    parameters = {
        name: Given(value, span)  # type: ignore[arg-type]
        for name, value in after.parameters.items()
        if before.parameters.get(name, ...) != value
    }
    rows: dict[int, Cells] = {}
    for built, old, new in zip(standing.rows, before.rows, after.rows, strict=True):
        cells = dict(_cells(old, new, span))
        if cells:
            rows[id(built.node)] = cells
    inputs = {
        name: shape(sizes, span)
        for name, sizes in after.inputs.items()
        if before.inputs[name] != sizes
    }
    network = resolved.network
    if rows or inputs:
        network = Rewrite(rows, inputs).network(network)
    return replace(resolved, network=network, given={**resolved.given, **parameters})


def _cells(old: Row, new: Row, span: Span) -> Iterator[tuple[str, tree.Expression | tree.Dash]]:
    if old.number != new.number:
        yield NUMBER, literal(new.number, span)
    if old.block != new.block:
        yield BLOCK, tree.Name(new.block, span=span)
    for column in old.cells.keys() - new.cells.keys():
        yield column, tree.Dash(span=span)
    for column, value in new.cells.items():
        if old.cells.get(column, ...) != value:
            yield column, literal(value, span)  # type: ignore[arg-type]
