"""Optuna's own Gaussian process over decisions, to compare the bandit with: `kernel = flat`.

It takes every decision as a category, active or not. It knows neither the bounds of a space nor
which spellings are one network, so it is asked again where its answer is no use.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any
from warnings import catch_warnings, simplefilter

from optuna.distributions import BaseDistribution
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import GPSampler
from optuna.study import Study
from optuna.trial import FrozenTrial

from archdsl.search.domain import Goal, Member, NotAMember, Space
from archdsl.search.samplers.even import SpaceSampler, distributions, draw_new, parameters
from archdsl.search.samplers.history import History

ATTEMPTS = 4
"""Answers asked for, each with another seed, before the member is drawn."""


class FlatSampler(SpaceSampler):
    """Draws until `startup` trials are trained, then what Optuna's `GPSampler` suggests."""

    def __init__(self, space: Space, goal: Goal, seed: int, startup: int) -> None:
        super().__init__(space, goal, seed)
        self.startup = startup

    def propose(self, history: History, random: Random) -> Member:
        return draw_new(history.known, self.space, random)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        history, random = self._historian.read(study, trial.number), self._random(trial)
        if len(history.trained) >= max(1, self.startup):
            for suggested in self._suggestions(study, trial, random):
                if self._is_new(suggested, history):
                    return suggested
        return parameters(self.space, self.propose(history, random))

    def _suggestions(
        self, study: Study, trial: FrozenTrial, random: Random
    ) -> Iterator[dict[str, Any]]:
        open_decisions = {n: d for n, d in distributions(self.space).items() if not d.single()}
        alone = {name: options[0] for name, options in self.space.decisions.items()}
        for _ in range(ATTEMPTS):
            sampler = self._optuna(random.randrange(2**31))
            yield {**alone, **sampler.sample_relative(study, trial, open_decisions)}

    def _optuna(self, seed: int) -> GPSampler:
        # A new one each time: what it proposes may not depend on what this process asked before.
        with catch_warnings():
            simplefilter("ignore", ExperimentalWarning)
            return GPSampler(seed=seed, n_startup_trials=0, warn_independent_sampling=False)

    def _is_new(self, suggested: dict[str, Any], history: History) -> bool:
        try:
            member = self.space.member(suggested)
        except NotAMember:
            return False
        return self.space.canonical(member) not in history.known
