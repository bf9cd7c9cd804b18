"""What one worker does: it draws, trains and tells, until there is no more to do."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest

from archdsl.search.candidates.course import Sampled, best, compared, searched
from archdsl.search.records.record import Record, State
from search.workers.fakes import GOAL, Numbers, search_of, work, worker_of


def _trained(trials: list[Record]) -> list[Record]:
    return [record for record in trials if record.state is State.TRAINED]


def test_a_search_trains_as_many_networks_as_it_was_asked_for(tmp_path: Path) -> None:
    space = Numbers()
    trained = _trained(work(search_of(space, tmp_path, trials=4), tmp_path / "run"))
    assert len(trained) == len({record.chosen.likeness for record in trained if record.chosen}) == 4
    for record in trained:
        assert record.chosen
        accuracy = space.accuracy(space.member(record.chosen.taken))
        assert record.values == record.accuracies == (accuracy,)
        assert record.epochs == (accuracy / 2, accuracy)
        digits = record.chosen.name.rpartition("#")[2]
        assert (tmp_path / "run/trials" / f"{record.number:04}_{digits}" / "starts.txt").exists()


def test_the_same_search_trains_the_same_members(tmp_path: Path) -> None:
    search = search_of(Numbers(), tmp_path, trials=3)
    one, other = work(search, tmp_path / "one"), work(search, tmp_path / "other")
    assert [record.chosen for record in one] == [record.chosen for record in other]


def test_more_trials_go_on_where_the_search_had_ended(tmp_path: Path) -> None:
    first = work(search_of(Numbers(), tmp_path, trials=2), tmp_path / "run")
    more = work(search_of(Numbers(), tmp_path, trials=4), tmp_path / "run")
    assert more[:2] == first
    assert len(_trained(more)) == 4


def test_a_known_network_is_not_trained_twice(tmp_path: Path) -> None:
    """A sampler that knows nothing of likeness: 4 x 3 spellings of 4 x 2 networks, some alike."""
    space = Numbers(widths=4)
    search = search_of(space, tmp_path)
    sampler = optuna.samplers.RandomSampler(seed=0)
    search = type(search)(**{**vars(search), "course": Sampled(sampler, 6)})
    trials = work(search, tmp_path / "run")
    trained = _trained(trials)
    assert len({record.chosen.likeness for record in trained if record.chosen}) == len(trained) == 6
    again = [record for record in trials if record.state is State.SKIPPED]
    assert again
    assert all(record.values and "the network of trial" in record.why for record in again)


def test_a_space_with_fewer_networks_ends_before(tmp_path: Path) -> None:
    worker, post, console = worker_of(
        search_of(Numbers(widths=1), tmp_path, trials=9), tmp_path / "run"
    )
    worker.work()
    assert len(_trained(post.ledger.trials())) == 2
    assert any("only networks that are known" in line for line in console.lines)


def test_several_trainings_give_a_mean_and_a_spread(tmp_path: Path) -> None:
    search = search_of(Numbers(), tmp_path, trials=1, seeds=(0, 1, 2))
    (record,) = work(search, tmp_path / "run")
    first = record.accuracies[0]
    assert record.accuracies == (first, first + 1, first + 2)  # the fake adds its seed
    assert record.values == (first + 1,)
    assert record.accuracy == pytest.approx(first + 1)
    assert record.spread == pytest.approx(1)
    assert len(record.epochs) == 6


def test_a_search_is_compared_with_random_networks_of_its_cost(tmp_path: Path) -> None:
    search = search_of(Numbers(widths=9), tmp_path, trials=3, baseline=2)
    trials = work(search, tmp_path / "run")
    found = best(trials, GOAL)
    assert found is not None
    assert found.chosen
    assert found.accuracy == max(record.accuracy or 0 for record in searched(trials))
    others = compared(trials)
    assert len(others) == 2
    assert len(searched(trials)) == 3
    for other in others:
        assert other.chosen
        assert other.chosen.likeness != found.chosen.likeness
        assert abs(other.chosen.costs["macs"] - found.chosen.costs["macs"]) <= 4000


def test_a_trial_beyond_those_asked_for_is_not_trained(tmp_path: Path) -> None:
    """Two workers may both have seen that one is missing."""
    search = search_of(Numbers(), tmp_path, trials=2)
    worker, post, _ = worker_of(search, tmp_path / "run")
    worker.work()
    worker._take()
    last = post.ledger.trials()[-1]
    assert (last.number, last.state, last.why) == (2, State.SKIPPED, "there are enough")
