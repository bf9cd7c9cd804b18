"""How members of a space of the language are found: by its walk, or where none applies by building.

Both answer the same questions. The walk looks a member up in milliseconds, and draws all members
within a bound with the same chance. Without it each decision is made by lot as it is reached.
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
from archdsl.space.quantities import ADDED
from archdsl.space.reading import Unsuited
from archdsl.space.space import build_member, figures_of, walk
from archdsl.space.sums.draws import NoneWithin
from archdsl.space.sums.factors import TooLarge
from archdsl.space.walk import Walk

Choose = Callable[[str, Sequence[str]], str]
"""Chooses one of the options of a decision, by its name."""

Found = tuple[Mapping[str, str], Mapping[str, int]]
"""The options that a member takes, and what it costs by each metric that is a sum."""

_LOOKS = 300
"""Members that are built to learn which decisions there are, where no walk says it."""


class Way(Protocol):
    """A way to the members of a space."""

    @property
    def decisions(self) -> Mapping[str, tuple[str, ...]]:
        """Every decision that some member makes, with its options."""

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
        found = walk(request)
    except (TooLarge, Unsuited):
        return Tried(request)
    summed = next((bound for bound in bounds if bound.metric in ADDED), None)
    return Walked(found, summed)


@dataclass(frozen=True)
class Walked:
    """Members by the walk over the space. Draws are within one bound, if there is one."""

    walk: Walk
    bound: Bound | None

    @property
    def decisions(self) -> Mapping[str, tuple[str, ...]]:
        return self.walk.decisions

    def find(self, choose: Choose) -> Found:
        try:
            taken, _ = self.walk.lookups.find(choose)
            return taken, self.walk.costs(taken)
        except NoMember:
            raise NotAMember("a requirement of the space is false for it") from None

    @cached_property
    def _draws(self) -> Callable[[Random], Mapping[str, str]]:
        bound = self.bound or Bound("macs", None, self._most)
        draws = self.walk.draws(bound.metric, bound.least or 0, bound.most)
        return lambda random: self.walk.taken(draws.draw(random))

    @property
    def _most(self) -> int:
        greatest = self.walk.greatest("macs")
        return greatest.cost if greatest else 0

    def draw(self, random: Random) -> Found | None:
        try:
            taken = self._draws(random)
        except NoneWithin:
            return None
        return taken, self.walk.costs(taken)


@dataclass(frozen=True)
class Tried:
    """Members that are built one by one."""

    request: Request

    @cached_property
    def decisions(self) -> Mapping[str, tuple[str, ...]]:
        """Those that some hundred members make, the same ones each time."""
        random = Random(0)
        found: dict[str, tuple[str, ...]] = {}
        for _ in range(_LOOKS):
            built = build_member(self.request, lambda decision: random.choice(decision.allowed))
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
