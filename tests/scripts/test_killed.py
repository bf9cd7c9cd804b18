"""A run that is killed and resumed ends with the same weights, whatever the moment."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from scripts import folders

torch = pytest.importorskip("torch")

RECIPE = replace(folders.MAXIMAL, augment=None, precision="fp32", sync_bn=False)
MOMENTS = 20


@pytest.fixture(scope="module")
def flags(tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    folder = tmp_path_factory.mktemp("killed")
    build = folders.write_build(folder / "build", RECIPE)
    videos = folders.write_videos(folder / "videos")
    often = ["--save-every", 1, "--keep", 2, "--resume", "auto"]
    return [build / "train.py", "--data", videos, "--workers", 1, "--epochs", 4, *often]


def begun(command: list[object], output: Path) -> subprocess.Popen[bytes]:
    with open(output.with_suffix(".txt"), "ab") as log:
        return subprocess.Popen(
            [sys.executable, *map(str, command), "--output-dir", str(output)],
            env=folders.environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def count_lines(output: Path) -> int:
    """How far a run has come, as its log says."""
    log = output / "log.jsonl"
    return log.read_text().count("\n") if log.exists() else 0


def weights(output: Path) -> list[dict[str, object]]:
    """All that is kept of a run."""
    kept = sorted((output / "checkpoints").iterdir())
    return [{"name": path.name, **torch.load(path, weights_only=True)} for path in kept]


def same(one: object, other: object) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    return one == other


@pytest.mark.slow
def test_killed_runs_end_with_the_same_weights(flags: list[object], tmp_path: Path) -> None:
    assert begun(flags, tmp_path / "whole").wait() == 0
    expected = weights(tmp_path / "whole")
    lines = count_lines(tmp_path / "whole")
    chance = random.Random(5)
    for number in range(MOMENTS):
        output = tmp_path / str(number)
        if number % 2:
            run = begun(flags, output)
            known = chance.randrange(lines - 2)
            while count_lines(output) < known:
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.1))
            run.kill()
        else:
            killed = Path(__file__).with_name("killed.py")
            run = begun([killed, chance.randint(1, 120), *flags], output)
        assert run.wait() == -signal.SIGKILL
        kept = sorted(path.name for path in output.glob("checkpoints/*"))
        print(f"killed with {', '.join(kept) or 'nothing'}")
        assert begun(flags, output).wait() == 0, output.with_suffix(".txt").read_text()
        assert same(weights(output), expected), number
        assert count_lines(output) == lines
