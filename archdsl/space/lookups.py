"""One member, looked up part by part: what it decides, and what it costs.

Of each part there is one way for the states that it reads and the decisions that it asks for. A
body that it calls is looked up before the way is known, for its result is a part of that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from archdsl.space.reading import EVERYTHING, Mask, Traffic
from archdsl.space.sums.factors import Cost
from archdsl.space.survey.networks import Surveyed
from archdsl.space.survey.outcomes import summed
from archdsl.space.survey.parts import Body, Part, State, Way

Choose = Callable[[str, Sequence[str]], str]
"""Chooses one of the options of a decision, by its name."""


class NoMember(Exception):
    """No member takes these options: a requirement is false, or an option is none of these."""


class _Chosen(NamedTuple):
    """The way in which a part comes out in a member."""

    part: Part
    way: Way


@dataclass
class _Member:
    """A member that is being looked up: the options taken, the states, and the ways so far."""

    taken: dict[str, str] = field(default_factory=dict)
    states: dict[State, int] = field(default_factory=dict)
    ways: list[_Chosen] = field(default_factory=list)


class Lookups:
    """Looks members up in the parts of a surveyed space."""

    def __init__(self, surveyed: Surveyed) -> None:
        self._result = surveyed.result
        self._parts: dict[Body | None, list[Part]] = {None: []}
        for part in surveyed.parts:
            self._parts.setdefault(part.body, []).append(part)
        self._ways = {part: _by_reading(part) for part in surveyed.parts}

    def find(self, choose: Choose) -> tuple[dict[str, str], Cost]:
        """The options of a member, decision by decision as they are asked for, and its cost.

        Raises:
            NoMember: there is none.
        """
        member = _Member()
        self._run(None, member, choose)
        return dict(sorted(member.taken.items())), _cost(member.ways, self._result)

    def _run(self, body: Body | None, member: _Member, choose: Choose) -> None:
        """Look up the parts of a body, after those that it is called from."""
        for part in self._parts[body]:
            read = tuple(
                [member.states.get(state, 0) for state in part.reads]
            )  # at the start: its only value
            way = self._way(self._ways[part].get(read, ()), member, choose)
            member.states.update(zip(part.leaves, way.left, strict=True))
            member.ways.append(_Chosen(part, way))

    def _way(self, ways: Sequence[Way], member: _Member, choose: Choose) -> Way:
        """The way of some that is left when all questions are answered, one after the other."""
        answered = 0
        while ways and answered < len(ways[0].questions):
            question = ways[0].questions[answered]
            answer = self._answer(question, ways, member, choose)
            ways = [way for way in ways if way.answer(question) == answer]
            answered += 1
        if not ways:
            raise NoMember
        return ways[0]

    def _answer(
        self, question: str | Body, ways: Sequence[Way], member: _Member, choose: Choose
    ) -> str | int:
        if isinstance(question, Body):
            member.states[question.arguments] = 0
            self._run(question, member, choose)
            return member.states[question.result]
        if question not in member.taken:
            options = dict.fromkeys(way.taken[question] for way in ways)
            member.taken[question] = choose(question, [*options])
        return member.taken[question]


def _by_reading(part: Part) -> Mapping[tuple[int, ...], Sequence[Way]]:
    """The ways of a part by the states that it reads."""
    found: dict[tuple[int, ...], list[Way]] = {}
    for way in part.ways:
        found.setdefault(way.read, []).append(way)
    return found


def _cost(ways: Sequence[_Chosen], result: State) -> Cost:
    """What the ways of all parts cost: of each, what is read of it in the end."""
    traffic = [Traffic.of(part, way) for part, way in ways]
    read: dict[State, Mask] = {result: EVERYTHING}
    before: dict[State, Mask] = {}
    while read != before:
        before = dict(read)
        for (_, way), each in zip(reversed(ways), reversed(traffic), strict=True):
            own = each.mask([read.get(group.state, 0) for group in each.leaving])
            for group, needed in zip(each.entering, each.needed(way.outcome, own), strict=True):
                read[group.state] = read.get(group.state, 0) | needed
    return summed(
        [
            way.outcome.cost(each.mask([read.get(group.state, 0) for group in each.leaving]))
            for (_, way), each in zip(ways, traffic, strict=True)
        ]
    )
