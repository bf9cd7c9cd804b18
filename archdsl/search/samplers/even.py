"""What the samplers of a space have in common, and the one that draws by lot.

Optuna asks a sampler for the parameters of a trial. Here these are the texts of the options, for
every decision in every trial. So all trials of a study have the same parameters, which other tools
for studies expect, and a member is found again from them. Decisions that are not active have their
first option, which says nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from random import Random
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial

from archdsl.search.domain import Goal, Member, Space
from archdsl.search.samplers.history import Historian, History

TRIES = 1000
"""Members in a row that are known already, after which a space counts as exhausted."""


class Exhausted(Exception):
    """Every network of the space is trained or will be, as far as draws can tell."""


def distributions(space: Space) -> dict[str, BaseDistribution]:
    """The decisions of a space as parameters of Optuna."""
    return {name: CategoricalDistribution(options) for name, options in space.decisions.items()}


def parameters(space: Space, member: Member) -> dict[str, str]:
    """An option for each decision; of those that are not active, the first."""
    taken = dict(member.taken)
    return {name: taken.get(name, options[0]) for name, options in space.decisions.items()}


def new_member(known: frozenset[str], space: Space, give: Callable[[], Member]) -> Member | None:
    """The first member given whose network is not known."""
    for _ in range(TRIES):
        member = give()
        if space.canonical(member) not in known:
            return member
    return None


def draw_new(known: frozenset[str], space: Space, random: Random) -> Member:
    """An even draw among the networks that are not known.

    Raises:
        Exhausted: if none is found.
    """
    member = new_member(known, space, lambda: space.draw(random))
    if member is None:
        raise Exhausted(f"{TRIES:,} draws from {space.name} gave only networks that are known")
    return member


class SpaceSampler(BaseSampler, ABC):
    """Base of the samplers that propose members of a space, within its bounds and never twice.

    What it proposes follows from the seed, the number of the trial and the results so far, and not
    from the process that asks.
    """

    def __init__(self, space: Space, goal: Goal, seed: int) -> None:
        self.space = space
        self.goal = goal
        self.seed = seed
        self._historian = Historian(space, goal)

    @abstractmethod
    def propose(self, history: History, random: Random) -> Member:
        """The member to train next."""

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        return distributions(self.space)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        history = self._historian.read(study, trial.number)
        return parameters(self.space, self.propose(history, self._random(trial)))

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: object
    ) -> Any:
        raise ValueError(f"`{param_name}` is no decision of {self.space.name}")

    def _random(self, trial: FrozenTrial) -> Random:
        # Of a text, Python's generator takes every character, under any hash seed.
        return Random(f"{self.seed}/{trial.number}")


class DrawSampler(SpaceSampler):
    """Every network with the same chance, except those that are known."""

    def propose(self, history: History, random: Random) -> Member:
        return draw_new(history.known, self.space, random)
