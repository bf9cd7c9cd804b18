"""Sweeps over a space: how many members it has, what they cost in sum, the least and the greatest.

A sweep gives every bucket its message: for each key of its context, one value of all that is
eliminated there or below. What the value is makes the sweep: a semiring, in the usual words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from archdsl.space.sums.elimination import Elimination, Row
from archdsl.space.sums.factors import Cost, Key

T = TypeVar("T")

Metric: TypeAlias = Callable[[Cost], int]
"""A figure of a cost: linear, so that it can be added up over parts."""

Assignment: TypeAlias = dict[int, int]
"""A value for each variable: a member, with all that follows from its decisions."""


@dataclass(frozen=True)
class Priced:
    """A space with one number as the cost of each row, by bucket and context, in their order."""

    elimination: Elimination
    costs: Sequence[Mapping[Key, Sequence[int]]]

    @property
    def base(self) -> int:
        """The least cost of each bucket by itself, together: no member costs less."""
        return sum(map(_least, self.costs))

    def in_bins(self, width: int) -> Binned:
        """The costs above the least of their bucket in bins, rounded down."""
        binned, rest = [], 0
        for table in self.costs:
            base = _least(table)
            above = {key: [cost - base for cost in costs] for key, costs in table.items()}
            rest += max((cost % width for costs in above.values() for cost in costs), default=0)
            binned.append({k: [cost // width for cost in costs] for k, costs in above.items()})
        return Binned(Priced(self.elimination, binned), rest)


class Binned(NamedTuple):
    """A space with costs in bins, and how far a member's cost can be above its bins."""

    space: Priced
    slack: int


def _least(table: Mapping[Key, Sequence[int]]) -> int:
    return min((min(costs) for costs in table.values()), default=0)


def price(elimination: Elimination, metric: Metric) -> Priced:
    """What each row costs by a metric."""
    paid = [metric(cost) for costs in elimination.costs for cost in costs]
    table = [
        {
            key: [sum([paid[one] for one in row.paid]) for row in rows]
            for key, rows in b.rows.items()
        }
        for b in elimination.buckets
    ]
    return Priced(elimination, table)


class Sum(Protocol[T]):
    """What a sweep computes: of one row with the messages that it reads, and of several rows."""

    def of(self, cost: int, read: Sequence[T]) -> T: ...

    def over(self, values: Sequence[T]) -> T: ...


@dataclass(frozen=True)
class Messages(Generic[T]):
    """The messages of all buckets, each by the keys of its context."""

    space: Priced
    sum: Sum[T]
    entries: Sequence[Mapping[Key, T]]

    def of(self, bucket: int, context: Key) -> list[T]:
        """The value of each row with a context."""
        rows, costs = self.rows(bucket, context), self.space.costs[bucket][context]
        return [
            self.sum.of(cost, self.read(bucket, row)) for row, cost in zip(rows, costs, strict=True)
        ]

    def rows(self, bucket: int, context: Key) -> Sequence[Row]:
        return self.space.elimination.buckets[bucket].rows[context]

    def read(self, bucket: int, row: Row) -> list[T]:
        """The messages that a row reads."""
        children = self.space.elimination.buckets[bucket].children
        return [self.entries[child][key] for child, key in zip(children, row.keys, strict=True)]

    @property
    def whole(self) -> T | None:
        """The value of the whole space; None if it has no member."""
        if not all(map(len, self.entries)):
            return None
        roots = [self.entries[root][()] for root in self.space.elimination.roots]
        return self.sum.of(0, roots)


def sweep(space: Priced, sum_: Sum[T]) -> Messages[T]:
    """The messages of all buckets."""
    entries: list[Mapping[Key, T]] = []
    messages = Messages(space, sum_, entries)
    for number, table in enumerate(space.costs):
        entries.append({context: sum_.over(messages.of(number, context)) for context in table})
    return messages


class Count(NamedTuple):
    """How many members there are, and the sum of what they cost."""

    members: int
    cost: int

    @property
    def mean(self) -> Fraction:
        return Fraction(self.cost, self.members)


class Counting:
    """Counts members, and adds up what they cost."""

    def of(self, cost: int, read: Sequence[Count]) -> Count:
        members = 1
        for each in read:
            # Each member of the one part goes with each of the other.
            cost = cost * each.members + members * each.cost
            members *= each.members
        return Count(members, cost)

    def over(self, values: Sequence[Count]) -> Count:
        return Count(sum([each.members for each in values]), sum([each.cost for each in values]))


def count(space: Priced) -> Count:
    """How many members a space has, and the sum of their costs."""
    return sweep(space, Counting()).whole or Count(0, 0)


def most_members(space: Priced) -> int:
    """The largest count of members that a sweep meets."""
    messages = sweep(space, Counting())
    met = [count.members for table in messages.entries for count in table.values()]
    whole = messages.whole
    return max([*met, whole.members if whole else 0, 1])


class Extreme:
    """The least or the greatest cost: `best` is `min` or `max`."""

    def __init__(self, best: Callable[[Sequence[int]], int]) -> None:
        self.over = best

    def of(self, cost: int, read: Sequence[int]) -> int:
        return cost + sum(read)


class Extremum(NamedTuple):
    """A member with the least or the greatest cost, and that cost."""

    cost: int
    member: Assignment


def extremum(space: Priced, best: Callable[[Sequence[int]], int]) -> Extremum | None:
    """The first member with the least or the greatest cost; None if there is no member."""
    messages = sweep(space, Extreme(best))
    cost = messages.whole
    if cost is None:
        return None
    member: Assignment = {}
    # A bucket comes after its children, so backwards the values of each context are known.
    for number, bucket in reversed([*enumerate(space.elimination.buckets)]):
        context = tuple([member[variable] for variable in bucket.context])
        values = messages.of(number, context)
        row = bucket.rows[context][values.index(messages.entries[number][context])]
        member.update(zip(bucket.own, row.values, strict=True))
    return Extremum(cost, member)
