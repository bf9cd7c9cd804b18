"""`archdsl completion`: scripts that the shells take, and what they complete."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from archdsl.cli.main import main
from archdsl.cli.shells import SHELLS, Command, Flag, Kind

TRY = """
source ./script
COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _archdsl
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The script for bash, beside a spec and a folder."""
    assert main(["completion", "bash"]) == 0
    (tmp_path / "script").write_text(capsys.readouterr().out)
    (tmp_path / "my net.arch").touch()
    (tmp_path / "build").mkdir()
    return tmp_path


def completed(folder: Path, *words: str) -> list[str]:
    call = ["bash", "--norc", "-c", TRY, "bash", "archdsl", *words]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["flo"], ["flops"]),
        (["flops", "--form"], ["--format"]),
        (["flops", "--format", "j"], ["json"]),
        (["check", "--format", "s"], ["sarif"]),
        (["flops", "my"], ["my net.arch"]),
        (["flops", "x3d_"], ["x3d_l", "x3d_m", "x3d_s", "x3d_xs"]),
        (["compile", "x3d_s", "-o", "b"], ["build"]),
        (["weights", "i"], ["import", "inspect"]),
        (["weights", "import", "--from", "py"], ["pytorch-i3d", "pytorchvideo"]),
        (["weights", "import", "--spec", "tiny_s"], ["tiny_space"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["flops", "--set", "f"], [""]),
    ],
    ids=lambda words: " ".join(words),
)
def test_bash(script: Path, words: list[str], expected: list[str]) -> None:
    assert completed(script, *words) == expected


def test_every_command_is_completed(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    help = capsys.readouterr().out
    for command in completed(script, ""):
        assert f"\n    {command} " in help or f"\n    {command}\n" in help


@pytest.mark.parametrize("shell", SHELLS)
def test_scripts_have_the_syntax_of_their_shell(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = shutil.which(shell) or pytest.skip(f"there is no {shell}")
    assert main(["completion", shell]) == 0
    path = tmp_path / "script"
    path.write_text(capsys.readouterr().out)
    done = subprocess.run([program, "-n", path], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("fish"), reason="there is no fish")
def test_fish(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "fish"]) == 0
    (tmp_path / "script").write_text(capsys.readouterr().out)
    asked = "source script; complete -C 'archdsl flops x3d_'; complete -C 'archdsl weights '"
    done = subprocess.run(["fish", "-c", asked], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.split() == ["x3d_l", "x3d_m", "x3d_s", "x3d_xs", "import", "inspect"]


def test_zsh_escapes_the_signs_of_its_own() -> None:
    flag = Flag(("--size",), "a: [b] it's", Kind.TEXT, ())
    text = SHELLS["zsh"]([Command("count", "it's a count", (flag,), Kind.SPEC, ())], ["one"])
    assert r"'*--size[a\: \[b\] it'\''s]:value: '" in text
    assert r"'count:it'\''s a count'" in text


def test_a_shell_that_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "tcsh"]) == 2
    assert "invalid choice: 'tcsh'" in capsys.readouterr().err


def test_a_misspelt_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flop", "x3d_s"]) == 2
    assert "there is no command `flop`: did you mean `flops`?" in capsys.readouterr().err
