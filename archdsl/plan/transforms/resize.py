"""Height and width of a network's inputs: X3D's axis in space (Feichtenhofer, CVPR 2020)."""

from __future__ import annotations

from archdsl.params.kinds import Integer, Maybe, parameter
from archdsl.params.numbers import Number, round_to
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused
from archdsl.plan.transforms.base import Factor, Transform
from archdsl.plan.transforms.clips import Change, either, with_inputs

_MULTIPLE = 8


class Resize(Transform):
    """Another height and width: `factor` times as large, or `size` itself.

    X3D's spatial axis, gamma_s. What a factor gives is rounded to a multiple of 8, so that
    sqrt(2) leads from 112 to 160 and on to 224. The rule is ours: the paper prints sizes alone,
    and its 312 is no sqrt(2) more, so that one is given as `size = 312`. The parameter `size` of
    a network is changed where it has one, else the last two axes of its inputs.
    """

    name = "resize"
    factor: Number | None = parameter(Maybe(Factor()), None)
    size: int | None = parameter(Maybe(Integer()), None)

    def apply(self, plan: Plan) -> Plan:
        change = either(self.size, self.factor, "size", _multiple)
        own = plan.number("size")
        if own is not None:
            return plan.with_parameters(size=change(own))
        if all(len(shape) < 3 for shape in plan.inputs.values()):
            raise Refused("no input of this network has a height and a width")
        return with_inputs(plan, lambda shape: _resized(shape, change))


def _multiple(size: Number) -> int:
    return round_to(size, _MULTIPLE)


def _resized(shape: tuple[int, ...], change: Change) -> tuple[int, ...]:
    return (*shape[:-2], *map(change, shape[-2:])) if len(shape) >= 3 else shape
