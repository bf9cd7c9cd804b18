"""search.py in processes of its own: killed at any moment, and several that do what one does."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from scripts import folders
from scripts.runs import begun, count_lines, same

from tests.supernet.searching import write_search

torch = pytest.importorskip("torch")
pytest.importorskip("av")

pytestmark = pytest.mark.slow

KILLED = Path(folders.__file__).with_name("killed.py")
MOMENTS = 10
PATIENCE = 600  # seconds
SMALL = ("--classes", 3, "--hold-out", 0.25, "--candidates", 6, "--found", 2, "--workers", 1)
# Norms see each clip by itself, and no step of Adam makes much of a rounding error: what two
# processes compute is what one does.
OF_CLIPS = {
    "adamw(lr = 0.02, weight_decay = 0)": "sgd(lr = 0.02, momentum = 0.9)",
    "batch_norm": "group_norm(1)",
    "shortcut(x, channels, (1, stride, stride)) + y": (
        "(x -> conv(channels, stride = (1, stride, stride))) + y"
    ),
}
IMPORTANCE = {"draws = 8": "draws = 3, estimator = importance"}


def weights(output: Path) -> dict[str, Any]:
    """All that is kept of a run: checkpoints, and what was found."""
    files = [*output.glob("checkpoints/*.pt"), *output.glob("found/*.pt")]
    kept = {str(path.relative_to(output)): torch.load(path, weights_only=True) for path in files}
    texts = [output / "found.json", output / "front.csv", *output.glob("found/*.arch")]
    return kept | {path.name: path.read_text() for path in texts}


def test_killed_searches_end_with_the_same_bits(tmp_path: Path) -> None:
    build = write_search(tmp_path / "build")
    videos = folders.write_videos(tmp_path / "videos", train=12, val=3)
    often = ["--save-every", 1, "--keep", 2, "--resume", "auto", "--epochs", 3, "--batch", 3]
    flags = [build / "search.py", "--data", videos, *SMALL, *often]
    assert begun(flags, tmp_path / "whole").wait() == 0
    expected, lines = weights(tmp_path / "whole"), count_lines(tmp_path / "whole")
    chance = random.Random(3)
    for number in range(MOMENTS):
        output = tmp_path / str(number)
        if number % 2:
            run = begun(flags, output)
            known = chance.randrange(1, lines)
            while count_lines(output) < known:
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.1))
            run.kill()
        else:
            run = begun([KILLED, chance.randint(1, 180), *flags], output)
        assert run.wait() == -signal.SIGKILL
        kept = sorted(str(path.relative_to(output)) for path in output.rglob("*.*"))
        print(f"killed with {', '.join(kept) or 'nothing'}")
        assert begun(flags, output).wait() == 0, output.with_suffix(".txt").read_text()
        assert same(weights(output), expected), number
        assert count_lines(output) == lines


@pytest.mark.parametrize("changed", [{}, IMPORTANCE], ids=["score", "importance"])
def test_two_search_as_one_does(tmp_path: Path, changed: dict[str, str]) -> None:
    build = write_search(tmp_path / "build", {**OF_CLIPS, **changed})
    videos = folders.write_videos(tmp_path / "videos", train=24, val=3)
    flags = ["--data", videos, *SMALL, "--epochs", 13, "--batch", 4]
    found = []
    for processes in (1, 2):
        output = tmp_path / str(processes)
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        command += ["--nproc-per-node", str(processes), str(build / "search.py")]
        done = subprocess.run(
            [*command, *map(str, flags), "--output-dir", str(output)],
            env=folders.environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        last = max((output / "checkpoints").glob("step_*.pt"))
        found.append(torch.load(last, weights_only=True))
        assert len(json.loads((output / "found.json").read_text())["found"]) == 5
    one, two = found
    assert one["step"] == two["step"] == 52
    thetas = [torch.cat([*state["policy"]["theta"].values()]) for state in found]
    gap = (thetas[0] - thetas[1]).abs().max().item()
    moved = thetas[0].abs().max().item()
    print(f"theta has moved by {moved:.2f}, and differs by {gap:.1e}")
    assert moved > 0.1
    assert gap < 1e-5
