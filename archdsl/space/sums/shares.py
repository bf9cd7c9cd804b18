"""What groups of factors cost in the members of a space, such as each row of a table by itself.

A sweep over the whole space for every group would take a time that grows with its square. But all
that a group needs of the rest of the space is how many members each row of a bucket is in. That is
found for all buckets at once, from the roots downwards. What is left is a sweep over the buckets
that the group is in, and those between them.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TypeAlias

from archdsl.space.sums.elimination import Elimination, Row
from archdsl.space.sums.factors import Key
from archdsl.space.sums.sweeps import Counting, Metric, price, sweep

_Times: TypeAlias = Mapping[Key, Sequence[int]]
"""In how many members each row of a bucket is, by its context."""


@dataclass(frozen=True)
class Share:
    """What a group of factors costs in the members."""

    least: int
    mean: Fraction
    greatest: int


class Shares:
    """The costs of groups of factors, by one metric. The space must have members."""

    def __init__(self, elimination: Elimination, metric: Metric) -> None:
        self._buckets = elimination.buckets
        self._paid = [metric(cost) for costs in elimination.costs for cost in costs]
        self._factor = [n for n, costs in enumerate(elimination.costs) for _ in costs]
        self._parent = {c: n for n, bucket in enumerate(self._buckets) for c in bucket.children}
        self._times = _times(elimination)
        self._place = {
            self._factor[paid]: number
            for number, bucket in enumerate(self._buckets)
            for paid in next(iter(bucket.rows.values()))[0].paid
        }
        root = elimination.roots[0]
        self._members = sum(self._times[root][()])

    def of(self, factors: Container[int]) -> Share:
        """What some factors cost together."""
        places = {place for factor, place in self._place.items() if factor in factors}
        sum_ = sum(
            times * self._cost(row, factors) for place in places for row, times in self._rows(place)
        )
        extremes = (self._extreme(factors, places, best) for best in (min, max))
        return Share(next(extremes), Fraction(sum_, self._members), next(extremes))

    def _cost(self, row: Row, factors: Container[int]) -> int:
        return sum([self._paid[n] for n in row.paid if self._factor[n] in factors])

    def _rows(self, bucket: int) -> Iterator[tuple[Row, int]]:
        """The rows that some member has, and how many have them."""
        for key, rows in self._buckets[bucket].rows.items():
            yield from zip(rows, self._times[bucket].get(key, ()), strict=False)

    def _extreme(
        self, factors: Container[int], places: Iterable[int], best: Callable[[Iterable[int]], int]
    ) -> int:
        """The least or the greatest cost: `best` is `min` or `max`."""
        messages: dict[int, Mapping[Key, int]] = {}
        waiting, total = set(places), 0
        while waiting:
            number = min(waiting)
            waiting.remove(number)
            found = self._messages(number, factors, messages, best)
            # Up to where all of them meet, or to a root.
            if waiting and number in self._parent:
                messages[number] = found
                waiting.add(self._parent[number])
            else:
                total += best(found.values())
        return total

    def _messages(
        self,
        number: int,
        factors: Container[int],
        messages: Mapping[int, Mapping[Key, int]],
        best: Callable[[Iterable[int]], int],
    ) -> Mapping[Key, int]:
        """The best cost of a bucket and those below it, by context, in the members."""
        bucket = self._buckets[number]
        read = [(place, messages[c]) for place, c in enumerate(bucket.children) if c in messages]

        def cost(row: Row) -> int:
            below = [entries[row.keys[place]] for place, entries in read]
            return self._cost(row, factors) + sum(below)

        return {key: best(map(cost, bucket.rows[key])) for key in self._times[number]}


def _times(elimination: Elimination) -> Sequence[_Times]:
    """In how many members each row is; contexts that no member has are left out."""
    buckets = elimination.buckets
    inside = sweep(price(elimination, lambda _: 0), Counting()).entries
    outside: list[dict[Key, int]] = [{} for _ in buckets]
    for root in elimination.roots:
        outside[root][()] = prod([inside[n][()].members for n in elimination.roots if n != root])
    found: list[_Times] = [{} for _ in buckets]
    # A bucket comes after its children, so backwards all is known of what is around one.
    for number in reversed(range(len(buckets))):
        children = buckets[number].children
        times: dict[Key, list[int]] = {}
        for key, around in outside[number].items():
            times[key] = []
            for row in buckets[number].rows[key]:
                read = [*zip(children, row.keys, strict=True)]
                below = [inside[child][other].members for child, other in read]
                times[key].append(around * prod(below))
                for place, (child, other) in enumerate(read):
                    beside = around * prod(below[:place] + below[place + 1 :])
                    outside[child][other] = outside[child].get(other, 0) + beside
        found[number] = times
    return found
