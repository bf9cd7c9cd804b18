"""One step of an expansion: along each axis, the network that costs what is asked for.

X3D (Feichtenhofer, CVPR 2020), section 3.2: every axis is tried at about twice the cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from archdsl.build.values import Given
from archdsl.costs.figures import Figures
from archdsl.costs.metrics import METRICS
from archdsl.diagnostics import CompileError, did_you_mean, error
from archdsl.expansion.solver import Line
from archdsl.plan.candidates import Candidates, Measured
from archdsl.plan.rows import Refused
from archdsl.plan.transforms.axes import AXES, Axis, axis
from archdsl.plan.transforms.base import Transform
from archdsl.spec import Spec

Inputs = Mapping[str, tuple[int, ...]]
"""Shapes of one sample by name: (C, T, H, W) for video."""


@dataclass(frozen=True)
class State:
    """A network with its figures: `cost` is the one that is expanded by."""

    inputs: Inputs
    total: Figures
    cost: int

    @staticmethod
    def of(measured: Measured, metric: str) -> State:
        return State(measured.inputs, measured.total, measured.figure(metric))


@dataclass(frozen=True)
class Candidate:
    """A network along an axis, `factor` times as far on it, with the transform that makes it."""

    axis: str
    transform: Transform
    factor: Fraction
    state: State

    def off(self, target: int) -> Fraction:
        """How far its cost is from a target, as a part of it."""
        return Fraction(self.state.cost - target, target)


@dataclass(frozen=True)
class Expansion:
    """The candidates of one step; `refused` says of other axes why they have none."""

    network: str
    metric: str
    target: int
    base: State
    candidates: tuple[Candidate, ...]
    refused: Mapping[str, str]


def expand(
    spec: Spec,
    name: str | None = None,
    *,
    target: int | None = None,
    metric: str = "macs",
    axes: Iterable[str] = (),
    given: Mapping[str, Given] | None = None,
) -> Expansion:
    """The candidates of one expansion step of a network, each as near to a target as can be.

    `target` is twice the network's own cost where none is given, in one of `METRICS`, for one
    view of one sample. `axes` are all that the network has, unless some are named.

    Raises:
        CompileError: the target is exceeded already, there is no such axis or metric, or the
            network is at fault.
    """
    check_metric(metric)
    chosen = [named(each) for each in axes]
    network = spec.choose(name)
    standing = spec.candidates(network, given or {})
    base = State.of(standing.own, metric)
    target = 2 * base.cost if target is None else target
    _check_target(network, base.cost, target, metric)
    found: list[Candidate] = []
    refused: dict[str, str] = {}
    for each in chosen or AXES:
        try:
            found.append(solved(standing, each, target, metric))
        except Refused as reason:
            if chosen:
                raise not_here(network, each, reason) from None
            refused[each.name] = reason.message
    return Expansion(network, metric, target, base, tuple(found), refused)


def solved(standing: Candidates, along: Axis, target: int, metric: str) -> Candidate:
    """The candidate along an axis that costs most nearly what is asked for.

    Raises:
        Refused: the network has not the axis, or cannot be grown along it so far.
    """
    scale = along.scale(standing.plan)
    states: dict[int, State] = {}

    def cost(place: int) -> int:
        plan = scale.of(place).apply(standing.plan)
        states[place] = State.of(standing.measured(plan), metric)
        return states[place].cost

    place = Line(scale, cost).nearest(target)
    return Candidate(along.name, scale.of(place), scale.factor(place), states[place])


def named(name: str) -> Axis:
    """The axis of a name.

    Raises:
        CompileError: there is none.
    """
    try:
        return axis(name)
    except Refused as refused:
        raise CompileError([error("expand", refused.message, help=refused.help)]) from None


def check_metric(metric: str) -> None:
    """See that a metric is one.

    Raises:
        CompileError: it is none.
    """
    if metric not in METRICS:
        hint = did_you_mean(metric, METRICS) or f"there is {', '.join(METRICS)}"
        raise CompileError([error("expand", f"there is no metric `{metric}`", help=hint)])


def not_here(network: str, along: Axis, reason: Refused) -> CompileError:
    """A network that has not an axis which was asked for."""
    message = f"`{network}` cannot be expanded along `{along.name}`: {reason.message}"
    return CompileError([error("expand", message, help=reason.help)])


def _check_target(network: str, cost: int, target: int, metric: str) -> None:
    if target > cost:
        return
    message = f"`{network}` costs {cost:,} already, no less than the target {target:,} ({metric})"
    hint = "to make it smaller: `archdsl transform SPEC 'contract(frames, macs = ...)'`"
    raise CompileError([error("expand", message, help=hint)])
