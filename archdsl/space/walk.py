"""The walk over a space: what all of its members cost, exactly, from its joined tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from archdsl.shown import table
from archdsl.space.joined import Joined, Taken, parts_around
from archdsl.space.members import Members
from archdsl.space.quantities import metric
from archdsl.space.sums.draws import EvenDraws
from archdsl.space.sums.factors import Cost
from archdsl.space.sums.shares import Shares
from archdsl.space.sums.spread import Between, Spread, spread
from archdsl.space.sums.sweeps import Assignment, count, extremum, price
from archdsl.space.survey.parts import Part


class CostedMember(NamedTuple):
    """A member and what it costs by some metric."""

    cost: int
    taken: Taken


class Row(NamedTuple):
    """What a row of a table, or a statement of the network, costs in the members."""

    label: str
    least: int
    mean: Fraction
    greatest: int


@dataclass(frozen=True, repr=False)
class Walk(Members):
    """The members of a space, and what they cost together."""

    joined: Joined

    def _repr_html_(self) -> str:
        """What the rows and the members cost, and every decision with its options."""
        rows = [_cells(row.label, row.least, row.mean, row.greatest) for row in self.rows("macs")]
        least, greatest = self.least("macs"), self.greatest("macs")
        if least and greatest:
            rows.append(_cells("total", least.cost, self.mean("macs"), greatest.cost))
        columns = ("MACs", "least", "mean", "greatest")
        decided = ((name, ", ".join(options)) for name, options in self.decisions.items())
        decisions = table(("decision", "options"), decided)
        return table(columns, rows, columns[1:]) + decisions

    def least(self, name: str) -> CostedMember | None:
        """A member that costs least; None if the space has no member."""
        return self._extreme(name, min)

    def greatest(self, name: str) -> CostedMember | None:
        """A member that costs most; None if the space has no member."""
        return self._extreme(name, max)

    def _extreme(self, name: str, best: Callable[[Sequence[int]], int]) -> CostedMember | None:
        found = extremum(self.joined.priced(name), best)
        return found and CostedMember(found.cost, self.taken(found.member))

    def least_weighted(self, weights: Mapping[str, Fraction]) -> Mapping[str, int] | None:
        """The costs of a member for which a weighted sum of them is least; None without members."""
        unit = lcm(*(weight.denominator for weight in weights.values()))
        metrics = [(metric(name), int(weight * unit)) for name, weight in weights.items()]

        def summed(cost: Cost) -> int:
            return sum([of(cost) * weight for of, weight in metrics])

        found = extremum(price(self.joined.elimination, summed), min)
        return None if found is None else self.costs(self.taken(found.member))

    def mean(self, name: str) -> Fraction:
        """The mean over all members; there must be some."""
        return count(self.joined.priced(name)).mean

    def spread(self, name: str) -> Spread | None:
        """How the costs of all members are spread; None if the space has no member."""
        return spread(self.joined.priced(name))

    def within(self, name: str, low: int, high: int) -> Between:
        """How many members have costs within bounds."""
        found = spread(self.joined.priced(name), high)
        return found.within(low, high) if found else Between(0, 0)

    def draws(self, name: str, low: int, high: int) -> EvenDraws:
        """Draws of members with costs within bounds, each equally likely: see `taken`."""
        return EvenDraws(self.joined.priced(name), low, high)

    def taken(self, member: Assignment) -> Taken:
        """The options of a member that was drawn or found."""
        return self.joined.taken(member)

    def rows(self, name: str) -> Iterator[Row]:
        """What each row costs by a metric, in order, if it ever costs anything."""
        groups: dict[str, set[int]] = {}
        for number, part in enumerate(self.surveyed.parts):
            groups.setdefault(_label(part), set()).add(number)
        if not self.members:
            return
        shares = Shares(self.joined.elimination, metric(name))
        for label, factors in groups.items():
            own = shares.of(factors)
            if own.greatest:
                yield Row(label, own.least, own.mean, own.greatest)


def walk_over(members: Members) -> Walk:
    """The walk over members.

    Raises:
        TooLarge: there are too many ways in which parts go together.
        Unsuited: the costs of the members are no sums over parts.
    """
    joined = Joined(members.surveyed, members.reading)
    return Walk(members.surveyed, members.counted, joined)


def _cells(label: str, least: int, mean: Fraction, greatest: int) -> tuple[str, ...]:
    return label, f"{least:,}", f"{round(mean):,}", f"{greatest:,}"


def _label(part: Part) -> str:
    """The label of the part of the network that a part is inside of."""
    return [part, *parts_around(part)][-1].label
