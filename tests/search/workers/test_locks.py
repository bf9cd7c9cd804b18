"""The lock on a journal: one process at a time, and none waits long for one that was killed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from archdsl.search.records import locks
from archdsl.search.records.locks import locked

HOLD = """
import os, signal, sys
from pathlib import Path
from archdsl.search.records.locks import locked
with locked(Path(sys.argv[1])):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_one_at_a_time(tmp_path: Path) -> None:
    inside, most = [], []

    def enter() -> None:
        for _ in range(20):
            with locked(tmp_path / "lock"):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.0005)
                inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(most), max(most)) == (80, 1)
    assert not (tmp_path / "lock").exists()


def test_the_lock_of_a_killed_process_is_taken_away_at_once(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    subprocess.run([sys.executable, "-c", HOLD, str(path)], env={"PYTHONPATH": ":".join(sys.path)})
    assert path.exists()
    with locked(path):  # or it would wait for longer than a test may
        assert path.exists()
    assert not path.exists()


def test_the_lock_of_another_machine_is_taken_away_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lock"
    path.write_text("another")
    monkeypatch.setattr(locks, "ABANDONED", 0.3)
    with locked(path):
        assert path.read_text() == locks.machine()


def test_a_lock_that_was_taken_away_is_not_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was stopped for long leaves the lock of the next one alone."""
    path = tmp_path / "lock"
    with locked(path):
        path.unlink()
        path.write_text("of the next")
    assert path.read_text() == "of the next"
