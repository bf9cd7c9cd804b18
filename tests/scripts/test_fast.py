"""--fast: the same run with the network of the module for training, which is written beside."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from archdsl.spec import load
from scripts import folders
from scripts.conftest import Load
from scripts.loaded import Scripts, alone

torch = pytest.importorskip("torch")
pytest.importorskip("av")

Train = Callable[..., int]
Capture = pytest.CaptureFixture[str]
RECIPE = replace(folders.MINIMAL, name="fast", epochs=1)


@pytest.fixture
def script(load_script: Load) -> Scripts:
    return load_script(RECIPE)


@pytest.fixture
def module(script: Scripts, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The module for training, beside the others."""
    folder = Path(str(script.train.__file__)).parent
    monkeypatch.syspath_prepend(folder)
    path = folder / "small_train.py"
    path.write_text(load(folders.HERE / "small.arch").network().lowered("train").text)
    yield path
    path.unlink()
    sys.modules.pop("small_train", None)


def steps(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def test_it_is_the_same_run(
    script: Scripts, train: Train, module: Path, tmp_path: Path, capsys: Capture
) -> None:
    """But for rounding; its checkpoint is of the same network, and either goes on with it."""
    assert train(script, "--output-dir", tmp_path / "plain") == 0
    assert train(script, "--fast") == 0
    ours, theirs = steps(tmp_path / "run"), steps(tmp_path / "plain")
    assert [each["loss"] for each in ours[:2]] == pytest.approx(
        [each["loss"] for each in theirs[:2]], rel=1e-3
    )
    states = [
        torch.load(tmp_path / name / "checkpoints" / "best.pt", weights_only=True)
        for name in ("run", "plain")
    ]
    assert states[0]["network"] == states[1]["network"]
    assert list(states[0]["model_state"]) == list(states[1]["model_state"])
    capsys.readouterr()
    assert train(script, "--resume", "auto", "--epochs", 2) == 0
    assert "machine: fast True there, False here" in capsys.readouterr().out


def test_without_its_module_it_says_how_to_get_it(
    script: Scripts, train: Train, capsys: Capture
) -> None:
    assert train(script, "--fast") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        "error: --fast needs small_train.py beside this script: "
        "`archdsl compile` with `--target train` writes it"
    )


def test_a_single_file_takes_the_module_from_beside(
    train: Train, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that it needs is there, and either goes on with what the other began."""
    made = load("specs/tiny.arch").network().build_single(targets=["train"])
    for name in ("train.py", "tiny_train.py"):
        (tmp_path / name).write_text(made[name])
    monkeypatch.syspath_prepend(tmp_path)
    with alone(["train", "tiny_train"]):
        script = SimpleNamespace(train=importlib.import_module("train"))
        assert train(script, "--fast", "--batch", 4, "--epochs", 1) == 0
        assert train(script, "--resume", "auto", "--batch", 4, "--epochs", 1) == 0
    assert "machine: fast True there, False here" in capsys.readouterr().out
