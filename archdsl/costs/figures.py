"""What operations cost, each and in sums, and what a "FLOP" is by convention.

Papers and tools mean different things by it: some count a multiply-add once and some twice, some
count normalisations and some do not. So a figure is never without its convention.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from archdsl.ir.graph import Graph, GraphView, Node
from archdsl.ops.base import Cost, Operation, Types
from archdsl.ops.sources import Input, Parameter
from archdsl.shown import table


@dataclass(frozen=True)
class Convention:
    """A way to count: `unit` follows a figure, `counts` describes it, `of` counts an operation."""

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


@dataclass(frozen=True, slots=True)
class Figures:
    """What some operations cost together, for one sample.

    `activations` counts the output elements of convolutions, linear layers and matrix products
    (Radosavovic et al. 2020 define it for convolutions). `bytes_moved` counts what each operation
    reads and writes, including its parameters, as if nothing stayed in a cache. Views and
    free parameters move nothing.
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
        """The cost of `count` operations or blocks of this cost, each with its own parameters."""
        work = self.cost.macs, self.cost.normalised, self.cost.fvcore
        cost = Cost(count * self.cost.parameters, *[count * part for part in work])
        return Figures(cost, count * self.activations, count * self.bytes_moved)

    def without_parameters(self) -> Figures:
        """The cost of a later use of weights: they are counted once, where they are first used.

        They are read again, so the bytes moved stay.
        """
        cost = self.cost - Cost(self.cost.parameters)
        return Figures(cost, self.activations, self.bytes_moved)

    @property
    def params(self) -> int:
        """Learned numbers."""
        return self.cost.parameters

    @property
    def macs(self) -> int:
        """Multiply-adds of convolutions, linear layers and matrix products."""
        return self.cost.macs

    @property
    def flops(self) -> int:
        """Twice the multiply-adds."""
        return 2 * self.cost.macs

    @property
    def intensity(self) -> float:
        """The arithmetic intensity: FLOPs (2 x MACs) for each byte moved."""
        return self.flops / self.bytes_moved if self.bytes_moved else 0.0

    def total(self, convention: Convention) -> int:
        """The cost in a convention."""
        return convention.of(self.cost)

    @property
    def summary(self) -> str:
        """The parameters and the multiply-adds in words."""
        return f"{self.params:,} parameters, {self.macs:,} MACs"

    def __repr__(self) -> str:
        return f"<Figures: {self.summary}>"


def figures_of(graph: GraphView, node: Node) -> Figures:
    """What one operation costs."""
    operands = graph.types(graph.operands(node))
    figures = figures_of_operation(node.operation, operands, node.results)
    return figures if node.weights_of is None else figures.without_parameters()


@lru_cache(maxsize=4096)
def figures_of_operation(operation: Operation, operands: Types, results: Types) -> Figures:
    """What an operation with these operands and results costs, with weights of its own."""
    cost = operation.cost(operands, results).times(results[0].times)
    elements = sum(t.volume for t in results)
    activations = elements if cost.macs else 0
    if operation.is_view or isinstance(operation, Input | Parameter):
        return Figures(cost, activations)
    moved = operation.reads(operands, results) + sum(t.bytes for t in results)
    return Figures(cost, activations, moved)


@dataclass(frozen=True)
class Costs:
    """The costs of a network for one view, at the input sizes of its graph.

    `nodes` and `scopes` have an entry for each node and each scope of the graph, by index.
    """

    nodes: tuple[Figures, ...]
    scopes: tuple[Figures, ...]
    total: Figures

    def __repr__(self) -> str:
        return f"<Costs: {self.total.summary}>"

    def _repr_html_(self) -> str:
        """The whole in each convention: a figure without one says little."""
        total = self.total
        rows = [
            ("parameters", f"{total.params:,}", "learned numbers"),
            *((c.unit, f"{total.total(c):,}", c.counts) for c in CONVENTIONS.values()),
            ("activations", f"{total.activations:,}", "outputs of what is counted as MACs"),
            ("bytes moved", f"{total.bytes_moved:,}", "read and written, without fusion"),
        ]
        return table(("figure", "one view", "what it counts"), rows, ("one view",))


def measure(graph: Graph) -> Costs:
    """The costs of a graph, in one pass over it."""
    nodes = tuple(figures_of(graph, node) for node in graph)
    scopes = [Figures()] * len(graph.scopes)
    for node, figures in zip(graph, nodes, strict=True):
        scopes[node.scope] = scopes[node.scope] + figures
    # A scope comes after its parent, so backwards each is complete before it is added.
    for scope in reversed(graph.scopes):
        if scope.parent is not None:
            scopes[scope.parent] = scopes[scope.parent] + scopes[scope.index]
    return Costs(nodes, tuple(scopes), scopes[0])


def uncounted(graph: Graph, costs: Costs, convention: Convention) -> dict[str, int]:
    """How many operations of each name a convention counts nothing for.

    Views, inputs and free parameters are left out, since they compute nothing.
    """
    names = (
        node.operation.name
        for node, figures in zip(graph, costs.nodes, strict=True)
        if not figures.total(convention)
        and not node.operation.is_view
        and not isinstance(node.operation, Input | Parameter)
    )
    return dict(Counter(names))
