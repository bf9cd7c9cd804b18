"""A network's text rewritten: cells, inputs and columns as a transform wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from archdsl.build.tables.stages import BLOCK
from archdsl.build.values import BlockValue, Given, OperationValue, Value, is_number
from archdsl.source import Span
from archdsl.syntax import tree

Cells = Mapping[str, "tree.Expression | tree.Dash"]
"""What to write, by column."""


@dataclass(frozen=True, slots=True)
class Resized:
    """An input that had other sizes before."""

    before: tuple[int, ...]
    sizes: tuple[int, ...]
    span: Span


@dataclass(frozen=True)
class Rewrite:
    """The cells to write into rows, by the identity of the row, and inputs that change size."""

    rows: Mapping[int, Cells]
    inputs: Mapping[str, Resized]

    def network(self, network: tree.Network) -> tree.Network:
        return replace(network, body=self._body(network.body))

    def _body(self, body: tuple[tree.Statement, ...]) -> tuple[tree.Statement, ...]:
        return tuple(map(self._statement, body))

    def _statement(self, statement: tree.Statement) -> tree.Statement:
        match statement:
            case tree.Table():
                return self._table(statement)
            case tree.Input() if statement.name in self.inputs:
                return replace(
                    statement, shape=_resized(statement.shape, self.inputs[statement.name])
                )
            case tree.If():
                then, otherwise = self._body(statement.body), self._body(statement.otherwise)
                return replace(statement, body=then, otherwise=otherwise)
            case tree.For():
                return replace(statement, body=self._body(statement.body))
        return statement

    def _table(self, table: tree.Table) -> tree.Table:
        """The table with its rows rewritten, and with columns that it had not."""
        known = [column.name for column in table.columns]
        written = [self.rows[id(row)] for row in table.rows if id(row) in self.rows]
        new = dict.fromkeys(name for cells in written for name in cells if name not in known)
        columns = (*table.columns, *(tree.Name(name, span=table.span) for name in new))
        names = [column.name for column in columns]
        rows = tuple(self._row(row, names) for row in table.rows)
        return replace(table, columns=columns, rows=rows)

    def _row(self, row: tree.Row | tree.Rule, columns: list[str]) -> tree.Row | tree.Rule:
        if isinstance(row, tree.Rule):
            return row
        cells = [*row.cells, *(tree.Dash(span=row.span) for _ in columns[len(row.cells) :])]
        for column, cell in self.rows.get(id(row), {}).items():
            place = columns.index(column)
            # What is inserted after a block knows it by its place in the text.
            is_block = column == BLOCK
            cells[place] = replace(cell, span=row.cells[place].span) if is_block else cell
        return replace(row, cells=tuple(cells))


def literal(value: Value, span: Span) -> tree.Expression:
    """A value as the language writes it; a block by its name, with what it is given in advance.

    Raises:
        TypeError: it is a tensor, a function or nothing at all.
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
    called = tree.Name(name, span=span)
    return tree.Call(called, arguments, span=span) if arguments else called


def _number(value: int | Fraction, span: Span) -> tree.Expression:
    """A decimal where the number has one, else a fraction."""
    if value < 0:
        return tree.Unary("-", _number(-value, span), span=span)
    decimal = f"{float(value):.12g}"
    if "e" not in decimal and Fraction(decimal) == value:
        return tree.Number(decimal, value, span=span)
    if isinstance(value, int):
        return tree.Number(str(value), value, span=span)
    sides = (tree.Number(str(n), n, span=span) for n in (value.numerator, value.denominator))
    return tree.Binary("/", *sides, span=span)


def _resized(written: tree.Expression, resized: Resized) -> tree.Expression:
    """A shape as it is written where its sizes stay, so that parameters keep their say."""
    dimensions = written.dimensions if isinstance(written, tree.Shape) else (written,)
    made: list[tree.Expression] = []
    start = 0
    for dimension in dimensions:
        end = start + (int(dimension.times.value) if isinstance(dimension, tree.Repeat) else 1)
        sizes = resized.sizes[start:end]
        is_kept = sizes == resized.before[start:end]
        made += [dimension] if is_kept else _dimensions(sizes, resized.span)
        start = end
    if start != len(resized.sizes):
        return shape(resized.sizes, resized.span)
    return tree.Shape(tuple(made), span=written.span) if len(made) > 1 else made[0]


def _dimensions(sizes: tuple[int, ...], span: Span) -> list[tree.Expression]:
    """Sizes one by one; several that are the same as one that is repeated."""
    if len(sizes) > 1 and len(set(sizes)) == 1:
        times = tree.Number(str(len(sizes)), len(sizes), span=span)
        return [tree.Repeat(_number(sizes[0], span), times, span=span)]
    return [_number(size, span) for size in sizes]


def shape(sizes: tuple[int, ...], span: Span) -> tree.Expression:
    """`3 x 16 x 224^2`."""
    split = len(sizes) - 2 if len(sizes) > 2 else len(sizes)
    first = (_number(size, span) for size in sizes[:split])
    dimensions = (*first, *_dimensions(sizes[split:], span))
    return dimensions[0] if len(dimensions) == 1 else tree.Shape(dimensions, span=span)
