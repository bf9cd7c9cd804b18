"""Orders in which the variables of a space can be eliminated.

To find the best of all is hard (Arnborg et al. 1987), and two simple ones are good here. A network
whose parts follow each other is best walked from its beginning. Where many parts hang on a few
decisions, those that few parts have come first: the smallest table is joined next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import NamedTuple, TypeAlias

from archdsl.space.sums.factors import FactorGraph


class _Item(NamedTuple):
    """The scope of a factor or of a message, and the last factor that is in it."""

    scope: frozenset[int]
    last: int


_Rank: TypeAlias = Callable[[Sequence[_Item], Sequence[int]], tuple[int, int]]
"""How early a variable comes, by the items that have it and the sizes of variables."""


class Order(NamedTuple):
    """All variables in an order, and the most rows that the joined tables can have by that."""

    variables: Sequence[int]
    rows: int


def orders(graph: FactorGraph) -> list[Order]:
    """The orders to try."""
    return [_order(graph, rank) for rank in (_from_start, _smallest)]


def _from_start(having: Sequence[_Item], sizes: Sequence[int]) -> tuple[int, int]:
    """What is used no more first."""
    return max(item.last for item in having), _size(having, sizes)


def _smallest(having: Sequence[_Item], sizes: Sequence[int]) -> tuple[int, int]:
    """The smallest table first."""
    return _size(having, sizes), max(item.last for item in having)


def _size(items: Sequence[_Item], sizes: Sequence[int]) -> int:
    scope = {variable for item in items for variable in item.scope}
    return prod(sizes[variable] for variable in scope)


def _order(graph: FactorGraph, rank: _Rank) -> Order:
    having: dict[int, list[_Item]] = {}
    for number, factor in enumerate(graph.factors):
        item = _Item(frozenset(factor.scope), number)
        for variable in item.scope:
            having.setdefault(variable, []).append(item)
    ranks = {variable: rank(having[variable], graph.sizes) for variable in sorted(having)}
    order, rows = list[int](), 0
    while ranks:
        joined = having[min(ranks, key=ranks.__getitem__)]
        rows += _size(joined, graph.sizes)
        last = max(item.last for item in joined)
        scope = frozenset(variable for item in joined for variable in item.scope)
        others = {v: [item for item in having[v] if item not in joined] for v in scope}
        new = _Item(frozenset(variable for variable in scope if others[variable]), last)
        for variable in sorted(scope):
            if variable in new.scope:
                having[variable] = [*others[variable], new]
                ranks[variable] = rank(having[variable], graph.sizes)
            else:
                order.append(variable)
                del ranks[variable]
    return Order(order, rows)
