"""Weights of others in train.py and evaluate.py: which are taken is said, or why none are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from scripts import folders
from scripts.conftest import Load
from scripts.loaded import Scripts

pytest.importorskip("av")

Train = Callable[..., int]
Capture = pytest.CaptureFixture[str]
NO_CLASSES = "a parameter `classes: int` of the network would tell which layer is theirs"


@pytest.fixture
def script(load_script: Load) -> Scripts:
    return load_script(folders.MINIMAL)


@pytest.fixture
def several(script: Scripts, tmp_path: Path) -> Path:
    """A file with weights and their averages, which differ."""
    state = script.network.Small().state_dict()
    averages = {f"module.{key}": value + 1 for key, value in state.items()}
    torch.save({"model": state, "ema": averages, "epoch": 3}, tmp_path / "several.pt")
    return tmp_path / "several.pt"


def test_one_of_several_is_asked_for(
    script: Scripts, train: Train, several: Path, capsys: Capture
) -> None:
    for flags in (["--eval-only", "--checkpoint"], ["--weights"]):
        assert train(script, *flags, several) == 1
        said = capsys.readouterr().err
        assert said.startswith(f"error: {several} holds several weights that fit: `model`, `ema`:")
        assert "--checkpoint-key NAME" in said


def test_which_were_taken_is_said(
    script: Scripts, train: Train, several: Path, capsys: Capture
) -> None:
    chosen = ["--eval-only", "--checkpoint", several, "--checkpoint-key"]
    assert train(script, *chosen, "ema") == 0
    assert f"{several}: weights from `ema`\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("linear.bias", "linear.bias holds NaN"),
        ("norm1.weight", "norm1.weight is of torch.int64 in it, of torch.float32 in the network"),
    ],
)
def test_training_does_not_start_from_what_is_wrong(
    key: str, fault: str, script: Scripts, tmp_path: Path
) -> None:
    model = script.network.Small()
    state = {name: value.clone() for name, value in model.state_dict().items()}
    state[key] = state[key] * torch.nan if "NaN" in fault else state[key].long()
    torch.save(state, tmp_path / "a.pt")
    with pytest.raises(script.errors.Fault, match=f"a.pt: {fault}"):
        script.weights.start_from(model, str(tmp_path / "a.pt"), None, print)


def test_classes_of_a_test_that_are_not_those_of_the_weights(
    script: Scripts, tmp_path: Path, videos: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    path = tmp_path / "a.pt"
    torch.save(script.network.Small(classes=8).state_dict(), path)
    flags = ["--data", videos, "--checkpoint", path, "--classes", 10, "--workers", 0]
    flags += ["--output-dir", tmp_path / "out"]
    monkeypatch.setattr("sys.argv", ["evaluate.py", *map(str, flags)])
    assert script.evaluate.main() == 1
    assert capsys.readouterr().err == (
        f"error: {path}: linear.weight is 8 x 16 in it, 10 x 16 in the network, 1 more differ:"
        " `--classes 8`, in Python `classes=8`, fits\n"
    )


def test_a_layer_of_classes_that_no_argument_tells(
    script: Scripts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network with one number of classes: which layer is theirs cannot be found by another."""
    assert script.weights.sized_by_classes(3) == ["linear.weight", "linear.bias"]

    def closed(classes: int) -> torch.nn.Module:
        if classes != 3:
            raise script.errors.Fault("small.Small has 3 classes, and no argument to change that")
        return script.network.Small()

    monkeypatch.setattr(script.weights, "build_model", closed)
    with pytest.raises(script.errors.Fault, match=NO_CLASSES):
        script.weights.sized_by_classes(3)
