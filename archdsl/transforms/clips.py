"""Clips: how large they are, how long, and at which rate their frames are taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from archdsl.ops.parameters import Integer, Maybe, parameter
from archdsl.rounding import round_to
from archdsl.transforms.base import Factor, Refused, Transform
from archdsl.transforms.blueprint import Blueprint, Number

_MULTIPLE = 8
_VIDEO = 4


@dataclass(frozen=True)
class Resize(Transform):
    """Another spatial size: `size` itself, or `factor` times as large (gamma_s of X3D).

    A factor's result is rounded to a multiple of 8, which is ours. By the network's parameter
    `size` where it has one, else by the last two axes of its inputs.
    """

    name = "resize"
    leading = "size"
    size: int | None = parameter(Maybe(Integer()), None)
    factor: Number | None = parameter(Maybe(Factor()), None)

    def apply(self, blueprint: Blueprint) -> Blueprint:
        _check_one(self.size, self.factor, "size")
        own = blueprint.number("size")
        if own is not None:
            return blueprint.with_parameters(size=self._new(own))
        if all(len(shape) < 3 for shape in blueprint.inputs.values()):
            raise Refused("no input of this network has a height and a width")
        shapes = {
            name: (*shape[:-2], *map(self._new, shape[-2:])) if len(shape) >= 3 else shape
            for name, shape in blueprint.inputs.items()
        }
        return replace(blueprint, inputs=shapes)

    def _new(self, own: Number) -> int:
        if self.factor is None:
            return self.size or int(own)
        return int(own) if self.factor == 1 else round_to(own * self.factor, _MULTIPLE)


@dataclass(frozen=True)
class Lengthen(Transform):
    """More frames at the same rate: `frames` of them, or `factor` times as many, cut off.

    X3D's temporal axis (gamma_t). By the network's parameter `frames`, else by its inputs.
    """

    name = "lengthen"
    leading = "frames"
    frames: int | None = parameter(Maybe(Integer()), None)
    factor: Number | None = parameter(Maybe(Factor()), None)

    def apply(self, blueprint: Blueprint) -> Blueprint:
        _check_one(self.frames, self.factor, "frames")
        return _with_frames(blueprint, lambda own: _count(own, self.frames, self.factor))


@dataclass(frozen=True)
class Quicken(Transform):
    """Frames taken `rate` times as often over the same time: as many more of them.

    X3D's fast axis (gamma_tau). Where the network has a parameter `tau`, every how many frames of
    the video one is taken, it falls as the rate rises, rounded and at least 1.
    """

    name = "quicken"
    leading = "rate"
    rate: Number = parameter(Factor())

    def apply(self, blueprint: Blueprint) -> Blueprint:
        quicker = _with_frames(blueprint, lambda own: _count(own, None, self.rate))
        tau = blueprint.number("tau")
        if tau is None:
            return quicker
        return quicker.with_parameters(tau=max(1, round(tau / self.rate)))


def _with_frames(blueprint: Blueprint, change: Callable[[Number], int]) -> Blueprint:
    own = blueprint.number("frames")
    if own is not None:
        return blueprint.with_parameters(frames=change(own))
    if all(len(shape) != _VIDEO for shape in blueprint.inputs.values()):
        raise Refused("no input of this network has frames")
    shapes = {
        name: (shape[0], change(shape[1]), *shape[2:]) if len(shape) == _VIDEO else shape
        for name, shape in blueprint.inputs.items()
    }
    return replace(blueprint, inputs=shapes)


def _count(own: Number, count: int | None, factor: Number | None) -> int:
    return count or max(1, int(own * (factor or 1)))


def _check_one(size: int | None, factor: Number | None, name: str) -> None:
    if (size is None) == (factor is None):
        raise Refused(f"this takes either `{name}` or `factor`")
