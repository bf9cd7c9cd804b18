"""The rate at which frames are taken: X3D's fast axis (Feichtenhofer, CVPR 2020)."""

from __future__ import annotations

from archdsl.params.kinds import parameter
from archdsl.params.numbers import Number
from archdsl.plan.plan import Plan
from archdsl.plan.transforms.base import Factor, Transform
from archdsl.plan.transforms.clips import at_rate, cut_off, with_frames


class Quicken(Transform):
    """A clip of the same duration with `rate` times as many frames, cut off.

    X3D's fast axis: gamma_t rises as gamma_tau falls. Where a network has a parameter `tau`, every
    how many frames of the video one is taken, that is divided by the rate, and rounded.
    """

    name = "quicken"
    leading = "rate"
    rate: Number = parameter(Factor())

    def apply(self, plan: Plan) -> Plan:
        quicker = with_frames(plan, lambda own: cut_off(own * self.rate))
        return at_rate(quicker, self.rate)
