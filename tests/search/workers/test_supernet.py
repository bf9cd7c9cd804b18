"""A supernet's search in a run: its folder, one search for each seed, and what it found trained."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from archdsl import files
from archdsl.diagnostics import CompileError
from archdsl.search.candidates.course import Baseline
from archdsl.search.candidates.derived import Derived, jobs_of
from archdsl.search.results.results import Results
from archdsl.search.samplers.even import DrawSampler
from archdsl.search.stopping import Stopped, StopRequest
from archdsl.search.supernet_search import Found, SupernetHow, SupernetSearch, progress
from search.workers.fakes import GOAL, Lines, Numbers, ledger_of, search_of, work

SCRIPT = (Path(__file__).parent / "fake_search.py").read_text()
FOUND = {"0": {"width": "3", "depth": "2"}, "1": {"width": "5", "depth": "1"}}


def _contents(
    found: Mapping[str, object] = FOUND, fault: str = "", **diverging: str
) -> dict[str, str]:
    """A search of which some seeds diverge: `seed_1 = "why"`."""
    why = {name.removeprefix("seed_"): told for name, told in diverging.items()}
    plan: dict[str, object] = {"found": found, "fault": fault, "diverging": why}
    return {
        "search.py": files.sealed(SCRIPT),
        "plan.json": files.sealed_json(plan),
        "space.arch": files.sealed("# of numbers.arch\n"),
    }


def _search(run: Path, contents: Mapping[str, str], *seeds: int) -> tuple[dict[int, Found], Lines]:
    data = run.parent / "data"
    data.mkdir(exist_ok=True)
    console = Lines()
    how = SupernetHow(str(data), seeds or (0, 1))
    return SupernetSearch(run, how, console, StopRequest()).found(contents), console


def _told(fault: pytest.ExceptionInfo[CompileError]) -> tuple[str, str, str]:
    (told,) = fault.value.diagnostics
    return told.message, "\n".join(told.notes), told.help or ""


def test_each_seed_finds_once_and_its_lines_are_passed_on(tmp_path: Path) -> None:
    run = tmp_path / "run"
    found, console = _search(run, _contents())
    assert found == {0: FOUND["0"], 1: FOUND["1"]}
    shown = [line for line in console.lines if line.startswith("epoch")]
    assert shown == ["epoch 1/1 of seed 0", "epoch 1/1 of seed 1"]
    again, console = _search(run, _contents())
    assert (again, console.lines) == (found, [])
    assert (run / "search/starts.txt").read_text() == "0 auto\n1 auto\n"


def test_a_search_that_fails_is_told_in_its_own_words(tmp_path: Path) -> None:
    run, contents = tmp_path / "run", _contents(fault="train.txt: there is no such list")
    with pytest.raises(CompileError) as fault:
        _search(run, contents)
    message, notes, help = _told(fault)
    assert message == "search.py ended with exit status 1"
    first, command = notes.splitlines()
    assert first == "error: train.txt: there is no such list"
    assert "it goes on from its last checkpoint" in help
    (tmp_path / "data/mended").touch()
    typed = command.removeprefix("the search alone: ")
    assert shlex.split(typed)[-2:] == ["--resume", "auto"]
    assert subprocess.run(typed, shell=True, capture_output=True).returncode == 0
    found, _ = _search(run, contents)
    assert found[0] == FOUND["0"]
    assert (run / "search/starts.txt").read_text() == "0 auto\n" * 2 + "1 auto\n"


WHY = "diverged at step 7: theta is not finite"


def test_one_that_diverges_stops_no_other(tmp_path: Path) -> None:
    run, contents = tmp_path / "run", _contents(seed_0=WHY)
    found, console = _search(run, contents)
    assert found == {1: FOUND["1"]}
    assert f"search with seed 0 has failed: {WHY}" in console.lines
    assert "epoch 1/1 of seed 1" in console.lines
    # The same command does not try it again: it would diverge again.
    again, console = _search(run, contents)
    assert (again, console.lines) == (found, [f"search with seed 0 has failed: {WHY}"])
    assert (run / "search/starts.txt").read_text() == "0 auto\n1 auto\n"
    told = [f"search with seed 0: has failed: {WHY}", "search with seed 1: has ended"]
    assert [*progress(run, "clip@1")] == told


@pytest.mark.parametrize(
    ("seeds", "said"), [((0, 1), "all 2 searches diverged"), ((1,), "the search diverged")]
)
def test_if_all_diverge_there_is_nothing_to_train(
    seeds: tuple[int, ...], said: str, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    contents = _contents(seed_0=WHY, seed_1="diverged at step 9: the loss is nan")
    for _ in range(2):
        with pytest.raises(CompileError) as fault:
            _search(run, contents, *seeds)
        message, notes, help = _told(fault)
        assert message == said
        assert notes.splitlines()[-1] == "with seed 1: diverged at step 9: the loss is nan"
        assert help.endswith(f"remove {run / 'search/runs'}")
    assert (run / "search/starts.txt").read_text().count("\n") == len(seeds)
    (tmp_path / "data/mended").touch()
    shutil.rmtree(run / "search/runs")
    assert {*_search(run, contents, *seeds)[0]} == {*seeds}


def test_a_note_of_failure_that_is_damaged_is_one(tmp_path: Path) -> None:
    run = tmp_path / "run"
    _search(run, _contents(seed_0=WHY))
    (run / "search/runs/seed_0/failed.json").write_text("")
    found, console = _search(run, _contents(seed_0=WHY))
    assert {*found} == {1}
    assert console.lines == ["search with seed 0 has failed: failed.json does not say why"]


def test_a_search_that_ends_well_has_found_something(tmp_path: Path) -> None:
    with pytest.raises(CompileError, match=r"search\.py ended without what it found"):
        _search(tmp_path / "run", _contents(found={}))
    with pytest.raises(CompileError, match=r"found\.json does not say what found/1.arch is"):
        _search(tmp_path / "other", _contents(found={"7": {}}))


def test_the_folder_of_another_search_is_refused(tmp_path: Path) -> None:
    run = tmp_path / "run"
    _search(run, _contents(), 0)
    other = _contents(found={"0": {"width": "1", "depth": "1"}})
    with pytest.raises(CompileError) as fault:
        _search(run, other, 0)
    message, _, help = _told(fault)
    assert message.startswith(f"{run / 'search/plan.json'} is of other settings")
    assert help == f"name another folder with -o, or remove {run / 'search'} to search anew"
    # The spec under another name is the same search.
    assert _search(run, {**_contents(), "space.arch": files.sealed("# of moved.arch\n")}, 0)
    (run / "search/search.py").write_text(f"{files.sealed(SCRIPT)}print('edited')\n")
    with pytest.raises(CompileError, match=r"search\.py was edited, so what its search finds"):
        _search(run, _contents(), 0)


def test_how_far_a_search_is(tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert [*progress(run, "clip@1")] == []
    _search(run, _contents(), 0)
    later = run / "search/runs/seed_1"
    later.mkdir()
    (later / "log.jsonl").write_text('{"epoch": 1, "val_clip@1": 9.0}\n' * 2)
    told = ["search with seed 0: has ended", "search with seed 1: epoch 1"]
    assert [*progress(run, "clip@1")] == told


def test_what_an_interruption_has_left_out_is_written(tmp_path: Path) -> None:
    run = tmp_path / "run"
    (run / "search").mkdir(parents=True)
    (run / "search/search.py").write_text(files.sealed(SCRIPT))
    found, _ = _search(run, _contents(), 1)
    assert found == {1: FOUND["1"]}


def test_the_user_stops_it(tmp_path: Path) -> None:
    stop = StopRequest()
    stop.count = 1
    how = SupernetHow(str(tmp_path), (0,))
    with pytest.raises(Stopped):
        SupernetSearch(tmp_path / "run", how, Lines(), stop).found(_contents())


def test_what_was_found_is_trained_beside_random_networks(tmp_path: Path) -> None:
    """Seed 2 finds the network of seed 0 in another spelling: it is trained once."""
    space, run = Numbers(epochs=1), tmp_path / "run"
    jobs = jobs_of(space, {0: FOUND["0"], 1: FOUND["1"], 2: {"width": "3", "depth": "3"}})
    assert [job.reason for job in jobs] == ["found with seed 0", "found with seed 1"]
    course = Derived(DrawSampler(space, GOAL, 0), jobs)
    setup = replace(
        search_of(space, tmp_path), course=course, baseline=Baseline(space, "macs", 2, 0)
    )
    trials = work(setup, run)
    assert [record.reason for record in trials[:2]] == [job.reason for job in jobs]
    assert [record.accuracy for record in trials[:2]] == [16.0, 15.0]
    assert len(trials) == 4
    found = course.found(trials, GOAL)
    assert found == trials[0]
    results = Results("s", "numbers", trials, GOAL, "macs", found)
    assert len(results.compared) == 2
    first, second = results.summary()
    assert first.startswith("found     trial 0, ")
    assert first.endswith("16.00 %")
    assert second.startswith("random    2 networks of ")
    assert work(setup, run) == trials  # the same command again
    assert ledger_of(setup, run).trials() == trials


def test_what_was_found_must_be_a_member() -> None:
    with pytest.raises(CompileError, match="what seed 4 found is no member of `numbers`"):
        jobs_of(Numbers(), {4: {"width": "9", "depth": "1"}})
