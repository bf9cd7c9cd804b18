"""The attention cells of a network, read off its graph.

Drawing, claims and comparison of cells need the same few facts: the operations of a cell, what
each of them reads, and which of them the sink combines. See AttentionNAS (Wang et al., 2020).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from archdsl.ir.graph import Graph, Node, Scope, Value, Wiring
from archdsl.ir.naming import name_all

COMBINE, GATE = "combine", "feature_gate"
"""The blocks of the library that join the outputs of a cell, and gate one of them."""

WEIGHTED_SUM = "weighted_sum"
"""The operation that joins several inputs of an operation of a cell."""

_ONCE = 2
"""The length of the site of a call that no loop repeats: where its text begins and ends."""

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
    return tuple(_cell(graph, scope, paths[scope.index], calls) for scope in scopes)


def _cell(
    graph: Graph, scope: Scope, path: str, calls: Mapping[int, Sequence[Scope | Node]]
) -> Cell:
    assert scope.block is not None
    assert scope.block.cell is not None
    reader, after = (
        _Reader(graph, scope, scope.block.cell, calls),
        _preceding_label(graph, scope, path),
    )
    operations, outputs = reader.operations, reader.outputs
    return Cell(scope.definition, path, reader.keys_values, operations, outputs, after)


def _calls_by_scope(graph: Graph) -> Mapping[int, Sequence[Scope | Node]]:
    """The calls directly in each scope."""
    calls: dict[int, list[Scope | Node]] = {scope.index: [] for scope in graph.scopes}
    for node in graph:
        calls[node.scope].append(node)
    for scope in graph.scopes:
        if scope.parent is not None:
            calls[scope.parent].append(scope)
    return calls


@dataclass(frozen=True)
class _Reader:
    """Reads one cell off the graph. `calls` are those directly in each scope."""

    graph: Graph
    cell: Scope
    wiring: Wiring
    calls: Mapping[int, Sequence[Scope | Node]]

    @cached_property
    def written(self) -> Mapping[str, Scope | Node]:
        """The calls of the cell by the names of their results."""
        return {call.name: call for call in self.calls[self.cell.index] if call.name}

    @cached_property
    def levels(self) -> Mapping[str, Mapping[str, Scope]]:
        """The nodes of each level, a call that makes attentions in a loop."""
        found = {name: self._nodes(name) for name in self.wiring.inputs if name in self.written}
        return {name: nodes for name, nodes in found.items() if nodes}

    def _nodes(self, name: str) -> dict[str, Scope]:
        call = self.written[name]
        if isinstance(call, Node) or "over" in call.bindings:
            return {}
        inside = (each for each in self.calls[call.index] if isinstance(each, Scope))
        looped = (each for each in inside if "over" in each.bindings and len(each.site) > _ONCE)
        return {f"{name}.{each.site[-1]}": each for each in looped}

    @cached_property
    def made(self) -> Mapping[str, Scope | Node]:
        """The operations by name, those of levels one by one."""
        made: dict[str, Scope | Node] = {}
        for name in self.wiring.inputs:
            if name in self.levels:
                made.update(self.levels[name])
            elif name in self.written:
                made[name] = self.written[name]
        return made

    @property
    def operations(self) -> tuple[CellOperation, ...]:
        return tuple(
            _operation(name, self._reads(name), call, is_gated=name in self._gates)
            for name, call in self.made.items()
        )

    @cached_property
    def _gates(self) -> Mapping[str, Scope]:
        """The gates behind operations, which are parts of these."""
        gates = [call for call in self._blocks if call.definition == GATE]
        return {
            name: gate
            for name, call in self.made.items()
            for gate in gates
            if not isinstance(call, Node) and call.outputs == tuple(gate.inputs.values())
        }

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the operations that `combine` joins."""
        if self._is_in_text(self.wiring.outputs):
            return self.wiring.outputs or ()
        sinks = (call for call in self._blocks if call.definition == COMBINE)
        return next((self._names([*sink.inputs.values()][1:]) for sink in sinks), ())

    @property
    def keys_values(self) -> str:
        """`cell` if an operation is given the cell's input as its context."""
        is_given = any("context" in call.inputs for call in self._blocks)
        return self.wiring.keys_values or ("cell" if is_given else "operation")

    @cached_property
    def _blocks(self) -> Sequence[Scope]:
        """The calls of blocks in the cell, and in its levels."""
        around = [self.cell, *(self.written[name] for name in self.levels)]
        found = (call for each in around for call in self.calls[each.index])
        return [call for call in found if isinstance(call, Scope)]

    def _reads(self, name: str) -> tuple[str, ...]:
        """The names of what an operation reads; of a weighted sum, those of its terms."""
        written, call = self.wiring.inputs.get(name), self.made[name]
        if self._is_in_text(written):
            return written or ()
        operands = self.graph.operands(call) if isinstance(call, Node) else call.inputs.values()
        return self._names([*operands][:1])

    def _is_in_text(self, names: Sequence[str] | None) -> bool:
        """Whether names say what is read. What a choice or a level decides is not in the text."""
        return names is not None and self.levels.keys().isdisjoint(names)

    def _names(self, values: Sequence[Value]) -> tuple[str, ...]:
        return tuple(name for value in values for name in self._name(value))

    def _name(self, value: Value) -> tuple[str, ...]:
        known = {
            **self.made,
            **{name: self.written[name] for name in self.written.keys() & {ENTRY}},
        }
        for name, call in known.items():
            if value.node == call.index if isinstance(call, Node) else value in call.outputs:
                return (name,)
        for name, gate in self._gates.items():
            if value in gate.outputs:
                return (name,)
        node = self.graph.node(value.node)
        if node.operation.name == WEIGHTED_SUM:
            return self._names(self.graph.operands(node))
        return (ENTRY,) if value in self.cell.inputs.values() else ()


def _preceding_label(graph: Graph, scope: Scope, path: str) -> str:
    """The label behind which a cell was inserted; "" if it was not inserted."""
    # `insert` names what it inserts after the label and the block: `mixed_4b_cell`.
    row = graph.scopes[scope.parent] if scope.parent is not None else scope
    return path.removesuffix(f"_{row.definition}") if row.is_inserted else ""


def _operation(
    name: str, read: tuple[str, ...], call: Scope | Node, *, is_gated: bool
) -> CellOperation:
    if isinstance(call, Node):
        return CellOperation(name, "", call.operation.name, "", gate=False, inputs=read)
    words = {key: _word(value) for key, value in call.bindings.items()}
    over, by = words.get("over", ""), words.get("by", call.definition)
    gate = is_gated or call.bindings.get("gate") is True
    phi = words.get("activation", words.get("phi", ""))
    return CellOperation(name, over, by, phi, gate, read)


def _word(value: object) -> str:
    """A word, or the name of a block; `none` for an argument that is left out."""
    return str(getattr(value, "name", value or "none"))
