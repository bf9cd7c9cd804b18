"""The cores of a machine are shared by the trainings of the workers on it."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from archdsl.search.cores import crowding, environment
from archdsl.search.records.presence import FOLDER, Presence, living
from archdsl.search.stopping import StopRequest
from archdsl.search.training import Attendance, How, Trained, bench
from search.workers.fakes import Numbers


@pytest.fixture(autouse=True)
def _eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)


class Alone(How):
    """Without torchrun, which its scripts would need."""

    def command(self, output: Path, seed: int) -> list[str]:
        return How.command(replace(self, processes=None), output, seed)


def threads(run: Path, data: Path, workers: int, processes: int | None = None) -> str:
    """The threads that a training gets while so many workers are at work."""
    numbers = Numbers(epochs=1)
    member = numbers.member({"width": "1", "depth": "1"})
    attendance = Attendance(lambda *_: None, lambda: None, StopRequest())
    how = (Alone if processes else How)(str(data), "clip@1", 1, processes=processes)
    with ExitStack() as stack:
        for _ in range(workers):
            stack.enter_context(Presence(run).shown())
        name = f"{workers}_{processes}"
        place = stack.enter_context(bench(run, name, numbers.contents(member), lambda: None))
        assert isinstance(place.train(how, (0,), attendance), Trained)
        return (place.folder / "seed_0/threads.txt").read_text()


@pytest.mark.parametrize(
    ("workers", "processes", "found"), [(1, None, "8"), (2, None, "4"), (3, 2, "1"), (9, None, "1")]
)
def test_a_training_gets_its_share(
    tmp_path: Path, workers: int, processes: int | None, found: str
) -> None:
    assert threads(tmp_path / "run", tmp_path, workers, processes) == found


def test_what_the_user_has_set_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "6")
    assert threads(tmp_path / "run", tmp_path, 4) == "6"
    monkeypatch.setenv("OMP_NUM_THREADS", "")
    assert environment(4)["OMP_NUM_THREADS"] == "2"


def test_threads_that_have_no_core_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [crowding(processes) for processes in (1, 3, 8)] == [None] * 3
    assert crowding(9) == "9 trainings on 8 cores: fewer workers are as fast"
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    assert crowding(2) is None
    assert crowding(4) == "4 trainings of 4 threads on 8 cores: OMP_NUM_THREADS=2 is faster"


def test_workers_that_ended_or_are_elsewhere_take_no_share(tmp_path: Path) -> None:
    with Presence(tmp_path).shown(), Presence(tmp_path).shown():
        (tmp_path / FOLDER / "killed").write_text(next((tmp_path / FOLDER).iterdir()).read_text())
        (tmp_path / FOLDER / "elsewhere").write_text("0123456789ab")
        assert living(tmp_path) == 2
    assert living(tmp_path) == 1
