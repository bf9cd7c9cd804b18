"""Three workers as processes, one of them killed: on each storage nothing is lost or done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from archdsl.search.candidates.course import drawn, searched
from archdsl.search.records.ledger import lineages
from archdsl.search.records.record import Record, State
from search.workers.fakes import Numbers, ledger_of, search_of
from search.workers.process import TRIALS
from search.workers.servers import PASSWORD, journal, postgresql, proxy

Server = Callable[[Path], AbstractContextManager[str]]


def _start(run: Path, data: Path, storage: str, stale: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "search.workers.process", str(run), str(data), storage]
    path = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    env = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([*command, str(stale)], env=env, text=True, **pipes)  # type: ignore[call-overload,no-any-return]


def _kill_one(workers: list[subprocess.Popen[str]], look: Callable[[], list[Record]]) -> Record:
    """Kill the first worker in the middle of a trial, and return that as it is then."""
    name = f":{workers[0].pid}"
    for _ in range(1200):
        for record in look():
            is_its = record.worker_name.endswith(name) and record.state is State.RUNNING
            if is_its and 3 <= len(record.epochs) <= 20:
                workers[0].send_signal(signal.SIGKILL)
                workers[0].wait()
                return record
        time.sleep(0.05)
    raise AssertionError([worker.communicate() for worker in workers])


@pytest.mark.slow
@pytest.mark.parametrize("server", [journal, proxy, postgresql], ids=lambda each: each.__name__)
@pytest.mark.parametrize("is_shared", [True, False], ids=["one machine", "machines"])
def test_a_killed_worker_loses_nothing(tmp_path: Path, server: Server, is_shared: bool) -> None:
    """On one machine the folder is there to go on from; on another the member starts anew."""
    runs = [tmp_path / ("run" if is_shared else f"run{number}") for number in range(3)]
    with server(tmp_path) as storage:
        stale = 900 if is_shared else 4
        search = search_of(Numbers(widths=9), tmp_path, trials=TRIALS)
        _wait_for(lambda: ledger_of(search, tmp_path / "watch", storage))
        workers = [_start(run, tmp_path, storage, stale) for run in runs]
        look = ledger_of(search, tmp_path / "watch", storage).trials
        killed = _kill_one(workers, look)
        outputs = [worker.communicate(timeout=120)[0] for worker in workers[1:]]
        trials = look()

    assert [worker.returncode for worker in workers[1:]] == [0, 0], outputs
    assert PASSWORD not in "".join(outputs)
    numbers = [record.number for record in trials]
    assert numbers == list(range(len(trials)))
    assert len(drawn(trials)) == len(searched(trials)) == TRIALS
    networks = {record.chosen.likeness for record in searched(trials) if record.chosen}
    assert len(networks) == TRIALS
    (again,) = [last for begun, last in lineages(trials) if begun.number == killed.number]
    assert trials[killed.number].state is State.INTERRUPTED
    assert again.again == killed.number
    assert again.state is State.TRAINED
    folders = [path for run in {*runs} for path in run.glob("trials/*")]
    starts = sum((folder / "starts.txt").read_text().count("\n") for folder in folders)
    assert starts == TRIALS + 1  # every member once, and the killed one again
    resumed = [int(path.read_text()) for folder in folders for path in folder.glob("resumed.txt")]
    if is_shared:
        (epoch,) = resumed
        assert epoch >= len(killed.epochs) >= 3
    else:
        assert not resumed
    assert not [*tmp_path.glob("run*/trials/*/seed_0/checkpoints/step_*.pt")] or not is_shared


def _wait_for(action: Callable[[], object]) -> None:
    """Try until a server answers."""
    for _ in range(100):
        try:
            action()
            return
        except Exception:
            time.sleep(0.1)
    action()
