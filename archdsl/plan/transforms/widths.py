"""Width: how many channels the blocks of a network have, outside and inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archdsl.params.kinds import parameter
from archdsl.params.numbers import Number, is_number, reduced, round_to
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused, Row
from archdsl.plan.transforms.base import Factor, Transform, scaled

_MULTIPLE = 8


@dataclass(frozen=True)
class Widen(Transform):
    """`width` times as many channels, rounded to multiples of 8.

    X3D's gamma_w, with the rounding of its authors' code: at least 8, and up again where below
    0.9 of the product. The parameter `width` of a network is changed where it has one, and then
    its table rounds; else the column `channels`. Widths of other names stay as they are.
    """

    name = "widen"
    leading = "width"
    width: Number = parameter(Factor())

    def apply(self, plan: Plan) -> Plan:
        by_parameter = scaled(plan, "width", self.width)
        if by_parameter is not None:
            return by_parameter
        if self.width == 1:
            return plan
        if "channels" not in plan.columns:
            hint = "it needs a parameter `width`, or a table with a column `channels`"
            raise Refused("this network has no width to change", help=hint)
        return plan.with_rows(self._widened)

    def _widened(self, row: Row) -> Row:
        channels = row.value("channels")
        if not is_number(channels):
            return row
        return row.with_cells(channels=round_to(self.width * channels, _MULTIPLE))


@dataclass(frozen=True)
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
