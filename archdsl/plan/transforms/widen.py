"""Width: how many channels the blocks of a network put out."""

from __future__ import annotations

from archdsl.params.kinds import parameter
from archdsl.params.numbers import Number, is_number, round_to
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused, Row
from archdsl.plan.transforms.base import Factor, Transform, scaled

_MULTIPLE = 8


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
