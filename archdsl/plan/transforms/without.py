"""What a network says left out: a column of its tables, or a parameter."""

from __future__ import annotations

from archdsl.params.kinds import parameter
from archdsl.plan.plan import Plan
from archdsl.plan.transforms.base import Transform, Word, unknown


class Without(Transform):
    """A network without what a parameter or a column says, such as its attention.

    A parameter becomes `none`, and a column a dash in every row.
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
        raise unknown(message, "what", self.what, known)
