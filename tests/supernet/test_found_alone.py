"""A real search of a real space: what it found stands alone, and trains on from its weights."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from scripts.folders import environment

from archdsl.cli.main import main

torch = pytest.importorskip("torch")
pytest.importorskip("av")

pytestmark = pytest.mark.slow

SPEC = Path("specs/tiny_rows.arch")
SHARE = ("--hold-out", 0.2)
SHORT = ("--epochs", 2, "--candidates", 6, "--found", 2)


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples") / "videos"
    assert main(["sample-data", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def searched(videos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of search.py, moved to where no spec is beside it."""
    folder = tmp_path_factory.mktemp("searched")
    assert main(["compile", str(SPEC), "-o", str(folder)]) == 0
    started(folder / "tiny_rows" / "search.py", videos, "--output-dir", folder / "run", *SHORT)
    shutil.move(folder / "run", folder / "elsewhere")
    shutil.rmtree(folder / "tiny_rows")
    return folder / "elsewhere"


def started(script: Path, videos: Path, *flags: object) -> str:
    """What a script prints."""
    command = [sys.executable, script, "--data", videos, "--workers", 0, *flags]
    done = subprocess.run(
        [*map(str, command)], env=environment(), capture_output=True, text=True, cwd=script.parent
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def found_in(run: Path) -> dict[str, dict[str, Any]]:
    every = json.loads((run / "found.json").read_text())["found"]
    return {Path(each["spec"]).stem: each for each in every}


def compiled(run: Path, name: str, folder: Path) -> Path:
    """The folder of a member that was found."""
    assert main(["check", str(run / "found" / f"{name}.arch")]) == 0
    assert main(["compile", str(run / "found" / f"{name}.arch"), "-o", str(folder)]) == 0
    return folder / "found"


@pytest.mark.parametrize("name", ["1", "random_1"])
def test_a_member_alone_has_the_figures_of_the_supernet(
    searched: Path, videos: Path, tmp_path: Path, name: str
) -> None:
    """Before any step of its own: its weights are those that were cut out."""
    each = found_in(searched)[name]
    build = compiled(searched, name, tmp_path)
    judged = ("--eval-only", "--checkpoint", searched / each["weights"], *SHARE)
    last = started(build / "train.py", videos, *judged).splitlines()[-1]
    figures = "  ".join(f"{key} {each[key]:.4g}" for key in each if key.startswith("val_"))
    assert last == f"{searched / each['weights']}: {figures}"


def test_training_goes_on_from_the_weights_that_were_cut_out(
    searched: Path, videos: Path, tmp_path: Path
) -> None:
    build, weights = compiled(searched, "1", tmp_path), searched / "found" / "1.pt"
    cut = torch.load(weights, weights_only=True)
    still = ("--lr", 1e-12, "--epochs", 1, *SHARE)  # steps that change next to nothing
    moved = {}
    for kind, flags in {"from them": ("--weights", weights), "anew": ()}.items():
        output = tmp_path / kind
        started(build / "train.py", videos, "--output-dir", output, *still, *flags)
        state = torch.load(next((output / "checkpoints").glob("step_*.pt")), weights_only=True)
        learned = [name for name in cut if name.endswith("weight")]
        gaps = [(state["model_state"][name] - cut[name]).abs().max().item() for name in learned]
        moved[kind] = max(gaps)
    assert moved["from them"] < 1e-6
    assert moved["anew"] > 0.01


def test_a_trained_member_is_tested_alone(searched: Path, videos: Path, tmp_path: Path) -> None:
    build, output = compiled(searched, "1", tmp_path), tmp_path / "run"
    started(build / "train.py", videos, "--output-dir", output, "--epochs", 1)
    best = output / "checkpoints" / "best.pt"
    flags = ("--checkpoint", best, "--output-dir", output)
    assert "video@1" in started(build / "evaluate.py", videos, *flags)
    assert len((output / "predictions.jsonl").read_text().splitlines()) == 80


@pytest.mark.parametrize("name", ["decisions.png", "front.png", "curves.png"])
def test_the_search_has_left_its_pictures(searched: Path, name: str) -> None:
    pytest.importorskip("matplotlib")
    assert (searched / name).read_bytes().startswith(b"\x89PNG")


def test_the_search_can_be_drawn(searched: Path, tmp_path: Path) -> None:
    picture = tmp_path / "rows.dot"
    assert main(["draw", str(SPEC), "--run", str(searched), "-o", str(picture)]) == 0
    assert "after epoch 2, the likeliest first" in picture.read_text()
