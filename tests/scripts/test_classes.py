"""Names of classes in checkpoints: what a run learned is asked for by name ever after."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import folders
from scripts.conftest import Load
from scripts.loaded import Scripts

torch = pytest.importorskip("torch")
pytest.importorskip("av")

Train = Callable[..., int]
Capture = pytest.CaptureFixture[str]
NAMES = ("falls", "rises", "stays")


@pytest.fixture
def script(load_script: Load) -> Scripts:
    return load_script(folders.MINIMAL)


def fill(folder: Path, videos: Path, *names: str) -> Path:
    """A folder for each class, with two videos."""
    for number, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for i in range(2):
            shutil.copy(videos / f"train{number + 3 * i}.mp4", folder / name / f"{i}.mp4")
    return folder


@pytest.fixture
def trained(script: Scripts, train: Train, videos: Path, tmp_path: Path, capsys: Capture) -> Path:
    """The best checkpoint of a run whose held-out videos lack the first class."""
    lists = ["--train-list", fill(tmp_path / "train", videos, *NAMES)]
    lists += ["--val-list", fill(tmp_path / "held_out", videos, *NAMES[1:])]
    assert train(script, "--epochs", 1, *lists) == 0
    capsys.readouterr()
    return tmp_path / "run" / "checkpoints" / "best.pt"


def evaluate(script: Scripts, monkeypatch: pytest.MonkeyPatch, *flags: object) -> int:
    argv = ["evaluate.py", "--workers", 0, *flags]
    monkeypatch.setattr("sys.argv", [*map(str, argv)])
    status: int = script.evaluate.main()
    return status


def test_a_test_is_by_the_names_of_the_checkpoint(
    script: Scripts,
    trained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    assert torch.load(trained, weights_only=True)["classes"] == [*NAMES]
    out = tmp_path / "out"
    flags = ["--checkpoint", trained, "--output-dir", out]
    assert evaluate(script, monkeypatch, "--val-list", tmp_path / "held_out", *flags) == 0
    lines = capsys.readouterr().out.splitlines()
    shown = [line.split() for line in lines if line.startswith("class ")]
    assert [(line[1], line[-1]) for line in shown] == [("1", "rises"), ("2", "stays")]
    found = [json.loads(line) for line in (out / "predictions.jsonl").read_text().splitlines()]
    assert [line["label"] for line in found] == [1, 1, 2, 2]
    assert torch.load(out / "predictions.pt", weights_only=True)["classes"] == [*NAMES]
    header, *rows = (out / "confusion.csv").read_text().splitlines()
    assert header == ",".join(["true class", *NAMES])
    assert [row.partition(",")[0] for row in rows] == [*NAMES]
    other = fill(tmp_path / "other", tmp_path.parent, *[])
    shutil.copytree(tmp_path / "held_out" / "stays", other / "jumps")
    assert evaluate(script, monkeypatch, "--val-list", other, *flags) == 1
    assert capsys.readouterr().err == (
        f"error: {other}: classes that are not in {trained}: jumps;"
        " those in it are falls, rises, stays\n"
    )


def test_a_run_is_resumed_with_its_classes_alone(
    script: Scripts, train: Train, trained: Path, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "train" / "falls").rename(tmp_path / "train" / "tumbles")
    lists = ["--train-list", tmp_path / "train", "--val-list", tmp_path / "held_out"]
    assert train(script, "--epochs", 1, "--resume", "auto", *lists) == 1
    newest = trained.with_name("step_00000001.pt")
    assert capsys.readouterr().err == (
        f"error: {tmp_path}/train: classes that are not in {newest}: tumbles;"
        " those in it are falls, rises, stays\n"
        "error: --allow-changed classes goes on with those of the lists\n"
    )


@pytest.mark.parametrize(
    ("names", "anew"), [(("stays", "falls"), False), (("jumps", "walks", "waits"), True)]
)
def test_weights_to_start_from(
    names: tuple[str, ...],
    anew: bool,
    script: Scripts,
    train: Train,
    trained: Path,
    videos: Path,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    """Where the classes are the same the last layer is kept, and it starts anew where not."""
    lists = fill(tmp_path / "more", videos, *names)
    flags = ["--train-list", lists, "--val-list", lists, "--output-dir", tmp_path / "next"]
    assert train(script, "--epochs", 1, "--weights", trained, *flags) == 0
    out = capsys.readouterr().out
    told = "of other classes, start anew: 2, such as linear.weight, linear.bias"
    assert (told in out) is anew
    made = torch.load(tmp_path / "next" / "checkpoints" / "best.pt", weights_only=True)
    assert made["classes"] == ([*sorted(names)] if anew else [*NAMES])
