"""train.py as a child: it ends with its worker, its last words are kept, its log is followed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archdsl.search.child import Child, Ending, Log, as_typed
from archdsl.search.training import How, bench, not_for_users

WAITS = """\
import signal, time
signal.signal(signal.SIGTERM, lambda *_: exit(143))
print("here", flush=True)
time.sleep(60)
"""


@contextmanager
def _child(folder: Path, code: str) -> Iterator[Child]:
    with open(folder / "lock", "w") as lock:
        child = Child(
            [sys.executable, "-c", code], folder, folder / "out", lock.fileno(), os.environ
        )
        try:
            yield child
        finally:
            child.stop(signal.SIGKILL)
            child.ending(10)


def _ending(folder: Path, code: str) -> Ending:
    with _child(folder, code) as child:
        ending = child.ending(30)
    assert ending is not None
    return ending


def test_the_last_words_are_the_mistakes_of_the_scripts(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("error: of an earlier run\n")
    ending = _ending(
        tmp_path, "print('a\\nerror: no list\\nb'); print('train.py: error: no flag'); exit(1)"
    )
    assert ending == Ending(1, ("error: no list", "train.py: error: no flag"))
    assert ending.is_refusal
    assert "an earlier run" in (tmp_path / "out").read_text()


def test_without_a_mistake_they_are_the_last_lines(tmp_path: Path) -> None:
    ending = _ending(tmp_path, "print('\\n'.join(map(str, range(99))), flush=True); 1 / 0")
    assert ending.status == 1
    assert ending.words[-1] == "ZeroDivisionError: division by zero"
    assert len(ending.words) == 12
    assert not ending.is_refusal


def test_a_child_that_a_signal_has_ended(tmp_path: Path) -> None:
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert _ending(tmp_path, code).status == -signal.SIGKILL


def test_torchrun_tells_with_what_its_processes_ended(tmp_path: Path) -> None:
    told = "Root Cause (first observed failure):\\n  rank      : 0\\n  exitcode  : 3 (pid: 7)"
    assert _ending(tmp_path, f"print('{told}'); exit(1)").status == 3


def test_a_child_that_runs_has_not_ended(tmp_path: Path) -> None:
    with _child(tmp_path, WAITS) as child:
        assert child.ending(0.1) is None
        _until(lambda: (tmp_path / "out").read_text() == "here\n")
        child.stop()
        ending = child.ending(10)
    assert ending is not None
    assert ending.status == 143


def test_a_child_ends_with_its_worker(tmp_path: Path) -> None:
    """The worker is killed; its child gets SIGTERM, and gives the lock free."""
    worker = f"""
import os, sys, time
from pathlib import Path
from archdsl.search.child import Child
lock = open("lock", "w")
import fcntl
fcntl.flock(lock, fcntl.LOCK_EX)
Child([sys.executable, "-c", {WAITS!r}], Path("."), Path("out"), lock.fileno(), os.environ)
time.sleep(60)
"""
    path = os.pathsep.join(sys.path)
    process = subprocess.Popen(
        [sys.executable, "-c", worker], cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}
    )
    _until(lambda: (tmp_path / "out").exists() and (tmp_path / "out").read_text() == "here\n")
    process.kill()
    process.wait()
    _until(lambda: _is_free(tmp_path / "lock"))


def _is_free(path: Path) -> bool:
    import fcntl

    with open(path, "r+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def test_a_folder_is_waited_for_while_another_process_trains_there(tmp_path: Path) -> None:
    waited = []

    def wait() -> None:
        waited.append(len(waited))
        if len(waited) == 3:
            raise InterruptedError

    with (
        bench(tmp_path, "0001_a", {}, wait),
        pytest.raises(InterruptedError),
        bench(tmp_path, "0001_a", {}, wait),
    ):
        raise AssertionError
    with bench(tmp_path, "0001_a", {}, wait):
        assert waited == [0, 1, 2]


def test_a_log_is_followed_and_read_anew_when_it_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    log = Log(path)
    assert [*log.validations("clip@1")] == []

    def line(epoch: int, accuracy: object) -> str:
        return json.dumps({"epoch": epoch, "val_clip@1": accuracy}) + "\n"

    path.write_text(line(1, 10.0) + '{"epoch": 1.5, "loss": 2}\n' + line(2, 20.0)[:9])
    assert [*log.validations("clip@1")] == [(1, 10.0)]
    path.write_text(line(1, 10.0) + '{"epoch": 1.5, "loss": 2}\n' + line(2, 20.0))
    assert [*log.validations("clip@1")] == [(2, 20.0)]
    new = tmp_path / "new"
    new.write_text(line(1, 11.0))
    new.replace(path)
    assert [*log.validations("clip@1")] == [(1, 11.0)]
    with open(path, "a") as stream:
        stream.write("[1]\n{broken\n" + line(2, "high") + line(3, 1e9) + line(4, 40))
    assert [*log.validations("clip@1")] == [(4, 40.0)]


def test_the_command_of_a_training() -> None:
    how = How("/data", "clip@1", 4, "0.1", ("--amp", "bf16"), processes=2)
    command = how.command(Path("seed_3"), 3)
    assert command[1:6] == [
        "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
    ]  # fmt: skip
    given = " ".join(command[6:])
    assert given == (
        "train.py --data /data --output-dir seed_3 --seed 3 --resume auto --keep 1"
        " --hold-out 0.1 --amp bf16"
    )
    alone = How("/my data", "clip@1", 4).command(Path("seed_0"), 0)
    assert as_typed(alone[1:4], Path("a b")) == "cd 'a b' && train.py --data '/my data'"


@pytest.mark.parametrize("option", ["--seed", "--data=x", "--output", "--res", "--hold-out=0.2"])
def test_what_a_search_gives_by_itself(option: str) -> None:
    assert not_for_users(["--amp", "bf16", option]) == [option.partition("=")[0]]


@pytest.mark.slow
@pytest.mark.parametrize("status", [3, 4])
def test_under_torchrun_the_status_is_that_of_the_processes(tmp_path: Path, status: int) -> None:
    words = "error: as it says"
    script = f"import sys\nprint({words!r}, file=sys.stderr)\nsys.exit({status})\n"
    (tmp_path / "train.py").write_text(script)
    how = How(str(tmp_path), "clip@1", 1, processes=2)
    with open(tmp_path / "lock", "w") as lock:
        command = how.command(Path("seed_0"), 0)
        child = Child(command, tmp_path, tmp_path / "out", lock.fileno(), os.environ)
        ending = child.ending(120)
    assert ending is not None
    assert ending.status == status
    assert any(words in line for line in ending.words)  # both processes print at once


def _until(condition) -> None:  # type: ignore[no-untyped-def]
    for _ in range(400):
        if condition():
            return
        time.sleep(0.05)
    assert condition()
