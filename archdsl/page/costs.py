"""The table of a network by row, in which the rows of a stage fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from archdsl import limits
from archdsl.costs.figures import CONVENTIONS, Costs
from archdsl.ir.graph import Graph
from archdsl.page.texts import Texts
from archdsl.report.rows import CostTable, Row
from archdsl.report.text import typeset

_STAGE = "stage"


@dataclass(frozen=True)
class CostRow:
    """A row: its place in the page, its texts, its share in percent, and the line that says it."""

    place: str
    cells: tuple[str, ...]
    percent: str
    link: str
    line: str


@dataclass(frozen=True)
class Stage:
    """Rows of one stage, with its path and the cells of their sum.

    Without `cells` there is nothing to fold: the rows are in no stage, or one is all of it.
    """

    place: str
    path: str
    cells: tuple[str, ...]
    percent: str
    rows: tuple[CostRow, ...]


@dataclass(frozen=True)
class RowTable:
    """The table: its columns, its stages, its last line, and how many rows are left out."""

    columns: tuple[str, ...]
    stages: tuple[Stage, ...]
    total: tuple[str, ...]
    left_out: int

    @property
    def places(self) -> dict[str, str]:
        """The places of stages and rows by their paths, as pictures know them."""
        stages = {
            each.path: each.place if each.cells else each.rows[0].place
            for each in self.stages
            if each.path
        }
        return stages | {row.cells[0]: row.place for each in self.stages for row in each.rows}


def row_table(graph: Graph, costs: Costs, place: str, texts: Texts) -> RowTable:
    """The costs of a network in multiply-adds. `place` begins the places of its rows."""
    table = CostTable(graph, costs, CONVENTIONS["macs"])
    rows, stages = table.rows[: limits.REPORTED_ROWS], _stages(graph, costs)
    numbered = [
        (_around(row, stages), _row(row, f"{place}-r{number}", texts))
        for number, row in enumerate(rows)
    ]
    groups = [
        _group(stage, tuple(row for _, row in own), f"{place}-s{number}")
        for number, (stage, own) in enumerate(groupby(numbered, key=lambda each: each[0]))
    ]
    return RowTable(table.columns, tuple(groups), table.total, len(table.rows) - len(rows))


def _stages(graph: Graph, costs: Costs) -> Sequence[Row]:
    table = CostTable(graph, costs, CONVENTIONS["macs"], _STAGE)
    return [row for row in table.rows if row.kind.startswith(_STAGE)]


def _around(row: Row, stages: Sequence[Row]) -> Row | None:
    """The stage that a row is in."""
    return next((stage for stage in stages if row.name.startswith(f"{stage.name}.")), None)


def _row(row: Row, place: str, texts: Texts) -> CostRow:
    cells, link = tuple(map(typeset, row.cells)), texts.link(row.span)
    return CostRow(place, cells, _percent(row), link, texts.short(row.span))


def _group(stage: Row | None, rows: tuple[CostRow, ...], place: str) -> Stage:
    """Rows with their stage above them, which would say nothing new of a single row."""
    if stage is None or len(rows) == 1:
        return Stage(place, stage.name if stage else "", (), "", rows)
    # `stage` is what all of them are.
    name, _, *others = map(typeset, stage.cells)
    return Stage(place, stage.name, (name, "", *others), _percent(stage), rows)


def _percent(row: Row) -> str:
    return f"{100 * row.share:.1f}"
