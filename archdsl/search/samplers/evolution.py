"""Regularised evolution: a change of the best of a few trials; a trial leaves by its age.

Real et al., "Regularized Evolution for Image Classifier Architecture Search", AAAI 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from archdsl.search.domain import Goal, Member, Space
from archdsl.search.samplers.even import SpaceSampler, draw_new, new_member
from archdsl.search.samplers.history import History, Seen
from archdsl.search.samplers.preference import draw_weights, prefer, scaled

STARTUP = 10
"""Members that are drawn first, or as many as the population has if that is less."""

SAMPLED = 0.4
"""The share of the population that a parent is the best of."""


class EvolutionSampler(SpaceSampler):
    """Changes of the better among the last `population` members that are trained."""

    def __init__(self, space: Space, goal: Goal, seed: int, population: int) -> None:
        super().__init__(space, goal, seed)
        self.population = population

    def propose(self, history: History, random: Random) -> Member:
        if len(history.trained) < min(STARTUP, self.population):
            return draw_new(history.known, self.space, random)
        living = history.trained[-self.population :]
        sampled = random.sample(living, max(1, round(SAMPLED * len(living))))
        parent = self._best(sampled, random)
        child = new_member(history.known, self.space, lambda: self.space.change(parent, random))
        # All neighbours of a good member may be known in a small space.
        return child or draw_new(history.known, self.space, random)

    def _best(self, sampled: Sequence[Seen], random: Random) -> Member:
        results = scaled(np.array([[seen.result] for seen in sampled], dtype=float))[:, 0]
        members = [seen.member for seen in sampled]
        weights = draw_weights(self.goal, random)
        wanted = prefer(self.goal, weights, members).utility(results)
        return members[int(wanted.argmax())]
