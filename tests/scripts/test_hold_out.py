"""--hold-out: training videos that judge, chosen by their paths, without the validation list."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scripts import folders
from scripts.conftest import Load
from scripts.loaded import Scripts

torch = pytest.importorskip("torch")
pytest.importorskip("av")

Train = Callable[..., int]
Capture = pytest.CaptureFixture[str]
RECIPE = replace(folders.MINIMAL, name="held", epochs=1)
HOLD_OUT = ("--hold-out", 0.3)


@pytest.fixture(scope="session")
def script(load_script: Load) -> Scripts:
    return load_script(RECIPE)


@pytest.fixture
def data(videos: Path, tmp_path: Path) -> Path:
    """Training videos alone: what would read the validation list ends the run."""
    folder = tmp_path / "data"
    shutil.copytree(videos, folder, copy_function=os.link)
    (folder / "val.txt").unlink()
    return folder


def held(
    script: Scripts, labels: dict[str, tuple[int, ...]], share: float
) -> tuple[set[str], set[str]]:
    """The paths to learn from, and those that are held out."""
    rows = [script.lists.Video(f"/data/{path}", own) for path, own in labels.items()]
    parts = script.held_out.hold_out(rows, [*labels], share)
    learned, out = ({row.path.removeprefix("/data/") for row in part} for part in parts)
    return learned, out


def of_classes(*counts: int) -> dict[str, tuple[int, ...]]:
    """So many videos of each class."""
    return {f"{c}/{i}.mp4": (c,) for c, count in enumerate(counts) for i in range(count)}


def test_the_digests_of_paths_decide_in_each_class(script: Scripts) -> None:
    labels = of_classes(40, 20)
    _, out = held(script, labels, 0.1)
    for label, count in ((0, 4), (1, 2)):
        own = [path for path, (found,) in labels.items() if found == label]
        order = sorted(own, key=lambda path: hashlib.sha256(path.encode()).hexdigest())
        assert {path for path in out if labels[path] == (label,)} == {*order[:count]}


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.99])
def test_each_class_of_two_is_on_both_sides(script: Scripts, share: float) -> None:
    labels = of_classes(1, 2, 3, 50)
    learned, out = held(script, labels, share)
    assert learned | out == {*labels}
    assert not learned & out
    assert {labels[path][0] for path in learned} == {0, 1, 2, 3}
    assert {labels[path][0] for path in out} == {1, 2, 3}


def test_the_order_of_a_list_changes_nothing(script: Scripts) -> None:
    labels = of_classes(30, 7, 12)
    assert held(script, labels, 0.2) == held(script, dict(reversed(labels.items())), 0.2)


def test_another_video_moves_one_at_most(script: Scripts) -> None:
    labels = of_classes(30, 30)
    _, before = held(script, labels, 0.2)
    _, after = held(script, {**labels, "0/new.mp4": (0,)}, 0.2)
    assert len(before - after) <= 1


def test_pieces_of_one_file_stay_together(script: Scripts) -> None:
    pieces = [
        script.lists.Video(f"/d/{file}.mp4", (piece % 2,), None, (piece, piece + 1))
        for file in range(10)
        for piece in range(4)
    ]
    parts = script.held_out.hold_out(pieces, [piece.path for piece in pieces], 0.3)
    learned, out = ({piece.path for piece in part} for part in parts)
    assert not learned & out
    assert (len(learned), len(out)) == (7, 3)


def test_several_labels_are_held_out_with_their_rarest(script: Scripts) -> None:
    labels = {f"{i}.mp4": tuple({0, 1 + i % 3, *((9,) if i < 2 else ())}) for i in range(60)}
    learned, out = held(script, labels, 0.2)
    counts = Counter(label for path in out for label in labels[path])
    assert counts[9] == 1
    assert [counts[label] for label in (1, 2, 3)] == [4, 4, 4]
    assert counts[0] == len(out) == 12
    assert {label for path in learned for label in labels[path]} == {0, 1, 2, 3, 9}


def test_nothing_to_judge_is_refused(script: Scripts) -> None:
    with pytest.raises(script.errors.Fault) as fault:
        held(script, of_classes(1, 1, 1), 0.5)
    assert fault.value.args == (
        "no video of 3 files in 3 classes can be held out:"
        " a class needs two files, one to learn from and one to judge",
    )


PLACES = [
    ("lists/train.txt", None, "lists/a/x.mp4", "a/x.mp4"),
    ("/data/train.txt", None, "/data/a/x.mp4", "a/x.mp4"),
    ("train.txt", None, "a/x.mp4", "a/x.mp4"),
    ("lists/train.txt", "videos", "videos/a/x.mp4", "a/x.mp4"),
    ("/data/lists/train.txt", None, "/data/videos/x.mp4", "videos/x.mp4"),
    ("/home/me/train.txt", None, "/data/videos/x.mp4", "data/videos/x.mp4"),
]


@pytest.mark.parametrize(("listed", "root", "path", "place"), PLACES)
def test_a_path_is_that_of_its_list(
    script: Scripts, listed: str, root: str | None, path: str, place: str
) -> None:
    assert script.lists.path_in_list(path, listed, root) == place


def test_a_path_in_a_folder_of_classes(script: Scripts, tmp_path: Path) -> None:
    found = script.lists.path_in_list(f"{tmp_path}/walk/x.mp4", f"{tmp_path}/", "elsewhere")
    assert found == "walk/x.mp4"


def validations(folder: Path) -> list[dict[str, float]]:
    lines = (folder / "log.jsonl").read_text().splitlines()
    return [record for record in map(json.loads, lines) if "val_loss" in record]


def test_a_run_is_judged_by_what_it_does_not_learn(
    script: Scripts,
    train: Train,
    data: Path,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: dict[str, set[str]] = {"random_clip": set(), "centre_clip": set()}
    sample = script.video.VideoDataset.sample

    def noted(dataset: Any, place: int, chance: object) -> object:
        seen[dataset.read.__name__].add(Path(dataset.videos[place].path).name)
        return sample(dataset, place, chance)

    monkeypatch.setattr(script.video.VideoDataset, "sample", noted)
    assert train(script, "--data", data, *HOLD_OUT, "--epochs", 4, "--batch", 3) == 0
    learned, out = seen.values()
    assert not learned & out
    assert learned | out == {f"train{i}.mp4" for i in range(10)}
    assert len(out) == 3
    told = f"{data}/train.txt: 3 of 10 videos are held out; the validation list is not read\n"
    assert told in capsys.readouterr().out
    assert [record["epoch"] for record in validations(tmp_path / "run")] == [1, 2, 3, 4]
    assert {"val_loss", "val_clip@1"} < set(validations(tmp_path / "run")[0])


def test_the_seed_decides_all_but_what_is_held_out(
    script: Scripts, train: Train, data: Path, tmp_path: Path
) -> None:
    found = []
    for name, seed in (("one", 3), ("again", 3), ("other", 4)):
        flags = ("--seed", seed, "--output-dir", tmp_path / name)
        assert train(script, "--data", data, *HOLD_OUT, *flags) == 0
        found.append(validations(tmp_path / name))
    one, again, other = found
    assert one == again
    assert one != other


@pytest.mark.parametrize("form", ["classes", "images"])
def test_other_lists(
    script: Scripts, train: Train, videos: Path, tmp_path: Path, capsys: Capture, form: str
) -> None:
    for label, name in enumerate(("falls", "stays", "rises")):
        for number in (label, label + 3):
            place = tmp_path / "data" / "train" / name / f"{number}.mp4"
            place.parent.mkdir(parents=True, exist_ok=True)
            if form == "classes":
                os.link(videos / f"train{number}.mp4", place)
            else:
                place.with_suffix("").mkdir()
                write_images(place.with_suffix(""))
    flags = ("--data", tmp_path / "data", "--hold-out", 0.1, "--batch", 3)
    assert train(script, *flags) == 0
    assert "/train: 3 of 6 videos are held out" in capsys.readouterr().out


def write_images(folder: Path) -> None:
    import av
    import numpy as np

    for number in range(1, 9):
        image = np.full((36, 48, 3), 20 * number, np.uint8)
        av.VideoFrame.from_ndarray(image, format="rgb24").save(str(folder / f"{number}.png"))


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--hold-out", "0.2"], "0.3 there, 0.2 here"),
        (["--val-list", "{data}/train.txt"], "0.3 there, 0.0 here"),
    ],
)
def test_resuming_compares_the_share(
    script: Scripts,
    train: Train,
    data: Path,
    tmp_path: Path,
    capsys: Capture,
    flags: Sequence[str],
    said: str,
) -> None:
    assert train(script, "--data", data, *HOLD_OUT) == 0
    saved = tmp_path / "run" / "checkpoints" / "step_00000001.pt"
    capsys.readouterr()
    other = [flag.format(data=data) for flag in flags]
    assert train(script, "--data", data, "--resume", "auto", *other) == 1
    refused = f"error: {saved}: hold_out: {said}; --allow-changed hold_out goes on\n"
    assert capsys.readouterr().err == refused


def test_a_run_goes_on_with_the_same_videos(
    script: Scripts, train: Train, data: Path, tmp_path: Path
) -> None:
    flags = ("--data", data, *HOLD_OUT)
    assert train(script, *flags, "--epochs", 1) == 0
    assert train(script, *flags, "--epochs", 2, "--resume", "auto") == 0
    assert train(script, *flags, "--epochs", 2, "--output-dir", tmp_path / "whole") == 0
    assert validations(tmp_path / "run") == validations(tmp_path / "whole")


def test_a_checkpoint_is_judged_again(
    script: Scripts, train: Train, data: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert train(script, "--data", data, *HOLD_OUT) == 0
    (record,) = validations(tmp_path / "run")
    best = tmp_path / "run" / "checkpoints" / "best.pt"
    capsys.readouterr()
    assert train(script, "--data", data, *HOLD_OUT, "--eval-only", "--checkpoint", best) == 0
    assert f"{best}: val_loss {record['val_loss']:.4g} " in capsys.readouterr().out


def test_too_few_are_left(script: Scripts, train: Train, data: Path, capsys: Capture) -> None:
    assert train(script, "--data", data, "--hold-out", 0.9) == 1
    assert capsys.readouterr().err == (
        "error: 3 videos that are not held out do not fill a batch of 4: make it smaller"
        " with --batch\n"
    )


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--hold-out", "1"], "argument --hold-out: a number between 0 and 1 is needed"),
        (["--hold-out", "nan"], "argument --hold-out: a number between 0 and 1 is needed"),
        (
            [*HOLD_OUT, "--val-list", "val.txt"],
            "--hold-out judges on training videos: --val-list is not read",
        ),
    ],
)
def test_options_that_do_not_fit(
    script: Scripts, train: Train, capsys: Capture, flags: Sequence[object], said: str
) -> None:
    with pytest.raises(SystemExit) as end:
        train(script, *flags)
    assert end.value.code == 2
    assert capsys.readouterr().err.endswith(f"train.py: error: {said}\n")
