"""The rule for tables: the text of a table is checked, then its rows are built in order."""

from __future__ import annotations

from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.tables.cells import RowFiller
from archdsl.build.tables.positions import positions, rows_in
from archdsl.build.tables.stages import TableBuilder
from archdsl.build.values import SharedBlock
from archdsl.diagnostics import counted, did_you_mean
from archdsl.plan.rows import BLOCK
from archdsl.program.stages import STAGE
from archdsl.syntax import tree

_LEVELS = 2
"""Levels of nesting that a table takes: its blocks are called through more of Python's stack."""


def run_table(frame: Frame, table: tree.Table) -> None:
    """Apply each row's block to the running value, `number` times."""
    frame.require_running(table.columns[0].span)
    _check(frame, table)
    rows, faults = rows_in(frame, table), frame.findings.faults
    filler = RowFiller(frame, table, rows)
    # What is inserted depends on a block's address, what a shared block costs on earlier uses, and
    # a position on all rows, and a choice on what is decided. A key in the cache has none of them.
    is_shared = any(isinstance(value, SharedBlock) for value in frame.names.values())
    places = positions(frame, table) if filler.positional else None
    is_apart = frame.context.inserted or is_shared or places or frame.program.has_choices
    reuse = None if is_apart else frame.context.reuse
    builder = reuse.builder(filler) if reuse else TableBuilder(filler, places)
    frame.deepen(table.span, _LEVELS)
    try:
        builder.run(rows)
    finally:
        frame.leave(_LEVELS)
    frame.applied = True
    if frame.findings.faults == faults:
        filler.warn_unused()


def _check(frame: Frame, table: tree.Table) -> None:
    """Check the text of a table.

    Raises:
        Fault: it has a mistake. Every faulty row has been reported.
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
            message = f"this table has two columns `{column.name}`"
            raise frame.fault("table", message, column.span)
    if BLOCK not in names:
        hints = {column: did_you_mean(column.name, [BLOCK]) for column in table.columns}
        column = next((each for each in table.columns if hints[each]), table.columns[0])
        message = "a table needs a column `block`, with the block of each row"
        raise frame.fault("table", message, column.span, help=hints[column])


def _check_row(frame: Frame, names: list[str], row: tree.Row) -> None:
    """Report a row with missing cells, without a block, or whose stage is no name."""
    if len(row.cells) != len(names):
        cells, columns = counted(len(row.cells), "cell"), counted(len(names), "column")
        message = f"this row has {cells}, but the table has {columns}"
        frame.findings.report(frame.fault("table", message, row.span))
    elif isinstance(row.cells[names.index(BLOCK)], tree.Dash):
        frame.findings.report(frame.fault("table", "this row has no block", row.span))
    elif STAGE in names:
        stage = row.cells[names.index(STAGE)]
        if not isinstance(stage, tree.Name | tree.Dash):
            message = f"`{STAGE}` must be a name, but this is {stage.span.text}"
            frame.findings.report(frame.fault("table", message, stage.span))
