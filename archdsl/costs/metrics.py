"""Figures of a whole network under the names that claims, budgets and targets use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from archdsl.costs.conventions import CONVENTIONS
from archdsl.costs.figures import Costs, measure
from archdsl.costs.memory import inference_bytes, training_bytes
from archdsl.ir.graph import Graph

_FIGURES: dict[str, Callable[[Graph, Costs], int]] = {
    "params": lambda graph, costs: costs.total.params,
    "activations": lambda graph, costs: costs.total.activations,
    "memory": inference_bytes,
    "training_memory": training_bytes,
    "bytes": lambda graph, costs: costs.total.bytes_moved,
}

METRICS = (*_FIGURES, *CONVENTIONS)
"""What can be measured of a network, by name."""


@dataclass(frozen=True)
class Measured:
    """A typed graph with its costs, which are found once, and when they are asked for."""

    graph: Graph

    @cached_property
    def costs(self) -> Costs:
        return measure(self.graph)

    def figure(self, metric: str) -> int:
        """One of METRICS, for one view of one sample; memory in bytes."""
        if metric in _FIGURES:
            return _FIGURES[metric](self.graph, self.costs)
        return self.costs.total.total(CONVENTIONS[metric])
