"""How workers start that read clips: what they copy, and which signals reach them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import folders
from scripts.loaded import Scripts, scripts_of

torch = pytest.importorskip("torch")
pytest.importorskip("av")

PROBE = """
import os
import signal
import sys

from loading import load
from processes import join_world
from video import Sample


def seen(key):
    blocked = {each.name for each in signal.pthread_sigmask(signal.SIG_BLOCK, [])}
    return Sample(None, 0, [(str(os.getppid()), " ".join(sorted(blocked)))])


if __name__ == "__main__":
    join_world()
    (batch,) = load(seen, [[0]], workers=1)
    parent, blocked = batch.faults[0]
    own = int(parent) == os.getpid()
    print("a copy" if own else "no copy", blocked, flush=True)
"""
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = folders.write_build(tmp_path_factory.mktemp("built") / "build", folders.MINIMAL)
    (build / "probe.py").write_text(PROBE)
    return build


@pytest.fixture
def script(build: Path) -> Scripts:
    return scripts_of(build)


def test_one_of_several_processes_is_not_copied(
    script: Scripts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has threads of gloo or NCCL, and a copy may wait for a lock that one of them held."""
    assert script.loading.start_method(2) is None
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    assert script.loading.start_method(2) == "forkserver"
    assert script.loading.start_method(0) is None  # a loader without workers refuses any


@pytest.mark.slow
@pytest.mark.parametrize(("launch", "copied"), [((), "a copy"), (TORCHRUN, "no copy")])
def test_what_workers_copy(build: Path, launch: tuple[str, ...], copied: str) -> None:
    """Either way they outlive a signal, as the process that they read for has to save."""
    done = subprocess.run(
        [sys.executable, *launch, build / "probe.py"],
        env=folders.environment(),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    assert {*done.stdout.splitlines()} == {f"{copied} SIGINT SIGTERM"}
