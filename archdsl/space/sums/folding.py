"""The buckets of a space, few and cheap: the best of some orders, with small buckets put together.

Elimination makes a bucket of nearly every variable, many with a handful of rows. Each is a step of
a draw, and rounds costs by itself. A few larger buckets are faster, and count in finer bins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from archdsl.space.sums.elimination import Bucket, Elimination, Row, eliminate
from archdsl.space.sums.elimination_order import orders
from archdsl.space.sums.factors import FactorGraph, TooLarge

ROWS = 10_000
"""Rows of a bucket up to which others are put into it."""


_HOPELESS = 10**8
"""Rows that the joined tables of an order can have at most, if all keys occurred, to be tried."""

_ENOUGH = 4
"""How much dearer than its factors a space may be, before another order is tried."""

_CROSSING = 10
"""How much dearer a row is for each message that it reads beside another: they are multiplied."""


def buckets(graph: FactorGraph) -> Elimination:
    """The buckets of a space.

    Raises:
        TooLarge: the joined tables have too many rows, in any of the orders.
    """
    enough = _ENOUGH * sum(len(factor.rows) for factor in graph.factors)
    found: list[Elimination] = []
    too_large = TooLarge("its joined tables would have too many rows")
    for order in orders(graph):
        if order.rows > _HOPELESS:
            continue
        try:
            found.append(fold(eliminate(graph, order.variables)))
        except TooLarge as cause:
            too_large = cause
            continue
        if _cost(found[-1]) <= enough:
            return found[-1]
    if not found:
        raise too_large
    return min(found, key=_cost)


def _cost(elimination: Elimination) -> int:
    """What a sweep takes, in rows."""
    return sum(
        _rows(bucket) * (1 + _CROSSING * max(0, len(bucket.children) - 1))
        for bucket in elimination.buckets
    )


def fold(elimination: Elimination) -> Elimination:
    """The same space in fewer buckets."""
    folded: dict[int, Bucket] = {}
    for number, bucket in enumerate(elimination.buckets):
        for child in bucket.children:
            if _size(bucket, folded[child], child) <= max(ROWS, _rows(bucket)):
                bucket = _with(bucket, child, folded.pop(child))
        folded[number] = bucket
    places = {number: place for place, number in enumerate(folded)}
    buckets = [
        replace(bucket, children=tuple([places[child] for child in bucket.children]))
        for bucket in folded.values()
    ]
    return replace(elimination, buckets=tuple(buckets))


def _rows(bucket: Bucket) -> int:
    return sum(map(len, bucket.rows.values()))


def _size(bucket: Bucket, child: Bucket, number: int) -> int:
    """How many rows a bucket would have with one of its children in it."""
    place = bucket.children.index(number)
    keys = (row.keys[place] for rows in bucket.rows.values() for row in rows)
    return sum(len(child.rows[key]) for key in keys)


def _with(bucket: Bucket, number: int, child: Bucket) -> Bucket:
    """A bucket with one of its children in it."""
    place = bucket.children.index(number)

    def joined(rows: tuple[Row, ...] | list[Row]) -> Iterator[Row]:
        for row in rows:
            others = row.keys[:place] + row.keys[place + 1 :]
            for own in child.rows[row.keys[place]]:
                yield Row(row.values + own.values, row.paid + own.paid, others + own.keys)

    children = (*bucket.children[:place], *bucket.children[place + 1 :], *child.children)
    rows = {context: [*joined([*found])] for context, found in bucket.rows.items()}
    return Bucket(bucket.context, (*bucket.own, *child.own), children, rows)
