"""Mistakes in the arguments of `expand` and `contract`, and the advice on each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archdsl.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
X2D = str(ROOT / "specs/x2d.arch")


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        (["--target", "2M"], ["above the cost of `x2d`, 20,662,304", "contract(frames"]),
        (["--target", "2Q"], ["`--target` must be a number of at least 1, but this is `2Q`", "2G"]),
        (["--target", "-1"], ["but this is `-1`"]),
        (["--target", ""], ["but this is ``"]),
        (["--axes", "dpth"], ["there is no axis `dpth`", "did you mean `depth`?"]),
        (["--budget", "2G"], ["`--budget` needs `--follow`"]),
        (["--follow", "fast = 0"], ["`fast` must be a number above 0, but this is the number 0"]),
        (["--follow", "depth = -2.2"], ["but this is the number -2.2"]),
        (["--follow", "spatial = 1.5"], ["`spatial` must be an integer of at least 1"]),
        (["--follow", "fast, hight"], ["there is no axis `hight`"]),
        (["--follow", "fast", "--budget", "1k"], ["the smallest one has 20,662,304"]),
        (["--follow", "fast", "--budget", "1k", "--metric", "fvcore"], ["a budget cannot be in"]),
        (["--follow", "fast", "--axes", "depth"], ["`--axes` cannot be used with `--follow`"]),
    ],
)
def test_wrong_arguments(
    arguments: list[str], messages: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["expand", X2D, *arguments]) == 1
    printed = capsys.readouterr().err
    assert all(words in printed for words in messages), printed


def test_a_requested_axis_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["expand", str(ROOT / "tests/networks/vit_b_16.arch"), "--axes", "fast"]) == 1
    assert "no input of this network has frames" in capsys.readouterr().err


def test_a_network_that_cannot_be_built(capsys: pytest.CaptureFixture[str]) -> None:
    """The error is that of any command: it points to where a value was written."""
    spec = str(ROOT / "tests/cases/cells/frames_0.arch")
    assert main(["expand", spec]) == main(["show", spec]) == 1
    expanded, shown = capsys.readouterr().err.split("1 error\n")[:2]
    assert expanded == shown
    assert "frames_0.arch:5:25" in expanded


@pytest.mark.parametrize(
    ("contraction", "message"),
    [
        ("contract(frames)", "a budget must be given"),
        ("contract(framez, macs = 1M)", "did you mean `frames`?"),
        ("contract(frames, macs = 1k)", "the smallest one has 20,662,304"),
        ("contract(width, params = 1)", "no network along this axis is within 1 (params)"),
        ("contract(frames, macs = -1)", "of at least 0"),
    ],
)
def test_contractions(contraction: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transform", X2D, "lengthen(frames = 4)", contraction]) == 1
    assert message in capsys.readouterr().err


def test_flops_does_not_import_expansion() -> None:
    code = (
        "import sys; from archdsl.cli.main import main;"
        f"main(['flops', {X2D!r}]);"
        "sys.exit(any(name.startswith('archdsl.expansion') for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
