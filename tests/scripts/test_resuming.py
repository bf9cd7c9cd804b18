"""--resume: what a run depends on is compared with its checkpoint, and each change is told."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from archdsl.recipes.recipe import AdamW, Cosine, Recipe, Sgd
from scripts import folders
from scripts.conftest import Load
from scripts.loaded import Scripts

torch = pytest.importorskip("torch")
pytest.importorskip("av")

Train = Callable[..., int]
Capture = pytest.CaptureFixture[str]
RECIPE = replace(folders.MINIMAL, name="resumed", epochs=1)
RESUME = ("--resume", "auto")


@pytest.fixture(scope="session")
def script(load_script: Load) -> Scripts:
    return load_script(RECIPE)


@pytest.fixture
def data(videos: Path, tmp_path: Path) -> Path:
    """The data of a test, whose lists it may change."""
    folder = tmp_path / "data"
    shutil.copytree(videos, folder, copy_function=os.link)
    for name in ("train", "val"):
        text = (folder / f"{name}.txt").read_text()
        (folder / f"{name}.txt").unlink()
        (folder / f"{name}.txt").write_text(text)
    return folder


@pytest.fixture
def saved(
    script: Scripts,
    train: Train,
    data: Path,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: Capture,
) -> Path:
    """The checkpoint of a run of one epoch, which is trained once."""
    kept = tmp_path_factory.getbasetemp() / "resumed"
    if not kept.exists():
        assert train(script, "--data", data, "--output-dir", kept) == 0
    shutil.copytree(kept, tmp_path / "run")
    capsys.readouterr()
    return tmp_path / "run" / "checkpoints" / "step_00000002.pt"


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    state = torch.load(path, weights_only=True)
    change(state)
    torch.save(state, path)


def refusals(capsys: Capture, path: Path) -> list[str]:
    """What a run was refused for; all lines begin with the checkpoint."""
    lines = capsys.readouterr().err.splitlines()
    assert all(line.startswith(f"error: {path}: ") for line in lines)
    return [line.removeprefix(f"error: {path}: ") for line in lines]


def notes(capsys: Capture) -> list[str]:
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("note: ")]


def test_what_changes_nothing_is_not_asked_for(
    script: Scripts, train: Train, data: Path, saved: Path, tmp_path: Path, capsys: Capture
) -> None:
    data.rename(tmp_path / "moved")
    again = ["--data", f"{tmp_path}/./moved//", "--keep", 7, "--save-every", 1]
    again += ["--on-bad-video", "fail"]
    again += ["--output-dir", tmp_path / "other", "--resume", saved]
    assert train(script, *again) == 0
    assert notes(capsys) == []


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--batch", 5], "batch: 4 there, 5 here; --allow-changed batch goes on"),
        (["--amp", "bf16"], "amp: no there, bf16 here; --allow-changed amp goes on"),
        (["--seed", 1], "seed: 0 there, 1 here; --allow-changed seed goes on"),
        (["--accumulate", 2], "norms: 1 there, 2 here; --allow-changed norms goes on"),
        (
            ["--lr", "0.2"],
            "rates: after 0 epochs 0.1 there, 0.2 here; --allow-changed rates goes on",
        ),
    ],
)
def test_another_command_line(
    script: Scripts,
    train: Train,
    data: Path,
    saved: Path,
    capsys: Capture,
    flags: list[object],
    said: str,
) -> None:
    again = ["--data", data, *RESUME, "--epochs", 1, *flags]
    assert train(script, *again) == 1
    assert refusals(capsys, saved) == [said]
    name = said.partition(":")[0]
    assert train(script, *again, "--allow-changed", name) == 0
    assert f"note: {saved}: {said.partition(';')[0]}" in notes(capsys)


def test_every_change_is_told(
    script: Scripts, train: Train, data: Path, saved: Path, capsys: Capture
) -> None:
    again = ["--data", data, *RESUME, "--batch", 5, "--seed", 1, "--allow-changed", "seed"]
    assert train(script, *again, "--amp", "bf16") == 1
    assert [line.partition(":")[0] for line in refusals(capsys, saved)] == ["batch", "amp"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda rows: [rows[0], rows[1].replace(" 1", " 2"), *rows[2:]],
            "1 of 10 labels differ, the first of {data}/train1.mp4: 1 there, 2 here",
        ),
        (
            lambda rows: [rows[0], rows[2], rows[1], *rows[3:]],
            "the same 10 videos in another order, the first is {data}/train2.mp4",
        ),
        (
            lambda rows: rows[:-1],
            "10 rows there, 9 here: 1 are gone, 0 are new",
        ),
        (
            lambda rows: [*rows[1:], "val0.mp4 0"],
            "10 rows there, 10 here: 1 are gone, 1 are new, such as {data}/val0.mp4",
        ),
        (
            lambda rows: [*rows, rows[0]],
            "10 rows there, 11 here: 0 are gone, 0 are new",
        ),
    ],
    ids=["label", "order", "shorter", "another", "twice"],
)
def test_another_list(
    script: Scripts,
    train: Train,
    data: Path,
    saved: Path,
    capsys: Capture,
    change: Callable[[list[str]], list[str]],
    said: str,
) -> None:
    rows = (data / "train.txt").read_text().splitlines()
    (data / "train.txt").write_text("".join(f"{row}\n" for row in change(rows)))
    assert train(script, "--data", data, *RESUME) == 1
    expected = f"train: {said.format(data=data)}; --allow-changed train goes on"
    assert refusals(capsys, saved) == [expected]
    assert train(script, "--data", data, *RESUME, "--allow-changed", "train") == 0


def test_epochs_of_another_length(
    script: Scripts, train: Train, data: Path, saved: Path, tmp_path: Path, capsys: Capture
) -> None:
    """Steps are counted on, and an epoch ends where the new batch ends it."""
    flags = ["--batch", 2, "--epochs", 2, "--allow-changed", "batch"]
    assert train(script, "--data", data, *RESUME, *flags) == 0
    last = max(saved.parent.glob("step_*"))
    assert last.name == "step_00000007.pt"
    state = torch.load(last, weights_only=True)
    assert (state["epoch"], state["progress"]) == (2, 2.0)
    assert train(script, "--data", data, *RESUME, "--batch", 2, "--epochs", 3) == 0
    assert max(saved.parent.glob("step_*")).name == "step_00000012.pt"


def test_more_epochs_at_a_constant_rate_are_the_same_run(
    script: Scripts, train: Train, data: Path, saved: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert train(script, "--data", data, *RESUME, "--epochs", 2) == 0
    assert notes(capsys) == []
    assert train(script, "--data", data, "--epochs", 2, "--output-dir", tmp_path / "whole") == 0
    name = "step_00000004.pt"
    one, other = (
        torch.load(folder / name, weights_only=True)["model_state"]
        for folder in (saved.parent, tmp_path / "whole" / "checkpoints")
    )
    assert all(torch.equal(value, other[key]) for key, value in one.items())


def recipes() -> dict[str, tuple[Recipe, list[str]]]:
    sgd = Sgd(Fraction(1, 10), momentum=Fraction(1, 2))
    return {
        "momentum": (
            replace(RECIPE, optimizer=sgd),
            [
                "recipe: MOMENTUM 0 there, 0.5 here; --allow-changed recipe goes on",
            ],
        ),
        "schedule": (
            replace(RECIPE, schedule=Cosine()),
            [
                "recipe: learning_rate() has changed; --allow-changed recipe goes on",
                "rates: after 0.125 epochs 0.1 there, 0.096194 here; --allow-changed rates goes on",
            ],
        ),
        "flip": (
            replace(RECIPE, flip=Fraction(1, 2)),
            ["recipe: random_clip() has changed, FLIP is new; --allow-changed recipe goes on"],
        ),
    }


@pytest.mark.parametrize("name", recipes())
def test_another_recipe(
    load_script: Load, train: Train, data: Path, saved: Path, capsys: Capture, name: str
) -> None:
    recipe, said = recipes()[name]
    other = load_script(replace(recipe, name=f"resumed_{name}"))
    again = ["--data", data, *RESUME, "--output-dir", saved.parents[1]]
    assert train(other, *again) == 1
    assert refusals(capsys, saved) == said
    allowed = [flag for line in said for flag in ("--allow-changed", line.partition(":")[0])]
    assert train(other, *again, "--epochs", 2, *allowed) == 0
    state = torch.load(max(saved.parent.glob("step_*")), weights_only=True)
    group = state["optimizer"]["param_groups"][0]
    assert group["momentum"] == (0.5 if name == "momentum" else 0)


EDITS = [
    ("WEIGHTS = [1, 2]", "WEIGHTS = [1, 3]", "WEIGHTS [1, 2] there, [1, 3] here"),
    ("scale = 1.0", "scale = 2.0", "scale 1.0 there, 2.0 here"),
    ("T = {}\nT['a'] = 1", "T = {}\nT['a'] = 2", "other code has changed"),
    ("class Focal: gamma = 1", "class Focal: gamma = 2", "Focal() has changed"),
    (
        "@torch.no_grad()\ndef mixed(): return 1",
        "@torch.no_grad()\ndef mixed(): return 2",
        "mixed() has changed",
    ),
    ("'A text.'", "'Another text.'\nimport os", ""),
]


@pytest.mark.parametrize(("before", "after", "told"), EDITS)
def test_an_edited_recipe(
    script: Scripts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: str,
    after: str,
    told: str,
) -> None:
    found = []
    for text in (before, after):
        path = tmp_path / "recipe.py"
        path.write_text(text)
        names: dict[str, Any] = {"torch": torch, "__file__": str(path)}
        exec(text, names)
        monkeypatch.setattr(script.resuming, "RECIPE", names)
        found.append(script.resuming.recipe_parts())
    then, now = found
    assert (script.resuming.change("recipe", then, now, {}) if then != now else "") == told


def test_another_optimiser(
    load_script: Load, train: Train, data: Path, saved: Path, capsys: Capture
) -> None:
    recipe = replace(RECIPE, name="adam", optimizer=AdamW(Fraction(1, 10)))
    again = ["--data", data, *RESUME, "--output-dir", saved.parents[1]]
    assert train(load_script(recipe), *again) == 1
    assert refusals(capsys, saved) == [
        "the optimiser was SGD, and is AdamW here; --weights begins anew with its weights"
    ]


def test_an_optimiser_with_other_groups(
    load_script: Load, train: Train, data: Path, saved: Path, capsys: Capture
) -> None:
    halves = [{"params": [0, 1, 2]}, {"params": [3, 4, 5, 6, 7]}]
    edit(saved, lambda state: state["optimizer"].update(param_groups=halves))
    again = ["--data", data, *RESUME, "--output-dir", saved.parents[1]]
    assert train(load_script(RECIPE), *again, "--allow-changed", "recipe") == 1
    assert refusals(capsys, saved) == [
        "the optimiser had groups of [3, 5] parameters, and has [8] here;"
        " --weights begins anew with its weights"
    ]


@pytest.mark.parametrize(
    ("versions", "is_refused"),
    [({"torch": "1.13.1"}, True), ({"torch": "2.1.0+cpu"}, False), ({"PyAV": "17.0.0"}, True)],
)
def test_other_versions(
    script: Scripts,
    train: Train,
    data: Path,
    saved: Path,
    capsys: Capture,
    versions: dict[str, str],
    is_refused: bool,
) -> None:
    edit(saved, lambda state: state["settings"]["versions"].update(versions))
    assert train(script, "--data", data, *RESUME) == is_refused
    ((name, then),) = versions.items()
    now = torch.__version__ if name == "torch" else script.resuming.av.__version__
    told = f"versions: {name} {then} there, {now} here"
    if is_refused:
        assert refusals(capsys, saved) == [f"{told}; --allow-changed versions goes on"]
    else:
        assert notes(capsys) == [f"note: {saved}: {told}"]


def test_another_text_of_the_network(
    script: Scripts, train: Train, data: Path, saved: Path, capsys: Capture
) -> None:
    edit(saved, lambda state: state["network"].update(sha256="0" * 64))
    assert train(script, "--data", data, *RESUME) == 1
    (said,) = refusals(capsys, saved)
    assert said.startswith("network: the file of small.Small is 00000000... there, ")
    assert said.endswith("... here; --allow-changed network goes on")


def test_other_names_of_classes(
    script: Scripts, train: Train, data: Path, saved: Path, capsys: Capture
) -> None:
    (data / "classes.txt").write_text("falls\nstays\nrises\n")
    edit(saved, lambda state: state.update(classes=["falls", "rises", "stays"]))
    assert train(script, "--data", data, *RESUME) == 1
    assert capsys.readouterr().err == (
        f"error: {data}/classes.txt: class 1 is stays, but rises in {saved}\n"
        "error: --allow-changed classes goes on with those of the lists\n"
    )
    assert train(script, "--data", data, *RESUME, "--allow-changed", "classes") == 0
    assert notes(capsys) == [f"note: {saved}: classes: class 1 is stays, but rises in it"]


def test_another_script_is_told(
    script: Scripts, train: Train, data: Path, saved: Path, capsys: Capture
) -> None:
    edit(saved, lambda state: state["settings"]["scripts"].update({"video.py": "0" * 64}))
    assert train(script, "--data", data, *RESUME) == 0
    assert notes(capsys) == [f"note: {saved}: scripts: video.py has changed"]


def test_a_checkpoint_of_an_older_script(
    script: Scripts, train: Train, data: Path, saved: Path, capsys: Capture
) -> None:
    def forget(state: dict[str, Any]) -> None:
        del state["progress"]
        state["settings"] = {"seed": 0, "batch": 4, "amp": "no", "freeze_norm": False}
        state["settings"] |= {"optimizer": "SGD", "videos": 10}

    edit(saved, forget)
    assert train(script, "--data", data, *RESUME, "--epochs", 2) == 0
    assert notes(capsys) == [
        f"note: {saved} does not say what it had of recipe, val, train, hold_out, norms,"
        " versions, machine, scripts, rates"
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.update(settings=[]),
        lambda state: state.update(step="7"),
        lambda state: state.pop("optimizer"),
    ],
)
def test_a_checkpoint_of_another_form(
    script: Scripts,
    train: Train,
    data: Path,
    saved: Path,
    capsys: Capture,
    change: Callable[[dict[str, Any]], object],
) -> None:
    edit(saved, change)
    assert train(script, "--data", data, "--resume", saved) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {saved} is no checkpoint to resume from: ")


def test_a_checkpoint_of_other_classes(
    script: Scripts, train: Train, data: Path, saved: Path, capsys: Capture
) -> None:
    assert train(script, "--data", data, *RESUME, "--classes", 4) == 1
    assert capsys.readouterr().err == (
        f"error: {saved} is a checkpoint of another small.Small:"
        " linear.weight is (3, 16) there, (4, 16) here\n"
    )


def test_a_checkpoint_of_another_network(
    script: Scripts,
    train: Train,
    data: Path,
    saved: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(script.learner, "NETWORK", "tiny.Tiny")
    assert train(script, "--data", data, *RESUME) == 1
    assert capsys.readouterr().err == (
        f"error: {saved} is a checkpoint of small.Small, and this is tiny.Tiny\n"
    )
