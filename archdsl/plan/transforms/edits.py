"""Edits of a table: what a column says, which block a row has, what is left out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from archdsl.params.kinds import parameter
from archdsl.plan.transforms.base import (
    WORDS,
    Anything,
    BlockName,
    Refused,
    Transform,
    Word,
    unknown,
)
from archdsl.plan.transforms.blueprint import NUMBER, Blueprint, Row, is_number
from archdsl.plan.transforms.choices import stages_of


@dataclass(frozen=True)
class Without(Transform):
    """A network without what a parameter or a column says, such as its attention.

    A parameter becomes `none`, and a column a dash in every row.
    """

    name = "without"
    leading = "what"
    what: str = parameter(Word())

    def apply(self, blueprint: Blueprint) -> Blueprint:
        if self.what in blueprint.parameters:
            return blueprint.with_parameters(**{self.what: None})
        if self.what in blueprint.columns:
            return blueprint.with_rows(lambda row: row.without_cell(self.what))
        known = [*blueprint.columns, *blueprint.parameters]
        message = f"no column or parameter is called `{self.what}`"
        raise unknown(message, "what", self.what, known)


@dataclass(frozen=True)
class Replace(Transform):
    """Another block `by` in the rows that have one, or in those of some stages.

    The rows keep their cells, so that the new block takes what the old one took.
    """

    name = "replace"
    leading = "block"
    block: str = parameter(Word())
    by: str = parameter(BlockName())
    rows: str | tuple[str, ...] | None = parameter(WORDS, None)

    def apply(self, blueprint: Blueprint) -> Blueprint:
        chosen = stages_of(blueprint, self.rows)
        blocks = dict.fromkeys(row.block for row in blueprint.rows if row.stage in chosen)
        if self.block not in blocks:
            where = "no row" if self.rows is None else "no row of these stages"
            message = f"{where} has the block `{self.block}`"
            raise unknown(message, "block", self.block, blocks)
        return blueprint.with_rows(
            lambda row: replace(row, block=self.by) if self._is_meant(row, chosen) else row
        )

    def _is_meant(self, row: Row, chosen: frozenset[str]) -> bool:
        return row.block == self.block and row.stage in chosen


@dataclass(frozen=True)
class Set(Transform):
    """Another value in a column, in all rows that take it or in those of some stages.

    `none` is a dash, so that the parameter of the block has its default.
    """

    name = "set"
    leading = "column"
    column: str = parameter(Word())
    value: object = parameter(Anything())
    rows: str | tuple[str, ...] | None = parameter(WORDS, None)

    def apply(self, blueprint: Blueprint) -> Blueprint:
        chosen = stages_of(blueprint, self.rows)
        taking = {row.stage for row in blueprint.rows if self.column in row.takes}
        self._check_column(blueprint, taking)
        if not taking & chosen:
            message = f"no row of these stages takes `{self.column}`"
            raise unknown(message, "rows", str(self.rows), sorted(taking))
        return blueprint.with_rows(lambda row: self._changed(row) if row.stage in chosen else row)

    def _check_column(self, blueprint: Blueprint, taking: set[str]) -> None:
        if not taking:
            known = sorted({name for row in blueprint.rows for name in row.takes})
            raise unknown(f"no row takes `{self.column}`", "column", self.column, known)
        if self.column == NUMBER and not _is_count(self.value):
            raise Refused("`number` counts blocks: an integer of at least 1", "value")

    def _changed(self, row: Row) -> Row:
        if self.column not in row.takes:
            return row
        if self.column == NUMBER:
            return row.with_number(_count(self.value))
        if self.value is None:
            return row.without_cell(self.column)
        return row.with_cells(**{self.column: self.value})


def _is_count(value: object) -> bool:
    return is_number(value) and value.denominator == 1 and value >= 1


def _count(value: object) -> int:
    return int(value) if is_number(value) else 1
