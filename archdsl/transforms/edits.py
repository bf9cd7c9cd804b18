"""Edits of a table: what a column says, which block a row has, what is left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from archdsl.diagnostics import did_you_mean
from archdsl.ops.parameters import parameter
from archdsl.transforms.base import WORDS, Anything, Refused, Transform, Word
from archdsl.transforms.blueprint import BLOCK, NUMBER, Blueprint, Row, is_number


@dataclass(frozen=True)
class Without(Transform):
    """A network without what a column or a parameter says, such as its attention."""

    name = "without"
    leading = "what"
    what: str = parameter(Word())

    def apply(self, blueprint: Blueprint) -> Blueprint:
        if self.what in blueprint.parameters:
            return blueprint.with_parameters(**{self.what: None})
        if self.what not in blueprint.columns:
            raise _unknown(
                f"no column or parameter is called `{self.what}`",
                "what",
                self.what,
                [
                    *blueprint.columns,
                    *blueprint.parameters,
                ],
            )
        return blueprint.with_rows(lambda row: _with(row, self.what, None))


@dataclass(frozen=True)
class Replace(Transform):
    """Another block in the rows that have one; they keep their cells."""

    name = "replace"
    leading = "block"
    block: str = parameter(Word())
    by: str = parameter(Word())
    rows: str | tuple[str, ...] | None = parameter(WORDS, None)

    def apply(self, blueprint: Blueprint) -> Blueprint:
        blocks = dict.fromkeys(row.block for row in blueprint.rows)
        if self.block not in blocks:
            raise _unknown(f"no row has the block `{self.block}`", "block", self.block, blocks)
        chosen = _chosen(blueprint, self.rows)
        return blueprint.with_rows(
            lambda row: (
                replace(row, block=self.by)
                if row.block == self.block and row.stage in chosen
                else row
            )
        )


@dataclass(frozen=True)
class Set(Transform):
    """Another value in a column, in all rows that take it or in those of the stages named."""

    name = "set"
    leading = "column"
    column: str = parameter(Word())
    value: object = parameter(Anything())
    rows: str | tuple[str, ...] | None = parameter(WORDS, None)

    def apply(self, blueprint: Blueprint) -> Blueprint:
        if not any(self.column in row.takes for row in blueprint.rows):
            known = sorted({name for row in blueprint.rows for name in row.takes})
            raise _unknown(f"no row takes `{self.column}`", "column", self.column, known)
        self._check_number()
        chosen = _chosen(blueprint, self.rows)
        return blueprint.with_rows(lambda row: self._changed(row) if row.stage in chosen else row)

    def _check_number(self) -> None:
        is_count = is_number(self.value) and self.value == int(self.value) and self.value >= 1
        if self.column == NUMBER and not is_count:
            raise Refused("`number` counts blocks: an integer of at least 1", "value")

    def _changed(self, row: Row) -> Row:
        return _with(row, self.column, self.value) if self.column in row.takes else row


def _with(row: Row, column: str, value: object) -> Row:
    """A row with another cell; nothing said there is a dash."""
    if column == BLOCK:
        return replace(row, block=str(value))
    if column == NUMBER and isinstance(value, int):
        return replace(row, number=value)
    if value is None:
        return replace(row, cells={k: v for k, v in row.cells.items() if k != column})
    return row.with_cells(**{column: value})


def _chosen(blueprint: Blueprint, rows: str | tuple[str, ...] | None) -> frozenset[str]:
    """The stages named, each perhaps a pattern; all of them without a name."""
    if rows is None:
        return frozenset(blueprint.stages)
    chosen: set[str] = set()
    for name in (rows,) if isinstance(rows, str) else rows:
        found = {stage for stage in blueprint.stages if fnmatchcase(stage, name)}
        if not found:
            raise _unknown(f"there is no stage `{name}`", "rows", name, blueprint.stages)
        chosen |= found
    return frozenset(chosen)


def _unknown(message: str, option: str, name: str, known: Iterable[str]) -> Refused:
    names = list(known)
    return Refused(message, option, did_you_mean(name, names) or f"there is {', '.join(names)}")
