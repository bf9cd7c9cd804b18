"""The tables of a surveyed space, joined: what members there are, and which have a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from archdsl.space.factoring import Factoring
from archdsl.space.quantities import metric
from archdsl.space.reading import Reading
from archdsl.space.sums.folding import buckets
from archdsl.space.sums.sweeps import Assignment, Priced, extremum, price
from archdsl.space.sums.unified import unify
from archdsl.space.survey.networks import Surveyed
from archdsl.space.survey.parts import Part
from archdsl.space.variables import Variables

Taken: TypeAlias = Mapping[str, str]
"""The text of the option that a member takes at each of its decisions."""


class Failing(NamedTuple):
    """Options that lead to a mistake, and the decisions that it may hang on, the nearest first."""

    taken: Taken
    near: list[str]


class Joined:
    """The tables of a surveyed space, joined.

    Raises `TooLarge` or `Unsuited` if they cannot be.
    """

    def __init__(self, surveyed: Surveyed, reading: Reading) -> None:
        self._parts = surveyed.parts
        self.variables = Variables(surveyed, reading)
        self.factoring = Factoring(self.variables)
        self._factors = [self.factoring.factor(part) for part in surveyed.parts]
        self.unified = unify(self.factoring.graph(self._factors))
        self.elimination = buckets(self.unified.graph)
        self._priced: dict[str, Priced] = {}

    @property
    def decisions(self) -> dict[str, tuple[str, ...]]:
        """Every decision that some member makes, with the options that are taken."""
        return {
            name: tuple([option for option in question.option.values if isinstance(option, str)])
            for name, question in self.variables.questions.items()
        }

    def priced(self, name: str) -> Priced:
        """What everything costs by a metric."""
        if name not in self._priced:
            self._priced[name] = price(self.elimination, metric(name))
        return self._priced[name]

    def taken(self, member: Assignment) -> Taken:
        """The options of a member that was drawn or found."""
        return self._options(self.unified.complete(member))

    def _options(self, member: Assignment) -> Taken:
        numbers = self.factoring.numbers
        taken: dict[str, str] = {}
        for name, question in self.variables.questions.items():
            number = member.get(numbers.get(question.option, -1), 0)
            option = question.option.values[number]
            if isinstance(option, str):
                taken[name] = option
        return dict(sorted(taken.items()))

    def failing(self) -> Iterator[Failing]:
        """Members with a mistake, at least one for each part in which there can be one."""
        for place, part in enumerate(self._parts):
            if not part.failures:
                continue
            around = {*parts_around(part)}
            before = [
                factor
                for factor, other in zip(self._factors[:place], self._parts, strict=False)
                if other not in around
            ]
            unified = unify(self.factoring.graph([*before, self.factoring.failures(part)]))
            found = extremum(price(buckets(unified.graph), metric("macs")), min)
            if found:
                taken = self._options(unified.complete(found.member))
                yield Failing(taken, [*_near(part, self._parts)])


def _near(part: Part, parts: Sequence[Part]) -> Iterator[str]:
    """The decisions that a part may hang on: its own, and those behind the states that it reads."""
    leaving = {state: other for other in parts for state in other.leaves}
    waiting, seen = [part, *parts_around(part)], set[Part]()
    for each in waiting:
        if each not in seen:
            seen.add(each)
            asked = [way.taken for way in each.failures] + [way.taken for way in each.ways]
            yield from dict.fromkeys(name for taken in asked for name in taken)
            varying = (state for state in each.reads if len(state.values) > 1)
            waiting += [leaving[state] for state in varying if state in leaving]


def parts_around(part: Part) -> Iterator[Part]:
    """The parts that call the body of a part, from the inside out."""
    while part.body is not None and part.body.caller is not None:
        part = part.body.caller
        yield part
