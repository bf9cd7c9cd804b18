"""Inner width: how many channels there are inside of the blocks of a network."""

from __future__ import annotations

from typing import ClassVar

from archdsl.params.kinds import parameter
from archdsl.params.numbers import Number, is_number, reduced
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused, Row
from archdsl.plan.transforms.base import Factor, Transform, scaled


class Bottleneck(Transform):
    """`ratio` times as many channels inside of blocks.

    X3D's gamma_b. The parameter `bottleneck` of a network is changed where it has one, else the
    column `expansion`, else `mid`, whose values are cut off to integers as X3D's are.
    """

    name = "bottleneck"
    leading = "ratio"
    columns: ClassVar[tuple[str, ...]] = ("expansion", "mid")
    ratio: Number = parameter(Factor())

    def apply(self, plan: Plan) -> Plan:
        by_parameter = scaled(plan, "bottleneck", self.ratio)
        if by_parameter is not None:
            return by_parameter
        column = next((name for name in self.columns if name in plan.columns), None)
        if column is None:
            hint = "it needs a parameter `bottleneck`, or a column `expansion` or `mid`"
            raise Refused("the blocks of this network have no inner width to change", help=hint)
        return plan.with_rows(lambda row: self._scaled(row, column))

    def _scaled(self, row: Row, column: str) -> Row:
        value = row.value(column)
        if not is_number(value):
            return row
        product = reduced(self.ratio * value)
        return row.with_cells(**{column: max(1, int(product)) if column == "mid" else product})
