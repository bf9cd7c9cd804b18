"""Figures of a whole network, by the names that claims and budgets use, and the memory model."""

from __future__ import annotations

from collections.abc import Callable

from archdsl.costs.figures import CONVENTIONS, Costs, Figures
from archdsl.ir.graph import Graph, Node
from archdsl.ir.types import REAL_BYTES
from archdsl.ops.sources import Parameter


def inference_bytes(graph: Graph, costs: Costs) -> int:
    """Peak bytes of one forward pass over one sample, in single precision.

    Operations run one by one in the graph's order. A value is alive from the operation that
    computes it to the last one that reads it or a view of it. Nothing is computed in place, and
    the parameters are alive throughout. Workspaces of kernels are not counted.
    """
    allocated = [_own_bytes(node) for node in graph]
    freed = [0] * len(allocated)
    for index, last in _last_uses(graph).items():
        freed[last] += allocated[index]
    alive = peak = 0
    for new, dead in zip(allocated, freed, strict=True):
        alive += new
        peak = max(peak, alive)  # before anything is freed: operands are alive beside the result
        alive -= dead
    return peak + REAL_BYTES * costs.total.params


def training_bytes(graph: Graph, costs: Costs) -> int:
    """Peak bytes of one training step over one sample, in single precision.

    Every value that is no view is kept for the backward pass, where the largest has its gradient
    beside it. Each parameter has a gradient and a momentum, as with SGD.
    """
    sizes = [_own_bytes(node) for node in graph]
    return sum(sizes) + max(sizes, default=0) + 3 * REAL_BYTES * costs.total.params


def _own_bytes(node: Node) -> int:
    """What an operation allocates for its results; parameters are counted as such."""
    is_there = node.operation.is_view or isinstance(node.operation, Parameter)
    return 0 if is_there else sum(t.bytes for t in node.results)


def _last_uses(graph: Graph) -> dict[int, int]:
    """For each node that owns memory, the last node that reads it, directly or through a view."""
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

LATENCIES = {"latency": "readable", "infer_latency": "infer"}
"""The metrics of time in nanoseconds, each with the target whose module takes it."""

METRICS = ("params", "activations", *_PEAKS, "bytes", *CONVENTIONS, *LATENCIES)
"""The names of all figures of a network."""

WHOLE = frozenset({*_PEAKS, *LATENCIES})
"""Those of a whole graph, which are no sums over operations as the text has them.

Memory depends on the order of operations, and latency on what a target makes of them.
"""


def unit(metric: str) -> str:
    """The unit of one of WHOLE, in the plural."""
    return "nanoseconds" if metric in LATENCIES else "bytes"


def total(metric: str, figures: Figures) -> int:
    """A figure that is a sum over operations, for one view of one sample.

    Raises:
        KeyError: it is not in METRICS, or it is in WHOLE.
    """
    return _SUMS[metric](figures) if metric in _SUMS else figures.total(CONVENTIONS[metric])


def figure(metric: str, graph: Graph, costs: Costs) -> int:
    """One of METRICS for a graph with these costs, for one view of one sample.

    Memory is in bytes, and latency in nanoseconds.

    Raises:
        CompileError: it is a latency, and this machine was not probed.
    """
    if metric in LATENCIES:
        from archdsl.latency.prediction import Prediction  # few ask, and it takes long to load

        return Prediction.of(graph, LATENCIES[metric]).nanoseconds
    return _PEAKS[metric](graph, costs) if metric in _PEAKS else total(metric, costs.total)
