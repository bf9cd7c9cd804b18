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

from archdsl.space.sums.factors import TooLarge
from archdsl.space.sums.histograms import bins
from archdsl.space.sums.sweeps import Extreme, Priced, most_members, sweep

WORK = 300_000
"""Sums of costs that are made to count each cost by itself."""

BINS = 4_000
"""Bins between the least and the greatest cost."""


class Between(NamedTuple):
    """A figure is at least `low` and at most `high`; it is exact where they are equal."""

    low: int
    high: int


@dataclass(frozen=True)
class Spread:
    """Costs in ascending order, and how many members there are before each, and in all.

    A member's cost is at least the one that it is counted under, and at most `slack` above.
    """

    costs: Sequence[int]
    ends: Sequence[int]
    slack: int

    def __repr__(self) -> str:
        return f"<Spread of {self.members:,} members: {self.costs[0]:,} to {self.costs[-1]:,}>"

    @property
    def members(self) -> int:
        return self.ends[-1]

    def quantile(self, share: Fraction) -> Between:
        """The least cost that at least this share of the members does not exceed."""
        place = bisect_left(self.ends, max(1, -(-self.members * share // 1))) - 1
        return Between(self.costs[place], self.costs[place] + self.slack)

    def within(self, low: int, high: int) -> Between:
        """How many members have costs from `low` to `high`."""
        least = self._up_to(high - self.slack) - self._up_to(low - 1)
        return Between(max(0, least), self._up_to(high) - self._up_to(low - 1 - self.slack))

    def _up_to(self, cost: int) -> int:
        """How many members are counted under a cost of at most this."""
        return self.ends[bisect_left(self.costs, cost + 1)]


class _Costs:
    """Counts each cost by itself, as long as that is little work."""

    def __init__(self) -> None:
        self._left = WORK

    def of(self, cost: int, read: Sequence[Mapping[int, int]]) -> Mapping[int, int]:
        found: Mapping[int, int] = {cost: 1}
        for other in read:
            self._spend(len(found) * len(other))
            joined: Counter[int] = Counter()
            for one, members in found.items():
                for more, times in other.items():
                    joined[one + more] += members * times
            found = joined
        return found

    def over(self, values: Sequence[Mapping[int, int]]) -> Mapping[int, int]:
        self._spend(sum(map(len, values)))
        found: Counter[int] = Counter()
        for value in values:
            found.update(value)
        return found

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise TooLarge("there are too many different costs to count each")


def spread(space: Priced, most: int | None = None) -> Spread | None:
    """The costs of all members of a space; None if it has none.

    With `most`, those that cost more may be left out, and the others are counted in finer bins.
    """
    try:
        counts = sweep(space, _Costs()).whole
    except TooLarge:
        return _in_bins(space, most)
    return _spread(counts, 0) if counts else None


def _in_bins(space: Priced, most: int | None) -> Spread | None:
    greatest = sweep(space, Extreme(max)).whole
    if greatest is None:
        return None
    base = space.base
    last = max(base, greatest if most is None else min(most, greatest))
    width = max(1, -(-(last - base + 1) // BINS))
    made = bins((last - base) // width + 1, most_members(space))
    binned, slack = space.in_bins(width)
    counts = made.counts(sweep(binned, made).whole or 0)
    costs = {base + place * width: count for place, count in enumerate(counts) if count}
    return _spread(costs, slack)


def _spread(counts: Mapping[int, int], slack: int) -> Spread:
    costs = sorted(counts)
    return Spread(costs, [0, *accumulate(counts[cost] for cost in costs)], slack)
