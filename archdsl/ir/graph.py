"""The graph of a network: operations, and which values each reads.

Every node is one operation, in the order in which it was added, which is an order of
execution. It carries the span it came from and the scope (the block instance) it stands in.
What a node reads is kept once, as its operands; `networkx` gives the same as a graph of that
library, which is imported no sooner: it takes a third of the time of a whole run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from archdsl.ir.formula import Formula
from archdsl.ir.types import TensorType
from archdsl.ir.written import Origin
from archdsl.ops.base import Operation, Types
from archdsl.source import Span

if TYPE_CHECKING:
    import networkx as nx

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
    """An operation with its place: `operands` are its edges, kept by the graph.

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

    `defaults` has those that are literals, `formulas` those that follow from other parameters;
    a `cell` has its wiring.
    """

    name: str
    doc: str | None
    parameters: tuple[str, ...]
    defaults: Mapping[str, object]
    formulas: Mapping[str, Formula]
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


class Graph:
    """A network under construction or finished. Transforms copy it; none changes one in place.

    `open_parameters` are those parameters of the network that its body only hands on to blocks,
    such as the number of classes: they can stay parameters of whatever is made of the graph.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.doc: str | None = None
        self.scopes: list[Scope] = []
        self.inputs: dict[str, Value] = {}
        self.outputs: tuple[Value, ...] = ()
        self.initialisations: list[Initialisation] = []
        self.open_parameters: tuple[str, ...] = ()
        self._nodes: list[Node] = []
        self._operands: list[tuple[Value, ...]] = []

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes)

    def add(
        self,
        operation: Operation,
        operands: tuple[Value, ...],
        results: Types,
        *,
        scope: int,
        site: Site,
        names: tuple[str, ...],
        span: Span,
        written: Mapping[str, Origin],
        guards: tuple[Origin, ...],
    ) -> tuple[Value, ...]:
        """Append an operation; its results as values."""
        index = len(self._nodes)
        node = Node(index, operation, results, scope, site, names, span, written, guards)
        self._insert(node, operands)
        return tuple(Value(index, i) for i in range(len(results)))

    def append(
        self, node: Node, operation: Operation, operands: tuple[Value, ...], results: Types
    ) -> None:
        """Append another graph's node in its place, with its operation and results as given."""
        index = len(self._nodes)
        self._insert(replace(node, index=index, operation=operation, results=results), operands)

    def _insert(self, node: Node, operands: tuple[Value, ...]) -> None:
        self._nodes.append(node)
        self._operands.append(operands)

    def empty_copy(self) -> Graph:
        """A graph of the same name, scopes, inputs and outputs, with no operation yet."""
        copy = Graph(self.name)
        copy.doc, copy.outputs = self.doc, self.outputs
        copy.scopes, copy.inputs = list(self.scopes), dict(self.inputs)
        copy.initialisations = list(self.initialisations)
        copy.open_parameters = self.open_parameters
        return copy

    def node(self, index: int) -> Node:
        return self._nodes[index]

    def operands(self, node: Node) -> tuple[Value, ...]:
        """The values that a node reads, in the order of its operands."""
        return self._operands[node.index]

    def unread(self) -> Iterator[Node]:
        """The nodes of which no other reads a result."""
        read = {operand.node for operands in self._operands for operand in operands}
        return (node for node in self._nodes if node.index not in read)

    def networkx(self) -> nx.MultiDiGraph[int]:
        """The same for algorithms of networkx: an edge for each operand, its key the slot."""
        from networkx import MultiDiGraph

        graph: nx.MultiDiGraph[int] = MultiDiGraph()
        graph.add_nodes_from((node.index, {"node": node}) for node in self._nodes)
        for index, operands in enumerate(self._operands):
            for slot, operand in enumerate(operands):
                graph.add_edge(operand.node, index, key=slot, result=operand.result)
        return graph

    def type(self, value: Value) -> TensorType:
        return self.node(value.node).results[value.result]

    def types(self, values: tuple[Value, ...]) -> Types:
        return tuple(self.type(value) for value in values)

    # Scopes

    def open(
        self,
        kind: str,
        names: tuple[str, ...],
        definition: str,
        parent: int | None,
        site: Site,
        span: Span,
        block: Definition | None = None,
        guards: tuple[Origin, ...] = (),
    ) -> int:
        """Begin a scope; nodes added to it name it by the index returned."""
        index = len(self.scopes)
        scope = Scope(index, kind, names, definition, parent, site, span, block, guards=guards)
        self.scopes.append(scope)
        return index

    def close(
        self,
        scope: int,
        bindings: Mapping[str, object],
        inputs: Mapping[str, Value],
        outputs: tuple[Value, ...],
        arguments: Mapping[str, Origin] | None = None,
        tests: tuple[Origin, ...] = (),
    ) -> None:
        """End a scope, now that its inside is known."""
        self.scopes[scope] = replace(
            self.scopes[scope],
            bindings=bindings,
            inputs=inputs,
            outputs=outputs,
            arguments=arguments or {},
            tests=tests,
        )

    def address(self, scope: int | None, site: Site) -> Address:
        """Where a call stands that has a site in a scope; the same whatever stands elsewhere."""
        around = [outer.site for outer in self.enclosing(scope)]
        return (*reversed(around), site)

    def enclosing(self, scope: int | None) -> Iterator[Scope]:
        """A scope and those around it, from the inside out."""
        while scope is not None:
            yield self.scopes[scope]
            scope = self.scopes[scope].parent
