"""`archdsl export --int8`: integers that tell nearly what floats tell, or what is in the way."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper
from scripts.folders import environment, write_videos

from archdsl.cli.main import main

SPEC = """
network small(classes: int = 3) {
  input video: 3 x 4 x 24^2
  x = video -> conv(8, kernel = 3, stride = (1, 2, 2)) -> batch_norm -> relu
  x = x -> conv(8, kernel = 3, stride = (1, 2, 2), padding = 0) -> batch_norm -> relu
  return x -> mean((frames, height, width)) -> linear(classes)
}
recipe small_train for small {
  epochs 1
  batch 2
  optimizer sgd(lr = 0.1)
  clip(frames = 4, stride = 2, rate = 15)
  crop 24
  resize (24, 32)
  normalise(mean = 0.5, std = (0.1, 0.2, 0.3))
  test views(clips = 2, size = 24)
}
"""
NAMES = ["falls", "stays", "rises"]

Printed = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a build, its weights as ONNX, and videos with lists; one cannot be read."""
    folder = tmp_path_factory.mktemp("int8")
    (folder / "small.arch").write_text(SPEC)
    assert main(["compile", str(folder / "small.arch"), "-o", str(folder / "build")]) == 0
    build = folder / "build" / "small"
    torch.manual_seed(0)
    model = runpy.run_path(str(build / "small.py"))["Small"]()
    for tensor in model.buffers():
        if tensor.is_floating_point():
            tensor.uniform_(0.5, 1)
    torch.save({"model_state": model.state_dict(), "classes": NAMES}, folder / "w.pt")
    assert main(["export", str(build), "--onnx", "--weights", str(folder / "w.pt")]) == 0
    videos = write_videos(folder / "videos", train=18, val=5)
    (videos / "train3.mp4").write_bytes(b"none")
    (videos / "val4.mp4").write_bytes(b"none")
    return folder


@pytest.fixture
def folder(made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(made)
    before = {path: path.read_bytes() for path in made.rglob("*.*") if path.suffix != ".mp4"}
    yield made
    for path in {*made.rglob("*.*")} - before.keys():
        if path.suffix not in (".mp4", ".pyc"):
            path.unlink()
    for path, content in before.items():
        path.write_bytes(content)


def quantise(*flags: str, data: str = "videos") -> int:
    return main(["export", "build/small", "--int8", "--data", data, "--force", *flags])


def metadata(path: Path) -> dict[str, str]:
    return {entry.key: entry.value for entry in onnx.load(path).metadata_props}


def scores(path: Path, clips: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"video": clips})
    return np.asarray(found)


def test_integers_say_what_floats_say(folder: Path, capsys: Printed) -> None:
    capsys.readouterr()
    assert quantise() == 0
    printed = capsys.readouterr()
    floats, integers = (folder / "build/small" / f"small{end}.onnx" for end in ("", "_int8"))
    assert printed.out.startswith("on 4 videos, by the views of the recipe's test\n")
    assert printed.out.endswith("\nbuild/small/small_int8.onnx\n")
    row = r"^(\S+) +\S+ \S+ +\S+ \S+ +(?:x )?[-+.\d]+$"
    named = ["clip@1", "video@1", "video@5", "latency", "size"]
    assert re.findall(row, printed.out, re.MULTILINE) == named
    assert {line for line in printed.err.splitlines() if line.startswith("skipped")} == {
        f"skipped: videos/{name}.mp4: Invalid data found when processing input"
        for name in ("train3", "val4")
    }
    # What it says of itself is all that the file in float32 says, and that it is int8.
    about = metadata(integers)
    calibration = json.loads(about.pop("calibration"))
    assert (about.pop("precision"), about) == ("int8", metadata(floats))
    assert (calibration["list"], calibration["clips"]) == ("train.txt", 17)
    assert json.loads(about["classes"]) == NAMES
    assert json.loads(about["mean"]) == [0.5, 0.5, 0.5]
    assert json.loads(about["std"]) == [0.1, 0.2, 0.3]
    clip = {"frames": 4, "stride": 2, "rate": 15}
    assert json.loads(about["clip"]).items() >= clip.items()
    spec = json.loads((folder / "build/small/network.json").read_text())["spec"]
    assert json.loads(about["spec"]) == spec
    # The weights of layers are integers, and the results nearly the same at any size.
    kinds = {tensor.data_type for tensor in onnx.load(integers).graph.initializer}
    assert TensorProto.INT8 in kinds
    clips = np.random.default_rng(0).standard_normal((2, 3, 6, 30, 28), dtype=np.float32)
    before, after = scores(floats, clips), scores(integers, clips)
    assert 0 < np.abs(after - before).max() < 0.05 * np.abs(before).max()
    with pytest.raises(Exception, match="video: height must be 5 or more"):
        scores(integers, clips[..., :4, :])


def write_others() -> None:
    """A file of ONNX that is not ours, and one of ours with random weights."""
    entering, given = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [1]) for n in "xy")
    node = helper.make_node("Relu", ["x"], ["y"])
    onnx.save(helper.make_model(helper.make_graph([node], "g", [entering], [given])), "relu.onnx")
    model = onnx.load("build/small/small.onnx")
    (weights,) = (entry for entry in model.metadata_props if entry.key == "weights")
    weights.value = "random"
    onnx.save(model, "random.onnx")


def test_files_that_are_not_ours(folder: Path, capsys: Printed) -> None:
    write_others()
    Path("text.onnx").write_text("hello")
    wrong = {
        "gone.onnx": "there is no gone.onnx",
        "text.onnx": "text.onnx is not a file of ONNX",
        "relu.onnx": "relu.onnx is no file of `archdsl export`: its metadata lacks archdsl, netw",
        "random.onnx": "random.onnx has random weights, so nothing is to be tested",
    }
    for name, message in wrong.items():
        assert quantise("--from", name) == 1
        assert f"error[export]: {message}" in capsys.readouterr().err


def test_a_file_of_another_time(folder: Path, capsys: Printed) -> None:
    recipe = folder / "build/small/recipe.py"
    recipe.write_text(recipe.read_text().replace("stride=2", "stride=3"))
    assert quantise() == 1
    said = capsys.readouterr().err
    assert "build/small/small.onnx is not of build/small as that is now: its clip is" in said


def test_lists_that_give_too_little(folder: Path, capsys: Printed) -> None:
    shutil.copytree("videos", "none", dirs_exist_ok=True)
    for path in Path("none").glob("*.mp4"):
        path.write_bytes(b"none")
    assert quantise(data="none") == 1
    said = capsys.readouterr().err
    assert "error[export]: no video of none/train.txt can be read; ranges need the clips" in said
    assert quantise("--train-list", "videos/val.txt") == 1
    said = capsys.readouterr().err
    assert "videos/val.txt has 4 videos that can be read; ranges need the clips of 16" in said
    assert quantise("--val-list", "none/val.txt") == 1
    assert "error[export]: no video of none/val.txt can be read" in capsys.readouterr().err
    assert quantise(data="nowhere") == 1
    assert "nowhere is no folder; a list is given by --train-list" in capsys.readouterr().err
    assert not Path("build/small/small_int8.onnx").exists()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--int8"], "--int8 needs --data DIR, or both --train-list and --val-list"),
        (["--int8", "--data", "d", "--weights", "w"], "--weights is not for --int8"),
        (["--int8", "--data", "d", "--clips", "3"], "ranges need those of 16 videos at least"),
        (["--onnx", "--data", "d"], "--data is not for --onnx: it is for --int8"),
        (["--onnx", "--from", "f"], "--from is not for --onnx: it is for --int8"),
    ],
)
def test_the_command_line(capsys: Printed, flags: list[str], message: str) -> None:
    assert main(["export", "build/small", *flags]) == 2
    assert message in capsys.readouterr().err


def test_folders_without_scripts(folder: Path, capsys: Printed) -> None:
    for name in ("lists.py", "evaluate.py"):
        (folder / "build/small" / name).unlink()
        assert quantise() == 1
        said = capsys.readouterr().err
        expected = {
            "lists.py": "build/small has evaluate.py, but not lists.py",
            "evaluate.py": "build/small has no evaluate.py, so no clips can be read",
        }
        assert expected[name] in said


def shares_of_evaluate(weights: str) -> dict[str, float]:
    """What evaluate.py prints of weights, in percent."""
    command = [sys.executable, "build/tiny/evaluate.py", "--data", "samples", "--checkpoint"]
    done = subprocess.run(
        [*command, weights], env=environment(), capture_output=True, text=True, check=True
    )
    found = re.findall(r"^(\w+@\d) +(\S+) %", done.stdout + done.stderr, re.MULTILINE)
    assert len(found) == 3
    return {name: float(share) for name, share in found}


@pytest.mark.slow
def test_a_network_that_has_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It loses nearly nothing, and the accuracies are those of evaluate.py."""
    monkeypatch.chdir(tmp_path)
    assert main(["sample-data", "samples"]) == 0
    assert main(["compile", "tiny"]) == 0
    train = [sys.executable, "build/tiny/train.py", "--data", "samples", "--epochs", "20"]
    subprocess.run(train, env=environment(), capture_output=True, check=True)
    weights = "runs/tiny_train/checkpoints/best.pt"
    assert main(["export", "build/tiny", "--onnx", "--weights", weights]) == 0
    found: list[Any] = []
    monkeypatch.setattr("archdsl.report.int8.show_compared", lambda each: found.append(each) or "")
    assert main(["export", "build/tiny", "--int8", "--data", "samples"]) == 0
    (compared,) = found
    before, after = compared.floats.figures["video@1"], compared.integers.figures["video@1"]
    assert before > 0.3
    for name, share in shares_of_evaluate(weights).items():
        assert share == pytest.approx(100 * compared.floats.figures[name], abs=0.006)
    assert abs(after - before) < 0.05
    assert compared.integers.bytes < 0.4 * compared.floats.bytes
