"""Figures of a whole network, peak memory among them, by the names that claims and budgets use."""

from __future__ import annotations

from collections.abc import Callable

from archdsl.costs.figures import BYTES_PER_ELEMENT, CONVENTIONS, Costs, Figures
from archdsl.ir.graph import Graph, Node


def inference_bytes(graph: Graph, costs: Costs) -> int:
    """Peak bytes of one forward pass over one sample, in single precision.

    Operations run one by one in the graph's order. A value is alive from the operation that
    makes it until the last one that reads it or a view of it; nothing is computed in place.
    The parameters are alive throughout.
    """
    made = [_own_elements(node) for node in graph]
    freed = [0] * len(made)
    for index, last in _last_uses(graph).items():
        freed[last] += made[index]
    alive = peak = 0
    for size, dead in zip(made, freed, strict=True):
        alive += size
        peak = max(peak, alive)
        alive -= dead
    return BYTES_PER_ELEMENT * (peak + costs.total.params)


def training_bytes(graph: Graph, costs: Costs) -> int:
    """Peak bytes of one training step over one sample, in single precision.

    Every value that is no view is kept until the backward pass, where the largest of them
    has its gradient beside it; each parameter has a gradient and a momentum.
    """
    sizes = [_own_elements(node) for node in graph]
    return BYTES_PER_ELEMENT * (sum(sizes) + max(sizes, default=0) + 3 * costs.total.params)


def _own_elements(node: Node) -> int:
    return 0 if node.operation.is_view else sum(t.volume for t in node.results)


def _last_uses(graph: Graph) -> dict[int, int]:
    """For each node that owns memory, the last node that reads it, through views or directly."""
    owner: dict[int, int] = {}
    last: dict[int, int] = {}
    for node in graph:
        operands = graph.operands(node)
        for operand in operands:
            last[owner[operand.node]] = node.index
        is_view = node.operation.is_view and operands
        owner[node.index] = owner[operands[0].node] if is_view else node.index
        last[owner[node.index]] = node.index
    end = len(graph) - 1
    return last | {owner[value.node]: end for value in graph.outputs}


_SUMS: dict[str, Callable[[Figures], int]] = {
    "params": lambda figures: figures.params,
    "activations": lambda figures: figures.activations,
    "bytes": lambda figures: figures.bytes_moved,
}
_PEAKS: dict[str, Callable[[Graph, Costs], int]] = {
    "memory": inference_bytes,
    "training_memory": training_bytes,
}

METRICS = ("params", "activations", "memory", "training_memory", "bytes", *CONVENTIONS)
"""What can be measured of a network, by name."""

ORDERED = frozenset(_PEAKS)
"""Those that follow from the order of operations, and not from sums."""


def total(metric: str, figures: Figures) -> int:
    """A figure that is a sum over operations, for one view of one sample.

    Raises:
        KeyError: it is none of METRICS, or of ORDERED.
    """
    return _SUMS[metric](figures) if metric in _SUMS else figures.total(CONVENTIONS[metric])


def figure(metric: str, graph: Graph, costs: Costs) -> int:
    """One of METRICS of a graph with these costs, for one view of one sample; memory in bytes."""
    return _PEAKS[metric](graph, costs) if metric in ORDERED else total(metric, costs.total)
