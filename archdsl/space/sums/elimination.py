"""Variable elimination: a space as a tree of buckets, so that no member has to be looked at.

The factors with a variable are joined to one table, in which the variable is local: what is left
of the table is one entry for each key of the other variables, a message to the next bucket. For a
network whose parts follow each other this is the walk from part to part, by the type of the tensor
between them. A decision that several parts share stays open until all of them are joined. (Dechter
1999, "Bucket elimination".)

The tree does not depend on what is computed. Counts, sums, extremes and draws are sweeps over it:
see `sweeps` and `draws`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

from archdsl.space.sums.factors import Cost, FactorGraph, Key, TooLarge

ROWS = 200_000
"""Rows of all joined tables of a space."""


class Row(NamedTuple):
    """One row of a joined table.

    `values` are those of the bucket's own variables, and `paid` the numbers of the rows of factors
    that it is joined from. For each message that the bucket takes, `keys` has the entry it reads.
    """

    values: Key
    paid: tuple[int, ...]
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Bucket:
    """A joined table: its rows by the values of the variables of its `context`.

    `own` are the variables that are eliminated here, and `children` the buckets whose messages it
    takes. A bucket comes after its children.
    """

    context: tuple[int, ...]
    own: tuple[int, ...]
    children: tuple[int, ...]
    rows: Mapping[Key, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Elimination:
    """The buckets of a space. The message of a root has one entry, for it has no context.

    `costs` has for each factor, in order, what its rows cost; rows are numbered through all.
    """

    buckets: tuple[Bucket, ...]
    costs: tuple[tuple[Cost, ...], ...]

    @property
    def roots(self) -> tuple[int, ...]:
        return tuple([i for i, bucket in enumerate(self.buckets) if not bucket.context])


@dataclass(frozen=True, slots=True, eq=False)
class _Message:
    """What a bucket leaves: the keys of its context for which it has rows."""

    bucket: int
    scope: tuple[int, ...]
    keys: Iterable[Key]


class _Part(NamedTuple):
    """A row under construction: the values of all variables joined so far."""

    values: Key
    paid: tuple[int, ...]
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """A factor, and the number of its first row."""

    scope: tuple[int, ...]
    keys: Iterable[Key]
    first: int


_Item = _Table | _Message


def eliminate(graph: FactorGraph, order: Sequence[int]) -> Elimination:
    """The buckets of a space, with its variables eliminated in an order.

    Raises:
        TooLarge: the joined tables would have more than `ROWS` rows.
    """
    costs = tuple([tuple(factor.rows.values()) for factor in graph.factors])
    starts = accumulate([len(each) for each in costs], initial=0)
    tables = [
        _Table(f.scope, f.rows.keys(), n) for f, n in zip(graph.factors, starts, strict=False)
    ]
    items: list[_Item] = [*tables]
    buckets: list[Bucket] = []
    left = ROWS
    # None is for the constants, which no variable joins.
    for variable in (*order, None):
        joined = [item for item in items if variable in item.scope or variable is None]
        if not joined:
            continue
        items = [item for item in items if item not in joined]
        bucket = _bucket(joined, items, left)
        left -= sum(map(len, bucket.rows.values()))
        if bucket.context:
            items.append(_Message(len(buckets), bucket.context, bucket.rows.keys()))
        buckets.append(bucket)
    return Elimination(tuple(buckets), costs)


def _bucket(joined: Sequence[_Item], others: Sequence[_Item], most: int) -> Bucket:
    """The bucket of some items: what none of the others has is its own."""
    scope, parts = _join_all(joined, most)
    elsewhere = {variable for item in others for variable in item.scope}
    context = tuple([variable for variable in scope if variable in elsewhere])
    own = tuple([variable for variable in scope if variable not in elsewhere])
    outer, inner = _picker(scope, context), _picker(scope, own)
    rows: dict[Key, list[Row]] = {}
    for values, paid, keys in parts:
        rows.setdefault(outer(values), []).append(Row(inner(values), paid, keys))
    children = tuple([item.bucket for item in joined if isinstance(item, _Message)])
    return Bucket(context, own, children, rows)


def _join_all(items: Sequence[_Item], most: int) -> tuple[tuple[int, ...], Sequence[_Part]]:
    """All rows in which items agree on the variables that they share."""
    first, *rest = sorted(items, key=lambda item: isinstance(item, _Message))
    scope, parts = first.scope, list(_parts(first))
    for item in rest:
        scope, parts = _join(scope, parts, item, most)
    if len(parts) > most:
        raise TooLarge(f"its joined tables have more than {ROWS:,} rows")
    return scope, parts


def _parts(item: _Item) -> Iterator[_Part]:
    if isinstance(item, _Table):
        return (_Part(key, (item.first + i,), ()) for i, key in enumerate(item.keys))
    return (_Part(key, (), (key,)) for key in item.keys)


def _join(
    scope: tuple[int, ...], parts: Sequence[_Part], item: _Item, most: int
) -> tuple[tuple[int, ...], list[_Part]]:
    """The natural join of rows with one more item."""
    shared = tuple([variable for variable in item.scope if variable in scope])
    new = tuple([variable for variable in item.scope if variable not in scope])
    common, fresh = _picker(item.scope, shared), _picker(item.scope, new)
    fitting: dict[Key, list[_Part]] = {}
    for values, paid, keys in _parts(item):
        fitting.setdefault(common(values), []).append(_Part(fresh(values), paid, keys))
    seen, found = _picker(scope, shared), list[_Part]()
    for values, paid, keys in parts:
        for more, further, read in fitting.get(seen(values), ()):
            found.append(_Part(values + more, paid + further, keys + read))
        if len(found) > most:
            raise TooLarge(f"its joined tables have more than {ROWS:,} rows")
    return (*scope, *new), found


def _picker(scope: tuple[int, ...], chosen: tuple[int, ...]) -> Callable[[Key], Key]:
    """A function that picks the values of some variables out of those of a scope."""
    places = [scope.index(variable) for variable in chosen]
    if len(places) > 1:
        return itemgetter(*places)
    if not places:
        return lambda _: ()
    place = places[0]
    return lambda values: (values[place],)
