"""Attention cells of a network, read off its graph: operations, what they read, what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archdsl.ir.graph import Graph, Node, Scope
from archdsl.ir.naming import name_all

ENTRY = "f0"
"""What a cell's preparation makes of the cell's input."""


@dataclass(frozen=True, slots=True)
class CellOperation:
    """One operation of a cell.

    It attends over the positions of a dimension (`temporal`, `spatial`, `spatiotemporal`) by
    `map` or by `dot` product, with an activation `phi` and perhaps a feature gate. One that does
    not attend is `by` its block, over nothing. `inputs` are names of operations or `f0`; of
    several it reads a weighted sum.
    """

    name: str
    over: str
    by: str
    phi: str
    gate: bool
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell in its place in a network; `outputs` are the operations that the sink combines.

    Operations stand before those that read them.

    `keys_values` says where dot products take them from: the `operation`'s input (equation A)
    or the `cell`'s (equation B of AttentionNAS). One that was inserted stands `after` a label.
    """

    name: str
    place: str
    keys_values: str
    operations: tuple[CellOperation, ...]
    outputs: tuple[str, ...]
    after: str = ""


def cells(graph: Graph) -> tuple[Cell, ...]:
    """The cells of a network in the order of execution, each with its path as its place."""
    found = [s for s in graph.scopes if s.block is not None and s.block.cell is not None]
    if not found:
        return ()
    paths = name_all(graph).scope_paths
    inside = _calls_by_scope(graph)
    return tuple(_cell(graph, scope, paths[scope.index], inside[scope.index]) for scope in found)


def _calls_by_scope(graph: Graph) -> Mapping[int, Mapping[str, Scope | Node]]:
    """For each scope the calls right in it, by the names of their results."""
    inside: dict[int, dict[str, Scope | Node]] = {scope.index: {} for scope in graph.scopes}
    for node in graph:
        inside[node.scope][node.name] = node
    for scope in graph.scopes:
        if scope.parent is not None:
            inside[scope.parent][scope.name] = scope
    return inside


def _cell(graph: Graph, scope: Scope, path: str, inside: Mapping[str, Scope | Node]) -> Cell:
    assert scope.block is not None
    assert scope.block.cell is not None
    wiring = scope.block.cell
    operations = tuple(
        _operation(name, read, inside[name])
        for name, read in wiring.inputs.items()
        if name in inside
    )
    after = _preceding_label(graph, scope, path)
    return Cell(scope.definition, path, wiring.keys_values, operations, wiring.outputs, after)


def _preceding_label(graph: Graph, scope: Scope, path: str) -> str:
    """What an inserted cell follows: its path is that label and the name it was inserted by."""
    row = graph.scopes[scope.parent] if scope.parent is not None else scope
    return path.removesuffix(f"_{row.definition}") if row.is_inserted else ""


def _operation(name: str, read: tuple[str, ...], call: Scope | Node) -> CellOperation:
    if isinstance(call, Node):
        return CellOperation(name, "", call.operation.name, "", gate=False, inputs=read)
    words = {key: _word(value) for key, value in call.bindings.items()}
    over, by = words.get("over", ""), words.get("by", call.definition)
    gate = call.bindings.get("gate") is True
    phi = words.get("activation", words.get("phi", ""))
    return CellOperation(name, over, by, phi, gate, read)


def _word(value: object) -> str:
    """A word, or the name of a block; `none` for what is left out."""
    return str(getattr(value, "name", value or "none"))
