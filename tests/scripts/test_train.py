"""train.py on real files: a run, its options, and how it stops and goes on."""

from __future__ import annotations

import json
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scripts import folders
from scripts.conftest import Load
from scripts.loaded import Scripts

torch = pytest.importorskip("torch")
pytest.importorskip("av")

Train = Callable[..., int]
WHOLE = replace(folders.MAXIMAL, name="whole", augment=None, sync_bn=False)


@pytest.fixture
def minimal(load_script: Load) -> Scripts:
    return load_script(folders.MINIMAL)


def records(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "checkpoints").iterdir())


def test_a_run_of_two_steps(
    minimal: Scripts, train: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(minimal, "--epochs", 1) == 0
    *steps, validation = records(tmp_path / "run")
    assert [record["step"] for record in steps] == [1, 2]
    assert {"epoch", "loss", "clip@1", "gradient_norm", "learning_rate", "clips_per_second"} < set(
        steps[0]
    )
    assert set(validation) == {"step", "epoch", "val_loss", "val_clip@1", "val_clip@5"}
    assert kept(tmp_path / "run") == ["best.pt", "step_00000002.pt"]
    out, err = capsys.readouterr()
    assert err == ""
    assert "small.Small, 3,771 parameters, on 1 x cpu, --amp no" in out
    assert "1 epochs of 2 steps of 4 clips" in out
    assert "the recipe's schedule of 2 epochs is fitted to 1" in out
    assert "TensorBoard is not installed: log.jsonl has all there is to see" in out
    best = torch.load(tmp_path / "run" / "checkpoints" / "best.pt", weights_only=True)
    assert best["network"]["name"] == "small.Small"
    assert best["val_clip@1"] == validation["val_clip@1"]


@pytest.mark.parametrize("amp", ["no", "bf16", "fp16"])
def test_all_that_a_recipe_may_set(
    load_script: Load, train: Train, tmp_path: Path, amp: str
) -> None:
    flags = ("--amp", amp, "--epochs", 1, "--channels-last", "--batch", 5)
    assert train(load_script(WHOLE), *flags) == 0
    state = torch.load(tmp_path / "run" / "checkpoints" / "step_00000002.pt", weights_only=True)
    averaged, learned = state["model_state"], state["unaveraged_state"]
    assert any(not torch.equal(averaged[name], learned[name]) for name in averaged)
    assert all(value.isfinite().all() for value in averaged.values())


def test_validation_takes_no_more_clips_at_once_than_training(
    minimal: Scripts, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, scores = [], minimal.learner.Learner.scores

    def counted(learner: object, model: object, batch: tuple[object, ...]) -> object:
        seen.append(len(batch[0]))  # type: ignore[arg-type]
        return scores(learner, model, batch)

    monkeypatch.setattr(minimal.learner.Learner, "scores", counted)
    assert train(minimal, "--epochs", 1, "--accumulate", 2) == 0
    assert max(seen) == 2


def test_curves_are_drawn(
    minimal: Scripts,
    train: Train,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.delitem(sys.modules, "matplotlib.figure")
    assert train(minimal, "--epochs", 1) == 0
    picture = (tmp_path / "run" / "curves.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert "curves.png" not in capsys.readouterr().out


def test_the_legend_of_curves_covers_none(minimal: Scripts) -> None:
    figures = pytest.importorskip("matplotlib.figure")
    steps = [{"epoch": at / 4, "loss": 2.0 - at / 8, "clip@1": 9.0 * at} for at in range(1, 9)]
    scores = {"val_loss": 1.0, "val_clip@1": 40.0, "val_clip@5": 70.0, "val_mAP": 50.0}
    figure = figures.Figure()
    minimal.log.draw_curves(figure, [*steps, *({"epoch": at, **scores} for at in (1, 2))])
    figure.canvas.draw()
    (legend,) = figure.legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["training", "validation", "validation, clip@5", "validation, mAP"]
    assert all(side.get_legend() is None for side in figure.axes)
    assert not any(legend.get_window_extent().overlaps(side.bbox) for side in figure.axes)


def test_without_matplotlib(
    minimal: Scripts, train: Train, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(minimal, "--epochs", 1) == 0
    assert "curves.png is not drawn: matplotlib is not installed\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (
            ["--batch", 8],
            "the recipe's batch is 4, and this one 8: the rate stays\n"
            "  0.1; --scale-lr would scale it with the batch\n",
        ),
        (["--batch", 8, "--scale-lr"], "learning rate 0.1 x 8 / 4 = 0.2 (--scale-lr)\n"),
    ],
)
def test_another_batch_says_what_becomes_of_the_rate(
    minimal: Scripts,
    train: Train,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    flags: list[object],
    said: str,
) -> None:
    assert train(minimal, "--epochs", 1, *flags) == 0
    assert said in capsys.readouterr().out
    rate = 0.2 if "--scale-lr" in flags else 0.1
    assert records(tmp_path / "run")[0]["learning_rate"] == rate


def test_other_classes(minimal: Scripts, train: Train, tmp_path: Path) -> None:
    assert train(minimal, "--epochs", 1, "--classes", 7) == 0
    best = torch.load(tmp_path / "run" / "checkpoints" / "best.pt", weights_only=True)
    assert [*best["model_state"].values()][-1].shape == (7,)


def test_frozen_norms_keep_their_statistics(minimal: Scripts, train: Train, tmp_path: Path) -> None:
    assert train(minimal, "--epochs", 1, "--freeze-norm") == 0
    best = torch.load(tmp_path / "run" / "checkpoints" / "best.pt", weights_only=True)
    means = [value for name, value in best["model_state"].items() if "running_mean" in name]
    assert means
    assert not any(mean.any() for mean in means)


def test_eval_only(
    minimal: Scripts, train: Train, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(minimal, "--epochs", 1) == 0
    scores = records(tmp_path / "run")[-1]
    capsys.readouterr()
    best = tmp_path / "run" / "checkpoints" / "best.pt"
    before = kept(tmp_path / "run")
    assert train(minimal, "--eval-only", "--checkpoint", best) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"{best}: val_loss {scores['val_loss']:.4g}  val_clip@1 " + (
        f"{scores['val_clip@1']:.4g}  val_clip@5 100"
    )
    assert kept(tmp_path / "run") == before


def test_weights_to_start_from(minimal: Scripts, train: Train, tmp_path: Path) -> None:
    torch.manual_seed(5)
    path = tmp_path / "weights.pt"
    weights = minimal.network.Small().state_dict()
    torch.save({"state_dict": {f"module.{name}": value for name, value in weights.items()}}, path)
    given = {"classes": 3, "weights": str(path), "checkpoint": None, "seed": 0}
    args = Namespace(**given, checkpoint_key=None, sync_bn=False, channels_last=False)
    made = minimal.learner.starting_model(
        args, minimal.processes.World(0, 1, torch.device("cpu")), [], minimal.recipe.build_model
    ).state_dict()
    assert all(torch.equal(made[name], weights[name]) for name in weights)


def test_weights_of_another_head_leave_it_as_it_starts(
    minimal: Scripts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "weights.pt"
    weights = minimal.network.Small(classes=5).state_dict()
    torch.save({**weights, "extra": torch.zeros(2)}, path)
    torch.manual_seed(7)
    model = minimal.network.Small(classes=3)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    minimal.weights.start_from(model, str(path), None, print)
    for name, value in model.state_dict().items():
        expected = before if name.startswith("linear") else weights
        assert torch.equal(value, expected[name])
    count = len(before)
    assert capsys.readouterr().out == (
        f"{path}: {count - 2} of {count} tensors of small.Small\n"
        "  not in it, of another shape or of other classes, start anew: 2,"
        " such as linear.weight, linear.bias\n"
        "  in it, but not in the network: 1, such as extra\n"
    )


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_saves_and_the_run_goes_on_exactly(
    load_script: Load,
    train: Train,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
    status: int,
) -> None:
    script = load_script(WHOLE)
    assert train(script) == 0
    capsys.readouterr()
    learn = script.learner.Learner.step

    def interrupted(self: object, parts: object, step: int, rate: float) -> object:
        if step == 2:
            os.kill(os.getpid(), number)
        return learn(self, parts, step, rate)

    monkeypatch.setattr(script.learner.Learner, "step", interrupted)
    flags = ["--resume", "auto", "--output-dir", tmp_path / "again"]
    assert train(script, *flags) == status
    out = capsys.readouterr().out
    assert out.endswith("stopped after step 3: --resume auto goes on\n")
    monkeypatch.setattr(script.learner.Learner, "step", learn)
    assert train(script, *flags) == 0
    saved = tmp_path / "again" / "checkpoints" / "step_00000003.pt"
    assert f"{saved}: resumed after step 3\n" in capsys.readouterr().out
    one, other = (
        torch.load(tmp_path / name / "checkpoints" / "step_00000006.pt", weights_only=True)
        for name in ("run", "again")
    )
    for state in ("model_state", "unaveraged_state"):
        assert all(torch.equal(value, other[state][name]) for name, value in one[state].items())
    timeless = [
        [{**record, "clips_per_second": 0} for record in records(tmp_path / name)]
        for name in ("run", "again")
    ]
    assert timeless[0] == timeless[1]


def test_a_finished_run_has_nothing_to_do(minimal: Scripts, train: Train, tmp_path: Path) -> None:
    assert train(minimal) == 0
    before = records(tmp_path / "run")
    assert train(minimal, "--resume", "auto") == 0
    assert records(tmp_path / "run") == before


def test_the_last_checkpoints_and_the_best_are_kept(
    minimal: Scripts, train: Train, tmp_path: Path
) -> None:
    assert train(minimal, "--keep", 2, "--save-every", 1, "--epochs", 2) == 0
    assert kept(tmp_path / "run") == ["best.pt", "step_00000003.pt", "step_00000004.pt"]


@pytest.mark.parametrize(("is_terminal", "shown"), [(True, "\repoch 1/1 [####"), (False, "")])
def test_a_bar_on_a_terminal_alone(
    minimal: Scripts,
    train: Train,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    is_terminal: bool,
    shown: str,
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    made = minimal.log.Display.__init__

    def impatient(self: object, world: object, stream: object) -> None:
        made(self, world, stream)
        self.pause = 0.0 if is_terminal else 30.0  # type: ignore[attr-defined]

    monkeypatch.setattr(minimal.log.Display, "__init__", impatient)
    assert train(minimal, "--epochs", 1) == 0
    out = capsys.readouterr().out
    assert shown in out
    assert ("\r" in out) is is_terminal
