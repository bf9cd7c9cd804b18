"""The costs of a network as a table: for each row its texts, its figures, and where it is written.

Commands print it; notebooks, reports and the studio show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from archdsl.costs.breakdown import Part, folded
from archdsl.costs.figures import Convention, Costs
from archdsl.ir.graph import Graph
from archdsl.report.text import readable, share
from archdsl.source import Span


@dataclass(frozen=True)
class Row:
    """A line of the table: a part, its `cost` in a convention, and that of the `whole` network."""

    part: Part
    cost: int
    whole: int

    @property
    def name(self) -> str:
        """The path of the part, by which pictures know it too."""
        return self.part.name

    @property
    def kind(self) -> str:
        """The block or the operation, and how often it is repeated."""
        part = self.part
        return f"{part.kind} x {part.times}" if part.times > 1 else part.kind

    @property
    def output(self) -> str:
        """The shape of what it puts out, or those of several results."""
        return ", ".join(map(str, self.part.outputs))

    @property
    def params(self) -> int:
        return self.part.figures.params

    @property
    def share(self) -> float:
        """Its part of the whole cost, from 0 to 1."""
        return self.cost / self.whole if self.whole else 0.0

    @property
    def span(self) -> Span:
        """Where it is written, which may be in another file than the network."""
        return self.part.span

    @property
    def cells(self) -> tuple[str, ...]:
        """Its texts, with rounded figures."""
        costs = readable(self.params), readable(self.cost), share(self.cost, self.whole)
        return (self.name, self.kind, self.output, *costs)


@dataclass(frozen=True)
class CostTable:
    """The costs of a network in a convention, by row or by another level of parts."""

    graph: Graph
    costs: Costs
    convention: Convention
    by: str = "row"

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The parts in the order of execution; those that repeat outside of tables are one."""
        parts = folded(self.graph, self.costs, self.by)
        of = self.convention
        return tuple(Row(part, part.figures.total(of), self.whole) for part in parts)

    @property
    def whole(self) -> int:
        """The cost of the network in the convention."""
        return self.costs.total.total(self.convention)

    @property
    def columns(self) -> tuple[str, ...]:
        """What the cells of a row are."""
        return (self.by, "kind", "output", *self.numbers)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The columns with numbers."""
        return ("params", self.convention.unit, "share")

    @property
    def total(self) -> tuple[str, ...]:
        """The cells of the last line."""
        return ("total", "", "", readable(self.costs.total.params), readable(self.whole), "100.0 %")
