"""The walk over a space: how many members it has and what they cost, exactly, from its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple, TypeAlias

from archdsl.space.expectation import Option, Tables, followed, steps
from archdsl.space.factoring import Factoring
from archdsl.space.lookups import Lookups
from archdsl.space.quantities import ADDED, metric
from archdsl.space.sums.draws import EvenDraws
from archdsl.space.sums.folding import buckets
from archdsl.space.sums.spread import Between, Spread, spread
from archdsl.space.sums.sweeps import Assignment, Priced, count, extremum, price
from archdsl.space.sums.unified import unify
from archdsl.space.survey.networks import Surveyed
from archdsl.space.survey.parts import Part
from archdsl.space.variables import Variables

Taken: TypeAlias = Mapping[str, str]
"""The text of the option that a member takes at each of its decisions."""


class Member(NamedTuple):
    """A member and what it costs by some metric."""

    cost: int
    taken: Taken


class Row(NamedTuple):
    """What a row of a table, or a statement of the network, costs in the members."""

    label: str
    least: int
    mean: Fraction
    greatest: int


class Failing(NamedTuple):
    """Options that lead to a mistake, and the decisions that it may hang on, the nearest first."""

    taken: Taken
    near: list[str]


class Walk:
    """The tables of a surveyed space, joined.

    Raises `TooLarge` or `Unsuited` if they cannot be.
    """

    def __init__(self, surveyed: Surveyed) -> None:
        self._surveyed = surveyed
        self._variables = Variables(surveyed)
        self._factoring = Factoring(self._variables)
        self._factors = [self._factoring.factor(part) for part in surveyed.parts]
        self._unified = unify(self._factoring.graph(self._factors))
        self._elimination = buckets(self._unified.graph)
        self._priced: dict[str, Priced] = {}
        self.members = count(self.priced("macs")).members

    @property
    def decisions(self) -> dict[str, tuple[str, ...]]:
        """Every decision that some member makes, with the options that are taken."""
        questions = self._variables.questions
        return {
            name: tuple([option for option in question.option.values if isinstance(option, str)])
            for name, question in questions.items()
        }

    def priced(self, name: str) -> Priced:
        """What everything costs by a metric."""
        if name not in self._priced:
            self._priced[name] = price(self._elimination, metric(name))
        return self._priced[name]

    def least(self, name: str) -> Member | None:
        """A member that costs least; None if the space has no member."""
        return self._extreme(name, min)

    def greatest(self, name: str) -> Member | None:
        """A member that costs most; None if the space has no member."""
        return self._extreme(name, max)

    def _extreme(self, name: str, best: Callable[[Sequence[int]], int]) -> Member | None:
        found = extremum(self.priced(name), best)
        return found and Member(found.cost, self.taken(found.member))

    def mean(self, name: str) -> Fraction:
        """The mean over all members; there must be some."""
        return count(self.priced(name)).mean

    def spread(self, name: str) -> Spread | None:
        """How the costs of all members are spread; None if the space has no member."""
        return spread(self.priced(name))

    def within(self, name: str, low: int, high: int) -> Between:
        """How many members have costs within bounds."""
        found = spread(self.priced(name), high)
        return found.within(low, high) if found else Between(0, 0)

    def draws(self, name: str, low: int, high: int) -> EvenDraws:
        """Draws of members with costs within bounds, each equally likely: see `taken`."""
        return EvenDraws(self.priced(name), low, high)

    def taken(self, member: Assignment) -> Taken:
        """The options of a member that was drawn or found."""
        return self._options(self._unified.complete(member))

    def _options(self, member: Assignment) -> Taken:
        numbers = self._factoring.numbers
        taken: dict[str, str] = {}
        for name, question in self._variables.questions.items():
            number = member.get(numbers.get(question.option, -1), 0)
            option = question.option.values[number]
            if isinstance(option, str):
                taken[name] = option
        return dict(sorted(taken.items()))

    def tables(self, name: str) -> Tables:
        """Tables from which the expected cost is computed, if decisions are drawn independently.

        The members that a `require` leaves out have no entry, so probabilities may add up to less.
        """
        decisions = self.decisions
        found = filter(None, (self._option(n, options) for n, options in decisions.items()))
        listed = {decision: [*options] for decision, options in decisions.items()}
        return Tables(name, listed, steps(self.priced(name), [*found]))

    def _option(self, decision: str, options: Sequence[str]) -> Option | None:
        """The variable of a decision, unless it is the same in all members."""
        variable = self._variables.questions[decision].option
        if variable not in self._factoring.numbers:
            return None
        values = enumerate(variable.values)
        numbers = {n: options.index(option) for n, option in values if option in options}
        own = Option(decision, self._factoring.numbers[variable], numbers)
        return followed(own, self._unified)

    def rows(self, name: str) -> Iterator[Row]:
        """What each row costs by a metric, in order, if it ever costs anything."""
        groups: dict[str, set[int]] = {}
        for number, part in enumerate(self._surveyed.parts):
            groups.setdefault(_label(part), set()).add(number)
        for label, factors in groups.items():
            own = price(self._elimination, metric(name), factors)
            least, greatest = extremum(own, min), extremum(own, max)
            if least and greatest and greatest.cost:
                yield Row(label, least.cost, count(own).mean, greatest.cost)

    def costs(self, taken: Taken) -> dict[str, int]:
        """What a member costs, by every metric that is a sum.

        Raises:
            NoMember: there is no such member.
        """
        _, cost = self.lookups.find(lambda name, _: taken.get(name, ""))
        return {name: metric(name)(cost) for name in ADDED}

    @cached_property
    def lookups(self) -> Lookups:
        """Members, one by one."""
        return Lookups(self._surveyed, self._variables)

    def failing(self) -> Iterator[Failing]:
        """Members with a mistake, at least one for each part in which there can be one."""
        for place, part in enumerate(self._surveyed.parts):
            if not part.failures:
                continue
            around = {*_around(part)}
            before = [
                factor
                for factor, other in zip(self._factors[:place], self._surveyed.parts, strict=False)
                if other not in around
            ]
            unified = unify(self._factoring.graph([*before, self._factoring.failures(part)]))
            found = extremum(price(buckets(unified.graph), metric("macs")), min)
            if found:
                taken = self._options(unified.complete(found.member))
                yield Failing(taken, [*_near(part, self._surveyed.parts)])


def _near(part: Part, parts: Sequence[Part]) -> Iterator[str]:
    """The decisions that a part may hang on: its own, and those behind the states that it reads."""
    leaving = {state: other for other in parts for state in other.leaves}
    waiting, seen = [part, *_around(part)], set[Part]()
    for each in waiting:
        if each not in seen:
            seen.add(each)
            asked = [way.taken for way in each.failures] + [way.taken for way in each.ways]
            yield from dict.fromkeys(name for taken in asked for name in taken)
            varying = (state for state in each.reads if len(state.values) > 1)
            waiting += [leaving[state] for state in varying if state in leaving]


def _label(part: Part) -> str:
    """The label of the part of the network that a part is inside of."""
    return [part, *_around(part)][-1].label


def _around(part: Part) -> Iterator[Part]:
    """The parts that call the body of a part, from the inside out."""
    while part.body is not None and part.body.caller is not None:
        part = part.body.caller
        yield part
