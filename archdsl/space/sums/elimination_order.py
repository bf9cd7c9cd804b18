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
    items = [_Item(frozenset(factor.scope), n) for n, factor in enumerate(graph.factors)]
    left = sorted({variable for item in items for variable in item.scope})
    order, rows = list[int](), 0
    while left:
        having = {v: [item for item in items if v in item.scope] for v in left}
        ranks = {variable: rank(having[variable], graph.sizes) for variable in left}
        joined = having[min(left, key=ranks.__getitem__)]
        rows += _size(joined, graph.sizes)
        items = [item for item in items if item not in joined]
        scope = frozenset(variable for item in joined for variable in item.scope)
        kept = scope.intersection(variable for item in items for variable in item.scope)
        order += sorted(scope - kept)
        left = [variable for variable in left if variable not in scope - kept]
        items.append(_Item(kept, max(item.last for item in joined)))
    return Order(order, rows)
