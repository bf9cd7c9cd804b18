"""Contraction along an axis until a network is within a budget (X3D's backward step).

Feichtenhofer, CVPR 2020, section 3.2. Each measurement builds a network, so the search for the
place takes as few as it can. Expansions use the same search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from math import ceil, log
from typing import ClassVar

from archdsl.diagnostics import CompileError, alternatives
from archdsl.frozen import Frozen
from archdsl.params.kinds import Maybe, Real, parameter
from archdsl.params.numbers import Number
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused
from archdsl.plan.transforms.axes import Scale, axis
from archdsl.plan.transforms.base import Figures, Measure, Transform, Word

_BUDGET = Maybe(Real(least=0))


class Contract(Transform):
    """The largest network along an axis that is within every budget (X3D's backward step).

    The axes are those of X3D: `fast`, `temporal`, `spatial`, `depth`, `width` and `bottleneck`, or
    `rate`, `frames` and `size` for the first three. Budgets are for one view of one sample at the
    network's own input: multiply-adds, parameters, elements that operations with multiply-adds
    put out, bytes of memory at inference, and time of the module, or of that for inference, on the
    machine that `archdsl probe` measured: `20ms`. A network within all of them stays as it is.
    """

    name = "contract"
    leading = "axis"
    budgets: ClassVar[tuple[str, ...]] = (
        *("macs", "params", "activations", "memory"),
        *("latency", "infer_latency"),
    )
    axis: str = parameter(Word())
    macs: Number | None = parameter(_BUDGET, None)
    params: Number | None = parameter(_BUDGET, None)
    activations: Number | None = parameter(_BUDGET, None)
    memory: Number | None = parameter(_BUDGET, None)
    latency: Number | None = parameter(_BUDGET, None)
    infer_latency: Number | None = parameter(_BUDGET, None)

    def apply_measured(self, plan: Plan, measure: Measure) -> Plan:
        given = {name: getattr(self, name) for name in self.budgets}
        # Costs are integers, so a fraction of a budget makes no difference.
        bounds = {name: int(bound) for name, bound in given.items() if bound is not None}
        if not bounds:
            names = alternatives(f"`{name}`" for name in self.budgets)
            raise Refused(f"a budget must be given: {names}")
        own = _known(measure(plan), bounds)
        over = {name: bound for name, bound in bounds.items() if own[name] > bound}
        if not over:
            return plan
        line = _AxisSearch(plan, measure, axis(self.axis).scale(plan))
        # Costs do not decrease along an axis, so the smallest place is within all budgets.
        place = min(line.last_within(name, bound) for name, bound in over.items())
        return line.at(place)


def _known(figures: Figures, metrics: Iterable[str]) -> dict[str, int]:
    """The network's own figures.

    Raises:
        Refused: one of them is not known, as a latency on a machine that was not probed.
    """
    known = {}
    for metric in metrics:
        try:
            known[metric] = figures.figure(metric)
        except CompileError as failure:
            first = failure.diagnostics[0]
            raise Refused(first.message, metric, first.help) from None
    return known


class _AxisSearch(Frozen):
    """The networks along an axis, from the smallest one to the one given."""

    plan: Plan
    measure: Measure
    scale: Scale

    def at(self, place: int) -> Plan:
        # The start can lie between two places, and is the given network itself.
        is_own = place >= self.scale.start
        return self.plan if is_own else self.scale.transform_at(place).apply(self.plan)

    def last_within(self, metric: str, bound: int) -> int:
        """The last place where a figure is within a bound.

        Raises:
            Refused: there is none.
        """
        cost = cache(lambda place: self.measure(self.at(place)).figure(metric))
        most = ceil(self.scale.start)
        least = self._first(cost, most)
        if cost(least) > bound:
            smallest = self.scale.transform_at(least)
            message = f"no network along this axis is within {bound:,} ({metric})"
            hint = f"the smallest one has {cost(least):,}, by `{smallest}`"
            raise Refused(message, metric, hint)
        return last_within(cost, bound, least, most)

    def _first(self, cost: Callable[[int], int], most: int) -> int:
        """The first place with a network that can be built.

        Place 1 is tried first: most networks can be built there, in one frame or 2 x 2 pixels.
        Otherwise the interval is halved.
        """
        refused, buildable = 0, most
        while buildable - refused > 1:
            is_first = refused == 0 and buildable == most
            place = 1 if is_first else (refused + buildable) // 2
            try:
                cost(place)
                buildable = place
            except Refused:
                refused = place
        return buildable


_HALVED = 3
"""Every third probe halves the interval, so that no curve takes more than logarithmic time."""

_FARTHEST = 4.0
"""How many times the present cost a step can aim at: extrapolation farther is unreliable."""

_AHEAD = 1.1
"""How much farther to look once the bound was not where the power had put it."""


def last_within(cost: Callable[[int], int], bound: int, low: int, high: int, close: int = 0) -> int:
    """The last integer whose cost is within a bound, or any that is less than `close` below it.

    `cost` must not decrease, be within the bound at `low` and beyond it at `high`. It is called
    with the same integer more than once. This is interpolation search: costs along an axis are
    nearly a power of the place, so a power through both ends is probed where it meets the bound.
    """
    probes = 0
    while high - low > 1 and bound - cost(low) >= close:
        probes += 1
        middle = (low + high) // 2
        if probes % _HALVED:
            middle = _meeting(low, high, cost(low), cost(high), bound)
        if cost(middle) <= bound:
            low = middle
        else:
            high = middle
    return low


def beyond(
    cost: Callable[[int], int], bound: int, start: int, most: int, power: int = 1
) -> int | None:
    """An integer above `start` whose cost is beyond a bound, or None if there is none up to `most`.

    The first one tried is where the bound would be if the cost were a `power` of the place.
    """
    place, ahead = start, 1.0
    while place < most:
        farther: float = min(_FARTHEST, bound / max(cost(place), 1)) ** (1 / power)
        place = min(most, max(place + 1, round(place * farther * ahead)))
        if cost(place) > bound:
            return place
        ahead = _AHEAD
    return None


def _meeting(low: int, high: int, least: int, most: int, bound: int) -> int:
    """Where a power through both ends meets a bound, strictly between them.

    The smallest addend keeps a root that is an integer, such as 8, from being 7.999... and cut off.
    """
    if min(low, least) < 1 or least == most:
        return (low + high) // 2
    part = log(max(bound, 1) / least) / log(most / least)
    place = low * (high / low) ** part
    return min(max(int(place + 1e-9), low + 1), high - 1)
