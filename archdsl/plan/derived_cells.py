"""Cells of a supergraph's member, as their author would write them: an operation a line.

In the text of a space, the nodes of a level are made in a loop of the library, so that no place in
the cell's own text says what they decide. The graph of the member has them, one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

from archdsl.build.request import Built
from archdsl.ir.cells import ENTRY, Cell, CellOperation, cells
from archdsl.ir.graph import Graph, Scope, Value
from archdsl.ir.pruning import without_unread
from archdsl.program.cells.parts import COMBINE, PREPARE, Parts, split_cell
from archdsl.program.program import names_in
from archdsl.source import Source
from archdsl.syntax import tree
from archdsl.syntax.parser import parse

_USUAL = {"dot": "softmax", "map": "sigmoid"}
"""What `attend` takes for `phi` where nothing is said."""

_ONCE = 2
"""The length of the site of a call that no loop repeats."""


def cells_with_levels(built: Built) -> Mapping[tuple[str, str], Cell]:
    """The cells that have levels of attention, by their name and the label that they are after.

    Those after "" are the same at all places. What is not of this kind is not there.
    """
    if not any(each.block and each.block.cell for each in built.graph.scopes):
        return {}
    graph = without_unread(built.graph)
    found = [each for each in cells(graph) if _has_levels(each)]
    if not all(_is_plain(graph, scope) for scope in _nodes(graph)):
        return {}
    by_place = {(each.name, each.after): each for each in found if each.after}
    alike: dict[str, set[object]] = {}
    for each in found:
        what = (each.operations, each.outputs, each.keys_values)
        alike.setdefault(each.name, set()).add(what)
    shared = {(e.name, ""): e for e in found if len(alike[e.name]) == 1}
    return {**by_place, **shared}


def _has_levels(cell: Cell) -> bool:
    """Whether a cell has levels, and all of it can be said in words."""
    words = {*_USUAL.values(), "relu", "none"}
    is_said = all(each.over and each.phi in words for each in cell.operations)
    return is_said and any("." in each.name for each in cell.operations)


def _nodes(graph: Graph) -> Iterator[Scope]:
    """The nodes of levels: calls in loops that attend over something."""
    for scope in graph.scopes:
        if "over" in scope.bindings and len(scope.site) > _ONCE:
            yield scope


def _is_plain(graph: Graph, scope: Scope) -> bool:
    """Whether a node is `attend`, with nothing but what a cell's operation says of it."""
    entering = next(iter(scope.inputs.values()))
    says_no_more = (
        scope.definition == "attend"
        and scope.bindings.get("gate") is False  # the level has a gate behind it
        and scope.bindings.get("width") == graph.type(entering).channels
    )
    return says_no_more and scope.inputs.get("context") in (None, _entry(graph, scope))


def _entry(graph: Graph, scope: Scope) -> Value | None:
    """The input of the cell around a node, once it is prepared."""
    around = graph.enclosing(scope.index)
    cell = next((each for each in around if each.block and each.block.cell), None)
    if cell is None:
        return None
    prepared = (s.outputs[0] for s in graph.scopes if s.parent == cell.index and s.name == ENTRY)
    return next(prepared, next(iter(cell.inputs.values())))


def derived_cell(node: tree.Cell, cell: Cell) -> tree.Cell:
    """A cell whose choices were taken, with its levels written out."""
    parts, names = split_cell(node), _names(cell)
    lines = [
        f"  keys_values = {cell.keys_values}",
        *(f"  {names[each.name]} = {_attend(each, names)}" for each in cell.operations),
        f"  {COMBINE}({', '.join(names[each] for each in cell.outputs)})",
    ]
    text = "\n".join([f"cell {node.name} {{", *lines, "}", ""])
    (made,) = parse(Source("cell", text)).definitions
    assert isinstance(made, tree.Cell)
    keys, *operations, combine = made.body
    body = (keys, *_prepare(node), *operations, _with_options(combine, parts))
    read = names_in(*body)
    parameters = tuple([each for each in node.parameters if each.name in read])
    return replace(node, parameters=parameters, body=body)


def _names(cell: Cell) -> Mapping[str, str]:
    """What the operations are called, one after the other."""
    numbered = {each.name: f"op{place}" for place, each in enumerate(cell.operations, 1)}
    return {ENTRY: ENTRY, **numbered}


def _attend(operation: CellOperation, names: Mapping[str, str]) -> str:
    read = ", ".join(names[each] for each in operation.inputs)
    read = f"({read})" if len(operation.inputs) > 1 else read
    options = [read, f"over = {operation.over}"]
    options += [f"by = {operation.by}"] * (operation.by != "dot")
    options += [f"phi = {operation.phi}"] * (operation.phi != _USUAL[operation.by])
    options += ["gate = true"] * operation.gate
    return f"attend({', '.join(options)})"


def _prepare(node: tree.Cell) -> Iterator[tree.Statement]:
    """The statement that prepares the input, as it stands."""
    for statement in node.body:
        call = statement.call if isinstance(statement, tree.Apply) else None
        if isinstance(call, tree.Call) and call.function.name == PREPARE:
            yield statement


def _with_options(statement: tree.Statement, parts: Parts) -> tree.Statement:
    """`combine` with the options that it has in the space."""
    made = cast("tree.Apply", statement)
    call = cast("tree.Call", made.call)
    named = [each for each in parts.combine.arguments if each.name] if parts.combine else []
    return replace(made, call=replace(call, arguments=(*call.arguments, *named)))
