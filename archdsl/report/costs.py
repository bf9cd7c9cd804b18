"""The report of `archdsl flops`, for people and for programs.

Programs get exact integers. People get rounded figures in the table, and below it what the figures
mean: a count of MACs without its convention and input size cannot be compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from archdsl.costs.figures import Convention
from archdsl.diagnostics import counted
from archdsl.network import Network
from archdsl.report.rows import CostTable, Row
from archdsl.report.tables import Report, Table
from archdsl.report.text import (
    as_json,
    comma_separated,
    json_inputs,
    readable,
    readable_bytes,
    show_inputs,
)


@dataclass(frozen=True)
class Views:
    """The views of a video in a test: clips along its length, times crops of each."""

    clips: int = 1
    crops: int = 1

    @property
    def count(self) -> int:
        return self.clips * self.crops


@dataclass(frozen=True)
class CostReport(Report):
    """The costs of a network in one convention, by rows or another level of parts."""

    network: Network
    convention: Convention
    by: str = "row"
    views: Views = Views()

    @cached_property
    def _costs(self) -> CostTable:
        return CostTable(self.network.graph, self.network.costs, self.convention, self.by)

    @property
    def _total(self) -> int:
        """In the convention, for one view."""
        return self._costs.whole

    # For people

    @property
    def _title(self) -> str:
        return f"{self.network.name} at {self._inputs}, in {self.convention.unit} for one view"

    @property
    def _inputs(self) -> str:
        return show_inputs(self.network.inputs)

    @property
    def _table(self) -> Table:
        costs = self._costs
        cells = [row.cells for row in costs.rows]
        return Table(costs.columns, cells, frozenset(costs.numbers), costs.total)

    @property
    def _facts(self) -> Iterator[str]:
        """What the figures of the table mean, and the figures that it has no column for."""
        network, total = self.network, self.network.costs.total
        yield f"convention    {self.convention.name}: {self.convention.counts}"
        yield f"input         {self._inputs}"
        yield f"parameters    {total.params:,}"
        yield f"total         {self._total:,} {self.convention.unit} for one view"
        if self.views.count > 1:
            yield f"views         {self._views}"
        yield (
            f"activations   {total.activations:,} outputs of convolutions, linear layers and"
            " matrix products"
        )
        yield (
            f"memory        at most {readable_bytes(network.inference_bytes)} in inference,"
            f" {readable_bytes(network.training_bytes)} in training"
        )
        yield (
            "              for one sample in float32: parameters and live values; in training all"
            " values of the forward pass, gradients and momentum"
        )
        yield f"bytes moved   {readable_bytes(total.bytes_moved)} read and written, without fusion"
        yield f"intensity     {total.intensity:.2f} FLOPs (2 x MACs) per byte moved"
        if self.convention.name == "torch" and (fused := self._fused):
            least = f"{self._total - fused:,} or more"
            yield f"on a CPU      {least}: torch does not count attention that is fused there"
        # What a convention leaves out is where two published counts usually differ.
        yield f"not counted   {', '.join(self._uncounted)}"

    @property
    def _fused(self) -> int:
        """What attention counts that is one operation, and may be one kernel."""
        parts = self.network.breakdown("operation")
        fused = (p for p in parts if p.kind.startswith("scaled_dot_product_attention"))
        return sum(part.figures.total(self.convention) for part in fused)

    @property
    def _views(self) -> str:
        clips, crops, count = self.views.clips, self.views.crops, self.views.count
        whole = readable(count * self._total)
        shown = f"{counted(clips, 'clip')} x {counted(crops, 'crop')}"
        return f"{count:,} ({shown}): {whole} {self.convention.unit} for a video"

    @property
    def _uncounted(self) -> list[str]:
        counts = self.network.uncounted(self.convention)
        return [f"{name} x {count:,}" for name, count in counts.items()] or ["nothing"]

    # For programs

    def _json(self) -> str:
        network, total = self.network, self.network.costs.total
        return as_json(
            {
                "network": network.name,
                "input": json_inputs(network.inputs),
                "params": total.params,
                "macs": total.macs,
                "flops": total.flops,
                "activations": total.activations,
                "convention": self.convention.name,
                "views": self.views.count,
                "total_per_view": self._total,
                "total": self._total * self.views.count,
                "memory": {
                    "inference": network.inference_bytes,
                    "training": network.training_bytes,
                },
                "bytes": total.bytes_moved,
                "intensity": round(total.intensity, 6),  # the only figure that is no integer
                "not_counted": network.uncounted(self.convention),
                "by": self.by,
                "rows": [_object(row) for row in self._costs.rows],
            }
        )

    def _csv(self) -> str:
        head = ("name", "kind", "output", "params", "macs", "convention", "cost")
        lines = (
            (
                row.name,
                row.part.kind,
                "x".join(map(str, row.part.outputs[0].shape)),
                row.params,
                row.part.figures.macs,
                self.convention.name,
                row.cost,
            )
            for row in self._costs.rows
        )
        return comma_separated(head, lines)


def _object(row: Row) -> dict[str, object]:
    part = row.part
    return {
        "name": row.name,
        "kind": part.kind,
        "times": part.times,
        "output": list(part.outputs[0].shape),  # of a part with several, the first
        "outputs": [list(type_.shape) for type_ in part.outputs],
        "params": row.params,
        "macs": part.figures.macs,
        "cost": row.cost,
        "activations": part.figures.activations,
        "bytes": part.figures.bytes_moved,
    }
