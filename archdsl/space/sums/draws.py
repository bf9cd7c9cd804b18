"""Members drawn from a space, each that is within bounds equally likely.

The members are counted by the bin of their cost, from part to part. Walked back from the last
bucket, the counts say how likely each row is, given what was drawn before it. As every part is
rounded down to a bin by itself, a few members that are drawn this way are beyond the bounds. They
are drawn again, which leaves the others as even as they are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from operator import mul
from random import Random

from archdsl.space.sums.factors import Key
from archdsl.space.sums.histograms import bins
from archdsl.space.sums.sweeps import Assignment, Priced, most_members, sweep

BINS = 1_000
"""Bins between the least cost and the upper bound."""

TRIES = 10_000
"""Draws in a row that may be beyond the bounds."""

_KEPT = 2_000
"""Histograms that are kept as lists of counts."""


class NoneWithin(Exception):
    """No member, or hardly any, is within the bounds."""


class EvenDraws:
    """Draws from the members of a space with costs from `low` to `high`, in some number of bins.

    `proposals` is how many members may be drawn, before those beyond the bounds are drawn again.
    """

    def __init__(self, space: Priced, low: int, high: int, number: int = BINS) -> None:
        base = space.base
        width = max(1, -(-(high - base + 1) // number))
        self._space, self._low, self._high = space, low, high
        self._bins = bins(max(1, (high - base) // width + 1), most_members(space))
        binned, slack = space.in_bins(width)
        self._messages = sweep(binned, self._bins)
        self._counts = lru_cache(_KEPT)(self._count)
        counts = self._bins.counts(self._messages.whole or 0)
        # A member can be in a bin below its own by what was cut off of its parts.
        first, last = (low - slack - base) // width, (high - base) // width
        self._shares = [n if first <= place <= last else 0 for place, n in enumerate(counts)]
        self.proposals = sum(self._shares)

    def draw(self, random: Random) -> Assignment:
        """A member within the bounds.

        Raises:
            NoneWithin: there is none, or so few that none was found.
        """
        if not self.proposals:
            raise NoneWithin
        for _ in range(TRIES):
            member, cost = self._propose(random)
            if self._low <= cost <= self._high:
                return member
        raise NoneWithin

    def _propose(self, random: Random) -> tuple[Assignment, int]:
        """A member of those that may be drawn, each equally likely, and its exact cost."""
        elimination = self._space.elimination
        roots = [(root, ()) for root in elimination.roots]
        targets = dict(self._split(random, roots, pick(random, self._shares)))
        member: Assignment = {}
        total = 0
        # A bucket comes after its children, so backwards the values of each context are known.
        for number, bucket in reversed([*enumerate(elimination.buckets)]):
            context = tuple([member[variable] for variable in bucket.context])
            place, left = self._row(random, number, context, targets[number])
            row = bucket.rows[context][place]
            member.update(zip(bucket.own, row.values, strict=True))
            total += self._space.costs[number][context][place]
            read = [*zip(bucket.children, row.keys, strict=True)]
            targets.update(self._split(random, read, left))
        return member, total

    def _row(self, random: Random, bucket: int, context: Key, target: int) -> tuple[int, int]:
        """The place of a row, drawn from those whose cost can be the target, and what is left."""
        children = self._space.elimination.buckets[bucket].children
        costs = self._messages.space.costs[bucket][context]
        weights = [
            self._counts(children, row.keys)[target - cost] if cost <= target else 0
            for row, cost in zip(self._messages.rows(bucket, context), costs, strict=True)
        ]
        place = pick(random, weights)
        return place, target - costs[place]

    def _split(
        self, random: Random, read: Sequence[tuple[int, Key]], target: int
    ) -> Iterator[tuple[int, int]]:
        """A target split among messages, as likely as the members with these costs are many."""
        for place, (bucket, key) in enumerate(read):
            own = target
            if place + 1 < len(read):
                others = self._counts(*zip(*read[place + 1 :], strict=True))
                ways = map(mul, self._counts((bucket,), (key,))[: target + 1], others[target::-1])
                own = pick(random, [*ways])
            yield bucket, own
            target -= own

    def _count(self, buckets: tuple[int, ...], keys: tuple[Key, ...]) -> list[int]:
        """How many members have each cost, of the parts behind some messages."""
        entries = self._messages.entries
        read = [entries[bucket][key] for bucket, key in zip(buckets, keys, strict=True)]
        return self._bins.counts(self._bins.product(read))


def pick(random: Random, weights: Sequence[int]) -> int:
    """A place, as likely as its weight. Weights can be too long for a float to tell apart."""
    ends = list(accumulate(weights))
    return bisect_right(ends, random.randrange(ends[-1]))
