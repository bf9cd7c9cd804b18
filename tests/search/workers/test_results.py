"""What a run leaves in its folder: tables, pictures and specs, whole and never over edits."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from pathlib import Path

import pytest

from archdsl import files
from archdsl.diagnostics import CompileError
from archdsl.search.candidates.course import best
from archdsl.search.domain import Goal, Objective
from archdsl.search.post import Setup
from archdsl.search.records.record import Chosen, Record, State
from archdsl.search.records.storage import Address
from archdsl.search.results.about import About
from archdsl.search.results.page import report_html
from archdsl.search.results.picture import chart, search_svg
from archdsl.search.results.results import Results, accuracy_text
from archdsl.search.results.run_folder import RunFolder, check_run, make_run
from archdsl.search.results.status import status
from archdsl.search.results.table import trials_csv
from search.workers.fakes import GOAL, Numbers, ledger_of, search_of, work, worker_of


def record(number: int, accuracy: float, macs: int, **changes: object) -> Record:
    chosen = Chosen(f"numbers#{number:08x}", {"width": str(number)}, str(number), {"macs": macs})
    values: dict[str, object] = {
        "state": State.TRAINED,
        "reason": "",
        "again": None,
        "chosen": chosen,
        "values": (accuracy,),
        "accuracies": (accuracy,),
        "epochs": (accuracy,),
        "worker": "0123456789ab",
        "worker_name": "here:1",
        "beat": 1.0,
        "seconds": 90.0,
        "crashes": 0,
        "why": "",
    }
    return Record(number=number, **{**values, **changes})  # type: ignore[arg-type]


def results(*trials: Record, goal: Goal = GOAL) -> Results:
    return Results("numbers_search", "numbers", trials, goal, "macs", best(trials, goal))


TRIALS = (
    record(0, 40.0, 1000),
    record(1, 60.0, 3000),
    record(2, 55.0, 4000),
    record(3, 70.0, 9000, accuracies=(69.0, 71.0)),
    record(4, 10.0, 500, state=State.DIVERGED, accuracies=()),
    record(5, 64.0, 8900, reason="baseline 3.1"),
    record(6, 58.0, 9100, reason="baseline 3.2"),
    record(7, 99.0, 100, reason="baseline 1.1"),
)


def test_the_front_is_what_no_other_beats() -> None:
    found = results(*TRIALS)
    assert [each.number for each in found.front] == [3, 1, 0]
    assert found.found == TRIALS[3]


def test_of_equal_accuracies_the_earlier_is_found() -> None:
    one, other = record(0, 50.0, 2000), record(1, 50.0, 2000)
    assert results(one, other).found == one
    assert results(one, other).front == [one, other]


def test_what_is_wanted_of_costs_decides_the_front() -> None:
    goal = Goal(Objective("top1"), (Objective("params", maximise=False),))
    costs = {0: 9, 1: 5, 2: 7}
    trials = [
        record(n, 50.0 + n, 1000, chosen=Chosen(f"n#{n}", {}, str(n), {"macs": 1, "params": cost}))
        for n, cost in costs.items()
    ]
    for each in trials:
        object.__setattr__(each, "values", (each.accuracy, costs[each.number]))
    assert [each.number for each in results(*trials, goal=goal).front] == [2, 1]


def test_found_and_random_networks_of_its_cost_are_told_together() -> None:
    assert [*results(*TRIALS).summary()] == [
        "found     trial 3, numbers#00000003, 9.00 k MACs: 70.00 ± 1.41 %",
        "random    2 networks of 8.90 k to 9.10 k MACs: 61.00 % on average, 64.00 % at best; 2 of 2"
        " below found",
    ]
    assert [*results(*TRIALS[:4]).summary()][1:] == [
        "random    no network of this cost was trained for comparison"
    ]
    assert [*results().summary()] == ["found     nothing: no trial has ended with an accuracy"]


def test_a_single_training_has_no_spread() -> None:
    assert accuracy_text(TRIALS[0]) == "40.00 %"
    assert TRIALS[0].spread is None


def test_the_table_has_a_row_for_each_trial() -> None:
    rows = [*csv.DictReader(io.StringIO(trials_csv(TRIALS, ["width"])))]
    assert [row["number"] for row in rows] == [str(number) for number in range(8)]
    assert (rows[3]["accuracy"], rows[3]["spread"], rows[3]["trainings"]) == (
        "70.0000",
        "1.4142",
        "2",
    )
    assert (rows[4]["state"], rows[4]["accuracy"], rows[4]["macs"]) == ("diverged", "", "500")
    assert (rows[5]["reason"], rows[5]["width"]) == ("baseline 3.1", "5")


def test_the_picture_shows_trials_the_front_and_random_networks() -> None:
    groups = {group.name: [*group.points] for group in chart(results(*TRIALS)).groups}
    assert {name: len(points) for name, points in groups.items()} == {
        "": 1,
        "on the front": 3,
        "random networks of this cost": 2,
    }
    assert [point.label for point in groups["on the front"]] == [
        "00000000",
        "00000001",
        "00000003, found",
    ]
    text = search_svg(results(*TRIALS))
    assert text is not None
    titles = [each.text for each in ElementTree.fromstring(text).iter() if "title" in each.tag]
    assert "trial 2, numbers#00000002: 4.00 k MACs, 55.00 %" in titles
    assert "without a label" not in text


def test_before_the_first_result_there_is_no_picture() -> None:
    assert search_svg(results(record(0, 1.0, 5, state=State.RUNNING))) is None


def test_the_page_stands_alone_and_escapes_all_texts() -> None:
    hostile = record(0, 50.0, 1000, why="<script>alert(1)</script>", reason="\x1b[31m&")
    found = Results("<b>", "a&b", (hostile, *TRIALS[1:]), GOAL, "macs", TRIALS[3])
    page = report_html(found, search_svg(found))
    assert "<script" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "<h1>&lt;b&gt; for a&amp;b</h1>" in page


# The folder


def _about(setup: Setup, run: Path) -> About:
    return About.of(setup, Address.of(None, run), run)


def test_a_run_leaves_its_results_and_specs(tmp_path: Path) -> None:
    run = tmp_path / "run"
    setup = search_of(Numbers(widths=9), tmp_path, trials=4, baseline=2)
    make_run(run, _about(setup, run), {"search.arch": "network a() { }\n"})
    folder = RunFolder(run, setup)
    folder.write(work(setup, run))
    trials = ledger_of(setup, run).trials()
    found = folder.results(trials)
    assert found.found
    assert found.found.chosen
    text = (run / "found.arch").read_text()
    assert text.startswith(f"# the text of {found.found.chosen.name} as found\n")
    specs = sorted(path.name for path in (run / "front").iterdir())
    assert len(specs) == len(found.front[:3])
    assert all(files.is_ours(path.read_bytes()) for path in run.glob("front/*"))
    assert (run / "search.arch").read_text().startswith("network a() { }\n")
    names = {"found.arch", "front", "report.html", "run.json", "search.arch", "search.svg"}
    assert names | {"trials", "trials.csv"} <= {path.name for path in run.iterdir()}


def test_results_that_somebody_has_edited_stay(tmp_path: Path) -> None:
    run = tmp_path / "run"
    setup = search_of(Numbers(), tmp_path, trials=2)
    trials = work(setup, run)
    folder = RunFolder(run, setup)
    folder.write(trials)
    before = (run / "trials.csv").read_text()
    edits = {name: f"mine, {name}\n" for name in ("trials.csv", "found.arch", "search.svg")}
    for name, text in edits.items():
        (run / name).write_text(text)
    (run / "report.html").unlink()
    folder.write(trials)
    assert {name: (run / name).read_text() for name in edits} == edits
    assert (run / "report.html").exists()
    (run / "trials.csv").unlink()
    folder.write(trials)
    assert (run / "trials.csv").read_text() == before


def test_specs_that_are_not_on_the_front_any_more_are_removed(tmp_path: Path) -> None:
    setup = search_of(Numbers(), tmp_path, trials=2)
    folder = RunFolder(tmp_path / "run", setup)
    trials = work(setup, tmp_path / "run")
    folder.write(trials)
    old = tmp_path / "run/front/0099_00000000.arch"
    old.write_text(files.sealed("network old() { }"))
    kept = tmp_path / "run/front/notes.arch"
    kept.write_text("mine")
    folder.write(trials)
    assert not old.exists()
    assert kept.exists()


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    setup = search_of(Numbers(), tmp_path, trials=1)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CompileError, match="is not empty, and no search has made it"):
        check_run(tmp_path, _about(setup, tmp_path), {})
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    with pytest.raises(CompileError, match=r"notes\.txt: Not a directory"):
        check_run(tmp_path / "notes.txt", _about(setup, tmp_path), {})


def test_a_run_that_another_worker_begins_is_joined(tmp_path: Path) -> None:
    """Its trials are there before it says whose they are."""
    setup = search_of(Numbers(), tmp_path, trials=1)
    for name in ("journal.log", "journal.log.lock"):
        (tmp_path / name).touch()
    check_run(tmp_path, _about(setup, tmp_path), {})
    make_run(tmp_path, _about(setup, tmp_path), {"search.arch": ""})
    check_run(tmp_path, _about(setup, tmp_path), {"search.arch": ""})


def test_the_folder_of_another_search_is_refused(tmp_path: Path) -> None:
    setup = search_of(Numbers(), tmp_path, trials=1)
    make_run(tmp_path / "run", _about(setup, tmp_path), {})
    other = search_of(Numbers(name="letters"), tmp_path, trials=1)
    with pytest.raises(CompileError, match="is of `numbers_search` for `numbers`, and this is"):
        check_run(tmp_path / "run", _about(other, tmp_path), {})


def test_a_password_is_not_written_to_the_folder(tmp_path: Path) -> None:
    setup = search_of(Numbers(), tmp_path, trials=1)
    address = Address.of("postgresql://anna:secret@localhost/trials", tmp_path)
    make_run(tmp_path / "run", About.of(setup, address, tmp_path / "run"), {})
    text = (tmp_path / "run/run.json").read_text()
    assert json.loads(text)["storage"] == "postgresql://localhost/trials"
    assert "secret" not in text
    with pytest.raises(CompileError, match="lacks a password or options"):
        status(tmp_path / "run", None)


# Status


def test_the_status_is_told_while_a_trial_runs(tmp_path: Path) -> None:
    run = tmp_path / "run"
    setup = search_of(Numbers(), tmp_path, trials=2)
    make_run(run, _about(setup, run), {})
    work(setup, run)
    more = search_of(Numbers(), tmp_path, trials=3)
    _, post, _ = worker_of(more, run)
    trial = post.ledger.ask()
    trial.set_user_attr("worker", ["0123456789ab", "elsewhere:7"])
    told = status(run, None)
    assert told.startswith(
        "numbers_search for numbers: 1 being drawn, 2 trained, of 2 asked for\nfound     trial"
    )
    assert "elsewhere:7" in told
    assert "random    no network of this cost" in told


@pytest.mark.parametrize("content", [None, "{", "[]", '{"search": "a"}'])
def test_what_is_no_run_has_no_status(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(CompileError, match="is not the folder of a search"):
        status(tmp_path, None)


def test_a_run_for_what_training_does_not_measure_has_no_status(tmp_path: Path) -> None:
    setup = search_of(Numbers(), tmp_path, trials=1)
    text = _about(setup, tmp_path).text()
    assert "top1" in text
    (tmp_path / "run.json").write_text(text.replace("top1", "top9"))
    with pytest.raises(CompileError, match="is not the folder of a search"):
        status(tmp_path, None)


def test_looking_makes_no_storage(tmp_path: Path) -> None:
    setup = search_of(Numbers(), tmp_path, trials=1)
    make_run(tmp_path / "run", _about(setup, tmp_path / "run"), {})
    before: Mapping[str, object] = {path.name: 0 for path in (tmp_path / "run").iterdir()}
    with pytest.raises(CompileError, match=r"journal\.log is not there"):
        status(tmp_path / "run", None)
    assert {path.name: 0 for path in (tmp_path / "run").iterdir()} == before
