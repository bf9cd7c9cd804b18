"""From the method of a search to the sampler that proposes its members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archdsl.search.domain import Goal, Space
from archdsl.searches.methods import Bandit, Evolution, Method, Random

if TYPE_CHECKING:
    from archdsl.search.samplers.even import SpaceSampler


def sampler_of(method: Method, space: Space, goal: Goal, seed: int) -> SpaceSampler:
    """The sampler of a method that asks one, for a study whose objectives are the goal's.

    Its answers follow from the seed and the trials of the study. Once it finds no network that is
    new, it raises `Exhausted` when it is asked. It needs the extra `search`.
    """
    from archdsl.search.samplers.bandit import BanditSampler
    from archdsl.search.samplers.even import DrawSampler
    from archdsl.search.samplers.evolution import EvolutionSampler
    from archdsl.search.samplers.flat import FlatSampler

    match method:
        case Random():
            return DrawSampler(space, goal, seed)
        case Evolution():
            return EvolutionSampler(space, goal, seed, method.population)
        case Bandit(kernel="flat"):
            return FlatSampler(space, goal, seed, method.startup)
        case Bandit():
            return BanditSampler(space, goal, seed, method.startup)
    raise TypeError(f"{method.name} asks no sampler")
