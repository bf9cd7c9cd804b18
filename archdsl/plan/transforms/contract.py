"""Contraction: an axis made shorter until the network keeps within a budget.

How far is found in few measurements, by a search that expansions use as well.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import ceil, log
from typing import ClassVar

from archdsl.frozen import Frozen
from archdsl.params.kinds import Maybe, Real, parameter
from archdsl.params.numbers import Number
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Refused
from archdsl.plan.transforms.axes import Scale, axis
from archdsl.plan.transforms.base import Measure, Transform, Word

_BUDGET = Maybe(Real(least=0))


class Contract(Transform):
    """The largest network along an axis that keeps within every budget (X3D's backward step).

    The axes are those of X3D: `fast`, `temporal`, `spatial`, `depth`, `width` and `bottleneck`, or
    `rate`, `frames` and `size` for the first three. Budgets are of one view of one sample at the
    network's own input: multiply-adds, parameters, elements put out by what has multiply-adds,
    and bytes of memory to infer. A network that keeps within them stays as it is.
    """

    name = "contract"
    leading = "axis"
    budgets: ClassVar[tuple[str, ...]] = ("macs", "params", "activations", "memory")
    axis: str = parameter(Word())
    macs: Number | None = parameter(_BUDGET, None)
    params: Number | None = parameter(_BUDGET, None)
    activations: Number | None = parameter(_BUDGET, None)
    memory: Number | None = parameter(_BUDGET, None)

    def apply_measured(self, plan: Plan, measure: Measure) -> Plan:
        given = {name: getattr(self, name) for name in self.budgets}
        bounds = {name: int(bound) for name, bound in given.items() if bound is not None}
        if not bounds:
            raise Refused("this takes a budget: `macs`, `params`, `activations` or `memory`")
        whole = measure(plan)
        over = {name: bound for name, bound in bounds.items() if whole.figure(name) > bound}
        if not over:
            return plan
        line = _Line(plan, measure, axis(self.axis).scale(plan))
        place = min(line.last_within(name, bound) for name, bound in over.items())
        return line.at(place)


class _Line(Frozen):
    """The networks along an axis, from the smallest up to the one given."""

    plan: Plan
    measure: Measure
    scale: Scale

    def at(self, place: int) -> Plan:
        is_own = place >= self.scale.start
        return self.plan if is_own else self.scale.of(place).apply(self.plan)

    def last_within(self, metric: str, bound: int) -> int:
        """The last place where a figure keeps within a bound.

        Raises:
            Refused: there is none.
        """
        cost = cache(lambda place: self.measure(self.at(place)).figure(metric))
        most = ceil(self.scale.start)
        least = self._first(cost, most)
        if cost(least) > bound:
            smallest = self.scale.of(least)
            message = f"nothing along this axis keeps within {bound:,} ({metric})"
            hint = f"the smallest reachable is {cost(least):,}, by `{smallest}`"
            raise Refused(message, metric, hint)
        return last_within(cost, bound, least, most)

    def _first(self, cost: Callable[[int], int], most: int) -> int:
        """The first place with a network that can be built."""
        least, can = 0, most
        while can - least > 1:
            place = 1 if least == 0 and can == most else (least + can) // 2
            try:
                cost(place)
                can = place
            except Refused:
                least = place
        return can


_HALVED = 3
"""Every so many probes the interval is halved, whatever the curve is like."""

_FARTHEST = 4.0
"""How many times the cost a step may aim at: a curve is known where it was measured."""

_AHEAD = 1.1
"""How much farther to look than where a bound should be, once it was not there."""


def last_within(cost: Callable[[int], int], bound: int, low: int, high: int, close: int = 0) -> int:
    """The last integer whose cost is within a bound, or one less than `close` below the bound.

    `cost` grows, is within the bound at `low` and is beyond it at `high`; it is asked the same
    more than once. Probes stand where a power through both ends meets the bound.
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
    """An integer above `start` whose cost is beyond a bound, None where none up to `most` is.

    It is first looked for where it would be if the cost grew by a power.
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
    """Where a power through both ends meets a bound, strictly between them."""
    if min(low, least) < 1 or least == most:
        return (low + high) // 2
    part = log(max(bound, 1) / least) / log(most / least)
    place = low * (high / low) ** part
    return min(max(int(place + 1e-9), low + 1), high - 1)
