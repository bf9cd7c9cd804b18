"""Which block a row has."""

from __future__ import annotations

from archdsl.params.kinds import parameter
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Row
from archdsl.plan.transforms.base import WORDS, BlockName, Transform, Word, stages_of, unknown


class Replace(Transform):
    """Another block `by` in the rows that have one, or in those of some stages.

    The rows keep their cells, so that the new block takes what the old one took.
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
            where = "no row" if self.rows is None else "no row of these stages"
            message = f"{where} has the block `{self.block}`"
            raise unknown(message, "block", self.block, blocks)
        return plan.with_rows(
            lambda row: row.with_block(self.by) if self._is_meant(row, chosen) else row
        )

    def _is_meant(self, row: Row, chosen: frozenset[str]) -> bool:
        return row.block == self.block and row.label in chosen
