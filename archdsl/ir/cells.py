"""Attention cells of a network, read off its graph: operations, what they read, what comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archdsl.ir.graph import Graph, Scope
from archdsl.ir.naming import name_all

ENTRY = "f0"
"""What a cell's preparation makes of the cell's input."""


@dataclass(frozen=True, slots=True)
class CellOperation:
    """One operation of a cell.

    It attends over the positions of a dimension (`temporal`, `spatial`, `spatiotemporal`) by
    `map` or by `dot` product, with an activation `phi` and perhaps a feature gate. `inputs` are
    names of operations or `f0`; of several it reads a weighted sum.
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

    `keys_values` says where dot products take them from: the `operation`'s input (equation A)
    or the `cell`'s (equation B of AttentionNAS).
    """

    name: str
    place: str
    keys_values: str
    operations: tuple[CellOperation, ...]
    outputs: tuple[str, ...]


def cells(graph: Graph) -> tuple[Cell, ...]:
    """The cells of a network in the order of execution, each with its path as its place."""
    found = [s for s in graph.scopes if s.block is not None and s.block.cell is not None]
    if not found:
        return ()
    paths = name_all(graph).scope_paths
    inside = _inside(graph)
    return tuple(_cell(scope, paths[scope.index], inside[scope.index]) for scope in found)


def _inside(graph: Graph) -> Mapping[int, Mapping[str, Scope]]:
    """For each scope those right in it, by name."""
    inside: dict[int, dict[str, Scope]] = {scope.index: {} for scope in graph.scopes}
    for scope in graph.scopes:
        if scope.parent is not None:
            inside[scope.parent][scope.name] = scope
    return inside


def _cell(scope: Scope, path: str, inside: Mapping[str, Scope]) -> Cell:
    assert scope.block is not None
    assert scope.block.cell is not None
    wiring = scope.block.cell
    operations = tuple(_operations(wiring.inputs, inside))
    return Cell(scope.definition, path, wiring.keys_values, operations, wiring.outputs)


def _operations(
    inputs: Mapping[str, tuple[str, ...]], inside: Mapping[str, Scope]
) -> Iterator[CellOperation]:
    for name, read in inputs.items():
        if name not in inside:
            continue
        scope = inside[name]
        words = {key: _word(value) for key, value in scope.bindings.items()}
        over, by = words.get("over", ""), words.get("by", scope.definition)
        gate = scope.bindings.get("gate") is True
        yield CellOperation(name, over, by, words.get("phi", "none"), gate, read)


def _word(value: object) -> str:
    """A word, or the name of a block; `none` for what is left out."""
    return str(getattr(value, "name", value or "none"))
