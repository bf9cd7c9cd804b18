"""Access to the members of a space, one by one: by what is known of all, or by building them.

Both answer the same questions. Where the parts of all members are known, one is looked up in
milliseconds, and all have the same chance of being drawn: by the walk all within a bound. Otherwise
each decision is made by lot as it is reached.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import NamedTuple, Protocol

from archdsl.build.request import Built, Ending, Request
from archdsl.costs.metrics import total
from archdsl.diagnostics import CompileError
from archdsl.plan.decisions import Decision, picked
from archdsl.space.lookups import Choose, NoMember
from archdsl.space.members import Members
from archdsl.space.quantities import ADDED
from archdsl.space.space import NO_WALK, build_by_lot, build_member, figures_of, members, walk
from archdsl.space.sums.draws import NoneWithin
from archdsl.space.survey.networks import Surveyed
from archdsl.space.walk import Walk

Draw = Callable[[Random], Mapping[str, str]]
"""Draws the options of a member."""

Found = tuple[Mapping[str, str], Mapping[str, int]]
"""The options that a member takes, and what it costs by each metric that is a sum."""

_LOOKS = 300
"""Members that are built at most to learn which decisions there are, where no walk says it."""

_DRAWN = 50
"""Members that are drawn for that after each option was tried."""


class Within(NamedTuple):
    """A cost that is a sum, from one figure to another."""

    metric: str
    least: int
    most: int


class Access(Protocol):
    """Access to the members of a space."""

    @property
    def decisions(self) -> Mapping[str, tuple[str, ...]]:
        """Every decision that some member makes, with its options."""

    @property
    def surveyed(self) -> Surveyed | None:
        """The parts of all members, if they are known."""

    def find(self, choose: Choose) -> Found:
        """The member with the options that are chosen, as they are asked for.

        Raises:
            NoMember: there is none.
        """

    def draw(self, random: Random) -> Found | None:
        """A member by lot, which can be beyond bounds; None for one that does not exist."""


def access_to(request: Request, within: Within | None) -> Access:
    """Access to the members of a space, and by preference to those within a bound.

    Raises:
        CompileError: a member has a mistake.
    """
    try:
        found = members(request)
    except NO_WALK:
        return ByBuilding(request)
    if within is None:
        return ByParts(found, found.draw)
    try:
        return ByParts(found, _draws_within(walk(request, found), within))
    except NO_WALK:
        return ByParts(found, found.draw)


def _draws_within(found: Walk, within: Within) -> Draw:
    """Draws of the members within a bound, each with the same chance."""
    draws = found.draws(*within)
    return lambda random: found.taken(draws.draw(random))


@dataclass(frozen=True)
class ByParts:
    """Members of a space of which all parts are known; `options` draws one."""

    members: Members
    options: Draw

    @property
    def decisions(self) -> Mapping[str, tuple[str, ...]]:
        return self.members.decisions

    @property
    def surveyed(self) -> Surveyed:
        return self.members.surveyed

    def find(self, choose: Choose) -> Found:
        return self.members.find(choose)

    def draw(self, random: Random) -> Found | None:
        try:
            taken = self.options(random)
        except NoneWithin:
            return None
        return taken, self.members.costs(taken)


@dataclass(frozen=True)
class ByBuilding:
    """Members that are built one by one.

    Those that decide something which none of the members has that were built for `decisions` are
    left out: a study of trials has to name all decisions before the first one.
    """

    request: Request
    surveyed = None

    @cached_property
    def decisions(self) -> Mapping[str, tuple[str, ...]]:
        """Each option of every decision is tried once, and some members are drawn beside."""
        found: dict[str, dict[str, None]] = {}
        for built in self._looked_at(found):
            for each in built.decisions:
                options = dict.fromkeys(_options(each.decision))
                found[each.name] = found.get(each.name, {}) | options
        return {name: tuple(options) for name, options in sorted(found.items())}

    def _looked_at(self, found: Mapping[str, Mapping[str, None]]) -> Iterator[Built]:
        """Members in which options are taken that were only seen so far, and others by lot."""
        random, waiting = Random(0), deque[Mapping[str, str]]([{}])
        looks, beyond = 0, 0
        while looks < _LOOKS and beyond < _DRAWN:
            if waiting:
                built = build_member(self.request, picked(waiting.popleft()))
                waiting += _others(built, found)
                yield built
            beyond += not waiting
            looks += 2
            yield build_by_lot(self.request, random)

    def find(self, choose: Choose) -> Found:
        def pick(decision: Decision) -> int:
            return decision.options.index(choose(decision.name, _options(decision)))

        return self._found(build_member(self.request, pick))

    def draw(self, random: Random) -> Found | None:
        try:
            return self.find(lambda _, options: random.choice(options))
        except NoMember:
            return None

    def _found(self, built: Built) -> Found:
        if built.ending is Ending.REFUSED:
            raise NoMember
        if not built.is_sound:
            raise CompileError(built.diagnostics)
        taken = {each.name: each.option for each in built.decisions}
        if any(option not in self.decisions.get(name, ()) for name, option in taken.items()):
            raise NoMember
        figures = figures_of(built)
        return dict(sorted(taken.items())), {name: total(name, figures) for name in ADDED}


def _others(built: Built, found: Mapping[str, Mapping[str, None]]) -> Iterator[Mapping[str, str]]:
    """The options of a member's decisions that were not seen before, each with what led to it."""
    taken: dict[str, str] = {}
    for each in built.decisions:
        for option in _options(each.decision):
            if option != each.option and option not in found.get(each.name, ()):
                yield {**taken, each.name: option}
        taken[each.name] = each.option


def _options(decision: Decision) -> tuple[str, ...]:
    """The options that are still allowed."""
    return tuple(decision.options[index] for index in decision.allowed)
