"""The README's tour: sample data, a small network, its recipe and its scripts."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archdsl.cli.main import main
from scripts.folders import environment

CHANCE = 100 / 8
MINUTES = 10


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples") / "videos"
    assert main(["sample-data", str(folder)]) == 0
    return folder


def accuracy(network: str, videos: Path, folder: Path) -> float:
    """How many of the held-out videos the network has right, in percent, once it is trained."""
    assert main(["compile", "specs/tiny.arch", "--network", network, "-o", str(folder)]) == 0
    build, out = folder / network, folder / "run"
    common = ["--data", str(videos), "--output-dir", str(out), "--workers", "1"]

    def run(script: str, *flags: str) -> None:
        command = [sys.executable, str(build / script), *common, *flags]
        subprocess.run(command, env=environment(), check=True)

    run("train.py")
    last = max(out.glob("checkpoints/step_*.pt"))
    run("evaluate.py", "--checkpoint", str(last))
    lines = [json.loads(line) for line in (out / "predictions.jsonl").read_text().splitlines()]
    return 100 * sum(line["predicted"] == line["label"] for line in lines) / len(lines)


@pytest.mark.slow
def test_motions_are_learned_in_minutes(videos: Path, tmp_path: Path) -> None:
    begin = time.monotonic()
    assert accuracy("tiny", videos, tmp_path) > 90
    assert time.monotonic() - begin < 60 * MINUTES


@pytest.mark.slow
def test_a_single_frame_does_not_tell(videos: Path, tmp_path: Path) -> None:
    assert accuracy("tiny_frame", videos, tmp_path) < 2 * CHANCE
