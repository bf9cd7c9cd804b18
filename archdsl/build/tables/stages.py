"""Architecture tables as written: columns, rows, and the stages that rule lines part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from archdsl.build.session import Fault, Frame
from archdsl.diagnostics import counted, did_you_mean
from archdsl.program.names import STAGE
from archdsl.syntax import tree

BLOCK, NUMBER, STRIDE = "block", "number", "stride"
EXPECTATIONS = ("expect", "printed")
SPECIAL = (BLOCK, NUMBER, STAGE, *EXPECTATIONS)
"""Columns that are no parameters of a row's block."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its cells by column; `left_out` are those with a dash."""

    node: tree.Row
    cells: dict[str, tree.Expression]
    left_out: dict[str, tree.Dash]

    @property
    def block(self) -> tree.Expression:
        return self.cells[BLOCK]

    @property
    def kind(self) -> str:
        """The block as it is written."""
        return self.block.name if isinstance(self.block, tree.Name) else self.block.span.text

    @property
    def called(self) -> str:
        """The block without the parameters that the cell gives it."""
        if isinstance(self.block, tree.Call):
            return self.block.function.name
        return self.kind


@dataclass(slots=True)
class Stage:
    """Rows between two rule lines, or from one name of a stage to the next."""

    rows: list[Row] = field(default_factory=list)
    name: str | None = None


def stages(frame: Frame, table: tree.Table) -> list[Stage]:
    """The rows of a table, by stage.

    Raises:
        Fault: the table is not one; every row that is at fault has been reported.
    """
    _check_columns(frame, table)
    faults = frame.session.faults
    found = list(_grouped(frame, table))
    if frame.session.faults > faults:
        raise Fault
    if not found:
        raise frame.fault("table", "this table has no rows", table.span)
    return found


def _check_columns(frame: Frame, table: tree.Table) -> None:
    names = [column.name for column in table.columns]
    for position, column in enumerate(table.columns):
        if column.name in names[:position]:
            message = f"there are two columns `{column.name}`"
            raise frame.fault("table", message, column.span)
    if BLOCK not in names:
        near = [column for column in table.columns if did_you_mean(column.name, [BLOCK])]
        hint = "did you mean `block`?" if near else None
        message = "a table needs a column `block`, with the block of each row"
        raise frame.fault("table", message, [*near, *table.columns][0].span, help=hint)


def _grouped(frame: Frame, table: tree.Table) -> Iterator[Stage]:
    stage = Stage()
    for line in table.rows:
        row = _row(frame, table, line) if isinstance(line, tree.Row) else None
        ends = isinstance(line, tree.Rule) or (row is not None and STAGE in row.cells)
        if ends and stage.rows:
            yield stage
            stage = Stage()
        if row is not None:
            stage.name = row.cells[STAGE].span.text if STAGE in row.cells else stage.name
            stage.rows.append(row)
    if stage.rows:
        yield stage


def _row(frame: Frame, table: tree.Table, row: tree.Row) -> Row | None:
    """A row by column, or None where it is none, which is reported."""
    message = ""
    if len(row.cells) != len(table.columns):
        cells = counted(len(row.cells), "cell")
        message = f"this row has {cells} for {counted(len(table.columns), 'column')}"
    columns = (column.name for column in table.columns)
    filled, left_out = _sorted(dict(zip(columns, row.cells, strict=False)))
    if not message and BLOCK not in filled:
        message = "this row names no block"
    if message:
        frame.session.report(frame.fault("table", message, row.span))
        return None
    if STAGE in filled and not isinstance(filled[STAGE], tree.Name):
        fault = frame.fault("table", "a stage has a name", filled[STAGE].span)
        frame.session.report(fault)
    return Row(row, filled, left_out)


def _sorted(
    line: dict[str, tree.Expression | tree.Dash],
) -> tuple[dict[str, tree.Expression], dict[str, tree.Dash]]:
    """The cells that say something, and those that do not."""
    cells = {name: cell for name, cell in line.items() if not isinstance(cell, tree.Dash)}
    return cells, {name: cell for name, cell in line.items() if isinstance(cell, tree.Dash)}
