"""Parts of a network that keep their weights, and parts that learn at other rates."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
import torch

from scripts import folders
from scripts.conftest import Load
from scripts.loaded import Scripts

pytest.importorskip("av")

Train = Callable[..., int]
Capture = pytest.CaptureFixture[str]
RATES = replace(
    folders.MINIMAL,
    name="factors",
    rates=(("conv2", Fraction(1, 2)), ("linear", 10)),
    no_decay=("biases",),
)


def frozen(*patterns: str) -> folders.Recipe:
    return replace(folders.MINIMAL, name=f"frozen {patterns}", freeze=patterns)


def start(script: Scripts, path: Path) -> dict[str, torch.Tensor]:
    """Weights to start from, written to a file."""
    torch.manual_seed(3)
    model = script.network.Small()
    model.norm1.running_mean += 1
    torch.save(model.state_dict(), path)
    state: dict[str, torch.Tensor] = model.state_dict()
    return state


@pytest.mark.parametrize("patterns", [("conv1", "norm1"), ("*1",), ("conv1.weight", "norm1.*")])
def test_a_frozen_part_keeps_its_weights_and_statistics(
    patterns: tuple[str, ...], load_script: Load, train: Train, tmp_path: Path, capsys: Capture
) -> None:
    script = load_script(frozen(*patterns))
    before = start(script, tmp_path / "start.pt")
    assert train(script, "--epochs", 1, "--weights", tmp_path / "start.pt") == 0
    best = torch.load(tmp_path / "run" / "checkpoints" / "best.pt", weights_only=True)
    kept = [name for name, value in best["model_state"].items() if torch.equal(value, before[name])]
    assert kept == [name for name in before if name.startswith(("conv1", "norm1"))]
    out = capsys.readouterr().out
    assert "3,539 parameters learn, the others are frozen\n" in out
    assert "warning" not in out


def test_a_loop_of_ones_own_keeps_the_statistics(load_script: Load) -> None:
    recipe = load_script(frozen("conv1", "norm1")).recipe
    model = recipe.build_model(3)
    recipe.train_mode(model)
    model(torch.randn(2, 3, 4, 24, 24))
    assert not model.norm1.running_mean.any()
    assert model.norm2.running_mean.any()
    recipe.train_mode(model)
    assert [name for name, m in model.named_modules() if not m.training] == ["conv1", "norm1"]


def test_random_weights_are_frozen_with_a_warning(
    load_script: Load, train: Train, capsys: Capture
) -> None:
    assert train(load_script(frozen("conv1", "norm1")), "--epochs", 1) == 0
    assert "warning: they are frozen as they were drawn; --weights" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (
            "conv1.wait",
            "error: small.Small has no weights in a part 'conv1.wait'; near it are conv1",
        ),
        ("relu", "error: small.Small has no weights in a part 'relu'"),
        ("*", "error: no parameter of small.Small learns: all are frozen"),
    ],
)
def test_what_cannot_be_frozen(
    pattern: str, said: str, load_script: Load, train: Train, capsys: Capture
) -> None:
    assert train(load_script(frozen(pattern)), "--epochs", 1) == 1
    assert capsys.readouterr().err.startswith(said)


def test_parts_learn_at_their_rates(load_script: Load) -> None:
    script = load_script(RATES)
    model = script.network.Small()
    optimizer = script.recipe.build_optimizer(model)
    names = {parameter: name for name, parameter in model.named_parameters()}
    factors = {
        names[parameter]: (group["rate_factor"], group["weight_decay"])
        for group in optimizer.param_groups
        for parameter in group["params"]
    }
    decay = script.recipe.WEIGHT_DECAY
    for group in optimizer.param_groups:  # what a loop of one's own learns with
        assert group["lr"] == group["rate_factor"] * script.recipe.LEARNING_RATE
    assert factors == {
        **dict.fromkeys(("conv1.weight", "norm1.weight", "norm2.weight"), (1, decay)),
        **dict.fromkeys(("norm1.bias", "norm2.bias"), (1, 0.0)),
        "conv2.weight": (0.5, decay),
        "linear.weight": (10, decay),
        "linear.bias": (10, 0.0),
    }


def test_a_step_multiplies_the_rate(load_script: Load, train: Train, tmp_path: Path) -> None:
    script = load_script(RATES)
    assert train(script, "--epochs", 1, "--lr", 0.01) == 0
    (last,) = (tmp_path / "run" / "checkpoints").glob("step_*.pt")
    groups = torch.load(last, weights_only=True)["optimizer"]["param_groups"]
    assert {group["lr"] for group in groups} == {0.01, 0.005, 0.1}
    logged = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    assert json.loads(logged[0])["learning_rate"] == 0.01


def test_another_rate_is_said(load_script: Load, train: Train, capsys: Capture) -> None:
    script = load_script(folders.MINIMAL)
    assert train(script, "--epochs", 1, "--lr", 0.02, "--batch", 8) == 0
    assert "learning rate 0.02 (--lr); the recipe's is 0.1\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--lr", 0), "a number above 0 is needed"),
        (("--lr", "nan"), "a number above 0 is needed"),
        (("--lr", 0.1, "--scale-lr"), "--lr is the rate at this batch"),
    ],
)
def test_a_rate_that_is_none(
    flags: tuple[object, ...], said: str, load_script: Load, train: Train, capsys: Capture
) -> None:
    with pytest.raises(SystemExit, match="2"):
        train(load_script(folders.MINIMAL), *flags)
    assert said in capsys.readouterr().err
