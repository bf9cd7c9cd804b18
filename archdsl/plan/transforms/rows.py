"""Transforms of the cells of rows: another block, another value in a column, or a dash."""

from __future__ import annotations

from archdsl.build.values import Value
from archdsl.params.kinds import parameter
from archdsl.params.numbers import is_integer
from archdsl.plan.plan import Plan
from archdsl.plan.rows import NUMBER, Refused, Row
from archdsl.plan.transforms.base import (
    WORDS,
    Anything,
    BlockName,
    Transform,
    Word,
    stages_of,
    unknown_name,
)


class Replace(Transform):
    """Replace a block `by` another one, in all its rows or in those of some stages.

    The rows keep their cells, so the new block gets the parameters of the old one.
    """

    name = "replace"
    leading = "block"
    block: str = parameter(Word())
    by: str = parameter(BlockName())
    rows: str | tuple[str, ...] | None = parameter(WORDS, None)

    def apply(self, plan: Plan) -> Plan:
        chosen = stages_of(plan, self.rows)
        blocks = dict.fromkeys(row.block for row in plan.rows if row.label in chosen)
        if self.block not in blocks:
            where = "no row" if self.rows is None else "no row in these stages"
            message = f"{where} has the block `{self.block}`"
            raise unknown_name(message, "block", self.block, blocks)
        return plan.with_rows(
            lambda row: row.with_block(self.by) if self._is_meant(row, chosen) else row
        )

    def _is_meant(self, row: Row, chosen: frozenset[str]) -> bool:
        return row.block == self.block and row.label in chosen


class Set(Transform):
    """Set a column to a value, in all rows that take it or in those of some stages.

    `none` becomes a dash, so that the parameter of the block has its default.
    """

    name = "set"
    leading = "column"
    column: str = parameter(Word())
    value: Value = parameter(Anything())
    rows: str | tuple[str, ...] | None = parameter(WORDS, None)

    def apply(self, plan: Plan) -> Plan:
        chosen = stages_of(plan, self.rows)
        taking = {row.label for row in plan.rows if self.column in row.takes}
        self._check_column(plan, taking)
        if not taking & chosen:
            message = f"no row in these stages takes `{self.column}`"
            raise unknown_name(message, "rows", str(self.rows), sorted(taking))
        return plan.with_rows(lambda row: self._change(row) if row.label in chosen else row)

    def _check_column(self, plan: Plan, taking: set[str]) -> None:
        if not taking:
            known = sorted({name for row in plan.rows for name in row.takes})
            raise unknown_name(f"no row takes `{self.column}`", "column", self.column, known)
        if self.column == NUMBER and not (is_integer(self.value) and self.value >= 1):
            raise Refused("`number` must be an integer of at least 1", "value")

    def _change(self, row: Row) -> Row:
        if self.column not in row.takes:
            return row
        row.check_decided(self.column)  # also where the first member has this value
        # `number` is not a parameter of the block, and a row always has one.
        if self.column == NUMBER and is_integer(self.value):
            return row.with_number(self.value)
        if self.value is None:
            return row.without_cell(self.column)
        return row.with_cells(**{self.column: self.value})


class Without(Transform):
    """Leave out what a parameter or a column adds to a network, such as its attention.

    The parameter becomes `none`, or the column a dash in every row.
    """

    name = "without"
    leading = "what"
    what: str = parameter(Word())

    def apply(self, plan: Plan) -> Plan:
        if self.what in plan.parameters:
            return plan.with_parameters(**{self.what: None})
        if self.what in plan.columns:
            return plan.with_rows(lambda row: row.without_cell(self.what))
        known = [*plan.columns, *plan.parameters]
        message = f"no column or parameter is called `{self.what}`"
        raise unknown_name(message, "what", self.what, known)
