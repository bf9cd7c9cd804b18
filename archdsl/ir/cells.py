"""The attention cells of a network, read off its graph.

Drawing, claims and comparison of cells need the same few facts: the operations of a cell, what
each of them reads, and which of them the sink combines. See AttentionNAS (Wang et al., 2020).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archdsl.ir.graph import Graph, Node, Scope, Value
from archdsl.ir.naming import name_all

COMBINE, WEIGHTED_SUM = "combine", "weighted_sum"
"""The blocks of the library that join the outputs of a cell, and several inputs of an operation."""

ENTRY = "f0"
"""The name of a cell's prepared input, which its operations read."""


@dataclass(frozen=True, slots=True)
class CellOperation:
    """One operation of a cell.

    An attention attends `over` a dimension (`temporal`, `spatial`, `spatiotemporal`), `by` map or
    dot product, with an activation `phi` and perhaps a feature `gate`. Of any other operation,
    `over` is "" and `by` is its block. `inputs` are names of operations, or `f0`. An operation
    with several inputs reads their weighted sum.
    """

    name: str
    over: str
    by: str
    phi: str
    gate: bool
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One instance of a cell in a network.

    - `operations` are in order: each comes after those that it reads.
    - `outputs` are the names of those that the sink combines.
    - `keys_values` says where dot products take keys and values from: the `operation`'s input
      (equation A of AttentionNAS) or the `cell`'s (equation B).
    - `after` is the label behind which the cell was inserted; "" if it is in the network's text.
    """

    name: str
    place: str
    keys_values: str
    operations: tuple[CellOperation, ...]
    outputs: tuple[str, ...]
    after: str = ""


def cells(graph: Graph) -> tuple[Cell, ...]:
    """The cells of a network in the order of execution; the `place` of each is its path."""
    scopes = [s for s in graph.scopes if s.block is not None and s.block.cell is not None]
    if not scopes:
        return ()  # most networks have none, and naming a whole graph takes time
    paths, calls = name_all(graph).scope_paths, _calls_by_scope(graph)
    return tuple(_cell(graph, scope, paths[scope.index], calls[scope.index]) for scope in scopes)


def _calls_by_scope(graph: Graph) -> Mapping[int, Mapping[str, Scope | Node]]:
    """For each scope, the calls directly in it, by the names of their results."""
    calls: dict[int, dict[str, Scope | Node]] = {scope.index: {} for scope in graph.scopes}
    for node in graph:
        calls[node.scope][node.name] = node
    for scope in graph.scopes:
        if scope.parent is not None:
            calls[scope.parent][scope.name] = scope
    return calls


def _cell(graph: Graph, scope: Scope, path: str, calls: Mapping[str, Scope | Node]) -> Cell:
    assert scope.block is not None
    assert scope.block.cell is not None
    wiring = scope.block.cell
    sources = _Sources(graph, calls)
    operations = tuple(
        _operation(name, sources.read(calls[name]) if read is None else read, calls[name])
        for name, read in wiring.inputs.items()
        if name in calls
    )
    outputs = sources.combined if wiring.outputs is None else wiring.outputs
    keys_values = wiring.keys_values or sources.keys_values
    after = _preceding_label(graph, scope, path)
    return Cell(scope.definition, path, keys_values, operations, outputs, after)


@dataclass(frozen=True)
class _Sources:
    """Where values come from in a cell whose text leaves that to a choice: read off the graph."""

    graph: Graph
    calls: Mapping[str, Scope | Node]

    def read(self, call: Scope | Node) -> tuple[str, ...]:
        """The names of what an operation reads; of a weighted sum, those of its terms."""
        if isinstance(call, Node):
            return self._names(self.graph.operands(call)[:1])
        return self._names([*call.inputs.values()][:1])

    @property
    def combined(self) -> tuple[str, ...]:
        """The names of the operations that `combine` joins."""
        sinks = (c for c in self.calls.values() if isinstance(c, Scope) and c.definition == COMBINE)
        return next((self._names([*sink.inputs.values()][1:]) for sink in sinks), ())

    @property
    def keys_values(self) -> str:
        """`cell` if an operation is given the cell's input as its context."""
        scopes = [call for call in self.calls.values() if isinstance(call, Scope)]
        return "cell" if any("context" in scope.inputs for scope in scopes) else "operation"

    def _names(self, values: Sequence[Value]) -> tuple[str, ...]:
        return tuple(name for value in values for name in self._name(value))

    def _name(self, value: Value) -> tuple[str, ...]:
        for name, call in self.calls.items():
            if isinstance(call, Node) and call.index == value.node:
                return (name,)
            if isinstance(call, Scope) and value in call.outputs:
                is_sum = call.definition == WEIGHTED_SUM
                return self._names([*call.inputs.values()]) if is_sum else (name,)
        return ()


def _preceding_label(graph: Graph, scope: Scope, path: str) -> str:
    """The label behind which a cell was inserted; "" if it was not inserted."""
    # `insert` names what it inserts after the label and the block: `mixed_4b_cell`.
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
    """A word, or the name of a block; `none` for an argument that is left out."""
    return str(getattr(value, "name", value or "none"))
