"""The methods of a search by trials, as settings: they are read and printed without Optuna."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from archdsl.search.domain import Goal, Space

if TYPE_CHECKING:
    from archdsl.search.even import SpaceSampler


@dataclass(frozen=True)
class Draws:
    """Every member by lot: `random`, the baseline of the others."""


@dataclass(frozen=True)
class Evolution:
    """Changes of the better among the last `population` members."""

    population: int = 25
    startup: int = 10


@dataclass(frozen=True)
class Bandit:
    """A Gaussian process over graphs, after `startup` draws."""

    startup: int = 10


@dataclass(frozen=True)
class FlatBandit:
    """Optuna's Gaussian process over decisions as categories, after `startup` draws.

    It is not told the bounds: the members that it proposes outside of them are dropped.
    """

    startup: int = 10


Method: TypeAlias = Draws | Evolution | Bandit | FlatBandit


def sampler(method: Method, space: Space, goal: Goal, seed: int) -> SpaceSampler:
    """The sampler of a method, for `optuna.create_study` and `load_study`.

    Its answers follow from the seed and the trials of the study. Once it finds no network that is
    not known, asking it raises `Exhausted`. It needs the extra `search`.
    """
    from archdsl.search.bandit import BanditSampler
    from archdsl.search.even import DrawSampler
    from archdsl.search.evolution import EvolutionSampler
    from archdsl.search.flat import FlatSampler

    match method:
        case Draws():
            return DrawSampler(space, goal, seed)
        case Evolution(population, startup):
            return EvolutionSampler(space, goal, seed, population, startup)
        case Bandit(startup):
            return BanditSampler(space, goal, seed, startup)
        case FlatBandit(startup):
            return FlatSampler(space, goal, seed, startup)
