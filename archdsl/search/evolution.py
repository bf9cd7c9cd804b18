"""Regularised evolution: a change of the best of a few trials; a trial leaves by its age.

Real et al., "Regularized Evolution for Image Classifier Architecture Search", AAAI 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from archdsl.search.domain import Goal, Member, Space
from archdsl.search.even import SpaceSampler, draw_new, new_member
from archdsl.search.history import History, Seen
from archdsl.search.preference import draw_weights, prefer, scaled

SAMPLED = 0.4
"""The share of the population that a parent is the best of."""


class EvolutionSampler(SpaceSampler):
    """Draws until `startup` trials are trained, then changes of the better of the last ones."""

    def __init__(
        self, space: Space, goal: Goal, seed: int = 0, population: int = 25, startup: int = 10
    ) -> None:
        super().__init__(space, goal, seed)
        self.population = population
        self.startup = startup

    def propose(self, history: History, random: Random) -> Member:
        if len(history.trained) < max(1, self.startup):
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
