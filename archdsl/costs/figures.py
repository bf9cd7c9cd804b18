"""What operations cost, one by one and summed, and what one "FLOP" is, source by source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from archdsl.ir.graph import Graph, GraphView, Node
from archdsl.ops.base import Cost, Operation, Types
from archdsl.ops.sources import Input, Parameter


@dataclass(frozen=True)
class Convention:
    """A way to count: `unit` after a figure, `counts` in words, `of` for one operation."""

    name: str
    unit: str
    counts: str
    of: Callable[[Cost], int]


CONVENTIONS = {
    convention.name: convention
    for convention in (
        Convention(
            "macs",
            "MACs",
            "multiply-adds of convolutions, linear layers and matrix products",
            lambda cost: cost.macs,
        ),
        Convention(
            "flops",
            "FLOPs",
            "2 for each multiply-add of convolutions, linear layers and matrix products",
            lambda cost: 2 * cost.macs,
        ),
        Convention(
            "fvcore",
            "FLOPs (fvcore)",
            "multiply-adds, 2 for each batch-norm element, pooling and resizing, in evaluation",
            lambda cost: cost.macs + cost.fvcore,
        ),
        Convention(
            "pytorchvideo",
            "FLOPs (PyTorchVideo)",
            "multiply-adds and 5 for each element that a normalisation puts out",
            lambda cost: cost.macs + 5 * cost.normalised,
        ),
        Convention(
            "torch",
            "FLOPs (torch)",
            "as torch's FlopCounterMode: 2 for each multiply-add of conv, linear and matmul",
            lambda cost: 2 * cost.macs,
        ),
    )
}

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
        return Figures(
            self.cost + other.cost,
            self.activations + other.activations,
            self.bytes_moved + other.bytes_moved,
        )

    def __sub__(self, other: Figures) -> Figures:
        return Figures(
            self.cost - other.cost,
            self.activations - other.activations,
            self.bytes_moved - other.bytes_moved,
        )

    def __mul__(self, count: int) -> Figures:
        """What so many cost that cost this each."""
        work = self.cost.macs, self.cost.normalised, self.cost.fvcore
        cost = Cost(count * self.cost.parameters, *[count * part for part in work])
        return Figures(cost, count * self.activations, count * self.bytes_moved)

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


def figures_of(graph: GraphView, node: Node) -> Figures:
    """What one operation costs."""
    return figures_of_operation(node.operation, graph.types(graph.operands(node)), node.results)


@lru_cache(maxsize=4096)
def figures_of_operation(operation: Operation, operands: Types, results: Types) -> Figures:
    """What an operation costs that makes these results of these operands."""
    cost = operation.cost(operands, results).times(results[0].times)
    elements = sum(t.volume for t in results)
    activations = elements if cost.macs else 0
    if operation.is_view or isinstance(operation, Input):
        return Figures(cost, activations)
    read = sum(t.volume for t in operands) + cost.parameters
    return Figures(cost, activations, BYTES_PER_ELEMENT * (read + elements))


@dataclass(frozen=True)
class Costs:
    """The costs of a network at the input it is typed for, for one view.

    `nodes` and `scopes` have an entry for each of the graph's.
    """

    nodes: tuple[Figures, ...]
    scopes: tuple[Figures, ...]
    total: Figures


def measure(graph: Graph) -> Costs:
    """The costs of a typed graph, in one pass over it."""
    nodes = tuple(figures_of(graph, node) for node in graph)
    scopes = [Figures()] * len(graph.scopes)
    for node, figures in zip(graph, nodes, strict=True):
        scopes[node.scope] = scopes[node.scope] + figures
    for scope in reversed(graph.scopes):
        if scope.parent is not None:
            scopes[scope.parent] = scopes[scope.parent] + scopes[scope.index]
    return Costs(nodes, tuple(scopes), scopes[0])


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
