"""One step of an expansion: along each axis, the network whose cost is nearest to a target.

X3D (Feichtenhofer, CVPR 2020), section 3.2, tries each axis at about twice the cost. The cost of a
candidate is measured, not estimated, so the search along an axis is for few measurements: each one
builds the network.
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
from archdsl.ir.types import show_shape
from archdsl.plan.candidates import Candidates, Measurement
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused
from archdsl.plan.transforms.axes import AXES, Axis, Scale, axis
from archdsl.plan.transforms.base import Transform
from archdsl.plan.transforms.contract import beyond, last_within
from archdsl.shown import heading, table
from archdsl.spec import Spec


@dataclass(frozen=True)
class State:
    """The figures of a network: the shapes of its `inputs`, and its `cost` in the chosen metric."""

    inputs: Mapping[str, tuple[int, ...]]
    total: Figures
    cost: int

    @staticmethod
    def of(measurement: Measurement, metric: str) -> State:
        return State(measurement.inputs, measurement.total, measurement.figure(metric))

    def cells(self) -> tuple[str, str, str]:
        """The inputs, the parameters and the cost, for tables."""
        inputs = ", ".join(f"{name} {show_shape(shape)}" for name, shape in self.inputs.items())
        return inputs, f"{self.total.params:,}", f"{self.cost:,}"


@dataclass(frozen=True)
class Candidate:
    """A network that a transform grows along an axis, to `factor` times its size there."""

    axis: str
    transform: Transform
    factor: Fraction
    state: State

    def off(self, target: int) -> Fraction:
        """The relative difference of its cost to a target."""
        return Fraction(self.state.cost - target, target)


@dataclass(frozen=True)
class Expansion:
    """The candidates of one step; `refused` has the reason for each axis without one."""

    network: str
    metric: str
    target: int
    base: State
    candidates: tuple[Candidate, ...]
    refused: Mapping[str, str]

    def __repr__(self) -> str:
        along = ", ".join(each.axis for each in self.candidates) or "no axis"
        return f"<Expansion of {self.network} to {self.target:,} {self.metric}: along {along}>"

    def _repr_html_(self) -> str:
        columns = ("axis", "by", "input", "params", self.metric)
        rows = [(each.axis, str(each.transform), *each.state.cells()) for each in self.candidates]
        title = heading(self.network, f"expanded to {self.target:,} {self.metric}")
        return title + table(columns, rows, columns[3:])


def expand(
    spec: Spec,
    name: str | None = None,
    *,
    target: int | None = None,
    metric: str = "macs",
    axes: Iterable[str] = (),
    given: Mapping[str, Given] | None = None,
) -> Expansion:
    """The candidates of one expansion step, each as near to the target cost as its axis allows.

    `target` is in the unit of `metric`, one of `METRICS`, for one view of one sample. Its default
    is twice the network's own cost. `axes` default to all axes that the network has.

    Raises:
        CompileError: the target is not above the network's cost, an axis or the metric is unknown,
            the network lacks a named axis, or it has mistakes.
    """
    check_metric(metric)
    chosen = [axis_named(each) for each in axes]
    network = spec.choose(name)
    start = spec.candidates(network, given or {})
    base = State.of(start.own, metric)
    target = 2 * base.cost if target is None else target
    _check_target(network, base.cost, target, metric)
    found: list[Candidate] = []
    refused: dict[str, str] = {}
    # An axis that the network lacks is an error if it was named, and a note if all were tried.
    for each in chosen or AXES:
        try:
            found.append(solve(start, each, target, metric))
        except Refused as reason:
            if chosen:
                raise axis_error(network, each, reason) from None
            refused[each.name] = reason.message
    return Expansion(network, metric, target, base, tuple(found), refused)


def solve(start: Candidates, along: Axis, target: int, metric: str) -> Candidate:
    """The candidate along an axis whose cost is nearest to a target.

    Raises:
        Refused: the network lacks the axis, or its cost does not reach the target along it.
    """
    scale = along.scale(start.plan)
    # The search asks for costs only; the state of the place that it finds is kept for the report.
    states: dict[int, State] = {}

    def cost(place: int) -> int:
        plan = scale.transform_at(place).apply(start.plan)
        states[place] = State.of(start.measure(plan), metric)
        return states[place].cost

    try:
        place = CostCurve(scale, cost).nearest(target)
    except Refused as refused:
        raise _in_integers(start.plan, along, refused) from None
    return Candidate(along.name, scale.transform_at(place), scale.factor(place), states[place])


def _in_integers(plan: Plan, along: Axis, refused: Refused) -> Refused:
    """A refusal that also says how a parameter that counts is stepped in integers."""
    numbers = [name for name in plan.along(along.name) if name not in plan.counted]
    if not numbers or "integer" not in refused.message:
        return refused
    hint = f"`{numbers[0]}: int` is stepped in integers"
    return Refused(f"{refused.message}; {hint}", refused.option, refused.help)


def axis_named(name: str) -> Axis:
    """The axis of a name.

    Raises:
        CompileError: no axis has the name.
    """
    try:
        return axis(name)
    except Refused as refused:
        raise CompileError([error("expand", refused.message, help=refused.help)]) from None


def check_metric(metric: str) -> None:
    """Check that costs can be in a metric.

    Raises:
        CompileError: the metric is unknown.
    """
    if metric not in METRICS:
        hint = suggestion(metric, METRICS)
        raise CompileError([error("expand", f"there is no metric `{metric}`", help=hint)])


def axis_error(network: str, along: Axis, reason: Refused) -> CompileError:
    """The error for a network that cannot be expanded along an axis that the user named."""
    message = f"`{network}` cannot be expanded along `{along.name}`: {reason.message}"
    return CompileError([error("expand", message, help=reason.help)])


def _check_target(network: str, cost: int, target: int, metric: str) -> None:
    if target > cost:
        return
    wanted = f"the target must be above the cost of `{network}`, {cost:,} ({metric})"
    message = f"{wanted}, but this is {target:,}"
    hint = "to shrink it, write `archdsl transform SPEC 'contract(frames, macs = ...)'`"
    raise CompileError([error("expand", message, help=hint)])


_FARTHEST = 64
"""The search ends at this multiple of the network's own place on an axis."""

_TENTHS = 10
"""Places are hundredths of a factor, so ten of them are a tenth."""

_CLOSE = 1000
"""A cost below the target by less than this part of it ends the search."""


@dataclass(frozen=True)
class CostCurve:
    """The cost of a network at each place of an axis, which is assumed not to fall.

    `cost` builds a network, so it is called once for each place.
    """

    scale: Scale
    cost: Callable[[int], int]
    _known: dict[int, int] = field(default_factory=dict)

    def nearest(self, target: int) -> int:
        """The place whose cost is nearest to a target; one a thousandth below it ends the search.

        If several places have that cost, it is the last one that is a multiple of a tenth, or the
        last one.

        Raises:
            Refused: the cost does not reach the target on this axis.
        """
        # The network may be between two places, such as a size that is odd where places are even.
        start, close = floor(self.scale.start), target // _CLOSE
        near, most = target - close, start * _FARTHEST
        reached = beyond(self._cost, near, start, most, self.scale.power)
        if reached is None:
            raise Refused(f"its cost does not reach {target:,} along it")
        below = self._last_within(target, reached, close)
        is_close = target - self._cost(below) < close
        # The network itself is no candidate, even if it is nearer to the target than the next one.
        if below > self.scale.start and (is_close or self._is_nearer(below, target)):
            return self._rounded(self._last_alike(below))
        return self._rounded(self._last_alike(below + 1))

    def _last_within(self, target: int, reached: int, close: int) -> int:
        """The last place whose cost is within the target, or is close to it.

        `reached` is a place that an earlier search found to be near or beyond it.
        """
        if self._cost(reached) <= target:
            return reached
        low = max(place for place, cost in self._known.items() if cost <= target)
        return last_within(self._cost, target, low, reached, close)

    def _cost(self, place: int) -> int:
        if place not in self._known:
            self._known[place] = self.cost(place)
        return self._known[place]

    def _is_nearer(self, below: int, target: int) -> bool:
        """Whether the cost of a place is at least as near to a target as that of the next."""
        return target - self._cost(below) <= self._cost(below + 1) - target

    def _last_alike(self, place: int) -> int:
        """The last place with the same cost.

        Depths are rounded up in each row, so many factors give one network: with five blocks in a
        row, 2.01 to 2.2 all give eleven. X3D names the last of them.
        """
        if not self.scale.has_plateaus:
            return place
        # Doubling steps, then halving ones: about 2 log n costs for a plateau of n places.
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
        """The multiple of a tenth before a place, if it has the same cost."""
        tenths = place // _TENTHS * _TENTHS
        if not self.scale.has_plateaus or tenths <= self.scale.start:
            return place
        return tenths if self._is_alike(tenths, place) else place

    def _is_alike(self, place: int, beyond: int) -> bool:
        """Whether two places have the same cost.

        As costs do not fall along an axis, two known costs between them already say that they
        differ, and nothing needs to be built.
        """
        between = {cost for at, cost in self._known.items() if place <= at <= beyond}
        return len(between) < 2 and self._cost(place) == self._cost(beyond)
