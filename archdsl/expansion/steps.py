"""One step of an expansion: along each axis, the network that costs what is asked for.

X3D (Feichtenhofer, CVPR 2020), section 3.2: every axis is tried at about twice the cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from archdsl.build.values import Given
from archdsl.costs.figures import Figures
from archdsl.costs.metrics import METRICS
from archdsl.diagnostics import CompileError, error, suggestion
from archdsl.plan.candidates import Candidates, Measured
from archdsl.plan.rows import Refused
from archdsl.plan.transforms.axes import AXES, Axis, Scale, axis
from archdsl.plan.transforms.base import Transform
from archdsl.plan.transforms.contract import beyond, last_within
from archdsl.spec import Spec


@dataclass(frozen=True)
class State:
    """A network with its figures: `inputs` of one sample, and the `cost` that it is expanded by."""

    inputs: Mapping[str, tuple[int, ...]]
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
        states[place] = State.of(standing.measure(plan), metric)
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
        hint = suggestion(metric, METRICS)
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


_FARTHEST = 64
"""How many times as far along an axis is looked."""

_TENTHS = 10

_CLOSE = 1000
"""The part of a target within which a cost is near enough for the search to end."""


@dataclass(frozen=True)
class Line:
    """An axis of a network; `cost` tells that of a place, and is asked once for each."""

    scale: Scale
    cost: Callable[[int], int]
    _known: dict[int, int] = field(default_factory=dict)

    def nearest(self, target: int) -> int:
        """The place whose cost is nearest to a target, or a thousandth below it.

        Of places that cost the same it is the last one, or a round one.

        Raises:
            Refused: the cost does not come so far along this axis.
        """
        start, close = floor(self.scale.start), target // _CLOSE
        near, most = target - close, start * _FARTHEST
        reached = beyond(self._cost, near, start, most, self.scale.power)
        if reached is None:
            raise Refused(f"along it the cost never comes to {target:,}")
        below = self._last_within(target, reached, close)
        is_close = target - self._cost(below) < close
        if below > self.scale.start and (is_close or self._is_nearer(below, target)):
            return self._rounded(self._last_alike(below))
        return self._rounded(self._last_alike(below + 1))

    def _last_within(self, target: int, reached: int, close: int) -> int:
        """The last place within a target, or one close to it, up to where a search has come."""
        if self._cost(reached) <= target:
            return reached
        low = max(place for place, cost in self._known.items() if cost <= target)
        return last_within(self._cost, target, low, reached, close)

    def _cost(self, place: int) -> int:
        if place not in self._known:
            self._known[place] = self.cost(place)
        return self._known[place]

    def _is_nearer(self, below: int, target: int) -> bool:
        """Whether a place is nearer to a target than the next."""
        return target - self._cost(below) <= self._cost(below + 1) - target

    def _last_alike(self, place: int) -> int:
        """The farthest place with the same cost: 2.2 for all depths from 2.01 on."""
        if not self.scale.has_plateaus:
            return place
        first, step = place, 1
        while self._is_alike(first, place + step):
            place += step
            step *= 2
        while step > 1:
            step //= 2
            if self._is_alike(first, place + step):
                place += step
        return place

    def _rounded(self, place: int) -> int:
        """The place in tenths before, where that is the same network."""
        tenths = place // _TENTHS * _TENTHS
        if not self.scale.has_plateaus or tenths <= self.scale.start:
            return place
        return tenths if self._is_alike(tenths, place) else place

    def _is_alike(self, place: int, beyond: int) -> bool:
        """Whether two places cost the same. Costs grow: what differs between them tells."""
        between = {cost for at, cost in self._known.items() if place <= at <= beyond}
        return len(between) < 2 and self._cost(place) == self._cost(beyond)
