"""The emitted evaluation, against the same figures computed apart from it."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor, nn

from scripts.conftest import Load
from scripts.loaded import Scripts
from scripts.recipes import CROP, FRAMES, IN_VIEWS, RATE, STRIDE
from scripts.videos import write_sound, write_video

LABELS = [0, 1, 2, 1]
LENGTHS = [60, 45, 11, 30]

Array = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four videos that can be used, and two that cannot."""
    folder = tmp_path_factory.mktemp("data")
    for number, length in enumerate(LENGTHS):
        write_video(folder / f"{number}.mp4", frames=length, rate=RATE, first=60 * number)
    write_sound(folder / "4.mp4")
    (folder / "5.mp4").touch()
    lines = [f"{number}.mp4 {label}\n" for number, label in enumerate([*LABELS, 0, 2])]
    (folder / "val.txt").write_text("".join(lines))
    return folder


@pytest.fixture(scope="module")
def model(in_views: Scripts, data: Path) -> nn.Module:
    """With scores that differ so much between views that each class is likeliest in some."""
    torch.manual_seed(0)
    made: nn.Module = in_views.network.Small().eval()
    nn.init.normal_(made.linear.weight)
    scores = torch.stack([scored(made, v) for i in range(4) for v in views_of(data / f"{i}.mp4")])
    made.linear.weight.data /= scores.std(0)[:, None]
    made.linear.bias.data = -scores.mean(0) / scores.std(0)
    return made


@pytest.fixture(scope="module")
def weights(model: nn.Module, data: Path) -> Path:
    torch.save({"epoch": 3, "model_state": model.state_dict()}, data / "weights.pt")
    return data / "weights.pt"


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, data: Path, weights: Path, tmp_path: Path
) -> Callable[..., int]:
    def run(script: Scripts, *flags: object) -> int:
        given = ("--data", data, "--checkpoint", weights, "--output-dir", tmp_path / "out")
        argv = ["evaluate.py", *given, "--workers", 0, *flags]
        monkeypatch.setattr("sys.argv", [*map(str, argv)])
        status: int = script.evaluate.main()
        return status

    return run


def frames_of(path: Path, size: tuple[int, int] | None = None) -> Array:
    """All frames, (T, H, W, 3), each scaled by FFmpeg: the shorter side to CROP, or to a size."""
    with av.open(str(path)) as container:
        decoded = list(container.decode(video=0))
    height, width = size or (CROP, round(decoded[0].width * CROP / decoded[0].height))
    scaled = (f.reformat(width, height, "rgb24", interpolation="BILINEAR") for f in decoded)
    return np.stack([frame.to_ndarray() for frame in scaled]).astype(np.float64)


@torch.no_grad()
def scored(model: nn.Module, view: Array) -> Tensor:
    normal = (view.transpose(3, 0, 1, 2) / 255 - 0.45) / 0.225
    scores: Tensor = model(torch.tensor(normal, dtype=torch.float32)[None])[0]
    return scores


def softmaxed(model: nn.Module, view: Array) -> Array:
    powers: Array = np.exp(scored(model, view).double().numpy())
    return powers / powers.sum()


def views_of(path: Path) -> Iterator[Array]:
    """Three clips, spread evenly, times three crops along the longer side."""
    frames = frames_of(path)
    last = len(frames) - ((FRAMES - 1) * STRIDE + 1)
    for start in (0, last / 2, last):
        clip = frames[[round(start) + i * STRIDE for i in range(FRAMES)]]
        spare = clip.shape[2] - CROP
        for left in (0, -(-spare // 2), spare):
            yield clip[:, :CROP, left : left + CROP]


def predictions(folder: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    lines = (folder / "predictions.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines], torch.load(folder / "predictions.pt")


def test_figures(
    data: Path,
    model: nn.Module,
    in_views: Scripts,
    run: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(in_views, "--views-per-step", 4) == 0
    views = [[softmaxed(model, v) for v in views_of(data / f"{i}.mp4")] for i in range(4)]
    means = np.array([np.mean(found, axis=0) for found in views])
    lines, tensors = predictions(tmp_path / "out")
    assert tensors["labels"].tolist() == LABELS
    assert tensors["paths"] == [str(data / f"{i}.mp4") for i in range(4)]
    np.testing.assert_allclose(tensors["probabilities"].numpy(), means, atol=1e-5)
    likeliest = np.argsort(-means, axis=1)
    for line, expected, mean in zip(lines, likeliest, means, strict=False):
        assert [label for label, _ in line["top"]] == [*expected]
        np.testing.assert_allclose([p for _, p in line["top"]], -np.sort(-mean), atol=1e-5)
        assert line["predicted"] == expected[0]
    assert [line.get("error") for line in lines] == [None] * 4 + ["no video stream", "zero bytes"]
    clip = np.mean(
        [[v.argmax() == k for v in found] for found, k in zip(views, LABELS, strict=True)]
    )
    right = likeliest[:, 0] == LABELS
    out, err = capsys.readouterr()
    assert [line.split() for line in out.splitlines()[-3:]] == [
        ["clip@1", f"{100 * clip:.2f}", "%"],
        ["video@1", f"{100 * right.mean():.2f}", "%"],
        ["video@5", "100.00", "%"],
    ]
    for label, found in ((0, right[:1]), (1, right[[1, 3]]), (2, right[2:3])):
        share = f"{100 * found.mean():.2f}"
        assert f"class {label} {share} % of {len(found)} videos" in " ".join(out.split())
    assert f"skipped: {data}/5.mp4: zero bytes\n" in err
    assert "2 videos could not be used" in out


def test_which_classes_are_taken_for_which(
    in_views: Scripts,
    run: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run(in_views) == 0
    lines, _ = predictions(tmp_path / "out")
    guesses = [line["predicted"] for line in lines if "predicted" in line]
    expected = np.zeros((3, 3), int)
    np.add.at(expected, (LABELS, guesses), 1)
    table = [*csv.reader((tmp_path / "out" / "confusion.csv").open())]
    assert [table[0], [row[0] for row in table[1:]]] == [["true class", *"012"], [*"012"]]
    assert [[int(cell) for cell in row[1:]] for row in table[1:]] == expected.tolist()
    assert (tmp_path / "out" / "confusion.png").read_bytes().startswith(b"\x89PNG")
    (tmp_path / "out" / "confusion.png").unlink()
    capsys.readouterr()
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert run(in_views) == 0
    assert "confusion.png is not drawn: no matplotlib is installed\n" in capsys.readouterr().err
    assert not (tmp_path / "out" / "confusion.png").exists()


def test_whole_videos(
    data: Path,
    model: nn.Module,
    evaluate_whole: Scripts,
    run: Callable[..., int],
    tmp_path: Path,
) -> None:
    """Every second frame; of more than ten, the ten in the middle."""
    assert run(evaluate_whole) == 0
    _, tensors = predictions(tmp_path / "out")
    for i, length in enumerate(LENGTHS):
        frames = frames_of(data / f"{i}.mp4", (24, 32))[0:length:2]
        first = max(len(frames) - 10, 0) // 2
        expected = softmaxed(model, frames[first : first + 10])
        np.testing.assert_allclose(tensors["probabilities"][i].numpy(), expected, atol=1e-5)


@pytest.mark.parametrize("short", ["loop", "hold"])
def test_videos_shorter_than_a_clip_count(
    short: str,
    load_script: Load,
    run: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "short"
    folder.mkdir()
    for number, length in enumerate((1, 5, 9)):
        write_video(folder / f"{number}.mp4", frames=length)
    (folder / "val.txt").write_text("".join(f"{number}.mp4 {number}\n" for number in range(3)))
    recipe = replace(IN_VIEWS, name=f"short_{short}", short=short)
    assert run(load_script(recipe), "--data", folder) == 0
    out, err = capsys.readouterr()
    assert "3 videos in 3 of 3 classes" in out
    assert "skipped" not in err
    assert run(load_script(IN_VIEWS), "--data", folder) == 1
    assert capsys.readouterr().err.count("too short: ") == 3


def test_views_at_once_change_nothing(
    in_views: Scripts,
    run: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    said, found = [], []
    for views in (1, 9):
        assert run(in_views, "--views-per-step", views, "--on-bad-video", "skip") == 0
        said.append(capsys.readouterr().out)
        found.append(predictions(tmp_path / "out")[1]["probabilities"])
    assert said[0] == said[1]
    torch.testing.assert_close(*found, rtol=0, atol=1e-5)


def test_a_bad_video_may_be_fatal(
    data: Path, in_views: Scripts, run: Callable[..., int], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit) as stop:
        run(in_views, "--on-bad-video", "fail")
    assert stop.value.code == f"error: {data}/4.mp4: no video stream"
    assert not (tmp_path / "out" / "predictions.jsonl").exists()


def fault(capsys: pytest.CaptureFixture[str]) -> str:
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_weights_that_do_not_fit(
    weights: Path,
    in_views: Scripts,
    run: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    half, other = tmp_path / "half.pt", tmp_path / "other.pt"
    half.write_bytes(weights.read_bytes()[:1000])
    torch.save({"weight": torch.zeros(3)}, other)
    for path in (half, other, tmp_path / "none.pt"):
        assert run(in_views, "--checkpoint", path) == 1
        assert str(path) in fault(capsys)
    assert run(in_views, "--classes", 7) == 1
    assert "linear.weight is 3 x 16 in it, 7 x 16 in the network" in fault(capsys)


def test_no_video_can_be_used(
    data: Path,
    in_views: Scripts,
    run: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "val.txt"
    path.write_text("5.mp4 0\n")
    assert run(in_views, "--val-list", path, "--root", data) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "error: no video of the list can be used"


def test_a_folder_that_cannot_be_made(
    in_views: Scripts,
    run: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").touch()
    assert run(in_views, "--output-dir", tmp_path / "file" / "out") == 4
    assert fault(capsys) == f"error: cannot write in {tmp_path}/file/out: Not a directory"


def test_no_list(
    in_views: Scripts,
    run: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(in_views, "--data", tmp_path) == 1
    assert fault(capsys) == f"error: there is no val.txt, val.csv or folder val in {tmp_path}"
