"""The changes of transforms, written back into the language.

A transform changes values. A build evaluates text, so each changed value becomes a literal in the
parameters, the shapes of inputs or the cells of rows. What did not change stays as it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import groupby
from typing import TypeAlias

from archdsl import limits
from archdsl.build.values import BlockValue, Given, OperationValue, Value
from archdsl.params.numbers import decimal, is_number, show_number
from archdsl.plan.plan import Plan
from archdsl.plan.rows import (
    BLOCK,
    NUMBER,
    UNKNOWN,
    Cells,
    CellValue,
    Content,
    Refused,
    Row,
    RowId,
    ids_of,
)
from archdsl.program.stages import STAGE
from archdsl.source import Span
from archdsl.syntax import tree

PrintedCells: TypeAlias = Mapping[RowId, Cells]
"""Cells to put in place of those of rows: the printed shapes of a network that is written out."""


def record_changes(before: Plan, after: Plan, span: Span) -> Plan:
    """A changed plan with its changed values as literals, which all have one span.

    The span is that of the transform: a diagnostic on a changed cell points at its cause.

    Raises:
        Refused: a number is larger than the language allows.
    """
    given = {
        name: Given(_check_magnitude(name, value), span)
        for name, value in after.parameters.items()
        if before.parameters.get(name, UNKNOWN) != value
    }
    shapes = {
        name: _resize(before.shape(name), before.inputs[name], sizes, span)
        for name, sizes in after.inputs.items()
        if before.inputs[name] != sizes
    }
    # By content, which equal rows share: a thousand of them are edited once.
    changed: dict[Content, Content] = {}
    for row in after.rows:
        if row.content not in changed:
            changed[row.content] = _write_edits(row, span)
    rows = tuple([row.with_content(changed[row.content]) for row in after.rows])
    return replace(
        after,
        given={**after.given, **given},
        shapes={**after.shapes, **shapes},
        rows=rows,
        headers=_headers(before.headers, rows),
        before=before,
        changed_by=span,
    )


def _write_edits(row: Row, span: Span) -> Content:
    """The content of a row, with the cells whose values changed as literals."""
    content = row.content
    if not content.unwritten:
        return content
    written = {column: _cell(row, column, span) for column in sorted(content.unwritten)}
    return replace(content, edits={**content.edits, **written}, unwritten=frozenset())


def _cell(row: Row, column: str, span: Span) -> tree.Expression | tree.Dash:
    if column == BLOCK:
        return tree.Name(row.block, span=span)
    value: CellValue = row.content.number if column == NUMBER else row.columns.get(column, UNKNOWN)
    if value is UNKNOWN:
        return tree.Dash(span=span)
    return literal(_check_magnitude(column, value), span)


def _headers(
    before: Mapping[int, tuple[str, ...]], rows: Iterable[Row]
) -> Mapping[int, tuple[str, ...]]:
    """The columns that each table has beyond those in the text."""
    headers = dict(before)
    for row in rows:
        known = headers.get(row.stage.table, ())
        new = [name for name in row.content.edits if name not in known and not row.line.has(name)]
        if new:
            headers[row.stage.table] = (*known, *new)
    return headers


def _check_magnitude(name: str, value: Value) -> Value:
    """A value that a transform computed.

    Raises:
        Refused: it is a number larger than the language allows.
    """
    if is_number(value):
        largest = max(abs(value.numerator), value.denominator)
        if largest > limits.MAGNITUDE:
            raise Refused(f"this makes `{name}` larger than 2^63")
    return value


def network_of(plan: Plan, printed: PrintedCells | None = None) -> tree.Network:
    """The syntax tree of a network as the plan has it now."""
    return replace(plan.network, body=_body(plan, plan.network.body, printed or {}))


def _body(
    plan: Plan, body: tuple[tree.Statement, ...], printed: PrintedCells
) -> tuple[tree.Statement, ...]:
    return tuple([_statement(plan, statement, printed) for statement in body])


def _statement(plan: Plan, statement: tree.Statement, printed: PrintedCells) -> tree.Statement:
    match statement:
        case tree.Table():
            return _table(plan, statement, printed)
        case tree.Input():
            return replace(statement, shape=plan.shape_of(statement))
        case tree.If():
            body = _body(plan, statement.body, printed)
            return replace(
                statement, body=body, otherwise=_body(plan, statement.otherwise, printed)
            )
    return statement


def _table(plan: Plan, table: tree.Table, printed: PrintedCells) -> tree.Table:
    """A table with its present rows and columns."""
    added = plan.headers.get(table.span.start, ())
    columns = (*table.columns, *[tree.Name(name, span=table.span) for name in added])
    rows = {row.id: row for row in plan.rows_in(table)}
    named = dict(_stage_cells(rows.values()))
    lines: list[tree.Row | tree.Rule] = []
    for line in _lines(tuple(rows.values()), table):
        if isinstance(line, tree.Rule):
            lines.append(line)
            continue
        cells = {**rows[line].cells, **named[line], **printed.get(line, {})}
        dash = tree.Dash(span=rows[line].line.span)
        lines.append(tree.Row(tuple([cells.get(c.name, dash) for c in columns]), span=dash.span))
    return replace(table, columns=columns, rows=tuple(lines))


def _stage_cells(rows: Iterable[Row]) -> Iterator[tuple[RowId, Cells]]:
    """The column of stages: the first row of each has its name, the others a dash."""
    for stage, inside in groupby(rows, key=lambda row: row.stage):
        for place, row in enumerate(inside):
            is_named = stage.name is not None and place == 0
            span = row.line.span
            yield (
                row.id,
                {
                    STAGE: tree.Name(stage.name or "", span=span)
                    if is_named
                    else tree.Dash(span=span)
                },
            )


def _lines(rows: tuple[Row, ...], table: tree.Table) -> Iterator[RowId | tree.Rule]:
    """The lines of a table: the written ones, or with rules between stages if rows were added."""
    # Then all lines are those of the text, rule lines included.
    if [row.id for row in rows] == [*ids_of(table)]:
        places = {row.id.row: row.id for row in rows}
        for place, line in enumerate(table.rows):
            yield line if isinstance(line, tree.Rule) else places[place]
        return
    is_ruled = any(isinstance(line, tree.Rule) for line in table.rows)
    for stage, inside in groupby(rows, key=lambda row: row.stage):
        if stage != rows[0].stage and (is_ruled or stage.name is None):
            yield tree.Rule(span=table.span)
        yield from (row.id for row in inside)


def literal(value: Value, span: Span) -> tree.Expression:
    """A value as an expression of the language.

    A block is its name, in a call if it has parameters given in advance.

    Raises:
        TypeError: it is a tensor or a function.
    """
    if value is None or isinstance(value, bool):
        return tree.Constant(value, span=span)
    if is_number(value):
        return _number(value, span)
    if isinstance(value, str):
        return tree.Name(value, span=span)
    if isinstance(value, tuple):
        return tree.Tuple(tuple(literal(entry, span) for entry in value), span=span)
    if isinstance(value, BlockValue | OperationValue):
        return _block(value.name, value.given, span)
    raise TypeError(f"no literal of {value!r}")


def _block(name: str, given: Mapping[str, Given], span: Span) -> tree.Expression:
    arguments = tuple(
        tree.Argument(parameter, literal(argument.value, span), span=span)
        for parameter, argument in given.items()
    )
    function = tree.Name(name, span=span)
    return tree.Call(function, arguments, span=span) if arguments else function


def _number(value: int | Fraction, span: Span) -> tree.Expression:
    """A decimal if the number has a short one, or else a quotient: the language has no fraction."""
    if value < 0:
        return tree.Unary("-", _number(-value, span), span=span)
    # A fraction such as 1/3 has no decimal, and 12 digits of it would be another number.
    if isinstance(value, int) or decimal(value):
        return tree.Number(show_number(value), value, span=span)
    sides = (tree.Number(str(n), n, span=span) for n in (value.numerator, value.denominator))
    return tree.Binary("/", *sides, span=span)


def _resize(
    written: tree.Expression, before: tuple[int, ...], sizes: tuple[int, ...], span: Span
) -> tree.Expression:
    """A shape with new sizes, whose dimensions stay as they are written where the size stays.

    So `3 x frames x 224^2` that becomes larger still depends on `frames`.
    """
    dimensions = written.dimensions if isinstance(written, tree.Shape) else (written,)
    resized: list[tree.Expression] = []
    start = 0
    for dimension in dimensions:
        end = start + (int(dimension.times.value) if isinstance(dimension, tree.Repeat) else 1)
        # A power such as `size^2` stands for several sizes, and is kept only if all are.
        is_kept = sizes[start:end] == before[start:end]
        resized += [dimension] if is_kept else _dimensions(sizes[start:end], span)
        start = end
    if start != len(sizes):
        return shape_literal(sizes, span)
    return tree.Shape(tuple(resized), span=written.span) if len(resized) > 1 else resized[0]


def _dimensions(sizes: tuple[int, ...], span: Span) -> list[tree.Expression]:
    """The dimensions of sizes; several equal ones are written as one with a power."""
    if len(sizes) > 1 and len(set(sizes)) == 1:
        times = tree.Number(str(len(sizes)), len(sizes), span=span)
        return [tree.Repeat(_number(sizes[0], span), times, span=span)]
    return [_number(size, span) for size in sizes]


def shape_literal(sizes: tuple[int, ...], span: Span) -> tree.Expression:
    """A shape as an expression: `3 x 16 x 224^2`, height and width together."""
    split = len(sizes) - 2 if len(sizes) > 2 else len(sizes)
    first = (_number(size, span) for size in sizes[:split])
    dimensions = (*first, *_dimensions(sizes[split:], span))
    return dimensions[0] if len(dimensions) == 1 else tree.Shape(dimensions, span=span)
