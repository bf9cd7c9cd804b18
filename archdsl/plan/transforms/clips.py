"""Transforms of a clip's duration, frame rate and size: X3D's axes `temporal`, `fast`, `spatial`.

Feichtenhofer, CVPR 2020, section 3.1. They change the parameters `frames`, `size` and `tau` (the
stride at which frames of a video are sampled) of a network. Where it has none, they change the
shapes of its inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from archdsl.params.kinds import Integer, Maybe, parameter
from archdsl.params.numbers import Number, reduced, round_to
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused
from archdsl.plan.transforms.base import Factor, Transform, nearest

VIDEO, IMAGE = 4, 3
"""The number of axes of an input that is a clip (channels, frames, height, width), or an image."""

_MULTIPLE = 8

_Change: TypeAlias = Callable[[Number], int]


class Lengthen(Transform):
    """Lengthen the clip: multiply its frames by `factor`, truncated, or set them to `frames`.

    X3D's temporal axis, gamma_t. In the paper a longer clip also has a higher frame rate, which is
    not printed; `rate` multiplies it. It changes the parameter `frames` of a network if there is
    one, or else its inputs, and `tau` as `quicken` does.
    """

    name = "lengthen"
    factor: Number | None = parameter(Maybe(Factor()), None)
    frames: int | None = parameter(Maybe(Integer()), None)
    rate: Number = parameter(Factor(), 1)

    def apply(self, plan: Plan) -> Plan:
        change = _either(self.frames, self.factor, "frames", _truncate)
        return _at_rate(_with_frames(plan, change), self.rate)


class Quicken(Transform):
    """Multiply the frames of a clip of the same duration by `rate`, truncated.

    X3D's fast axis: gamma_t rises as gamma_tau falls. If a network has a parameter `tau`, the
    stride at which frames are sampled, it is divided by the rate and rounded. So is the stride of
    the clips in recipes that the network inherits.
    """

    name = "quicken"
    leading = "rate"
    rate: Number = parameter(Factor())

    def apply(self, plan: Plan) -> Plan:
        return _at_rate(_with_frames(plan, lambda own: _truncate(own * self.rate)), self.rate)


class Resize(Transform):
    """Multiply height and width by `factor`, or set both to `size`.

    X3D's spatial axis, gamma_s. The result of a factor is rounded to a multiple of 8, so that
    sqrt(2) leads from 112 to 160 and on to 224. That rule is ours: the paper prints only sizes,
    and its 312 is not sqrt(2) times 224, so it must be given as `size = 312`. It changes the
    parameter `size` of a network if there is one, or else the last two axes of its inputs.
    """

    name = "resize"
    factor: Number | None = parameter(Maybe(Factor()), None)
    size: int | None = parameter(Maybe(Integer()), None)

    def apply(self, plan: Plan) -> Plan:
        change = _either(self.size, self.factor, "size", lambda size: round_to(size, _MULTIPLE))
        own = _of_inputs(plan, "size", self.name)
        if own:
            return plan.with_parameters(**{name: change(size) for name, size in own.items()})
        pictures = {n: shape for n, shape in plan.inputs.items() if len(shape) >= IMAGE}
        if not pictures:
            raise Refused("no input of this network has a height and a width")
        sizes = {n: (*shape[:-2], *map(change, shape[-2:])) for n, shape in pictures.items()}
        return plan.with_inputs(sizes)


def _of_inputs(plan: Plan, axis: str, transform: str) -> dict[str, Number]:
    """The parameters of an axis of the clip.

    Raises:
        Refused: one has the name of the axis, does not say that it is one, and no input reads it.
    """
    own = plan.along(axis)
    if axis in own and axis not in plan.declared_axes and axis not in plan.read_by_inputs:
        message = f"no input of this network reads its parameter `{axis}`"
        hint = f"rename it, or write `{axis} axis {axis}` if `{transform}` shall change it"
        raise Refused(message, help=hint)
    return own


def _either(exact: int | None, factor: Number | None, name: str, rounded: _Change) -> _Change:
    """The change of a size to an exact one or by a factor, whichever is given.

    Raises:
        Refused: both are given, or none.
    """
    if exact is not None and factor is None:
        return lambda own: exact
    if factor is not None and exact is None:
        # A factor of 1 would still round sizes that are no multiples of 8.
        return lambda own: int(own) if factor == 1 else rounded(own * factor)
    what = "neither" if exact is None else "both"
    hint = f"`{name} = ...` sets the value, `factor = ...` multiplies it"
    raise Refused(f"either `{name}` or `factor` must be given, but this has {what}", help=hint)


def _truncate(frames: Number) -> int:
    """The number of whole frames, at least one."""
    return max(1, int(frames))


def _with_frames(plan: Plan, change: _Change) -> Plan:
    """The plan with clips of another number of frames.

    Raises:
        Refused: no input of the network is a clip.
    """
    own = _of_inputs(plan, "frames", "lengthen")
    if own:
        return plan.with_parameters(**{name: change(frames) for name, frames in own.items()})
    clips = {name: shape for name, shape in plan.inputs.items() if len(shape) == VIDEO}
    if not clips:
        raise Refused("no input of this network has frames")
    sizes = {n: (shape[0], change(shape[1]), *shape[2:]) for n, shape in clips.items()}
    return plan.with_inputs(sizes)


def _at_rate(plan: Plan, rate: Number) -> Plan:
    """The plan at another rate, and `tau` divided by it and rounded, where the network has it."""
    if rate == 1:
        return plan
    quick, tau = replace(plan, rate=reduced(plan.rate * rate)), plan.number("tau")
    if tau is None:
        return quick
    return quick.with_parameters(tau=max(1, nearest(tau / Fraction(rate))))
