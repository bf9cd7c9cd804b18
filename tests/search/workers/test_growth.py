"""An expansion by workers: whoever tells the last result of a step puts the next in the queue."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import archdsl
from archdsl import files
from archdsl.expansion.stages import Expansions, Grown, Rule, Stage
from archdsl.expansion.steps import axis_named
from archdsl.search.candidates.course import Baseline, compared
from archdsl.search.candidates.grown import GrownSpace, grown_by
from archdsl.search.candidates.growth import Growth
from archdsl.search.domain import Member
from archdsl.search.post import Setup
from archdsl.search.records.record import Record, State
from archdsl.search.training import How
from search.workers.fakes import GOAL, TRAIN, spec_of, work, worker_of

SPECS = Path(__file__).resolve().parents[3] / "specs"
AXES = ("fast", "temporal", "width")
BUDGET = 31_000_000
"""Three frames are within it: two steps, of which the last is contracted."""

Accuracy = Callable[[Grown], float]


def setup_of(
    data: Path,
    accuracy: Accuracy,
    fault: str = "",
    text: Callable[[Stage], str] = repr,
    axes: Sequence[str] = AXES,
) -> Setup:
    start = archdsl.load(SPECS / "tiny.arch").candidates("tiny_frame", {})
    rule = Rule(tuple(map(axis_named, axes)), "macs", BUDGET)
    space = GrownSpace("tiny_frame", Expansions.of(start, rule), text)

    def contents(member: Member) -> dict[str, str]:
        grown = grown_by(dict(member.taken))
        wrong = "diverged" if fault and grown.path[-1] == fault else ""
        plan: dict[str, object] = {"accuracy": accuracy(grown), "epochs": 1, "pause": 0.0}
        return {
            "train.py": files.sealed(TRAIN),
            "member.json": files.sealed_json({**plan, "fault": wrong}),
        }

    how = How(str(data), "clip@1", 1)
    baseline = Baseline(space, "macs", 0, 0)
    return Setup("grow", space, GOAL, Growth(space), baseline, contents, spec_of, how, (0,), 5)


def most(axis: str) -> Accuracy:
    """One axis is always best; the longer the path, the better, until it is contracted."""

    def accuracy(grown: Grown) -> float:
        better = 30.0 if grown.path[-1] == axis else 10.0
        return better + len(grown.path) - 5 * grown.is_contracted

    return accuracy


def paths(trials: list[Record]) -> list[Grown]:
    return [grown_by(record.chosen.taken) for record in trials if record.chosen]


FIRST, SECOND = ([Grown((*before, axis)) for axis in AXES] for before in ((), ("temporal",)))
END = Grown(("temporal", "temporal"), is_contracted=True)


def test_each_step_waits_for_the_last_and_the_end_is_trained(tmp_path: Path) -> None:
    setup = setup_of(tmp_path, most("temporal"))
    trials = work(setup, tmp_path / "run")
    assert paths(trials) == [*FIRST, *SECOND, END]
    assert all(record.state is State.TRAINED for record in trials)
    found = setup.course.found(trials, GOAL)
    assert found is not None
    assert found.chosen == trials[-1].chosen
    assert found.accuracy == 27.0 < max(record.accuracy or 0 for record in trials)
    assert found.chosen is not None
    assert found.chosen.costs["macs"] <= BUDGET
    beyond = [record.number for record in trials if not setup.course.keeps(record)]
    assert beyond == [3, 4, 5]


def test_axes_that_are_left_out_are_told_once(tmp_path: Path) -> None:
    setup = setup_of(tmp_path, most("fast"), axes=("fast", "depth", "width"))
    worker, _, console = worker_of(setup, tmp_path / "run")
    worker.work()
    assert [line for line in console.lines if "not along" in line] == [
        "not along depth: every stage is a single block that the network does not repeat"
    ]


def test_several_workers_take_the_same_steps(tmp_path: Path) -> None:
    setup, run = setup_of(tmp_path, most("temporal")), tmp_path / "run"
    workers = [worker_of(setup, run) for _ in range(3)]
    threads = [threading.Thread(target=worker.work) for worker, _, _ in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trials = workers[0][1].ledger.trials()
    trained = [record for record in trials if record.state is State.TRAINED]
    assert sorted(paths(trained)) == sorted([*FIRST, *SECOND, END])
    assert {record.worker for record in trained} <= {
        post.presence.identity for _, post, _ in workers
    }


def test_an_expansion_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    """The second worker knows nothing but the storage."""
    run = tmp_path / "run"
    worker, post, _ = worker_of(setup_of(tmp_path, most("temporal")), run)
    while len(post.ledger.trials()) < 5:
        assert worker._step()
    before = [record for record in post.ledger.trials() if record.state is State.TRAINED]
    trials = work(setup_of(tmp_path, most("temporal")), run)
    assert paths(trials) == [*FIRST, *SECOND, END]
    assert trials[: len(before)] == before


def test_what_diverges_does_not_go_on(tmp_path: Path) -> None:
    setup = setup_of(tmp_path, most("temporal"), fault="temporal")
    trials = work(setup, tmp_path / "run")
    assert trials[1].state is State.DIVERGED
    assert paths(trials)[3] == Grown(("fast", "fast"))


def test_a_network_to_which_two_axes_lead_is_trained_once(tmp_path: Path) -> None:
    alike = setup_of(tmp_path, most("temporal"), text=lambda stage: str(stage.state.cost))
    trials = work(alike, tmp_path / "run")
    fast, temporal, *_ = trials
    assert fast.chosen
    assert temporal.chosen
    assert fast.chosen.likeness == temporal.chosen.likeness
    assert fast.accuracy == temporal.accuracy
    folders = [path.name for path in (tmp_path / "run/trials").iterdir()]
    assert not any(name.startswith("0001_") for name in folders)
    assert paths(trials)[3].path == ("fast", "fast")


def test_random_expansions_of_its_cost_are_trained_beside_it(tmp_path: Path) -> None:
    setup = setup_of(tmp_path, most("temporal"))
    setup = Setup(**{**vars(setup), "baseline": Baseline(setup.space, "macs", 2, 0)})
    trials = work(setup, tmp_path / "run")
    others = compared(trials)
    assert len(others) == 2
    assert all(record.chosen and record.chosen.costs["macs"] <= BUDGET for record in others)
