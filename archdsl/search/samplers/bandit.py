"""The sampler of `method bandit`: a Gaussian process over graphs, and the best of a pool of
members.

Bayesian optimisation over networks needs a likeness of networks and candidates to choose from. The
likeness is a sum of kernels (`graph_kernel.py`, `gaussian_process.py`). The candidates are even
draws within the bounds and changes of the best members, so bounds hold exactly and need not be
learned, and no network is a candidate under a second spelling. The pool is scored by expected
improvement.

A kernel over counts of labels is the first step of the graph kernels of Weisfeiler and Lehman,
which Ru et al. use for this ("Interpretable Neural Architecture Search via Bayesian Optimisation
with Weisfeiler-Lehman Kernels", ICLR 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from archdsl.search.domain import Goal, Member, Space
from archdsl.search.samplers.even import SpaceSampler, draw_new
from archdsl.search.samplers.gaussian_process import Array, learn
from archdsl.search.samplers.graph_kernel import Features
from archdsl.search.samplers.history import History
from archdsl.search.samplers.improvement import expected_improvement
from archdsl.search.samplers.pool import Pool
from archdsl.search.samplers.preference import draw_weights, prefer, scaled

PARENTS = 5
"""How many of the best members are changed for the pool."""


class BanditSampler(SpaceSampler):
    """Draws until `startup` trials are trained, then what improves most on the best, as expected.

    Members that are being trained count as trained, with the result that is expected of them. So
    several processes that ask at once get different answers.
    """

    def __init__(self, space: Space, goal: Goal, seed: int, startup: int) -> None:
        super().__init__(space, goal, seed)
        self.startup = startup
        self._pool = Pool(space, seed)
        self._features = Features(space)

    def propose(self, history: History, random: Random) -> Member:
        known = history.known
        if len(history.trained) < max(2, self.startup):
            return draw_new(known, self.space, random)
        seen = [*history.trained, *history.awaited]
        results = _standardised([s.result for s in history.trained])
        weights = draw_weights(self.goal, random)
        pool = self._pool.candidates(len(seen), self._parents(history, results, weights))
        members = [*(s.member for s in seen), *pool]
        for place in self._ranked(members, len(seen), results, weights):
            if self.space.canonical(pool[place]) not in known:
                return pool[place]
        return draw_new(known, self.space, random)

    def _ranked(
        self, members: Sequence[Member], seen: int, results: Array, weights: Array
    ) -> list[int]:
        """The places of the members behind those that are seen, by how much they improve."""
        distances = self._features.distances(members, seen)
        posterior = learn(distances, results)
        mean, deviation = posterior.of(distances)
        low, scale = posterior.values.min(), max(float(np.ptp(posterior.values)), 1e-12)
        mean, deviation = (mean - low) / scale, deviation / scale
        preference = prefer(self.goal, weights, members)
        best = float(preference.utility(mean)[:seen].max())
        improvement = expected_improvement(preference, mean, deviation, best)
        return [int(place) for place in np.argsort(-improvement[seen:], kind="stable")]

    def _parents(self, history: History, results: Array, weights: Array) -> list[Member]:
        """The members that are wanted most of those that are trained."""
        members = [seen.member for seen in history.trained]
        wanted = prefer(self.goal, weights, members).utility(scaled(results))
        return [members[i] for i in np.argsort(-wanted, kind="stable")[:PARENTS]]


def _standardised(results: Sequence[float | None]) -> Array:
    values = np.array(results, dtype=np.float64)
    scaled: Array = (values - values.mean()) / max(float(values.std()), 1e-9)
    return scaled
