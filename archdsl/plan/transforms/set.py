"""What a column says."""

from __future__ import annotations

from archdsl.build.values import Value
from archdsl.params.kinds import parameter
from archdsl.params.numbers import is_number
from archdsl.plan.plan import Plan
from archdsl.plan.rows import NUMBER, Refused, Row
from archdsl.plan.transforms.base import WORDS, Anything, Transform, Word, stages_of, unknown


class Set(Transform):
    """Another value in a column, in all rows that take it or in those of some stages.

    `none` is a dash, so that the parameter of the block has its default.
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
            message = f"no row of these stages takes `{self.column}`"
            raise unknown(message, "rows", str(self.rows), sorted(taking))
        return plan.with_rows(lambda row: self._changed(row) if row.label in chosen else row)

    def _check_column(self, plan: Plan, taking: set[str]) -> None:
        if not taking:
            known = sorted({name for row in plan.rows for name in row.takes})
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
