"""predict.py on videos and folders, and the video that it labels."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
import torch
from torch import Tensor

from scripts.loaded import Scripts
from scripts.recipes import FRAMES, RATE, STRIDE
from scripts.videos import write_sound, write_video

NAMES = ["falls", "rises", "stays"]
Printed = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def weights(in_views: Scripts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "w.pt"
    torch.manual_seed(0)
    state = in_views.network.Small().state_dict()
    torch.save({"model_state": state, "classes": NAMES}, path)
    return path


@pytest.fixture
def predict(
    monkeypatch: pytest.MonkeyPatch, in_views: Scripts, weights: Path
) -> Callable[..., int]:
    def call(*given: object) -> int:
        argv = ["predict.py", *given, "--checkpoint", weights]
        monkeypatch.setattr("sys.argv", [*map(str, argv)])
        status: int = in_views.predict.main()
        return status

    return call


def lines(capsys: Printed) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_classes_are_those_of_the_test(
    predict: Callable[..., int], in_views: Scripts, weights: Path, tmp_path: Path, capsys: Printed
) -> None:
    path = tmp_path / "a.mp4"
    write_video(path, frames=40, rate=RATE)
    assert predict(path, "--json") == 0
    (record,) = lines(capsys)
    model = in_views.network.Small().eval()
    model.load_state_dict(torch.load(weights)["model_state"])
    with in_views.decoding.opened(str(path)) as video, torch.no_grad():
        views = torch.stack(in_views.recipe.test_views(video))
        scores: Tensor = model(in_views.recipe.normalise(views)).softmax(1).mean(0)
    order = scores.argsort(descending=True).tolist()
    assert [[number, name] for number, _, name in record["top"]] == [[n, NAMES[n]] for n in order]
    assert record["top"][0][1] == pytest.approx(scores.max().item(), abs=1e-5)
    assert predict(path) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == str(path)
    assert [line.split()[-1] for line in said[1:]] == [NAMES[n] for n in order]


def test_a_folder_of_videos_and_what_cannot_be_read(
    predict: Callable[..., int], tmp_path: Path, capsys: Printed
) -> None:
    folder = tmp_path / "videos"
    (folder / "deep").mkdir(parents=True)
    write_video(folder / "a.mp4", frames=40, rate=RATE)
    write_video(folder / "deep" / "CAMERA.MOV", frames=40, rate=RATE)
    write_sound(folder / "b.mp4")
    (folder / "notes.txt").write_text("none")
    assert predict(folder, folder / "missing.mp4", "--json") == 1
    printed = capsys.readouterr()
    found = [json.loads(line) for line in printed.out.splitlines()]
    assert [Path(each["path"]).name for each in found] == [
        *("a.mp4", "b.mp4", "CAMERA.MOV", "missing.mp4")
    ]
    assert ["error" in each for each in found] == [False, True, False, True]
    assert printed.err.splitlines() == [
        f"error: {folder}/b.mp4: no video stream",
        f"error: {folder}/missing.mp4: No such file or directory",
    ]


def test_the_label_over_time_is_written(
    predict: Callable[..., int], tmp_path: Path, capsys: Printed
) -> None:
    path, saved = tmp_path / "a.mp4", tmp_path / "out.mp4"
    write_video(path, frames=4 * RATE, rate=RATE)
    assert predict(path, "--json", "--save", saved) == 0
    pieces = lines(capsys)[0]["pieces"]
    length = max(((FRAMES - 1) * STRIDE + 1) / RATE, 1)
    assert len(pieces) == int(4 / length)
    ends = [end for piece in pieces for end in piece["seconds"]]
    assert (ends[0], ends[-1]) == (0, pytest.approx(4))
    assert ends[1:-1:2] == ends[2::2]
    with av.open(str(path)) as source, av.open(str(saved)) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
        (plain, *_) = [frame.to_ndarray(format="gray") for frame in source.decode(video=0)]
    assert len(frames) == 4 * 25
    bottom = frames[0][-16:]
    assert bottom.mean() < plain[-16:].mean() / 2
    assert bottom.max() > bottom.mean() + 100  # the letters
    assert [each.name for each in tmp_path.glob("out*")] == ["out.mp4"]


def test_what_cannot_be_saved(predict: Callable[..., int], tmp_path: Path, capsys: Printed) -> None:
    path = tmp_path / "a.mp4"
    write_video(path, frames=40, rate=RATE)
    wanted = {
        (path, "--save", tmp_path / "none" / "a.mp4"): (4, "No such file or directory"),
        (path, "--save", tmp_path / "a.foo"): (1, "name a video file, such as a.mp4"),
        (path, path, "--save", tmp_path / "b.mp4"): (1, "--save writes one video, but here are 2"),
        (path, "--save", path): (1, "a.mp4 would write over the video itself"),
        (path, "--class-names", tmp_path / "no.txt"): (1, "No such file or directory"),
        (path, "--classes", 7): (1, "`--classes 3`, in Python `classes=3`, fits"),
    }
    for given, (status, end) in wanted.items():
        assert predict(*given) == status
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("error: ")
        assert line.endswith(end)


def test_a_camera_is_no_file(predict: Callable[..., int], tmp_path: Path, capsys: Printed) -> None:
    """A device, and a pipe that nobody writes to, are not waited for."""
    os.mkfifo(tmp_path / "pipe")
    found = {"/dev/video99": "No such file or directory"}
    found |= dict.fromkeys(("/dev/null", f"{tmp_path}/pipe"), "a device or a pipe, no file")
    for given, reason in found.items():
        assert predict(given, "--json") == 1
        printed = capsys.readouterr()
        assert json.loads(printed.out) == {"path": given, "error": reason}
        assert printed.err == f"error: {given}: {reason}\n"


def test_names_of_a_file(predict: Callable[..., int], tmp_path: Path, capsys: Printed) -> None:
    write_video(tmp_path / "a.mp4", frames=40, rate=RATE)
    (tmp_path / "names.txt").write_text("0 up\n1 down\n2 still\n")
    assert predict(tmp_path / "a.mp4", "--json", "--class-names", tmp_path / "names.txt") == 0
    (record,) = lines(capsys)
    assert {name for _, _, name in record["top"]} == {"up", "down", "still"}
