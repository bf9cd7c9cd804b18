"""Sizes of clips, in time and space: X3D's axes `temporal`, `fast` and `spatial`.

A network says them by parameters, `frames`, `size` and every how many frames of a video one is
taken, `tau`; one that has none of these says them by its inputs (Feichtenhofer, CVPR 2020).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import floor
from typing import TypeAlias

from archdsl.params.kinds import Integer, Maybe, parameter
from archdsl.params.numbers import Number, round_to
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused
from archdsl.plan.transforms.base import Factor, Transform

VIDEO, IMAGE = 4, 3
"""How many axes the input has that is a clip, or at least a picture."""

_MULTIPLE = 8

_Change: TypeAlias = Callable[[Number], int]


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
        change = _either(self.frames, self.factor, "frames", _cut_off)
        return _at_rate(_with_frames(plan, change), self.rate)


class Quicken(Transform):
    """A clip of the same duration with `rate` times as many frames, cut off.

    X3D's fast axis: gamma_t rises as gamma_tau falls. Where a network has a parameter `tau`, every
    how many frames of the video one is taken, that is divided by the rate, and rounded.
    """

    name = "quicken"
    leading = "rate"
    rate: Number = parameter(Factor())

    def apply(self, plan: Plan) -> Plan:
        return _at_rate(_with_frames(plan, lambda own: _cut_off(own * self.rate)), self.rate)


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
        change = _either(self.size, self.factor, "size", lambda size: round_to(size, _MULTIPLE))
        own = plan.number("size")
        if own is not None:
            return plan.with_parameters(size=change(own))
        pictures = {n: shape for n, shape in plan.inputs.items() if len(shape) >= IMAGE}
        if not pictures:
            raise Refused("no input of this network has a height and a width")
        sizes = {n: (*shape[:-2], *map(change, shape[-2:])) for n, shape in pictures.items()}
        return replace(plan, inputs={**plan.inputs, **sizes})


def _either(exact: int | None, factor: Number | None, name: str, rounded: _Change) -> _Change:
    """What changes a size: to an exact one, or by a factor, of which one is given."""
    if exact is not None and factor is None:
        return lambda own: exact
    if factor is not None and exact is None:
        return lambda own: int(own) if factor == 1 else rounded(own * factor)
    hint = f"`{name} = ...` says how many there are to be, `factor = ...` how many times as many"
    raise Refused(f"this takes either `{name}` or `factor`", help=hint)


def _cut_off(frames: Number) -> int:
    """As many frames as there are in full, at least one."""
    return max(1, int(frames))


def _with_frames(plan: Plan, change: _Change) -> Plan:
    """Clips of another length.

    Raises:
        Refused: the network has none.
    """
    own = plan.number("frames")
    if own is not None:
        return plan.with_parameters(frames=change(own))
    clips = {name: shape for name, shape in plan.inputs.items() if len(shape) == VIDEO}
    if not clips:
        raise Refused("no input of this network has frames")
    sizes = {n: (shape[0], change(shape[1]), *shape[2:]) for n, shape in clips.items()}
    return replace(plan, inputs={**plan.inputs, **sizes})


def _at_rate(plan: Plan, rate: Number) -> Plan:
    """Frames that are taken so many times as often."""
    tau = plan.number("tau")
    if tau is None or rate == 1:
        return plan
    return plan.with_parameters(tau=max(1, floor(tau / Fraction(rate) + Fraction(1, 2))))
