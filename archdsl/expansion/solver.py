"""The place along an axis at which a network costs what is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import floor

from archdsl.plan.rows import Refused
from archdsl.plan.transforms.axes import Scale
from archdsl.plan.transforms.search import beyond, last_within

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
