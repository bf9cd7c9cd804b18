"""Two bounds that exclude each other, though some members are within each.

The least of a weighted sum of two costs is known exactly. If it is above what both bounds allow,
for some weights, no member is within both. If a member that has it is within both, there is one.
Weights are halved towards the bound that this member is beyond. Where that does not end, a member
could be within both without the walk knowing it, and nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product
from typing import NamedTuple

from archdsl.diagnostics import Diagnostic, Label, error
from archdsl.searches.search import Bound
from archdsl.settings.reading.entries import Entry
from archdsl.space.walk import Walk

_HALVINGS = 20
"""How often weights are halved. Each is a sweep over the space."""


class _Side(NamedTuple):
    """One side of a bound: a cost of at most `limit`, or for -1 of at least that."""

    entry: Entry
    sign: int
    limit: int

    def excess(self, cost: int) -> Fraction:
        """How far beyond a cost is, in parts of the limit: 0 or less for a member within."""
        return Fraction(self.sign * (cost - self.limit), max(1, self.limit))


def exclusive(bounds: Sequence[Entry], walk: Walk, space: str) -> Iterator[Diagnostic]:
    """Pairs of bounds that no member meets together; each must be met by some."""
    for first, second in combinations(bounds, 2):
        for one, other in product(_sides(first), _sides(second)):
            least = _least_beyond(walk, one, other)
            if least is not None:
                yield _excluded(one, other, least, space)
                return


def _sides(entry: Entry) -> list[_Side]:
    bound: Bound = entry.value
    upper = _Side(entry, 1, int(bound.most))
    return [upper] if bound.least is None else [upper, _Side(entry, -1, -int(-bound.least // 1))]


def _least_beyond(walk: Walk, one: _Side, other: _Side) -> Fraction | None:
    """By how much at least a member is beyond the other bound, if it is within the first one."""
    low, high = Fraction(0), Fraction(1)
    for _ in range(_HALVINGS):
        weight = (low + high) / 2
        costs = walk.least_weighted(
            {
                one.entry.name: one.sign * weight / max(1, one.limit),
                other.entry.name: other.sign * (1 - weight) / max(1, other.limit),
            }
        )
        if costs is None:
            return None
        excess = one.excess(costs[one.entry.name]), other.excess(costs[other.entry.name])
        together = weight * excess[0] + (1 - weight) * excess[1]
        if together > 0:
            return together / (1 - weight)
        if max(excess) <= 0:
            return None
        low, high = (weight, high) if excess[0] > 0 else (low, weight)
    return None


def _excluded(one: _Side, other: _Side, beyond: Fraction, space: str) -> Diagnostic:
    reached = other.limit + other.sign * beyond * max(1, other.limit)
    # Costs are integers, so the figure is rounded away from the bound.
    figure = -int(-reached // 1) if other.sign > 0 else int(reached // 1)
    does = f"has at least {figure:,}" if other.sign > 0 else f"has at most {figure:,}"
    message = f"no member of `{space}` is within both bounds: one within the other {does}"
    also = [Label(one.entry.span, "the other bound")]
    return error("search", message, other.entry.span, also=also)
