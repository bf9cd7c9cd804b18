"""How members of a space of the language are found: by what is known of all, or by building them.

Both answer the same questions. Where the parts of all members are known, one is looked up in
milliseconds, and all have the same chance of being drawn: by the walk all within a bound. Otherwise
each decision is made by lot as it is reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Protocol

from archdsl.build.request import Built, Ending, Request
from archdsl.costs.metrics import total
from archdsl.diagnostics import CompileError
from archdsl.plan.decisions import Decision
from archdsl.search.domain import NotAMember
from archdsl.searches.search import Bound
from archdsl.space.lookups import NoMember
from archdsl.space.members import Members
from archdsl.space.quantities import ADDED
from archdsl.space.space import NO_WALK, build_by_lot, build_member, figures_of, members, walk
from archdsl.space.sums.draws import NoneWithin
from archdsl.space.survey.networks import Surveyed
from archdsl.space.walk import Walk

Choose = Callable[[str, Sequence[str]], str]
"""Chooses one of the options of a decision, by its name."""

Draw = Callable[[Random], Mapping[str, str]]
"""Draws the options of a member."""

Found = tuple[Mapping[str, str], Mapping[str, int]]
"""The options that a member takes, and what it costs by each metric that is a sum."""

_LOOKS = 300
"""Members that are built to learn which decisions there are, where no walk says it."""


class Way(Protocol):
    """A way to the members of a space."""

    @property
    def decisions(self) -> Mapping[str, tuple[str, ...]]:
        """Every decision that some member makes, with its options."""

    @property
    def surveyed(self) -> Surveyed | None:
        """The parts of all members, if they are known."""

    def find(self, choose: Choose) -> Found:
        """The member with the options that are chosen, as they are asked for.

        Raises:
            NotAMember: there is none.
        """

    def draw(self, random: Random) -> Found | None:
        """A member by lot, which can be beyond bounds; None for one that does not exist."""


def way_to(request: Request, bounds: Sequence[Bound]) -> Way:
    """The way to the members of a space, and by preference to those within the bounds.

    Raises:
        CompileError: a member has a mistake.
    """
    try:
        found = members(request)
    except NO_WALK:
        return Tried(request)
    bound = next((bound for bound in bounds if bound.metric in ADDED), None)
    if bound is None:
        return Known(found, found.draw)
    try:
        return Known(found, _draws_within(walk(request, found), bound))
    except NO_WALK:
        return Known(found, found.draw)


def _draws_within(found: Walk, bound: Bound) -> Draw:
    """Draws of the members within a bound, each with the same chance."""
    draws = found.draws(bound.metric, bound.least or 0, bound.most)
    return lambda random: found.taken(draws.draw(random))


@dataclass(frozen=True)
class Known:
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
        try:
            return self.members.find(choose)
        except NoMember:
            raise NotAMember("a requirement of the space is false for it") from None

    def draw(self, random: Random) -> Found | None:
        try:
            taken = self.options(random)
        except NoneWithin:
            return None
        return taken, self.members.costs(taken)


@dataclass(frozen=True)
class Tried:
    """Members that are built one by one."""

    request: Request
    surveyed = None

    @cached_property
    def decisions(self) -> Mapping[str, tuple[str, ...]]:
        """Those that some hundred members make, the same ones each time."""
        random = Random(0)
        found: dict[str, tuple[str, ...]] = {}
        for _ in range(_LOOKS):
            built = build_by_lot(self.request, random)
            found |= {each.name: _options(each.decision) for each in built.decisions}
        return dict(sorted(found.items()))

    def find(self, choose: Choose) -> Found:
        def pick(decision: Decision) -> int:
            return decision.options.index(choose(decision.name, _options(decision)))

        return self._found(build_member(self.request, pick))

    def draw(self, random: Random) -> Found | None:
        try:
            return self.find(lambda _, options: random.choice(options))
        except NotAMember:
            return None

    def _found(self, built: Built) -> Found:
        if built.ending is Ending.REFUSED:
            raise NotAMember("a requirement of the space is false for it")
        if not built.is_sound:
            raise CompileError(built.diagnostics)
        taken = {each.name: each.option for each in built.decisions}
        figures = figures_of(built)
        return dict(sorted(taken.items())), {name: total(name, figures) for name in ADDED}


def _options(decision: Decision) -> tuple[str, ...]:
    """The options that are still allowed."""
    return tuple(decision.options[index] for index in decision.allowed)
