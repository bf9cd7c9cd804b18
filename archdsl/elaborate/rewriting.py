"""A network's text rewritten: cells, inputs and columns as a transform wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from archdsl.elaborate.values import Value, is_number
from archdsl.source import Span
from archdsl.syntax import tree

Cells = Mapping[str, "tree.Expression | tree.Dash"]
"""What to write, by column."""


@dataclass(frozen=True)
class Rewrite:
    """The cells to write into rows, by the identity of the row, and the shapes of inputs."""

    rows: Mapping[int, Cells]
    inputs: Mapping[str, tree.Expression]

    def network(self, network: tree.Network) -> tree.Network:
        return replace(network, body=self._body(network.body))

    def _body(self, body: tuple[tree.Statement, ...]) -> tuple[tree.Statement, ...]:
        return tuple(map(self._statement, body))

    def _statement(self, statement: tree.Statement) -> tree.Statement:
        match statement:
            case tree.Table():
                return self._table(statement)
            case tree.Input() if statement.name in self.inputs:
                return replace(statement, shape=self.inputs[statement.name])
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
        dashes = (tree.Dash(span=row.span) for _ in columns[len(row.cells) :])
        cells = self.rows.get(id(row), {})
        old = zip(columns, (*row.cells, *dashes), strict=True)
        return replace(row, cells=tuple(cells.get(name, cell) for name, cell in old))


def literal(value: Value, span: Span) -> tree.Expression:
    """A value as the language writes it.

    Raises:
        TypeError: it has no name or number to be written with.
    """
    if value is None or isinstance(value, bool):
        return tree.Constant(value, span=span)
    if is_number(value):
        return _number(value, span)
    if isinstance(value, str):
        return tree.Name(value, span=span)
    if isinstance(value, tuple):
        return tree.Tuple(tuple(literal(entry, span) for entry in value), span=span)
    raise TypeError(f"no literal of {value!r}")


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


def shape(sizes: tuple[int, ...], span: Span) -> tree.Expression:
    """`3 x 16 x 224^2`."""
    numbers: list[tree.Expression] = [_number(size, span) for size in sizes]
    if len(sizes) > 2 and sizes[-1] == sizes[-2]:
        square = tree.Number("2", 2, span=span)
        numbers[-2:] = [tree.Repeat(numbers[-1], square, span=span)]
    return numbers[0] if len(numbers) == 1 else tree.Shape(tuple(numbers), span=span)
