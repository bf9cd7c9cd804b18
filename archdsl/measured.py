"""A network with its shapes: what it costs, how it is drawn, and how it shows itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from archdsl.costs.breakdown import Parts, breakdown
from archdsl.costs.figures import CONVENTIONS, Convention, Costs, measure, uncounted
from archdsl.costs.metrics import METRICS, figure, inference_bytes, training_bytes
from archdsl.deciding import Deciding
from archdsl.diagnostics import CompileError, counted, error, suggestion
from archdsl.ir.types import show_shape
from archdsl.report.rows import CostTable
from archdsl.report.text import readable, show_inputs
from archdsl.shown import heading, table

if TYPE_CHECKING:
    from archdsl.drawing import Drawing


@dataclass(frozen=True)
class Measured(Deciding):
    """A network whose shapes are known, and so its costs."""

    def __repr__(self) -> str:
        outputs = ", ".join(map(show_shape, self.outputs))
        return f"<Network {self.name}: {show_inputs(self.inputs)} to {outputs}, {self._size}>"

    @property
    def _size(self) -> str:
        if self.open_decisions:
            return f"a space of {counted(len(self.open_decisions), 'decision')}"
        total = self.costs.total
        return f"{readable(total.params)} parameters, {readable(total.macs)} MACs"

    def _repr_html_(self) -> str:
        """The table by row, or the decisions of a space, and the picture."""
        title = heading(self.name, f"{show_inputs(self.inputs)}: {self._size}")
        listed = self._decisions_html() if self.open_decisions else self._rows_html()
        return title + listed + self.draw()._repr_html_()

    def _rows_html(self) -> str:
        costs = CostTable(self.graph, self.costs, CONVENTIONS["macs"])
        lines = [*(row.cells for row in costs.rows), costs.total]
        return table(costs.columns, lines, costs.numbers)

    def _decisions_html(self) -> str:
        decisions = (each.decision for each in self.decisions if each.decision.is_open)
        rows = [(each.name, ", ".join(each.options[i] for i in each.allowed)) for each in decisions]
        return table(("decision", "options"), rows)

    @property
    def inputs(self) -> dict[str, tuple[int, ...]]:
        """The shape of each input, without the batch: (channels, frames, height, width)."""
        return self.graph.input_shapes

    @property
    def outputs(self) -> tuple[tuple[int, ...], ...]:
        """The shape of each output, without the batch."""
        return tuple(self.graph.type(value).shape for value in self.graph.outputs)

    @cached_property
    def costs(self) -> Costs:
        """Parameters, multiply-adds and other costs, for one sample at this input."""
        return measure(self.graph)

    def breakdown(self, by: str) -> Parts:
        """The costs of each `row`, `stage`, `block` or `operation`."""
        return breakdown(self.graph, self.costs, by)

    def uncounted(self, convention: Convention) -> dict[str, int]:
        """The operations that a convention does not count, with how many there are of each."""
        return uncounted(self.graph, self.costs, convention)

    @property
    def inference_bytes(self) -> int:
        """Peak bytes of one forward pass; see `costs.metrics` for the model."""
        return inference_bytes(self.graph, self.costs)

    @property
    def training_bytes(self) -> int:
        """Peak bytes of one training step; see `costs.metrics` for the model."""
        return training_bytes(self.graph, self.costs)

    def figure(self, metric: str) -> int:
        """A figure of the whole network, for one view of one sample, as claims name it.

        `params`, `activations` and multiply-adds or FLOPs in a convention, such as `macs` or
        `fvcore`, are counts. `memory`, `training_memory` and `bytes` are in bytes, `latency` and
        `infer_latency` in nanoseconds.

        Raises:
            CompileError: there is no such metric, or it is a latency and `archdsl probe` has not
                measured this machine.
        """
        if metric not in METRICS:
            hint = suggestion(metric, METRICS)
            raise CompileError([error("metric", f"there is no metric `{metric}`", help=hint)])
        return figure(metric, self.graph, self.costs)

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """The names of the attention cells, each once."""
        from archdsl.ir.cells import cells  # few networks have any, and few are asked

        return tuple(dict.fromkeys(cell.name for cell in cells(self.graph)))

    def draw(
        self, *, depth: int | None = None, convention: str = "macs", cell: str | None = None
    ) -> Drawing:
        """The picture of the network, which a notebook shows, and which can be saved.

        `depth` is how many levels of blocks are opened; without it, they are the stages of tables.
        The colour of a box is its share of the cost in `convention`. With `cell`, only the
        attention cell of this name is drawn. Of a space, the first option of each choice is drawn.

        Raises:
            CompileError: there is no such convention or cell.
        """
        from archdsl.draw.outline import View  # a network that is not drawn needs none of this
        from archdsl.drawing import convention_named, draw_cell, draw_graph, open_decisions

        decisions = open_decisions(self.decisions, self.program.place)
        if cell is not None:
            return draw_cell(self.graph, cell, decisions)
        view = View(self.costs, convention_named(convention), depth)
        return draw_graph(self.graph, view, decisions)
