"""Sizes of clips: what leads from one to another, in space and in time.

A network says them by parameters, `frames` and every how many of a video one is taken, `tau`;
one that has none of these says them by its inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import floor
from typing import TypeAlias

from archdsl.params.numbers import Number
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused

VIDEO = 4
"""The axes of a clip: channels, frames, height and width."""

Change: TypeAlias = Callable[[Number], int]


def either(
    exact: int | None, factor: Number | None, name: str, rounded: Callable[[Number], int]
) -> Change:
    """What changes a size: to an exact one, or by a factor, of which one is given."""
    if exact is not None and factor is None:
        return lambda own: exact
    if factor is not None and exact is None:
        return lambda own: int(own) if factor == 1 else rounded(own * factor)
    hint = f"`{name} = ...` says how many there are to be, `factor = ...` how many times as many"
    raise Refused(f"this takes either `{name}` or `factor`", help=hint)


def cut_off(frames: Number) -> int:
    """As many frames as there are in full, at least one."""
    return max(1, int(frames))


def with_frames(plan: Plan, change: Change) -> Plan:
    """Clips of another length.

    Raises:
        Refused: the network has none.
    """
    own = plan.number("frames")
    if own is not None:
        return plan.with_parameters(frames=change(own))
    if all(len(shape) != VIDEO for shape in plan.inputs.values()):
        raise Refused("no input of this network has frames")
    return with_inputs(plan, lambda shape: _of_length(shape, change))


def _of_length(shape: tuple[int, ...], change: Change) -> tuple[int, ...]:
    return (shape[0], change(shape[1]), *shape[2:]) if len(shape) == VIDEO else shape


def at_rate(plan: Plan, rate: Number) -> Plan:
    """Frames that are taken so many times as often."""
    tau = plan.number("tau")
    if tau is None or rate == 1:
        return plan
    return plan.with_parameters(tau=max(1, floor(tau / Fraction(rate) + Fraction(1, 2))))


def with_inputs(plan: Plan, change: Callable[[tuple[int, ...]], tuple[int, ...]]) -> Plan:
    """Inputs of other sizes."""
    inputs = {name: change(shape) for name, shape in plan.inputs.items()}
    return replace(plan, inputs=inputs)
