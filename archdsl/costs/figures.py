"""Sums over operations, and how they fall on the blocks, rows and stages of a network."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from archdsl.costs.conventions import Convention
from archdsl.ir.graph import Graph, Node, Scope
from archdsl.ops.base import Cost
from archdsl.ops.sources import Input

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
class Row:
    """One line of a cost report: a row of a table, or a statement of the network's body."""

    name: str
    kind: str
    stage: str | None
    output: tuple[int, ...]
    figures: Figures


@dataclass(frozen=True)
class Costs:
    """The costs of a network at the input it is typed for, for one view."""

    nodes: tuple[Figures, ...]
    scopes: tuple[Figures, ...]
    rows: tuple[Row, ...]
    total: Figures
    uncounted: dict[str, int]


def measure(graph: Graph) -> Costs:
    """The costs of a typed graph, in one pass over it."""
    nodes = [figures_of(graph, node) for node in graph]
    scopes = [Figures()] * len(graph.scopes)
    for node, figures in zip(graph, nodes, strict=True):
        scopes[node.scope] = scopes[node.scope] + figures
    for scope in reversed(graph.scopes):
        if scope.parent is not None:
            scopes[scope.parent] = scopes[scope.parent] + scopes[scope.index]
    rows = _rows(graph, nodes, scopes)
    return Costs(tuple(nodes), tuple(scopes), tuple(rows), scopes[0], _uncounted(graph, nodes))


def _uncounted(graph: Graph, nodes: list[Figures]) -> dict[str, int]:
    """The operations that are no multiply-adds, by name, with how often they occur."""
    names = (
        node.operation.name
        for node, figures in zip(graph, nodes, strict=True)
        if not figures.macs and not node.operation.is_view and not isinstance(node.operation, Input)
    )
    return dict(Counter(names))


def _rows(graph: Graph, nodes: list[Figures], scopes: list[Figures]) -> list[Row]:
    """Scopes and operations right below the network, stages opened, in order."""
    stages = {s.index for s in graph.scopes if s.kind == "stage"}
    placed: list[tuple[int, Row]] = []
    for scope in graph.scopes[1:]:
        if scope.kind != "stage" and (scope.parent == 0 or scope.parent in stages) and scope.outputs:
            row = _scope_row(graph, scope, scopes[scope.index])
            placed.append((scope.outputs[0].node, row))
    for node in graph:
        if node.scope == 0 and not isinstance(node.operation, Input):
            row = Row(
                node.name or node.operation.name,
                node.operation.name,
                None,
                node.results[0].shape,
                nodes[node.index],
            )
            placed.append((node.index, row))
    return [row for _, row in sorted(placed, key=lambda pair: pair[0])]


def _scope_row(graph: Graph, scope: Scope, figures: Figures) -> Row:
    assert scope.parent is not None
    parent = graph.scopes[scope.parent]
    name = scope.name or scope.definition
    stage = parent.name if parent.kind == "stage" else None
    shown = f"{stage}.{name}" if stage else name
    return Row(shown, scope.definition, stage, graph.type(scope.outputs[0]).shape, figures)
