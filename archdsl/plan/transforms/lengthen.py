"""The length of a clip: X3D's axis in time (Feichtenhofer, CVPR 2020)."""

from __future__ import annotations

from archdsl.params.kinds import Integer, Maybe, parameter
from archdsl.params.numbers import Number
from archdsl.plan.plan import Plan
from archdsl.plan.transforms.base import Factor, Transform
from archdsl.plan.transforms.clips import at_rate, cut_off, either, with_frames


class Lengthen(Transform):
    """A longer clip: `factor` times as many frames, cut off, or `frames` of them.

    X3D's temporal axis, gamma_t. There a longer clip is taken at a higher rate as well, at one
    that is not printed: with `rate` the frames are taken so many times as often. The parameter
    `frames` of a network is changed where it has one, else its inputs; and `tau` as by `quicken`.
    """

    name = "lengthen"
    factor: Number | None = parameter(Maybe(Factor()), None)
    frames: int | None = parameter(Maybe(Integer()), None)
    rate: Number = parameter(Factor(), 1)

    def apply(self, plan: Plan) -> Plan:
        change = either(self.frames, self.factor, "frames", cut_off)
        return at_rate(with_frames(plan, change), self.rate)
