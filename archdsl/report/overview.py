"""A network at a glance, for pages: its totals and its parts, each figure as text and exact.

The studio shows it beside a text that changes, so it needs nothing but a graph and its costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.costs.breakdown import Part, folded
from archdsl.costs.figures import Convention, Costs, uncounted
from archdsl.costs.metrics import inference_bytes, training_bytes
from archdsl.ir.graph import Graph
from archdsl.report.text import readable, readable_bytes, share, show_inputs


@dataclass(frozen=True, slots=True)
class Total:
    """A figure of the whole network; `about` says how it was counted."""

    name: str
    text: str
    exact: str
    value: float
    about: str


@dataclass(frozen=True, slots=True)
class Line:
    """A part of the network as a line of a table; `part` is its share of the cost, from 0 to 1."""

    name: str
    kind: str
    output: str
    params: str
    cost: str
    share: str
    part: float
    file: str
    line: int


@dataclass(frozen=True)
class Overview:
    """What a page shows of a network, in one convention and by one level of parts."""

    graph: Graph
    costs: Costs
    convention: Convention
    by: str = "row"

    @property
    def input(self) -> str:
        """The inputs with their names: `video 3 x 16 x 312^2`."""
        graph = self.graph
        return show_inputs({name: graph.type(at).shape for name, at in graph.inputs.items()})

    @property
    def totals(self) -> Iterator[Total]:
        """The cost first, then the parameters, then what a memory or a machine must have."""
        total, convention = self.costs.total, self.convention
        yield _count(convention.unit, total.total(convention), convention.counts)
        yield _count("parameters", total.params, "each shared weight once")
        activations = "outputs of convolutions, linear layers and matrix products"
        yield _count("activations", total.activations, activations)
        sample = "for one sample in float32: parameters and live values"
        yield _bytes("memory", inference_bytes(self.graph, self.costs), sample)
        trained = f"{sample}; all values of the forward pass, gradients and momentum"
        yield _bytes("memory in training", training_bytes(self.graph, self.costs), trained)
        yield _bytes("bytes moved", total.bytes_moved, "read and written, without fusion")
        intensity = f"{total.intensity:.2f}"
        per = "FLOPs (2 x MACs) per byte moved"
        yield Total("intensity", intensity, f"{intensity} {per}", total.intensity, per)

    @property
    def uncounted(self) -> str:
        """What the convention counts nothing for: where published counts usually differ."""
        counts = uncounted(self.graph, self.costs, self.convention)
        return ", ".join(f"{name} x {count:,}" for name, count in counts.items()) or "nothing"

    @property
    def lines(self) -> Iterator[Line]:
        """The parts in the order of execution, equal blocks of a loop as one."""
        whole = self.costs.total.total(self.convention)
        for part in folded(self.graph, self.costs, self.by):
            yield self._line(part, whole)

    def _line(self, part: Part, whole: int) -> Line:
        cost = part.figures.total(self.convention)
        return Line(
            part.name,
            f"{part.kind} x {part.times}" if part.times > 1 else part.kind,
            ", ".join(map(str, part.outputs)),
            readable(part.figures.params),
            readable(cost),
            share(cost, whole),
            cost / whole if whole else 0.0,
            part.span.source.name,
            part.span.line,
        )


def _count(name: str, value: int, about: str) -> Total:
    return Total(name, readable(value), f"{value:,}", value, about)


def _bytes(name: str, value: int, about: str) -> Total:
    return Total(name, readable_bytes(value), f"{value:,} bytes", value, about)
