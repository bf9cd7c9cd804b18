"""The place of a block among all blocks of a body: `index` and `count`, beside `i` of its stage.

A rate that varies over a whole network, such as that of stochastic depth, depends on them. Only
blocks count that take a definition which reads them: a stem or a head without such a rate is no
step on the way. Numbers of blocks are expressions, so all tables are looked at before the first
block is built.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archdsl.build.context import Frame
from archdsl.build.tables.cells import RowFiller
from archdsl.build.values import describe
from archdsl.ir.written import Apply, Counter, Literal
from archdsl.params.numbers import is_integer
from archdsl.plan.rows import NUMBER, Row, RowId, rows_of
from archdsl.program.program import names_in
from archdsl.source import Span
from archdsl.syntax import tree


@dataclass(frozen=True)
class Positions:
    """The blocks of a body that have a position: the first index of each row, and how many."""

    starts: Mapping[RowId, int]
    count: int

    def index(self, row: Row, place: int) -> int:
        """The index of a block, by its place in its row."""
        return self.starts[row.id] + place


def written_index(index: int, number: int) -> Counter | Apply:
    """An index in terms of the number `i` of the block in its stage."""
    before = index - number
    if before == 0:
        return Counter(number)
    operator = "+" if before > 0 else "-"
    return Apply(operator, (Counter(number), Literal(abs(before))))


def rows_in(frame: Frame, table: tree.Table) -> tuple[Row, ...]:
    """The rows of a table: of a network's own as planned, of a block's as written."""
    request = frame.context.request
    return tuple(rows_of(table)) if request is None or frame.call else request.plan.rows_in(table)


def positions(frame: Frame, table: tree.Table) -> Positions:
    """The positions of the blocks in all tables of a body, asked for by one of the tables."""
    tables = [each for each in _body(frame) if isinstance(each, tree.Table)]
    if table not in tables:
        message = "`index` and `count` are known in tables outside of loops and conditions"
        raise frame.fault("table", message, _reader(frame, table))
    starts: dict[RowId, int] = {}
    count = 0
    for row in _positioned(frame, tables):
        starts[row.id] = count
        count += _number(frame, row)
    return Positions(starts, count)


def _body(frame: Frame) -> tuple[tree.Statement, ...]:
    if frame.call:
        return frame.call.block.body
    assert frame.context.request is not None
    return frame.context.request.plan.network.body


def _reader(frame: Frame, table: tree.Table) -> Span:
    """The span of the first definition of a table that reads a position."""
    filler = RowFiller(frame, table, rows_in(frame, table))
    return next(iter(filler.positional)).span


def _positioned(frame: Frame, tables: list[tree.Table]) -> Iterator[Row]:
    """The rows whose blocks take a definition that reads a position."""
    for table in tables:
        rows = rows_in(frame, table)
        filler = RowFiller(frame, table, rows)
        if filler.positional:
            yield from (row for row in rows if filler.takes_position(row))


def _number(frame: Frame, row: Row) -> int:
    cell = row.cell(NUMBER)
    if cell is None:
        return 1
    for name in sorted(names_in(cell)):
        # Another table is looked at before the statements between the two.
        if frame.assigned.get(name, 0) > 1:
            message = f"`{name}` is assigned more than once, so blocks cannot be counted ahead"
            hint = "give each value a name of its own: a definition reads `index` or `count`"
            raise frame.fault("table", message, cell.span, help=hint)
    number = frame.evaluate(cell)
    if is_integer(number):
        return number
    message = f"`{NUMBER}` must be an integer of at least 1, but this is {describe(number)}"
    raise frame.fault("table", message, cell.span)
