"""Sums over operations, and how they fall on the blocks, rows and stages of a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from archdsl.costs.conventions import Convention
from archdsl.ir.graph import Graph, Node, Scope
from archdsl.ir.naming import Naming, name_all
from archdsl.ops.base import Cost
from archdsl.ops.sources import Input, Parameter

BYTES_PER_ELEMENT = 4
"""Single precision."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What some operations cost together, for one sample.

    `activations` counts the elements that convolutions, linear layers and matrix products
    put out; `bytes_moved` what every operation reads and writes, its parameters included,
    views excepted.
    """

    cost: Cost = field(default_factory=Cost)
    activations: int = 0
    bytes_moved: int = 0

    def __add__(self, other: Figures) -> Figures:
        a, b = self.cost, other.cost
        cost = Cost(
            a.parameters + b.parameters,
            a.macs + b.macs,
            a.normalised + b.normalised,
            a.fvcore + b.fvcore,
        )
        activations = self.activations + other.activations
        return Figures(cost, activations, self.bytes_moved + other.bytes_moved)

    @property
    def params(self) -> int:
        return self.cost.parameters

    @property
    def macs(self) -> int:
        return self.cost.macs

    @property
    def flops(self) -> int:
        return 2 * self.cost.macs

    @property
    def intensity(self) -> float:
        """FLOPs (2 x MACs) for each byte moved."""
        return self.flops / self.bytes_moved if self.bytes_moved else 0.0

    def total(self, convention: Convention) -> int:
        return convention.of(self.cost)


def figures_of(graph: Graph, node: Node) -> Figures:
    """What one operation costs."""
    operands = graph.types(graph.operands(node))
    cost = node.operation.cost(operands, node.results)
    elements = sum(t.elements for t in node.results)
    activations = elements if cost.macs else 0
    if node.operation.is_view or isinstance(node.operation, Input):
        return Figures(cost, activations)
    read = sum(t.elements for t in operands) + cost.parameters
    return Figures(cost, activations, BYTES_PER_ELEMENT * (read + elements))


@dataclass(frozen=True)
class Costs:
    """The costs of a network at the input it is typed for, for one view.

    `nodes` and `scopes` have an entry for each of the graph's, `rows` one for each row of
    the network's table and each statement beside it.
    """

    nodes: tuple[Figures, ...]
    scopes: tuple[Figures, ...]
    rows: tuple[Part, ...]
    total: Figures


@dataclass(frozen=True)
class Part:
    """A part of a network with its costs: an operation, a block, a row or a stage."""

    name: str
    kind: str
    outputs: tuple[tuple[int, ...], ...]
    figures: Figures

    @property
    def output(self) -> tuple[int, ...]:
        """The shape of its first result."""
        return self.outputs[0]


def measure(graph: Graph) -> Costs:
    """The costs of a typed graph, in one pass over it."""
    nodes = tuple(figures_of(graph, node) for node in graph)
    scopes = [Figures()] * len(graph.scopes)
    for node, figures in zip(graph, nodes, strict=True):
        scopes[node.scope] = scopes[node.scope] + figures
    for scope in reversed(graph.scopes):
        if scope.parent is not None:
            scopes[scope.parent] = scopes[scope.parent] + scopes[scope.index]
    rows = breakdown(graph, nodes, scopes, "row")
    return Costs(nodes, tuple(scopes), rows, scopes[0])


LEVELS: dict[str, frozenset[str]] = {
    "row": frozenset({"stage"}),
    "stage": frozenset(),
    "block": frozenset({"stage", "row"}),
    "operation": frozenset({"stage", "row", "block"}),
}
"""Ways to cut a network into parts, each with the kinds of scopes that it looks into."""


def breakdown(
    graph: Graph, nodes: Sequence[Figures], scopes: Sequence[Figures], by: str
) -> tuple[Part, ...]:
    """Parts that together are the whole network: every operation is in exactly one."""
    naming = name_all(graph)
    owners = _owners(graph, LEVELS[by])
    parts: dict[tuple[bool, int], Part] = {}
    for node in graph:
        owner = owners[node.scope]
        if owner is not None and (True, owner.index) not in parts:
            name = _scope_name(graph, naming, owner)
            outputs = tuple(graph.type(value).shape for value in owner.outputs)
            shapes = outputs or (node.results[0].shape,)
            kind = " ".join(owner.definition.split()) or owner.kind
            part = Part(name, kind, shapes, scopes[owner.index])
            parts[True, owner.index] = part
        elif owner is None and not isinstance(node.operation, Input):
            shapes = tuple(result.shape for result in node.results)
            part = Part(naming.path(node), node.operation.name, shapes, nodes[node.index])
            parts[False, node.index] = part
    return tuple(parts.values())


def _owners(graph: Graph, opened: frozenset[str]) -> list[Scope | None]:
    """For each scope the outermost one around it that is not looked into."""
    owners: list[Scope | None] = []
    for scope in graph.scopes:
        above = None if scope.parent is None else owners[scope.parent]
        is_part = scope.parent is not None and scope.kind not in opened
        owners.append(above or (scope if is_part else None))
    return owners


def _scope_name(graph: Graph, naming: Naming, scope: Scope) -> str:
    """The path of a scope; a row ends it with its own name."""
    if scope.kind != "row":
        return naming.scope_paths[scope.index]
    above = naming.scope_paths[scope.parent or 0]
    return f"{above}.{scope.name}" if above else scope.name


def uncounted(graph: Graph, costs: Costs, convention: Convention) -> dict[str, int]:
    """The operations for which a convention counts nothing, by name, with how many there are.

    Views of memory, inputs and free parameters, which compute nothing, are not among them.
    """
    names = (
        node.operation.name
        for node, figures in zip(graph, costs.nodes, strict=True)
        if not figures.total(convention)
        and not node.operation.is_view
        and not isinstance(node.operation, Input | Parameter)
    )
    return dict(Counter(names))
