"""Figures of a whole network under the names that claims, budgets and targets use."""

from __future__ import annotations

from collections.abc import Callable

from archdsl.costs.conventions import CONVENTIONS
from archdsl.costs.figures import Costs, Figures
from archdsl.costs.memory import inference_bytes, training_bytes
from archdsl.ir.graph import Graph

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
