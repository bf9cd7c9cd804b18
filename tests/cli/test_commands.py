"""What all commands share: help, exit status, streams and colour."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from archdsl import __version__
from archdsl.__main__ import run
from archdsl.cli.main import main
from archdsl.report.text import Paint, paint_for

SPEC = "specs/x3d_s.arch"
BAD = "network a() { input x: 3 x 8^2\n cnv(3) }"


@pytest.mark.parametrize(
    "command",
    [[], ["compile"], ["export"], ["flops"], ["check"], ["draw"], ["family"], ["fmt"], ["show"]],
)
def test_help_gives_examples(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    assert main([*command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "examples:\n  archdsl " in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"archdsl {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["flop", SPEC],
        ["flops"],
        ["flops", SPEC, "--views", "0x3"],
        ["flops", SPEC, "--convention", "gmacs"],
        ["flops", SPEC, "--format", "yaml"],
        ["show", SPEC, "--depth", "0"],
        ["check"],
    ],
)
def test_usage_mistakes_exit_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "usage: archdsl" in printed.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["chek", "a.arch"], "there is no command `chek`: did you mean `check`?"),
        (["help"], "there is no command `help`: write `archdsl --help`"),
        (["flops", "a.arch", "--set", "depth", "3"], "in one: `--set depth=3`"),
        (["flops", "a.arch", "--json"], "there is no flag `--json`: write `--format json`"),
        (["compile", "a.arch", "--output-dir", "x"], "did you mean `--output`?"),
        (["compile", "a.arch", "x"], "`x` is one argument too many"),
        (["weights", "inspect", "a", "--keys"], "there is no flag `--keys`"),
    ],
)
def test_what_is_meant_by_a_wrong_argument(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert main(arguments) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("command", ["flops", "check", "draw", "show", "compile", "fmt"])
def test_bad_specs_exit_with_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str
) -> None:
    assert main([command, str(tmp_path / "missing.arch")]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error[file]: no such file: ")


def test_data_and_diagnostics_go_to_different_streams(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.arch"
    bad.write_text(BAD)
    assert main(["check", SPEC, str(bad)]) == 1
    printed = capsys.readouterr()
    assert "error" not in printed.out
    assert "x3d_s(size = 182)" in printed.out
    assert "did you mean `conv`?" in printed.err


@pytest.mark.parametrize("command", [["flops", SPEC], ["show", SPEC], ["check", "missing.arch"]])
@pytest.mark.parametrize("streams", [">&-", "2>&-", ">/dev/full", "2>/dev/full"])
def test_closed_and_full_streams(command: list[str], streams: str) -> None:
    words = shlex.join([sys.executable, "-m", "archdsl", *command])
    buffered = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        f"{words} {streams}", shell=True, env=buffered, capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") < 5
    is_lost = streams == ">/dev/full" and SPEC in command
    assert done.returncode == int(is_lost or SPEC not in command)
    assert ("cannot print: No space left on device" in done.stderr) == is_lost


def test_colour_only_on_a_terminal_that_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert paint_for(Terminal()).is_on
    assert not paint_for(sys.__stdin__ or sys.stdin).is_on or sys.stdin.isatty()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not paint_for(Terminal()).is_on
    assert Paint(is_on=True)("red", "x") == "\x1b[1;31mx\x1b[0m"


def test_a_closed_pipe_is_no_error() -> None:
    command = f"'{sys.executable}' -m archdsl show {SPEC} | head -1"
    environment = {**os.environ, "PYTHONPATH": "."}
    done = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True)
    assert done.stdout.startswith("network x3d_s")
    assert done.stderr == ""


def test_interrupts_are_quiet(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("archdsl.cli.options.load", interrupt)
    monkeypatch.setattr("sys.argv", ["archdsl", "flops", SPEC])
    for name in ("gc.disable", "gc.freeze"):
        monkeypatch.setattr(name, lambda: None)
    assert run() == 130
    assert capsys.readouterr().err == ""


def test_a_terminal_without_unicode_is_no_error(tmp_path: Path) -> None:
    spec = tmp_path / "größe.arch"
    spec.write_text("network größe() { input bild: 3 x 8^2; conv(4) -> nichtß }", "utf-8")
    environment = {**os.environ, "PYTHONPATH": ".", "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "archdsl", "check", str(spec)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_show_folds_repeats(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", SPEC, "--depth", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("1-10: these 2 in turn  x 5" in line for line in lines)
    assert len(lines[: lines.index("")]) < 45
    assert lines[lines.index("") + 1] == "recipe x3d_s_train"


def test_check_json(capsys: pytest.CaptureFixture[str]) -> None:
    import json

    assert main(["check", SPEC, "--format", "json"]) == 0
    figures = json.loads(capsys.readouterr().out)["claims"]
    exact = next(f for f in figures if f["claimed"] == "3794274")
    assert exact["measured"] == 3794274
    assert exact["verdict"] == "met"
