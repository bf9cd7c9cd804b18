"""Which values of several states can occur together, as far as the parts that leave them say.

A part is run for all values of the states that it reads. If two of them hang on one decision, most
combinations of their values belong to no member, and to run these would be in vain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import product
from math import prod
from typing import NamedTuple

from archdsl.space.survey.parts import Part, State

_FEW = 30
"""Combinations that are simply all run."""

_MANY = 5_000
"""Combinations of values on the way, beyond which no further part is looked at."""

_BACK = 3
"""How many parts before each other are looked at."""


def together(states: Sequence[State], leaving: Mapping[State, Part]) -> Iterable[tuple[int, ...]]:
    """Numbers of values of some states: at least all combinations that occur in a member."""
    sizes = [len(state.values) for state in states]
    if prod(sizes) <= _FEW:
        return product(*map(range, sizes))
    varying = [state for state in states if len(state.values) > 1]
    relation = _joined(varying, leaving)
    for state in varying:
        if state not in relation.scope:
            relation = relation.join(_Relation((state,), {(n,) for n in range(len(state.values))}))
    places = [relation.scope.index(state) if state in varying else None for state in states]
    rows = {tuple([0 if i is None else row[i] for i in places]) for row in relation.rows}
    return sorted(rows)


class _Relation(NamedTuple):
    """Values of some states that occur together, by their numbers."""

    scope: tuple[State, ...]
    rows: set[tuple[int, ...]]

    def join(self, other: _Relation) -> _Relation:
        """All rows in which two relations agree on the states that they share."""
        shared = [state for state in other.scope if state in self.scope]
        fresh = [state for state in other.scope if state not in self.scope]
        common, new = (_places(other.scope, states) for states in (shared, fresh))
        fitting: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
        for row in other.rows:
            fitting.setdefault(_values(row, common), []).append(_values(row, new))
        own = _places(self.scope, shared)
        rows = {row + more for row in self.rows for more in fitting.get(_values(row, own), ())}
        return _Relation((*self.scope, *fresh), rows)


def _joined(states: Sequence[State], leaving: Mapping[State, Part]) -> _Relation:
    """What the parts that leave some states say, and those before them, as far as it is little."""
    parts = _parts_before(states, leaving)
    met = Counter(state for part in parts for state in {*part.reads, *part.leaves})
    # What only one part knows of says nothing about how two of the states hang together.
    wanted = {*states, *(state for state, count in met.items() if count > 1)}
    relation = _Relation((), {()})
    for part in parts:
        more = relation.join(_relation(part, wanted))
        if len(more.rows) > _MANY:
            break
        relation = more
    return relation


def _parts_before(states: Sequence[State], leaving: Mapping[State, Part]) -> list[Part]:
    """The parts that leave some states, and those before them, nearest first."""
    found: dict[Part, None] = {}
    for _ in range(_BACK):
        parts = dict.fromkeys(leaving[state] for state in states if state in leaving)
        new = [part for part in parts if part not in found]
        found |= dict.fromkeys(new)
        states = [state for part in new for state in part.reads if len(state.values) > 1]
    return [*found]


def _relation(part: Part, wanted: Container[State]) -> _Relation:
    """The values that a part reads and leaves together, of some states."""
    states = (*part.reads, *part.leaves)
    places = [i for i, s in enumerate(states) if s in wanted and len(s.values) > 1]
    rows = {_values((*way.read, *way.left), places) for way in part.ways}
    return _Relation(tuple([states[place] for place in places]), rows)


def _places(scope: Sequence[State], states: Sequence[State]) -> list[int]:
    return [scope.index(state) for state in states]


def _values(row: tuple[int, ...], places: Sequence[int]) -> tuple[int, ...]:
    return tuple([row[place] for place in places])
