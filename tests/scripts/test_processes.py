"""Several processes, as torchrun starts them: they learn what one does, and stop together."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from scripts import folders

pytest.importorskip("torch")
pytest.importorskip("av")

pytestmark = pytest.mark.slow

# Dropout is drawn in each process; all else is the same however many there are.
RECIPE = replace(
    folders.MAXIMAL, augment=None, dropout=0, precision="fp32", sync_bn=False, batch=5, epochs=5
)
TORCHRUN = (sys.executable, "-m", "torch.distributed.run")
PATIENCE = 240  # seconds


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folders.write_build(tmp_path_factory.mktemp("built") / "build", RECIPE)


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """22 of them for training, which 5 processes cannot share evenly, and 4 held out."""
    return folders.write_videos(tmp_path_factory.mktemp("data") / "videos", train=22, val=4)


def begin(processes: int, build: Path, *flags: object) -> subprocess.Popen[str]:
    command = [*TORCHRUN, "--standalone", "--nproc-per-node", processes, build / "train.py"]
    return subprocess.Popen(
        [*map(str, (*command, *flags, "--workers", 1))],
        env=folders.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def records(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(
    ("option", "steps"),
    [(("--accumulate", 1), 20), (("--accumulate", 2), 20), (("--hold-out", 0.2), 15)],
)
def test_two_learn_what_one_does(
    build: Path, videos: Path, tmp_path: Path, option: tuple[str, float], steps: int
) -> None:
    found = []
    for processes in (1, 2):
        output = tmp_path / str(processes)
        flags = ["--data", videos, "--freeze-norm", "--output-dir", output]
        run = begin(processes, build, *flags, *option)
        out, _ = run.communicate(timeout=PATIENCE)
        assert run.returncode == 0, out
        found.append(records(output))
    one, two = found
    assert [record["step"] for record in one] == [record["step"] for record in two]
    assert one[-1]["step"] == steps
    gaps = [
        abs(mine[name] - its[name])
        for mine, its in zip(one, two, strict=True)
        for name in ("loss", "val_loss", "clip@1", "val_clip@1")
        if name in mine
    ]
    print(f"the greatest gap over {steps} steps is {max(gaps):.1e}")
    assert max(gaps) < 1e-4


def test_uneven_shards_do_not_hang(build: Path, videos: Path, tmp_path: Path) -> None:
    flags = ["--data", videos, "--output-dir", tmp_path, "--epochs", 1, "--batch", 7]
    run = begin(3, build, *flags)
    out, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, out
    assert records(tmp_path)[-1]["step"] == 3


def test_a_bad_video_of_one_ends_all(build: Path, tmp_path: Path) -> None:
    videos = folders.write_videos(tmp_path / "videos")
    (videos / "train5.mp4").write_bytes(b"")
    flags = ["--data", videos, "--output-dir", tmp_path / "run", "--on-bad-video", "fail"]
    run = begin(2, build, *flags)
    out, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 1
    assert out.count(f"error: {videos}/train5.mp4: zero bytes\n") == 1
    assert "Traceback" not in out.partition("torch/distributed")[0]


def test_sigterm_saves_once_for_all(build: Path, videos: Path, tmp_path: Path) -> None:
    flags = ["--data", videos, "--output-dir", tmp_path, "--epochs", 500]
    run = begin(2, build, *flags)
    while not (tmp_path / "checkpoints" / "step_00000004.pt").exists():
        time.sleep(0.05)
        assert run.poll() is None
    run.send_signal(signal.SIGTERM)
    out, _ = run.communicate(timeout=PATIENCE)
    assert out.count("--resume auto goes on\n") == 1, out
    last = max((tmp_path / "checkpoints").glob("step_*.pt"))
    assert f"stopped after step {int(last.stem[5:])}: " in out
