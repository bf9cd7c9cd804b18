"""Searches whose true values are known, to compare samplers by: one study, its score, its cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from time import process_time

import numpy as np
import optuna
from optuna.samplers import BaseSampler, GPSampler, TPESampler

from archdsl.search.domain import Goal, Objective
from archdsl.search.samplers.even import distributions
from archdsl.search.samplers.sampling import sampler_of
from archdsl.searches import methods

from .cells import Additive, Cells, Structural

TRIALS, STARTUP = 50, 10
NOISE = 0.25
"""The error of a trial, in standard deviations of the value over the space."""

SPACE = Cells()
OBJECTIVES: Mapping[str, type[Additive] | type[Structural]] = {
    "structural": Structural,
    "additive": Additive,
}
OWN: Mapping[str, methods.Method] = {
    "random": methods.Random(TRIALS),
    "evolution": methods.Evolution(TRIALS),
    "bandit": methods.Bandit(TRIALS, STARTUP),
    "flat": methods.Bandit(TRIALS, STARTUP, "flat"),
}
OPTUNA: Mapping[str, Callable[[int], BaseSampler]] = {
    "TPE": lambda seed: TPESampler(seed=seed),
    "GPSampler": lambda seed: GPSampler(seed=seed, warn_independent_sampling=False),
}


@dataclass(frozen=True)
class Outcome:
    """What a search came to.

    `value` is the true value of the trial that looked best, in standard deviations of the space
    from its mean. `repeats` is how many trials had a network of an earlier one; `seconds` is the
    CPU time of all suggestions.
    """

    value: float
    repeats: int
    seconds: float


def sampler_named(name: str, seed: int) -> BaseSampler:
    if name in OPTUNA:
        return OPTUNA[name](seed)
    return sampler_of(OWN[name], SPACE, Goal(Objective("top1")), seed)


def search(name: str, objective: str, seed: int) -> Outcome:
    """A search by one sampler. Seeds have objectives of their own."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    worth = OBJECTIVES[objective](SPACE, seed)
    random, noise = Random(7 + seed), np.random.default_rng(seed)
    sample = [worth(SPACE.draw(random)) for _ in range(4000)]
    mean, deviation = np.mean(sample), np.std(sample)
    study = optuna.create_study(direction="maximize", sampler=sampler_named(name, seed))
    true, told, networks, seconds = [], [], set(), 0.0
    for _ in range(TRIALS):
        started = process_time()
        trial = study.ask(distributions(SPACE))
        seconds += process_time() - started
        member = SPACE.member(trial.params)
        networks.add(SPACE.canonical(member))
        true.append(float((worth(member) - mean) / deviation))
        told.append(true[-1] + NOISE * noise.normal())
        study.tell(trial, told[-1])
    return Outcome(true[int(np.argmax(told))], TRIALS - len(networks), seconds)
