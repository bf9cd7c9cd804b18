"""The rule for tables: one is checked as it is written, and its rows are built in order."""

from __future__ import annotations

from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.tables.cells import RowFiller
from archdsl.build.tables.stages import TableBuilder
from archdsl.diagnostics import counted, did_you_mean
from archdsl.plan.rows import BLOCK, Row, rows_of
from archdsl.program.names import STAGE
from archdsl.syntax import tree

_LEVELS = 2
"""What a table counts for, of all that may be open at once: its rows are called through much."""


def run_table(frame: Frame, table: tree.Table) -> None:
    """Apply each row's block to the running value, as often as the row says."""
    frame.require_running(table.columns[0].span)
    _check(frame, table)
    rows, faults = _rows(frame, table), frame.findings.faults
    filler = RowFiller(frame, table, rows)
    reuse = frame.context.reuse if not frame.context.inserted else None
    builder = reuse.builder(filler) if reuse else TableBuilder(filler)
    frame.deepen(table.span, _LEVELS)
    try:
        builder.run(rows)
    finally:
        frame.leave(_LEVELS)
    frame.applied = True
    if frame.findings.faults == faults:
        filler.warn_unused()


def _rows(frame: Frame, table: tree.Table) -> tuple[Row, ...]:
    """The rows of a table: a network's own as planned, those of a block as they are written."""
    request = frame.context.request
    return tuple(rows_of(table)) if request is None or frame.call else request.plan.rows_in(table)


def _check(frame: Frame, table: tree.Table) -> None:
    """See that a table is one, as it is written.

    Raises:
        Fault: it is not; every row that is at fault has been reported.
    """
    _check_columns(frame, table)
    faults, names = frame.findings.faults, [column.name for column in table.columns]
    rows = [line for line in table.rows if isinstance(line, tree.Row)]
    for row in rows:
        _check_row(frame, names, row)
    if frame.findings.faults > faults:
        raise Fault
    if not rows:
        raise frame.fault("table", "this table has no rows", table.span)


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


def _check_row(frame: Frame, names: list[str], row: tree.Row) -> None:
    """Report a row that is none, or that names a stage by something else."""
    if len(row.cells) != len(names):
        has = counted(len(row.cells), "cell")
        message = f"this row has {has} for {counted(len(names), 'column')}"
        frame.findings.report(frame.fault("table", message, row.span))
    elif isinstance(row.cells[names.index(BLOCK)], tree.Dash):
        frame.findings.report(frame.fault("table", "this row names no block", row.span))
    elif STAGE in names:
        named = row.cells[names.index(STAGE)]
        if not isinstance(named, tree.Name | tree.Dash):
            frame.findings.report(frame.fault("table", "a stage has a name", named.span))
