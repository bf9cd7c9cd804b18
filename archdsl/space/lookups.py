"""One member, looked up part by part: what it decides, and what it costs.

Of each part there is one way for the states that it reads and the decisions that it asks for. A
body that it calls is looked up before the way is known, for its result is a part of that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from archdsl.space.reading import Mask, Traffic
from archdsl.space.sums.factors import Cost
from archdsl.space.survey.networks import Surveyed
from archdsl.space.survey.outcomes import summed
from archdsl.space.survey.parts import Body, Part, State, Way
from archdsl.space.variables import Variables

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

    def __init__(self, surveyed: Surveyed, variables: Variables) -> None:
        self._variables = variables
        self._parts: dict[Body | None, list[Part]] = {None: []}
        constant = [part for part in surveyed.parts if self._is_constant(part)]
        for part in surveyed.parts:
            self._parts.setdefault(part.body, [])
            if part not in constant:
                self._parts[part.body].append(part)
        self._constant = summed([self._price(part, part.ways[0]) for part in constant])
        self._open = frozenset(part for part in surveyed.parts if self._is_open(part))
        self._prices: dict[Way, Cost] = {}
        self._ways = {part: _by_reading(part) for part in surveyed.parts}

    def find(self, choose: Choose) -> tuple[dict[str, str], Cost]:
        """The options of a member, decision by decision as they are asked for, and its cost.

        Raises:
            NoMember: there is none.
        """
        member = _Member()
        self._run(None, member, choose)
        return dict(sorted(member.taken.items())), self._cost(member.ways)

    def _is_constant(self, part: Part) -> bool:
        """Whether a part is the same in all members, so that it need not be looked up."""
        if len(part.ways) != 1 or part.ways[0].called or part.body in self._variables.absent:
            return False
        states = (*part.reads, *part.leaves)
        return all(len(state.values) == 1 for state in states) and not self._is_open(part)

    def _is_open(self, part: Part) -> bool:
        """Whether it hangs on the member which tensors of some state are read."""
        called = {body for way in part.ways for body in way.called}
        states = [*part.reads, *part.leaves]
        states += [state for body in called for state in (body.arguments, body.result)]
        return any(len(self._variables.sets(state)) > 1 for state in states)

    def _price(self, part: Part, way: Way) -> Cost:
        """What a way costs that is no open part's: the same tensors of it are always read."""
        traffic = Traffic.of(part, way)
        return way.outcome.cost(
            traffic.mask([self._mask(group.state) for group in traffic.leaving])
        )

    def _mask(self, state: State) -> Mask:
        """The tensors of a state that are read in all members."""
        sets = self._variables.sets(state)
        return sets[0] if len(sets) == 1 else 0

    def _cost(self, ways: Sequence[_Chosen]) -> Cost:
        """What the ways of all parts cost together."""
        open_ = [each for each in ways if each.part in self._open]
        for part, way in ways:
            if way not in self._prices and part not in self._open:
                self._prices[way] = self._price(part, way)
        fixed = [self._prices[way] for part, way in ways if part not in self._open]
        return summed([self._constant, *fixed, *self._costs_as_read(open_)])

    def _costs_as_read(self, ways: Sequence[_Chosen]) -> list[Cost]:
        """What ways of open parts cost: of each, what is read of it in the end."""
        traffic = [Traffic.of(part, way) for part, way in ways]
        states = {group.state for each in traffic for group in (*each.entering, *each.leaving)}
        read = {state: self._mask(state) for state in states}
        before: dict[State, Mask] = {}
        while read != before:
            before = dict(read)
            for (_, way), each in zip(reversed(ways), reversed(traffic), strict=True):
                own = each.mask([read[group.state] for group in each.leaving])
                for group, needed in zip(each.entering, each.needed(way.outcome, own), strict=True):
                    read[group.state] |= needed
        return [
            way.outcome.cost(each.mask([read[group.state] for group in each.leaving]))
            for (_, way), each in zip(ways, traffic, strict=True)
        ]

    def _run(self, body: Body | None, member: _Member, choose: Choose) -> None:
        """Look up the parts of a body, after those that it is called from."""
        for part in self._parts[body]:
            # A state that no part leaves, or always the same, has but one value.
            read = tuple([member.states.get(state, 0) for state in part.reads])
            way = self._way(self._ways[part].get(read), member, choose)
            member.states.update(zip(part.leaves, way.left, strict=True))
            member.ways.append(_Chosen(part, way))

    def _way(self, found: _Answers | Way | None, member: _Member, choose: Choose) -> Way:
        """The way that is left when all questions are answered, one after the other."""
        while isinstance(found, _Answers):
            found = found.ways.get(self._answer(found, member, choose))
        if found is None:
            raise NoMember
        return found

    def _answer(self, asked: _Answers, member: _Member, choose: Choose) -> str | int:
        question = asked.question
        if isinstance(question, Body):
            member.states[question.arguments] = 0
            self._run(question, member, choose)
            return member.states.get(question.result, 0)
        if question not in member.taken:
            member.taken[question] = choose(question, [str(option) for option in asked.ways])
        return member.taken[question]


@dataclass(frozen=True, slots=True)
class _Answers:
    """A question, and for each of its answers the next one, or the way that is left."""

    question: str | Body
    ways: dict[Any, _Answers | Way] = field(default_factory=dict)


def _by_reading(part: Part) -> Mapping[tuple[int, ...], _Answers | Way]:
    """The ways of a part by the states that it reads, then by the answers to its questions.

    Ways that agree in these so far share their next question.
    """
    found: dict[Any, _Answers | Way] = {}
    for way in part.ways:
        inside = found
        key: Any = way.read
        for question in way.questions:
            asked = inside.setdefault(key, _Answers(question))
            assert isinstance(asked, _Answers)
            inside, key = asked.ways, way.answer(question)
        inside[key] = way
    return found
