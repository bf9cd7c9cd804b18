"""Several labels a video: lists, targets, mean average precision, training and test."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from archdsl.emit.scripts import scripts
from scripts import folders
from scripts.conftest import Load
from scripts.loaded import Scripts
from scripts.test_labels import write
from scripts.test_lists import touch

torch = pytest.importorskip("torch")
pytest.importorskip("av")

Train = Callable[..., int]
Capture = pytest.CaptureFixture[str]
RECIPE = replace(
    folders.MINIMAL, name="several", epochs=2, loss="binary_cross_entropy", precision="bf16"
)
LABELS = ["0", "1,2", "2", "0,1", "2,0", "1", "0,1,2", "2,1", "0", "1"]


@pytest.fixture(scope="session")
def script(load_script: Load) -> Scripts:
    return load_script(RECIPE)


@pytest.fixture
def read(lists: ModuleType, tmp_path: Path) -> Any:
    """Reads lists in the test's folder: labels of their videos, names, what is said."""

    def call(*names: str, classes: int = 3) -> Any:
        said: list[str] = []
        paths = [str(tmp_path / name) for name in names]
        told = lists.read_lists(paths, classes, None, said.append, None, lists.SEVERAL_LABELS)
        videos, found = told
        made = [[video.labels for video in part] for part in videos]
        return made, found, [text.replace(f"{tmp_path}/", "") for text in said]

    return call


def refused(lists: ModuleType, read: Callable[[], object], tmp_path: Path) -> list[str]:
    with pytest.raises(lists.Fault) as fault:
        read()
    return [line.replace(f"{tmp_path}/", "") for line in fault.value.args]


def test_numbers_of_several_classes(tmp_path: Path, read: Any) -> None:
    touch(tmp_path, "a.mp4", "b c.mp4", "d/1.png", "d/2.png")
    write(tmp_path / "val.txt", "a.mp4 2,0", "b c.mp4\t1", "d 2 0,1,2")
    made, names, said = read("val.txt")
    assert made == [[(0, 2), (1,), (0, 1, 2)]]
    assert names == []
    assert said[0].endswith("3 videos, 3 of 3 classes")


def test_names_of_several_classes(tmp_path: Path, read: Any) -> None:
    touch(tmp_path, "a.mp4", "b.mp4")
    write(tmp_path / "train.txt", "a.mp4 run,jump", "b.mp4 clap")
    write(tmp_path / "val.csv", "path,labels", 'a.mp4,"jump, run"', "b.mp4,clap")
    made, names, _ = read("train.txt", "val.csv")
    assert names == ["clap", "jump", "run"]
    assert made == [[(1, 2), (0,)], [(1, 2), (0,)]]


def test_classes_txt_says_what_the_numbers_are(tmp_path: Path, read: Any) -> None:
    touch(tmp_path, "a.mp4")
    write(tmp_path / "classes.txt", "run", "jump", "clap")
    write(tmp_path / "train.txt", "a.mp4 clap,run")
    assert read("train.txt")[:2] == ([[(0, 2)]], ["run", "jump", "clap"])


def test_one_label_each_is_told(tmp_path: Path, read: Any) -> None:
    touch(tmp_path, "a.mp4", "b.mp4", "c.mp4")
    write(tmp_path / "train.txt", "a.mp4 0", "b.mp4 1", "c.mp4 2")
    assert read("train.txt")[2][1:] == ["train.txt: warning: each video has one label, not several"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["a.mp4 0,0", "b.mp4 1"], "videos with a label twice: 1, such as a.mp4 (line 1)"),
        (["a.mp4 0,,1"], "videos with no label, or an empty one: 1, such as a.mp4 (line 1)"),
        (
            ["a.mp4 0,", "b.mp4 1"],
            "videos with no label, or an empty one: 1, such as a.mp4 (line 1)",
        ),
        (["a.mp4"], "videos with no label, or an empty one: 1, such as a.mp4 (line 1)"),
        (
            ["a.mp4 0,3"],
            "labels go up to 3, but the network has 3 classes, numbered from 0,"
            " such as 3 (line 1); --classes 4 gives it more",
        ),
        (
            ["a.mp4 0,1", "b.mp4 0,x"],
            "labels that are not whole numbers from 0 on: 1, such as 'x' (line 2)",
        ),
        (["a.mp4 0,1", "a.mp4 0,2"], "videos with two labels: 1, such as a.mp4 (line 1, line 2)"),
    ],
)
def test_what_is_wrong(
    lines: list[str], said: str, tmp_path: Path, lists: ModuleType, read: Any
) -> None:
    touch(tmp_path, "a.mp4", "b.mp4")
    write(tmp_path / "val.txt", *lines)
    assert refused(lists, lambda: read("val.txt"), tmp_path) == [f"val.txt: {said}"]


def test_an_unknown_name(tmp_path: Path, lists: ModuleType, read: Any) -> None:
    touch(tmp_path, "a.mp4")
    write(tmp_path / "classes.txt", "run", "jump", "clap")
    write(tmp_path / "val.txt", "a.mp4 run,swim")
    (line,) = refused(lists, lambda: read("val.txt"), tmp_path)
    assert line.startswith(
        "val.txt: classes that are not in classes.txt: swim; those in it are run"
    )


@pytest.mark.parametrize(
    ("name", "lines", "example"),
    [
        ("val.txt", ["a.mp4 0,1", "b.mp4 2"], "lines with several labels; {hint}: 1 of 2, such as"),
        ("val.txt", ["a.mp4 run,jump", "b.mp4 run"], "lines with several labels; {hint}: 1 of 2,"),
        (
            "val.csv",
            ["path,label", 'a.mp4,"run,jump"', "b.mp4,run", "c.mp4,jump"],
            "several labels",
        ),
        ("val.csv", ["path,label", 'a.mp4,"1,2"', "b.mp4,1", "c.mp4,2"], "several labels of a vid"),
    ],
)
def test_several_labels_where_the_recipe_is_of_one(
    name: str, lines: list[str], example: str, tmp_path: Path, lists: ModuleType
) -> None:
    touch(tmp_path, "a.mp4", "b.mp4", "c.mp4")
    write(tmp_path / name, *lines)
    path = str(tmp_path / name)
    first, *_ = refused(lists, lambda: lists.read_list(path, 3, None, str), tmp_path)
    hint = "a recipe with `loss binary_cross_entropy` takes them"
    assert first.startswith(f"{name}: {example.format(hint=hint)}")
    assert hint in first


def test_names_with_commas_are_names(tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, "a.mp4", "b.mp4")
    lines = ['a.mp4,"Putting something, something and something"', "b.mp4,Dropping something"]
    write(tmp_path / "val.csv", "path,label", *lines)
    videos = lists.read_list(str(tmp_path / "val.csv"), 2, None, str)
    assert [video.labels for video in videos] == [(1,), (0,)]


def brute_force(scores: list[float], positives: list[int]) -> float:
    """The area under precision over recall, a step at each threshold, from the definition."""
    area, recall = 0.0, 0.0
    for threshold in sorted(set(scores), reverse=True):
        taken = [is_there for s, is_there in zip(scores, positives, strict=True) if s >= threshold]
        reached = sum(taken) / sum(positives)
        area += (reached - recall) * sum(taken) / len(taken)
        recall = reached
    return area


@pytest.mark.parametrize("seed", range(20))
def test_mean_average_precision_is_that_of_its_definition(script: Scripts, seed: int) -> None:
    chance = random.Random(seed)
    count, classes = chance.randint(1, 30), chance.randint(1, 6)
    scores = [[chance.randint(0, 8) / 8 for _ in range(classes)] for _ in range(count)]
    targets = [[int(chance.random() < 0.3) for _ in range(classes)] for _ in range(count)]
    targets[0][0] = 1
    columns = zip(zip(*scores, strict=True), zip(*targets, strict=True), strict=True)
    expected = [brute_force([*s], [*t]) for s, t in columns if any(t)]
    given = torch.tensor(scores), torch.tensor(targets, dtype=torch.float32)
    found = [*script.recipe.LABELS.of_classes(*given)]
    assert [value for _, value, _ in found] == pytest.approx(expected)
    there = [k for k in range(classes) if any(row[k] for row in targets)]
    assert [label for label, _, _ in found] == there
    mean = script.recipe.LABELS.of_all(*given)["mAP"]
    assert mean == pytest.approx(sum(expected) / len(expected))


def test_the_loss_is_the_mean_over_classes(script: Scripts) -> None:
    logits, targets = torch.randn(4, 3), torch.tensor([[0.0, 1, 1], [1, 0, 0]]).repeat(2, 1)
    shares = logits.sigmoid()
    expected = -(targets * shares.log() + (1 - targets) * (1 - shares).log()).mean(1)
    torch.testing.assert_close(script.recipe.loss(logits, targets), expected)
    torch.testing.assert_close(script.recipe.probabilities(logits), shares)


def test_only_what_is_needed_is_in_the_recipe() -> None:
    text = scripts(RECIPE, folders.TARGET)["recipe.py"]
    assert "LABELS = SeveralLabels()  # of a video\n" in text
    assert "softmax" not in text
    assert "cross_entropy(" not in text
    assert "OneLabel" not in text


@pytest.fixture
def data(videos: Path, tmp_path: Path) -> Path:
    """The lists of the data with several labels, whose classes have names."""
    folder = tmp_path / "lists"
    named = [",".join("abc"[int(n)] for n in labels.split(",")) for labels in LABELS]
    write(folder / "train.txt", *(f"train{i}.mp4 {labels}" for i, labels in enumerate(named)))
    write(folder / "val.txt", *(f"val{i}.mp4 {labels}" for i, labels in enumerate(named[:5])))
    return folder


def test_a_run_and_its_test(
    script: Scripts,
    train: Train,
    videos: Path,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    lists = ["--data", data, "--root", videos]
    assert train(script, *lists) == 0
    run = tmp_path / "run"
    records = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    validations = [record for record in records if "val_loss" in record]
    assert set(validations[0]) == {"step", "epoch", "val_loss", "val_clip@1", "val_mAP"}
    best = torch.load(run / "checkpoints" / "best.pt", weights_only=True)
    assert best["val_mAP"] == max(record["val_mAP"] for record in validations)
    assert best["classes"] == ["a", "b", "c"]
    said = capsys.readouterr().out.splitlines()[-1]
    assert said.startswith("done: mAP of ")
    argv = ["evaluate.py", *lists, "--checkpoint", run / "checkpoints" / "best.pt"]
    monkeypatch.setattr("sys.argv", [*map(str, [*argv, "--output-dir", tmp_path / "out"])])
    assert script.evaluate.main() == 0
    out = capsys.readouterr().out.splitlines()
    assert not [*(tmp_path / "out").glob("confusion*")]
    tensors = torch.load(tmp_path / "out" / "predictions.pt", weights_only=True)
    assert tensors["labels"].tolist() == [
        [float(str(k) in labels.split(",")) for k in range(3)] for labels in LABELS[:5]
    ]
    scores, targets = tensors["probabilities"], tensors["labels"]
    expected = [brute_force(scores[:, k].tolist(), targets[:, k].tolist()) for k in range(3)]
    assert f"mAP         {100 * sum(expected) / 3:6.2f} %" in out
    assert f"class 0     {100 * expected[0]:6.2f} % AP of 3 videos  a" in out
    lines = (tmp_path / "out" / "predictions.jsonl").read_text().splitlines()
    second = json.loads(lines[1])
    assert (second["labels"], second["names"]) == ([1, 2], ["b", "c"])
    assert {name for _, _, name in second["top"]} == {"a", "b", "c"}


def test_views_are_averaged_as_probabilities(script: Scripts, videos: Path) -> None:
    """The mean of the sigmoids, not the sigmoid of the mean."""
    evaluate = script.evaluate
    (video, *_) = script.lists.read_list(str(videos / "val.txt"), 3, None, str)
    views, _ = evaluate.views_of([video], 0)
    torch.manual_seed(0)
    model = script.network.Small(classes=3).eval()
    args = type("Args", (), {"views_per_step": 2, "amp": "no", "channels_last": False})
    found = evaluate.tested(evaluate.Result(0, video), views, model, args).probabilities
    logits = torch.cat([model(script.recipe.normalise(view[None])) for view in views])
    torch.testing.assert_close(found, logits.sigmoid().mean(0).detach())


def test_a_run_of_several_labels_goes_on_exactly(
    script: Scripts, train: Train, videos: Path, data: Path, tmp_path: Path, capsys: Capture
) -> None:
    lists = ["--data", data, "--root", videos]
    assert train(script, *lists, "--output-dir", tmp_path / "whole") == 0
    assert train(script, *lists, "--epochs", 1) == 0
    assert train(script, *lists, "--resume", "auto") == 0
    one, other = (
        torch.load(tmp_path / name / "checkpoints" / "step_00000004.pt", weights_only=True)
        for name in ("whole", "run")
    )
    same = [torch.equal(v, other["model_state"][k]) for k, v in one["model_state"].items()]
    assert all(same)
    rows = (data / "train.txt").read_text().replace("a,b,c", "a,b")
    (data / "train.txt").write_text(rows)
    assert train(script, *lists, "--resume", "auto") == 1
    assert "1 of 10 labels differ, the first of " in capsys.readouterr().err
