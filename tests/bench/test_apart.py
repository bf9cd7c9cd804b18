"""Processes of their own: their answers, and what becomes of those that fail, die or hang."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pytest

from archdsl.bench.apart import Apart
from archdsl.diagnostics import CompileError
from bench import works

Work = Callable[[], Generator[int, None, None]]


def test_each_question_has_an_answer(capfd: pytest.CaptureFixture[str]) -> None:
    with closing(Apart(works.counts, 5, seconds=60)) as process:
        assert [process.answer() for _ in range(3)] == [5, 6, 7]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("work", "answers", "reason"),
    [
        (works.fails, 1, "ValueError: a reason"),
        (works.refuses, 0, "no such thing"),
        (works.dies, 1, "its process was ended by SIGSEGV"),
        (works.leaves, 0, "its process ended with status 3"),
    ],
)
def test_an_end_has_a_reason(work: Work, answers: int, reason: str) -> None:
    with closing(Apart(work, seconds=60)) as process:
        for _ in range(answers):
            assert process.answer() == 1
        with pytest.raises(CompileError) as failure:
            process.answer()
    assert str(failure.value) == reason


def test_what_hangs_is_ended_with_all_that_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archdsl.bench.apart._GRACE", 0.1)
    with closing(Apart(works.hangs, seconds=20)) as process:
        other = process.answer()
        process._left = 0.1  # seconds: it was quick so far
        with pytest.raises(CompileError, match="it took longer than 20 s"):
            process.answer()
    for _ in range(100):
        if not is_running(other):
            return
        time.sleep(0.05)
    pytest.fail(f"process {other} is still there")


def is_running(process: int) -> bool:
    """Whether a process is there, and not only waits to be counted as ended."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{process}/stat") as file:
        return file.read().split()[2] != "Z"


def test_no_module_of_the_current_folder_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pickle.py").write_text("open('was_run', 'w')\nraise SystemExit\n")
    monkeypatch.chdir(tmp_path)
    with closing(Apart(works.counts, 5, seconds=60)) as process:
        assert process.answer() == 5
    assert [path.name for path in tmp_path.iterdir()] == ["pickle.py"]
    assert "PYTHONSAFEPATH" not in os.environ
