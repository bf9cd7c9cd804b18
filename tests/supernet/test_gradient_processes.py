"""A search by gradients in processes of its own: killed at any moment, and two that do what one
does."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from scripts import folders

from tests.mistakes import load_text
from tests.supernet.connecting import SPEC, write_folder

torch = pytest.importorskip("torch")
pytest.importorskip("av")

from tests.supernet.processes import check_killed, last_state, results_in  # noqa: E402

pytestmark = pytest.mark.slow

TOGETHER = SPEC.read_text()
IN_TURN = TOGETHER.replace(
    "method differentiable", "method differentiable(together = false)\n  hold_out 0.5"
)
ADAM, SGD = "adamw(lr = 0.01, weight_decay = 0)", "sgd(lr = 0.05, momentum = 0.9)"
SMALL = ("--classes", 3)
SEARCHES = pytest.mark.parametrize("text", [TOGETHER, IN_TURN], ids=["together", "in turn"])


@SEARCHES
def test_killed_searches_end_with_the_same_bits(text: str, tmp_path: Path) -> None:
    build = write_folder(tmp_path / "build", load_text(text))
    videos = folders.write_videos(tmp_path / "videos", train=12, val=3)
    flags = ["--data", videos, *SMALL, "--workers", 1, "--epochs", 3, "--batch", 3]
    results = partial(results_in, names=("found.json",))
    check_killed(build / "search.py", flags, results, tmp_path, moments=6, writes=60)


@pytest.mark.parametrize(
    "text", [TOGETHER.replace(ADAM, SGD), IN_TURN], ids=["together", "in turn"]
)
def test_two_search_as_one_does(text: str, tmp_path: Path) -> None:
    """Norms keep their statistics, as each process would have those of its own clips. Weights that
    learn together move by SGD, which makes no more of a rounding error than it is."""
    build = write_folder(tmp_path / "build", load_text(text))
    videos = folders.write_videos(tmp_path / "videos", train=24, val=3)
    flags = ["--data", videos, *SMALL, "--workers", 1, "--epochs", 9, "--batch", 4, "--freeze-norm"]
    found = [
        last_state(build / "search.py", flags, tmp_path / str(processes), processes)
        for processes in (1, 2)
    ]
    one, two = found
    assert one["step"] == two["step"] >= 27
    names = json.loads((build / "connections.json").read_text())["decisions"].values()
    weights = [
        torch.cat([state["model_state"][name] for each in names for name in each["weights"]])
        for state in found
    ]
    gap = (weights[0] - weights[1]).abs().max().item()
    moved = weights[0].abs().max().item()
    print(f"connections have moved by {moved:.2f}, and differ by {gap:.1e}")
    assert moved > 0.1
    assert gap < 1e-5
    found_json = [json.loads((tmp_path / n / "found.json").read_text()) for n in "12"]
    assert found_json[0]["found"] == found_json[1]["found"]
