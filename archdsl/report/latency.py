"""The report of `archdsl flops --convention latency`: how long each part takes, and on what.

A time says little without what limits it. One that is spent on arithmetic falls with the
multiply-adds, one that is spent on traffic with the size of tensors, and one that is spent on calls
with the number of operations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from archdsl.costs.breakdown import Part, breakdown, cut
from archdsl.costs.figures import measure
from archdsl.costs.metrics import LATENCIES
from archdsl.latency.prediction import Prediction
from archdsl.latency.remembered import roofs_of_this_machine
from archdsl.network import Network
from archdsl.report.tables import Report, Table
from archdsl.report.text import (
    as_json,
    comma_separated,
    json_inputs,
    readable,
    readable_bytes,
    readable_time,
    share,
    show_inputs,
)

_COLUMNS = ("kind", "MACs", "moved", "time", "share", "mostly")


@dataclass(frozen=True)
class LatencyReport(Report):
    """The predicted times of a network by rows or another level of parts, for one of LATENCIES.

    Raises where it is shown:
        CompileError: this machine was not probed.
    """

    network: Network
    metric: str
    by: str = "row"
    views: int = 1

    @cached_property
    def _prediction(self) -> Prediction:
        return Prediction.of(self.network.graph, LATENCIES[self.metric])

    @cached_property
    def _parts(self) -> list[tuple[Part, Counter[str]]]:
        """Each part, and what its time is spent on."""
        prediction = self._prediction
        graph = prediction.graph
        pieces = zip(cut(graph, self.by), breakdown(graph, measure(graph), self.by), strict=True)
        return [
            (part, prediction.limits(node.index for node in piece.nodes)) for piece, part in pieces
        ]

    @cached_property
    def _limits(self) -> Counter[str]:
        return sum((limits for _, limits in self._parts), Counter())

    @property
    def _total(self) -> int:
        return self._prediction.nanoseconds

    # For people

    @property
    def _title(self) -> str:
        target = LATENCIES[self.metric]
        return f"{self.network.name} at {self._inputs}, time of one view, target {target}"

    @property
    def _inputs(self) -> str:
        return show_inputs(self.network.inputs)

    @property
    def _table(self) -> Table:
        costs = measure(self._prediction.graph).total
        macs, moved = readable(costs.macs), readable_bytes(costs.bytes_moved)
        total = ("total", "", macs, moved, readable_time(self._total), "100.0 %")
        rows = [self._cells(part, limits) for part, limits in self._parts]
        right = frozenset({"MACs", "moved", "time", "share"})
        return Table((self.by, *_COLUMNS), rows, right, (*total, _most(self._limits)))

    def _cells(self, part: Part, limits: Counter[str]) -> tuple[str, ...]:
        macs, moved = readable(part.figures.macs), readable_bytes(part.figures.bytes_moved)
        time = round(limits.total())
        shown = readable_time(time), share(time, self._total)
        return (part.name, part.kind, macs, moved, *shown, _most(limits))

    @property
    def _facts(self) -> Iterator[str]:
        spent = (f"{share(round(time), self._total)} {name}" for name, time in self._limits.items())
        yield f"convention    {self.metric}: of each operation the larger of arithmetic and traffic"
        yield "              over what this machine reaches, and a call; predicted, not measured"
        yield f"machine       {roofs_of_this_machine().machine}"
        yield f"total         {readable_time(self._total)} for one view"
        if self.views > 1:
            yield f"views         {self.views:,}: {readable_time(self.views * self._total)}"
        yield f"spent on      {', '.join(spent)}"

    # For programs

    def _json(self) -> str:
        return as_json(
            {
                "network": self.network.name,
                "input": json_inputs(self.network.inputs),
                "convention": self.metric,
                "target": LATENCIES[self.metric],
                "machine": str(roofs_of_this_machine().machine),
                "unit": "ns",
                "views": self.views,
                "total_per_view": self._total,
                "total": self._total * self.views,
                "by": self.by,
                "rows": [self._object(part, limits) for part, limits in self._parts],
            }
        )

    def _object(self, part: Part, limits: Counter[str]) -> dict[str, object]:
        return {
            "name": part.name,
            "kind": part.kind,
            "macs": part.figures.macs,
            "bytes": part.figures.bytes_moved,
            "cost": round(limits.total()),
            **{name: round(time) for name, time in limits.items()},
        }

    def _csv(self) -> str:
        columns = ("name", "kind", "macs", "bytes", "convention", "cost")
        rows = (
            (
                part.name,
                part.kind,
                part.figures.macs,
                part.figures.bytes_moved,
                self.metric,
                round(limits.total()),
            )
            for part, limits in self._parts
        )
        return comma_separated(columns, rows)


def _most(limits: Counter[str]) -> str:
    """What most of a time is spent on."""
    return max(limits, key=limits.__getitem__, default="")
