"""`archdsl bench`: what it measures of a build folder, and what becomes of ways that fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archdsl.cli.main import main

SPEC = '''"""Pools height and width."""
network small(classes: int = 5) {
  input video: 3 x 4 x 16^2
  x = video -> conv(8, kernel = (1, 3, 3)) -> batch_norm -> relu
  return x -> mean((frames, height, width)) -> linear(classes)
}
'''
MACS = 4 * 16 * 16 * 8 * 3 * 9 + 8 * 5

Printed = pytest.CaptureFixture[str]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    Path("small.arch").write_text(SPEC)
    assert main(["compile", "small.arch", "--target", "infer"]) == 0
    return Path("build/small")


def measured(capsys: Printed, *arguments: object) -> dict[str, Any]:
    capsys.readouterr()
    command = ["bench", "build/small", "--repeats", 2, "--format", "json", *arguments]
    assert main([*map(str, command)]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def spoil(build: Path, result: str) -> None:
    """Let the module for inference give another result: an expression of its own one, `y`."""
    path = build / "small_infer.py"
    lines = (
        "before = Small.forward",
        f"Small.forward = lambda *given: (lambda y: {result})(before(*given))",
    )
    path.write_text("\n".join([path.read_text(), *lines, ""]))


def test_a_way_that_gives_something_else_is_refused(build: Path, capsys: Printed) -> None:
    spoil(build, "y + 1")
    found = measured(capsys, "--ways", "eager", "--batch", 2, "--input", "4x32x32")
    (row,) = found["rows"]
    assert (row["module"], row["way"], row["batch"]) == ("readable", "eager", 2)
    assert 0 < row["low"] <= row["latency"] <= row["high"]
    assert len(row["rounds"]) == 2
    assert row["memory"] > 0
    assert row["difference"] == 0
    assert row["samples_per_second"] == pytest.approx(2e9 / row["latency"], rel=1e-3)
    macs = 4 * (MACS - 40) + 40
    assert (found["inferred"]["macs"], found["input"]) == (macs, [3, 4, 32, 32])
    assert row["flops_per_second"] == pytest.approx(4e9 * macs / row["latency"], rel=1e-3)
    (failed,) = found["failed"]
    assert (failed["module"], failed["way"], failed["batch"]) == ("infer", "eager", 2)
    assert failed["reason"].startswith("it gives something else: ")


def test_all_that_fails_is_an_error(build: Path, capsys: Printed) -> None:
    (build / "small.py").write_text("raise OSError('gone')\n")
    assert main(["bench", str(build), "--ways", "eager"]) == 1
    assert "build/small/small.py does not load: OSError: gone" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--batch", "1,0"], "must be an integer of at least 1, but this is '0'"),
        (["--batch", "9999"], "a batch is at most 4096"),
        (["--ways", "eager,tensorrt"], "but this has 'tensorrt'"),
        (["--threads", "-1"], "must be an integer of at least 1"),
    ],
)
def test_the_command_line(build: Path, capsys: Printed, flags: list[str], message: str) -> None:
    assert main(["bench", str(build), *flags]) == 2
    assert message in capsys.readouterr().err


def test_mistakes_are_told_before_anything_is_measured(build: Path, capsys: Printed) -> None:
    wrong = {
        "--input=3x3": "the input must have the axes channels x frames x height x width",
        "--spec=tiny": "specs/tiny.arch is not what build/small was compiled from",
        "--spec=none": "no file and no published network is called `none`",
    }
    for flag, message in wrong.items():
        assert main(["bench", str(build), flag]) == 1
        assert message in capsys.readouterr().err
    assert main(["bench", str(build.parent)]) == 1
    assert "did you mean build/small?" in capsys.readouterr().err


def test_what_is_not_installed_is_named(
    build: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["bench", str(build), "--ways", "openvino"]) == 1
    said = capsys.readouterr().err
    assert "openvino needs torch, onnx, onnxscript, openvino\n" in said
    assert "pip install 'archdsl[bench]'" in said


@pytest.mark.slow
def test_every_way(build: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    found = measured(capsys, "--batch", "1,3", "--threads", 2)
    assert (found["failed"], found["threads"], found["not_installed"]) == ([], 2, {})
    ways = [("readable", name) for name in ("eager", "torch.compile", "onnxruntime", "openvino")]
    ways += [("infer", name) for name in ("eager", "torch.compile")]
    expected = {(*way, batch) for way in ways for batch in (1, 3)}
    assert {(row["module"], row["way"], row["batch"]) for row in found["rows"]} == expected
    assert max(row["difference"] for row in found["rows"]) < 1e-5
    monkeypatch.setenv("CXX", "/nonexistent")
    monkeypatch.setenv("TORCHINDUCTOR_FORCE_DISABLE_CACHES", "1")
    found = measured(capsys, "--ways", "eager,torch.compile")
    assert [row["way"] for row in found["rows"]] == ["eager", "eager"]
    assert [each["way"] for each in found["failed"]] == ["torch.compile", "torch.compile"]


@pytest.mark.slow
def test_a_way_that_takes_too_long(build: Path, capsys: Printed) -> None:
    spoil(build, "__import__('time').sleep(600)")
    found = measured(capsys, "--ways", "eager", "--limit", 30)
    assert [row["module"] for row in found["rows"]] == ["readable"]
    assert [each["reason"] for each in found["failed"]] == ["it took longer than 30 s"]
