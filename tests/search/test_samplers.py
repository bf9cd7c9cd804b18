"""The samplers on the cells of GPB: within the bounds, nothing twice, the same in every process."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from statistics import mean, pstdev

import optuna
import pytest
from optuna.trial import TrialState

from archdsl.search.domain import Goal, Member, Objective
from archdsl.search.samplers.even import Exhausted, SpaceSampler, distributions
from archdsl.search.samplers.sampling import sampler_of
from archdsl.searches.methods import Bandit, Evolution, Method
from archdsl.searches.methods import Random as Draws
from search.cells import Cells, Structural

GOAL = Goal(Objective("top1"))
FRONT = Goal(Objective("top1"), (Objective("macs", maximise=False),))

OWN = (Draws(20), Evolution(20, population=4), Bandit(20, startup=4))
FLAT = pytest.param(Bandit(20, startup=4, kernel="flat"), marks=pytest.mark.slow)  # it needs torch


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    yield
    optuna.logging.set_verbosity(optuna.logging.INFO)


def study_of(asked: SpaceSampler) -> optuna.Study:
    directions = ["maximize" if each.maximise else "minimize" for each in asked.goal.objectives]
    return optuna.create_study(directions=directions, sampler=asked)


def ask(study: optuna.Study, space: Cells) -> tuple[optuna.Trial, Member]:
    trial = study.ask(distributions(space))
    return trial, space.member(trial.params)


def search(space: Cells, method: Method, count: int, goal: Goal = GOAL, seed: int = 0):
    """The members that a search asks for, one after the other."""
    study, value = study_of(sampler_of(method, space, goal, seed)), Structural(space, seed)
    members = []
    for _ in range(count):
        trial, member = ask(study, space)
        study.tell(trial, goal.values(member, value(member)))
        members.append(member)
    return members


# What holds of each method


@pytest.mark.parametrize("method", [*OWN, FLAT], ids=str)
def test_bounds_hold_and_no_network_comes_twice(method: Method) -> None:
    space = Cells(operations=3, budget=9)
    members = search(space, method, 9)
    assert all(member.costs["macs"] <= 9 for member in members)
    assert len({space.canonical(member) for member in members}) == 9


@pytest.mark.parametrize("method", [*OWN, FLAT], ids=str)
def test_answers_depend_on_seed_and_history_alone(method: Method) -> None:
    """A process that comes later, with a sampler of its own, goes on as the first would have."""
    space = Cells(operations=3)
    whole = search(space, method, 6, seed=3)
    study, value = study_of(sampler_of(method, space, GOAL, 3)), Structural(space, 3)
    for expected in whole:
        study.sampler = sampler_of(method, space, GOAL, 3)
        trial, member = ask(study, space)
        study.tell(trial, value(member))
        assert member == expected
    assert search(space, method, 6, seed=4) != whole


@pytest.mark.parametrize("method", OWN, ids=str)
def test_small_space_is_searched_whole_and_then_exhausted(
    method: Method,
) -> None:
    space = Cells(operations=1, overs=("temporal",), phis=("none", "relu"))
    members = search(space, method, space.distinct())
    assert {space.canonical(m) for m in members} == {space.canonical(m) for m in space.members()}
    with pytest.raises(Exhausted, match="known"):
        search(space, method, space.distinct() + 1)


@pytest.mark.parametrize("method", [*OWN, FLAT], ids=str)
def test_front_has_cheap_and_good_members(method: Method) -> None:
    space = Cells(operations=3)
    members = search(space, method, 14, FRONT)
    assert len({member.name for member in members}) == 14
    costs = [member.costs["macs"] for member in members]
    assert min(costs) < max(costs)


# Trials that have no result yet, or none at all


def test_running_trials_count_as_trained() -> None:
    space = Cells(operations=3)
    study = study_of(sampler_of(Bandit(20, startup=4), space, GOAL, 0))
    value = Structural(space, 0)
    for _ in range(4):
        trial, member = ask(study, space)
        study.tell(trial, value(member))
    at_once = [ask(study, space)[1] for _ in range(4)]
    assert len({space.canonical(member) for member in at_once}) == 4


def test_waiting_trials_are_known() -> None:
    space = Cells(operations=1, overs=("temporal",), phis=("none",))
    study = study_of(sampler_of(Draws(20), space, GOAL, 0))
    first, *others = {space.canonical(m): m for m in space.members()}.values()
    running = study.ask()
    for member in others:
        study.enqueue_trial(dict(member.taken))
    params = study.sampler.sample_relative(study, study.trials[running.number], {})
    assert space.canonical(space.member(params)) == space.canonical(first)


def test_diverged_counts_as_worst_and_failed_is_not_tried_again() -> None:
    space = Cells(operations=3)
    asked = sampler_of(Bandit(20, startup=2), space, GOAL, 0)
    study = study_of(asked)
    ends = [(1.0, ""), (3.0, ""), (9.0, "diverged"), (None, "failed"), (None, "")]
    members = []
    for value, mark in ends:
        trial, member = ask(study, space)
        if mark:
            trial.set_user_attr(mark, True)
        study.tell(trial, value, state=None if value else TrialState.FAIL)
        members.append(space.canonical(member))
    history = asked._historian.read(study, asking=99)
    assert [seen.result for seen in history.trained] == [1.0, 3.0, 1.0]
    assert history.known == set(members[:4])
    assert members[4] not in history.known


def test_skipped_trials_tell_nothing() -> None:
    space = Cells(operations=3)
    asked = sampler_of(Draws(20), space, GOAL, 0)
    study = study_of(asked)
    trial, _ = ask(study, space)
    trial.set_user_attr("skipped", "it is the network of trial 3")
    study.tell(trial, 1.0)
    assert asked._historian.read(study, asking=99).trained == ()


def test_minimised_result_is_better_when_less() -> None:
    """The same search with the sign turned asks for the same members."""
    space, goal = Cells(operations=3), Goal(Objective("loss", maximise=False))
    study, value = study_of(sampler_of(Bandit(20, startup=4), space, goal, 0)), Structural(space, 0)
    for expected in search(space, Bandit(20, startup=4), 7):
        trial, member = ask(study, space)
        study.tell(trial, -value(member))
        assert member == expected


# The space that the figures are of


def test_spellings_and_cells_of_gpb() -> None:
    assert Cells().spellings() == 254_803_968
    assert Cells().distinct() == 54_039_786


@pytest.mark.parametrize(("operations", "cells"), [(1, 12), (2, 174), (3, 2676)])
def test_distinct_cells_by_brute_force(operations: int, cells: int) -> None:
    space = Cells(operations, overs=("temporal",), phis=("none", "relu"))
    found = {space.canonical(member) for member in space.members()}
    assert len(found) == space.distinct() == cells


def test_bandit_proposes_better_members_than_draws() -> None:
    """One seed and a few trials; `test_comparison.py` has the figures."""
    space, random = Cells(), Random(0)
    value = Structural(space, 1)
    drawn = [value(space.draw(random)) for _ in range(1000)]
    proposed = [value(member) for member in search(space, Bandit(20, startup=10), 20, seed=1)[10:]]
    assert mean(proposed) > mean(drawn) + pstdev(drawn) / 2
