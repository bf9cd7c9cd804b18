"""The figures of a whole network, each with what it counts: one without that says little."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.costs.figures import CONVENTIONS, Costs
from archdsl.costs.metrics import inference_bytes, training_bytes
from archdsl.ir.graph import Graph
from archdsl.report.text import readable, readable_bytes


@dataclass(frozen=True)
class Total:
    """A figure for one view of one sample: its name in claims, its unit, and what it counts."""

    name: str
    unit: str
    value: int
    counts: str

    @property
    def title(self) -> str:
        """What people call it."""
        return _TITLES.get(self.name, self.unit)

    @property
    def is_bytes(self) -> bool:
        return self.unit == "bytes"

    @property
    def text(self) -> str:
        """The figure rounded: `1.96 G`, `53.32 MiB`."""
        return readable_bytes(self.value) if self.is_bytes else readable(self.value)

    @property
    def exact(self) -> str:
        """The figure to the last digit."""
        return f"{self.value:,}"


def totals(graph: Graph, costs: Costs) -> Iterator[Total]:
    """The parameters, the costs in all conventions, activations, memory and traffic."""
    whole = costs.total
    yield Total("params", "parameters", whole.params, "learned numbers")
    for name, convention in CONVENTIONS.items():
        yield Total(name, convention.unit, whole.total(convention), convention.counts)
    yield Total("activations", "activations", whole.activations, _ACTIVATIONS)
    yield Total("memory", "bytes", inference_bytes(graph, costs), _INFERENCE)
    yield Total("training_memory", "bytes", training_bytes(graph, costs), _TRAINING)
    yield Total("bytes", "bytes", whole.bytes_moved, "read and written, without fusion")


_TITLES = {
    "memory": "memory in inference",
    "training_memory": "memory in training",
    "bytes": "bytes moved",
}
_ACTIVATIONS = "outputs of convolutions, linear layers and matrix products"
_INFERENCE = "parameters and live values of one forward pass in float32, at most"
_TRAINING = "all values of the forward pass, gradients and momentum in float32, at most"
