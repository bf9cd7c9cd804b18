"""evaluate.py started by torchrun: several processes find what one does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import folders
from scripts.recipes import IN_VIEWS
from scripts.videos import write_video

torch = pytest.importorskip("torch")
pytest.importorskip("av")

pytestmark = pytest.mark.slow

TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone")
VIDEOS = 7
PATIENCE = 240  # seconds


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = folders.write_build(tmp_path_factory.mktemp("built") / "build", IN_VIEWS)
    random = "import torch, small; torch.save(small.Small().state_dict(), 'weights.pt')"
    subprocess.run([sys.executable, "-c", random], cwd=made, check=True)
    return made


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Videos that three processes cannot share evenly, the last of them not usable."""
    folder = tmp_path_factory.mktemp("data")
    for number in range(VIDEOS - 1):
        write_video(folder / f"{number}.mp4", first=30 * number)
    (folder / f"{VIDEOS - 1}.mp4").touch()
    lines = [f"{number}.mp4 {number % 3}\n" for number in range(VIDEOS)]
    (folder / "val.txt").write_text("".join(lines))
    return folder


def run(
    processes: int, build: Path, data: Path, out: Path, *flags: str
) -> subprocess.CompletedProcess[str]:
    given = ("--data", data, "--checkpoint", build / "weights.pt", "--output-dir", out)
    script = (build / "evaluate.py", *given, "--workers", 1, *flags)
    command = (*TORCHRUN, "--nproc-per-node", processes, *script)
    return subprocess.run(
        [*map(str, command)],
        env=folders.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def test_three_find_what_one_does(build: Path, data: Path, tmp_path: Path) -> None:
    one, three = (run(n, build, data, tmp_path / str(n)) for n in (1, 3))
    assert (one.returncode, three.returncode) == (0, 0), three.stderr
    assert one.stdout == three.stdout
    assert three.stderr.count("zero bytes") == 1
    lines, tensors = zip(*(found(tmp_path / n) for n in "13"), strict=True)
    assert lines[0] == lines[1]
    assert len(lines[0].splitlines()) == VIDEOS
    torch.testing.assert_close(*tensors, rtol=0, atol=1e-6)


def found(out: Path) -> tuple[str, object]:
    tensors = torch.load(out / "predictions.pt", weights_only=True)
    return (out / "predictions.jsonl").read_text(), tensors["probabilities"]


def test_a_fatal_video_ends_all(build: Path, data: Path, tmp_path: Path) -> None:
    ended = run(2, build, data, tmp_path, "--on-bad-video", "fail")
    assert ended.returncode == 1
    assert f"error: {data}/{VIDEOS - 1}.mp4: zero bytes" in ended.stderr
    assert not list(tmp_path.iterdir())
