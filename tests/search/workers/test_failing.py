"""Trainings that go wrong: what the user reads, and that nothing is lost."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from archdsl.diagnostics import CompileError
from archdsl.report.diagnostics import render
from archdsl.report.text import Paint
from archdsl.search.candidates.course import drawn, searched
from archdsl.search.records.record import State
from archdsl.search.samplers.history import Historian
from search.workers.fakes import GOAL, Numbers, search_of, work, worker_of

ALL = {str(width): "" for width in range(1, 6)}


def _text(failure: CompileError) -> str:
    return render(failure.diagnostics, Paint())


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ("data", 1, "error: samples/train.txt: there is no such list"),
        ("disk", 4, "No space left on device"),
    ],
)
def test_what_the_user_has_to_mend_stops_the_worker(
    tmp_path: Path, fault: str, status: int, words: str
) -> None:
    run, data = tmp_path / "run", tmp_path / "data"
    data.mkdir()
    search = search_of(Numbers(faults=dict.fromkeys(ALL, fault)), data, trials=2)
    worker, post, _ = worker_of(search, run)
    with pytest.raises(CompileError) as failure:
        worker.work()
    told = _text(failure.value)
    trial = post.ledger.trials()[0]
    assert f"train.py ended with exit status {status}" in told
    assert words in told
    assert "reading lists" not in told
    assert trial.chosen
    assert trial.chosen.name in told
    (spec,) = run.glob("trials/0000_*/member.arch")
    assert f"the member's spec: {spec}" in told

    command = told.partition("the training alone: ")[2].splitlines()[0]
    again = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert (again.returncode, words in again.stderr) == (status, True)

    (data / "mended").touch()
    trials = work(search, run)
    assert len(drawn(trials)) == 2
    assert [record.again for record in trials] == [None, 0, None]
    assert [record.state for record in trials] == [State.INTERRUPTED, State.TRAINED, State.TRAINED]
    if fault == "disk":
        assert (spec.parent / "resumed.txt").read_text() == "1\n1\n"  # by hand, and by the search


def test_a_network_that_diverges_counts_as_the_worst(tmp_path: Path) -> None:
    faults = {"1": "diverged", "2": "diverged"}
    trials = work(search_of(Numbers(faults=faults), tmp_path, trials=6), tmp_path / "run")
    wrong = [record for record in trials if record.state is State.DIVERGED]
    assert wrong
    for record in wrong:
        before = [each.values[0] for each in searched(trials) if each.number < record.number]
        assert record.values == (min(before, default=0.0),)
    assert len(wrong) + len(searched(trials)) == 6


def test_a_network_that_crashes_is_tried_twice_and_left_out(tmp_path: Path) -> None:
    worker, post, console = worker_of(
        search_of(Numbers(faults={"3": "crash"}), tmp_path, trials=8), tmp_path / "run"
    )
    worker.work()
    trials = post.ledger.trials()
    failed = [record for record in trials if record.state is State.FAILED]
    assert failed
    assert len(drawn(trials)) == 8
    for record in failed:
        assert record.again is not None
        assert trials[record.again].state is State.INTERRUPTED
        assert record.why == "ended with exit status 1; RuntimeError: out of memory"
    assert sum("it is left out" in line for line in console.lines) == len(failed)
    history = Historian(post.setup.space, GOAL).read(post.ledger.study, asking=-1)
    networks = {record.chosen.likeness for record in failed if record.chosen}
    assert networks <= history.known  # or a sampler would propose them again and again


def test_a_machine_on_which_all_crashes_stops_the_worker(tmp_path: Path) -> None:
    search = search_of(Numbers(faults=dict.fromkeys(ALL, "crash")), tmp_path, trials=8)
    worker, post, _ = worker_of(search, tmp_path / "run")
    with pytest.raises(CompileError, match="trial") as failure:
        worker.work()
    told = _text(failure.value)
    assert "RuntimeError: out of memory" in told
    assert "the training of 3 members in a row has crashed" in told
    assert len(drawn(post.ledger.trials())) == 3


def test_scripts_that_a_user_has_edited_are_kept(tmp_path: Path) -> None:
    search = search_of(Numbers(faults=dict.fromkeys(ALL, "data")), tmp_path, trials=1)
    with pytest.raises(CompileError, match="trial 0"):
        work(search, tmp_path / "run")
    (script,) = (tmp_path / "run").glob("trials/*/train.py")
    edited = script.read_text().replace("done", "ready")
    script.write_text(edited)
    with pytest.raises(CompileError, match="was edited"):
        work(search, tmp_path / "run")
    assert script.read_text() == edited
