"""The graph of a network: operations, and the values that each reads.

Every node is one operation. Nodes are in the order in which they were added, which is an order of
execution. Scopes are the instances of blocks that the nodes belong to, so that a graph of
thousands of nodes can still be shown, costed and emitted as the text was written.

A graph does not change. A `Builder` builds one (`ir.builder`), and a pass builds one from another
(`ir.rewrite`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias

from archdsl.ir.types import TensorType
from archdsl.ir.written import Origin
from archdsl.ops.base import Operation, Types
from archdsl.source import Span

Site: TypeAlias = tuple[int, ...]
"""The place of a call in its file (start, end), then the iteration of each loop around it."""

Address: TypeAlias = tuple[Site, ...]
"""The sites of the scopes around a call, from the network inwards, then its own."""


class Value(NamedTuple):
    """One result of a node."""

    node: int
    result: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that the contents of a body depend on, or the values that a loop runs over.

    `site` is the place of the condition in the body, and `outer` the condition that leads to it. So
    the conditions that lead to an operation are a chain, from the inside out.
    """

    origin: Origin
    site: Site
    outer: Condition | None = field(default=None, compare=False)

    def path(self) -> tuple[Condition, ...]:
        """The conditions that lead to this one, and this one, from the outside in."""
        found: list[Condition] = []
        condition: Condition | None = self
        while condition is not None:
            found.append(condition)
            condition = condition.outer
        return tuple(reversed(found))


@dataclass(frozen=True, slots=True, eq=False)
class Join:
    """A value behind a condition, by the name under which each branch leaves one.

    Here it is `value`, which came through the join `inner` before. If the condition comes out
    otherwise, it may be another: an emitted class that covers both reads it after an `if`.
    """

    condition: Condition
    name: str
    scope: int
    value: Value
    inner: Join | None


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of a graph. Its operands are in the graph, at the same index.

    `names` are the names of its results in the text. `written` has the origin of each parameter.
    `guard` is the innermost condition under which the operation is there, and `joins` are those
    that its operands came through, if any did. `targets` are the names that its statement assigns,
    which may be assigned again. `share` is the name under which a body shares it,
    and `weights_of` the earlier node whose weights it has, instead of its own.
    """

    index: int
    operation: Operation
    results: Types
    scope: int
    site: Site
    names: tuple[str, ...]
    span: Span
    written: Mapping[str, Origin] = field(default_factory=dict)
    guard: Condition | None = None
    joins: Joins = ()
    targets: tuple[str, ...] = ()
    share: str = ""
    weights_of: int | None = None

    @property
    def name(self) -> str:
        """The name of its only result; "" if it has no name or several results."""
        return self.names[0] if len(self.names) == 1 else ""

    @property
    def owner(self) -> int:
        """The index of the node whose weights it has: an earlier one if they are shared."""
        return self.index if self.weights_of is None else self.weights_of


Joins: TypeAlias = "tuple[Join | None, ...]"
"""For each of some values the join that it came through; empty if none did."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """How the text wires a cell: the names that each operation reads, and those combined.

    What a choice decides is None, and "" for `keys_values`: the graph of a member has it.
    """

    keys_values: str
    inputs: Mapping[str, tuple[str, ...] | None]
    outputs: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Definition:
    """The block that a scope is an instance of.

    `defaults` has only defaults that are literals. `cell` is the wiring, if the block is a cell.
    """

    name: str
    doc: str | None
    parameters: tuple[str, ...]
    defaults: Mapping[str, object]
    span: Span
    cell: Wiring | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """An instance of a block, a stage of a table, a row of a stage, or the network itself.

    - `kind` is `network`, `block`, `stage` or `row`; `definition` is the name of the block.
    - `bindings` are the compile-time values of its names; of a row, its cells and `number`.
    - `inputs` are the values that enter, by parameter; `outputs` are those that it returns.
    - `arguments` has the origin of each parameter.
    - `guard` is the innermost condition under which the scope is there; `conditions` are all that
      its contents depend on.
    - `entering` and `leaving` are the joins that its inputs and its outputs came through.
    - `targets` are the names that its statement assigns.
    - `share` is the name under which a body shares it, and `weights_of` the earlier scope whose
      layers it has, instead of its own.
    """

    index: int
    kind: str
    names: tuple[str, ...]
    definition: str
    parent: int | None
    site: Site
    span: Span
    block: Definition | None = None
    bindings: Mapping[str, object] = field(default_factory=dict)
    inputs: Mapping[str, Value] = field(default_factory=dict)
    outputs: tuple[Value, ...] = ()
    guard: Condition | None = None
    arguments: Mapping[str, Origin] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    entering: Mapping[str, Join] = field(default_factory=dict)
    leaving: Joins = ()
    targets: tuple[str, ...] = ()
    share: str = ""
    weights_of: int | None = None

    @property
    def name(self) -> str:
        """Its own name, or the name of its only result; "" if it has neither."""
        return self.names[0] if len(self.names) == 1 else ""

    @property
    def owner(self) -> int:
        """The index of the scope whose layers it has: an earlier one if they are shared."""
        return self.index if self.weights_of is None else self.weights_of

    @property
    def is_inserted(self) -> bool:
        """Whether a derivation inserted it: its site has an iteration that no loop has."""
        return self.kind == "row" and self.site[-1] < 0


@dataclass(frozen=True, slots=True)
class Initialisation:
    """How the weights of all operations of one name are initialised."""

    operation: str
    scheme: str
    options: Mapping[str, object]


class GraphView:
    """What both a graph and its builder answer: nodes, their operands and types, scopes."""

    name: str
    nodes: Sequence[Node]
    reads: Sequence[tuple[Value, ...]]
    scopes: Sequence[Scope]
    inputs: Mapping[str, Value]

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def node(self, index: int) -> Node:
        return self.nodes[index]

    def operands(self, node: Node) -> tuple[Value, ...]:
        """The values that a node reads, in the order of its operands."""
        return self.reads[node.index]

    def type(self, value: Value) -> TensorType:
        return self.nodes[value.node].results[value.result]

    def types(self, values: tuple[Value, ...]) -> Types:
        return tuple(self.type(value) for value in values)

    def address(self, scope: int | None, site: Site) -> Address:
        """The address of a call with a site in a scope.

        Unlike an index, it does not change when another part of the network does.
        """
        around = [outer.site for outer in self.enclosing(scope)]
        return (*reversed(around), site)

    def sources(self, results: Iterable[Value], first: int = 0) -> set[int]:
        """The nodes, of those from `first` on, that some values are computed from."""
        found = {value.node for value in results}
        for index in range(len(self.nodes) - 1, first - 1, -1):
            if index in found:
                found.update(operand.node for operand in self.reads[index])
        return {index for index in found if index >= first}

    def is_constant(self, value: Value) -> bool:
        """Whether a value depends on no input and no parameter."""
        nodes = map(self.node, self.sources([value]))
        costs = (n.operation.cost(self.types(self.operands(n)), n.results) for n in nodes)
        return not self.type(value).samples and not any(cost.parameters for cost in costs)

    def enclosing(self, scope: int | None) -> Iterator[Scope]:
        """A scope and the scopes around it, from the inside out."""
        while scope is not None:
            yield self.scopes[scope]
            scope = self.scopes[scope].parent


@dataclass(frozen=True, eq=False)
class Graph(GraphView):
    """A network.

    `open_parameters` are those parameters that its body only passes on to blocks, such as the
    number of classes. They can stay parameters of an emitted class. `joins` has each join after
    those that it came through.
    """

    name: str
    doc: str | None
    nodes: tuple[Node, ...]
    reads: tuple[tuple[Value, ...], ...]
    scopes: tuple[Scope, ...]
    inputs: Mapping[str, Value]
    outputs: tuple[Value, ...]
    initialisations: tuple[Initialisation, ...]
    open_parameters: tuple[str, ...]
    joins: tuple[Join, ...] = ()

    def __repr__(self) -> str:
        return f"<Graph of {self.name}: {len(self.nodes):,} operations>"

    @property
    def input_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each input, without the batch."""
        return {name: self.type(value).shape for name, value in self.inputs.items()}

    def readers(self, value: Value) -> tuple[Node, ...]:
        """The nodes that read a value; one that reads it twice is there twice."""
        return self._readers.get(value, ())

    @cached_property
    def _readers(self) -> Mapping[Value, tuple[Node, ...]]:
        readers: dict[Value, list[Node]] = {}
        for node, operands in zip(self.nodes, self.reads, strict=True):
            for operand in operands:
                readers.setdefault(operand, []).append(node)
        return {value: tuple(nodes) for value, nodes in readers.items()}

    @cached_property
    def later_uses(self) -> Mapping[int, tuple[int, ...]]:
        """The scopes that have the layers of an earlier one, by the index of that."""
        later: dict[int, list[int]] = {}
        for scope in self.scopes:
            if scope.weights_of is not None:
                later.setdefault(scope.weights_of, []).append(scope.index)
        return {first: tuple(others) for first, others in later.items()}

    def is_shared(self, node: Node) -> bool:
        """Whether other nodes have the weights of one, or it those of another."""
        return node.owner in self._shared_owners

    @cached_property
    def _shared_owners(self) -> frozenset[int]:
        return frozenset(n.weights_of for n in self.nodes if n.weights_of is not None)

    def dependency_order(self, nodes: Iterable[int]) -> Iterator[int]:
        """Some nodes, each after those of them that it reads, otherwise in the order given."""
        # Imported here: it takes a third of the time of a whole run, and most runs do not need it.
        from networkx import DiGraph, dfs_postorder_nodes

        reading: DiGraph[int] = DiGraph()
        reading.add_nodes_from(nodes)
        for index in reading:
            others = (operand.node for operand in self.reads[index])
            reading.add_edges_from([(index, other) for other in others if other in reading])
        yield from dfs_postorder_nodes(reading)
