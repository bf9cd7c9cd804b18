"""search.py in processes of its own: killed at any moment, and several that do what one does."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from scripts import folders

from tests.supernet.searching import write_search

torch = pytest.importorskip("torch")
pytest.importorskip("av")

from tests.supernet.processes import check_killed, last_state, results_in  # noqa: E402

pytestmark = pytest.mark.slow

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


def test_killed_searches_end_with_the_same_bits(tmp_path: Path) -> None:
    build = write_search(tmp_path / "build")
    videos = folders.write_videos(tmp_path / "videos", train=12, val=3)
    flags = ["--data", videos, *SMALL, "--epochs", 3, "--batch", 3]
    results = partial(results_in, names=("found.json", "front.csv"))
    check_killed(build / "search.py", flags, results, tmp_path, moments=10, writes=180)


@pytest.mark.parametrize("changed", [{}, IMPORTANCE], ids=["score", "importance"])
def test_two_search_as_one_does(tmp_path: Path, changed: dict[str, str]) -> None:
    build = write_search(tmp_path / "build", {**OF_CLIPS, **changed})
    videos = folders.write_videos(tmp_path / "videos", train=24, val=3)
    flags = ["--data", videos, *SMALL, "--epochs", 13, "--batch", 4]
    found = []
    for processes in (1, 2):
        output = tmp_path / str(processes)
        found.append(last_state(build / "search.py", flags, output, processes))
        assert len(json.loads((output / "found.json").read_text())["found"]) == 5
    one, two = found
    assert one["step"] == two["step"] == 52
    thetas = [torch.cat([*state["policy"]["theta"].values()]) for state in found]
    gap = (thetas[0] - thetas[1]).abs().max().item()
    moved = thetas[0].abs().max().item()
    print(f"theta has moved by {moved:.2f}, and differs by {gap:.1e}")
    assert moved > 0.1
    assert gap < 1e-5
