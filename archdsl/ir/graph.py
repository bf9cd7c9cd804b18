"""The graph of a network: operations, and which values each reads. It does not change.

Every node is one operation, in the order in which it was added, which is an order of
execution. It carries the span it came from and the scope (the block instance) it stands in.
What a node reads is recorded once, as its operands. Only `dependency_order` imports networkx, when
it is called: the import takes a third of the time of a whole run.

A `Builder` makes a graph (`ir.builder`), a pass makes another of one (`ir.rewrite`).
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
"""Where in the text of its block a call stands, with the round of each loop around it."""

Address: TypeAlias = tuple[Site, ...]
"""The site of a call, and before it those of the scopes around, from the network inwards."""


class Value(NamedTuple):
    """One result of a node."""

    node: int
    result: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """An operation with its place; its operands are kept by the graph.

    `names` are those that its results get, `written` is how its parameters came about, and
    `guards` are the conditions that led to it.
    """

    index: int
    operation: Operation
    results: Types
    scope: int
    site: Site
    names: tuple[str, ...]
    span: Span
    written: Mapping[str, Origin] = field(default_factory=dict)
    guards: tuple[Origin, ...] = ()

    @property
    def name(self) -> str:
        """The name of its only result, if it has one."""
        return self.names[0] if len(self.names) == 1 else ""


@dataclass(frozen=True, slots=True)
class Wiring:
    """How a cell is wired: what each operation reads, by names, and which are combined."""

    keys_values: str
    inputs: Mapping[str, tuple[str, ...]]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """The block that some scopes are instances of.

    `defaults` has those that are literals; a `cell` has its wiring.
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

    `definition` is the name of the block and `block` what there is to know of it, `bindings`
    the compile-time values of its names (of a row, its cells and `number`), `inputs` and
    `outputs` the values that go in and come out, inputs under their names. `arguments` are its
    parameters as they came about, `guards` the conditions that led to it, and `tests` all
    decisions on which what it holds depends.
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
    guards: tuple[Origin, ...] = ()
    arguments: Mapping[str, Origin] = field(default_factory=dict)
    tests: tuple[Origin, ...] = ()

    @property
    def name(self) -> str:
        """Its own name, or that of its only result, if it has one."""
        return self.names[0] if len(self.names) == 1 else ""

    @property
    def is_inserted(self) -> bool:
        """Whether a derivation put it there: its site has a round that no loop has."""
        return self.kind == "row" and self.site[-1] < 0


@dataclass(frozen=True, slots=True)
class Initialisation:
    """How weights start: `operation` is the language's name of the kind it is for."""

    operation: str
    scheme: str
    options: Mapping[str, object]


class GraphView:
    """What a graph and its builder alike can be asked: nodes, what they read, their scopes."""

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
        """Where a call stands that has a site in a scope; the same whatever stands elsewhere."""
        around = [outer.site for outer in self.enclosing(scope)]
        return (*reversed(around), site)

    def enclosing(self, scope: int | None) -> Iterator[Scope]:
        """A scope and those around it, from the inside out."""
        while scope is not None:
            yield self.scopes[scope]
            scope = self.scopes[scope].parent


@dataclass(frozen=True, eq=False)
class Graph(GraphView):
    """A network.

    `open_parameters` are those parameters of the network that its body only hands on to blocks,
    such as the number of classes: they can stay parameters of whatever is made of the graph.
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

    def readers(self, value: Value) -> tuple[Node, ...]:
        """The nodes that read a value, each as often as it does."""
        return self._readers.get(value, ())

    @cached_property
    def _readers(self) -> Mapping[Value, tuple[Node, ...]]:
        found: dict[Value, list[Node]] = {}
        for node, operands in zip(self.nodes, self.reads, strict=True):
            for operand in operands:
                found.setdefault(operand, []).append(node)
        return {value: tuple(nodes) for value, nodes in found.items()}

    def unread(self) -> Iterator[Node]:
        """The nodes of which no other reads a result."""
        read = {operand.node for operands in self.reads for operand in operands}
        return (node for node in self.nodes if node.index not in read)

    def dependency_order(self, nodes: Iterable[int]) -> Iterator[int]:
        """Some nodes, each after those of them that it reads, else in the order given."""
        from networkx import DiGraph, dfs_postorder_nodes

        reading: DiGraph[int] = DiGraph()
        reading.add_nodes_from(nodes)
        for index in reading:
            others = (operand.node for operand in self.reads[index])
            reading.add_edges_from([(index, other) for other in others if other in reading])
        yield from dfs_postorder_nodes(reading)


_SOFTMAXES = ("softmax", "log_softmax")
_AVERAGES = (
    "mean flatten reshape squeeze unsqueeze select clamp dropout"
    " adaptive_avg_pool avg_pool adaptive_max_pool max_pool"
).split()


def final_softmax(graph: Graph) -> Node | None:
    """The softmax that the only output comes from, perhaps averaged over positions."""
    (value,) = graph.outputs
    node = graph.node(value.node)
    while node.operation.name in _AVERAGES:
        node = graph.node(graph.operands(node)[0].node)
    return node if node.operation.name in _SOFTMAXES else None
