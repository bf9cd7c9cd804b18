"""A run that is killed and resumed ends with the same weights, whatever the moment."""

from __future__ import annotations

import random
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from scripts import folders
from scripts.runs import begun, count_lines, same

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


def weights(output: Path) -> list[dict[str, object]]:
    """All that is kept of a run."""
    kept = sorted((output / "checkpoints").iterdir())
    return [{"name": path.name, **torch.load(path, weights_only=True)} for path in kept]


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
