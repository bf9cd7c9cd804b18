"""The report of `archdsl flops` on a space: what its members cost, row by row and in all.

Nothing is sampled: what is not exact is between two bounds that are close.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from archdsl.costs.figures import Convention
from archdsl.diagnostics import counted
from archdsl.ir.types import show_shape
from archdsl.network import Network
from archdsl.report.tables import Report, Table
from archdsl.report.text import as_json, comma_separated, json_inputs, readable
from archdsl.space.sums.spread import Between, Spread
from archdsl.space.walk import CostedMember, Row, Walk

_SHAPES = 3
"""Shapes of an input beyond which only the ends are shown."""

_QUANTILES = (5, 25, 50, 75, 95)
"""Percent of the members that do not cost more than the figures that are shown."""


@dataclass(frozen=True)
class SpaceReport(Report):
    """The costs of the members of a space in one convention, and how many are within a budget."""

    network: Network
    convention: Convention
    budget: int | None = None

    @property
    def _walk(self) -> Walk:
        return self.network.walk

    @cached_property
    def _rows(self) -> list[Row]:
        return [*self._walk.rows(self.convention.name)]

    # For people

    @property
    def _title(self) -> str:
        shown = ", ".join(map(self._shown, self.network.inputs))
        unit = self.convention.unit
        return f"{self.network.name} at {shown}, in {unit} for one view of each member"

    def _shown(self, name: str) -> str:
        """An input with its shape, or those that it has in some member."""
        shapes = [*map(show_shape, self._walk.shapes(name))]
        if len(shapes) > _SHAPES:
            return f"{name} {shapes[0]}, ..., {shapes[-1]}"
        return f"{name} {' or '.join(shapes)}"

    @property
    def _table(self) -> Table:
        columns = ("row", *_COLUMNS)
        total = ("total", *map(readable, self._range(self.convention.name)))
        rows = [(row.label, *map(readable, _figures(row))) for row in self._rows]
        return Table(columns, rows, frozenset(columns[1:]), total)

    def _range(self, metric: str) -> tuple[int, int, int]:
        """The least, the mean and the greatest cost of a member; the mean is rounded."""
        least, greatest = self._extremes(metric)
        return least.cost, round(self._walk.mean(metric)), greatest.cost

    def _extremes(self, metric: str) -> tuple[CostedMember, CostedMember]:
        least, greatest = self._walk.least(metric), self._walk.greatest(metric)
        # A space without members is a mistake, and nobody asks for a report of it.
        assert least is not None
        assert greatest is not None
        return least, greatest

    @property
    def _facts(self) -> Iterator[str]:
        """What the figures of the table mean, and the figures that it has no column for."""
        walk, unit = self._walk, self.convention.unit
        yield f"convention    {self.convention.name}: {self.convention.counts}"
        yield f"members       {walk.members:,}, by {counted(len(walk.decisions), 'decision')}"
        least, mean, greatest = self._range("params")
        yield f"parameters    {least:,} to {greatest:,}, on average {mean:,}"
        least, mean, greatest = self._range(self.convention.name)
        yield f"total         {least:,} to {greatest:,} {unit}, on average {mean:,}"
        shares = (f"{share} % {readable(middle)}" for share, middle in self._quantiles)
        yield f"at most       {', '.join(shares)}"
        if self.budget is not None:
            yield f"budget        {self._within}"

    @cached_property
    def _spread(self) -> Spread:
        found = self._walk.spread(self.convention.name)
        assert found is not None
        return found

    @property
    def _quantiles(self) -> Iterator[tuple[int, int]]:
        """Shares in percent, and what these cost at most: between bounds, which are close."""
        for percent in _QUANTILES:
            low, high = self._spread.quantile(Fraction(percent, 100))
            yield percent, (low + high) // 2

    @property
    def _within(self) -> str:
        assert self.budget is not None
        found = self._walk.within(self.convention.name, 0, self.budget)
        shown = f"at most {readable(self.budget)} {self.convention.unit}"
        low, high = (_percent(count, self._walk.members) for count in found)
        if found.low == found.high:
            return f"{found.low:,} of the members, {low}, have {shown}"
        share = f"about {low}" if low == high else f"{low} to {high}"
        return f"{share} of the members have {shown}"

    # For programs

    def _json(self) -> str:
        walk, metric = self._walk, self.convention.name
        report: dict[str, object] = {
            "space": self.network.name,
            **self._inputs,
            "members": walk.members,
            "decisions": {name: list(options) for name, options in walk.decisions.items()},
            "convention": metric,
            "costs": {name: self._object(name) for name in dict.fromkeys(("params", metric))},
            "quantiles": {
                str(percent): _bounds(self._spread.quantile(Fraction(percent, 100)))
                for percent in _QUANTILES
            },
            "rows": [
                {"name": row.label, **dict(zip(_COLUMNS, _figures(row), strict=True))}
                for row in self._rows
            ],
        }
        if self.budget is not None:
            within = walk.within(metric, 0, self.budget)
            report["budget"] = {"cost": self.budget, "members": _bounds(within)}
        return as_json(report)

    @property
    def _inputs(self) -> dict[str, object]:
        """The sizes of the inputs, or all those that each has in some member."""
        shapes = {name: self._walk.shapes(name) for name in self.network.inputs}
        if any(len(each) > 1 for each in shapes.values()):
            return {"inputs": {name: [*map(list, each)] for name, each in shapes.items()}}
        return {"input": json_inputs({name: each[0] for name, each in shapes.items()})}

    def _object(self, metric: str) -> dict[str, object]:
        least, greatest = self._extremes(metric)
        mean = self._walk.mean(metric)
        return {
            "least": {"cost": least.cost, "decisions": dict(least.taken)},
            "mean": float(mean),
            "greatest": {"cost": greatest.cost, "decisions": dict(greatest.taken)},
        }

    def _csv(self) -> str:
        rows = [(row.label, *_figures(row)) for row in self._rows]
        total = ("total", *self._range(self.convention.name))
        return comma_separated(("row", *_COLUMNS), [*rows, total])


_COLUMNS = ("least", "mean", "greatest")


def _figures(row: Row) -> tuple[int, int, int]:
    """The figures of a row; the mean is rounded."""
    return row.least, round(row.mean), row.greatest


def _bounds(between: Between) -> list[int]:
    return [between.low, between.high]


def _percent(part: int, whole: int) -> str:
    """A share with two digits that count: `0.25 %`, `12 %`."""
    return f"{100 * part / whole:.2g} %" if part else "0 %"
