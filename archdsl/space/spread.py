"""How the costs of a space's members are spread: quantiles, and the share within bounds.

If there are few different costs, they are counted one by one. Otherwise they are counted in bins,
and a result is between two figures, which differ by little.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from archdsl.space.factors import TooLarge
from archdsl.space.histograms import bins
from archdsl.space.sweeps import Extreme, Priced, most_members, sweep

COSTS = 5_000
"""Different costs that are counted one by one."""

BINS = 10_000
"""Bins between the least and the greatest cost."""


class Between(NamedTuple):
    """A figure is at least `low` and at most `high`; it is exact where they are equal."""

    low: int
    high: int


@dataclass(frozen=True)
class Spread:
    """Costs in ascending order, and how many members there are up to each.

    A member's cost is at least the one that it is counted under, and at most `slack` above.
    """

    costs: Sequence[int]
    ends: Sequence[int]
    slack: int

    @property
    def members(self) -> int:
        return self.ends[-1]

    def quantile(self, share: Fraction) -> Between:
        """The least cost that at least this share of the members does not exceed."""
        place = bisect_left(self.ends, max(1, -(-self.members * share // 1)))
        return Between(self.costs[place], self.costs[place] + self.slack)

    def within(self, low: int, high: int) -> Between:
        """How many members have costs from `low` to `high`."""
        least = self._up_to(high - self.slack) - self._up_to(low - 1)
        return Between(max(0, least), self._up_to(high) - self._up_to(low - 1 - self.slack))

    def _up_to(self, cost: int) -> int:
        """How many members are counted under a cost of at most this."""
        place = bisect_left(self.costs, cost + 1)
        return self.ends[place - 1] if place else 0


class _Costs:
    """Counts each cost by itself."""

    def of(self, cost: int, read: Sequence[Mapping[int, int]]) -> Mapping[int, int]:
        found: Mapping[int, int] = {cost: 1}
        for other in read:
            joined: Counter[int] = Counter()
            for one, members in found.items():
                for more, times in other.items():
                    joined[one + more] += members * times
            found = _checked(joined)
        return found

    def over(self, values: Sequence[Mapping[int, int]]) -> Mapping[int, int]:
        found: Counter[int] = Counter()
        for value in values:
            found.update(value)
        return _checked(found)


def _checked(costs: Mapping[int, int]) -> Mapping[int, int]:
    if len(costs) > COSTS:
        raise TooLarge(f"more than {COSTS:,} costs")
    return costs


def spread(space: Priced) -> Spread | None:
    """The costs of all members of a space; None if it has none."""
    try:
        counts = sweep(space, _Costs()).whole
    except TooLarge:
        return _in_bins(space)
    return _spread(counts, 0) if counts else None


def _in_bins(space: Priced) -> Spread | None:
    least, greatest = sweep(space, Extreme(min)).whole, sweep(space, Extreme(max)).whole
    if least is None or greatest is None:
        return None
    base = space.in_bins(1)[1]
    width = max(1, -(-(greatest - base + 1) // BINS))
    made = bins((greatest - base) // width + 1, most_members(space))
    counts = made.counts(sweep(space.in_bins(width)[0], made).whole or 0)
    costs = {base + place * width: count for place, count in enumerate(counts) if count}
    # Each bucket is rounded down by itself, by less than a bin.
    return _spread(costs, len(space.costs) * (width - 1))


def _spread(counts: Mapping[int, int], slack: int) -> Spread:
    costs = sorted(counts)
    return Spread(costs, [*accumulate(counts[cost] for cost in costs)], slack)
