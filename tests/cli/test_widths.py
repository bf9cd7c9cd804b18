"""Everything fits: 80 columns where there is no terminal, or the terminal that there is."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.cli.main import _COMMANDS, main
from archdsl.report.folding import filled, folded
from archdsl.report.tables import Table
from archdsl.report.text import width

ROOT = Path(__file__).resolve().parents[2]


def widest(text: str) -> int:
    return max(map(width, text.splitlines()))


@pytest.mark.parametrize("command", [*_COMMANDS, "weights import", "weights inspect", ""])
def test_help(
    command: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")  # argparse asks for this, and not whether stdout is one
    assert main([*command.split(), "--help"]) == 0
    assert widest(capsys.readouterr().out) <= 80


@pytest.mark.parametrize(
    "command",
    [
        "check x3d_xs autox3d_l",
        "flops x3d_m --convention pytorchvideo",
        "flops i3d_r50_attention --by operation",
        "flops tiny_rows",
        "show x3d_l",
        "show i3d_attention",
        "family autox3d_l autox3d_m i3d_attention",
        "diff x3d_s i3d",
        "expand x2d",
        "list",
    ],
)
def test_reports(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(command.split())
    assert widest(capsys.readouterr().out) <= 80


def test_columns_that_are_left_out_are_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["family", "x3d_s"]) == 0
    printed = capsys.readouterr().out
    assert "activations " not in printed.splitlines()[0]
    assert printed.endswith("without activations: --format csv has all\n")
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["family", "x3d_s"]) == 0
    printed = capsys.readouterr().out
    assert "activations " in printed.splitlines()[0]
    assert "without" not in printed


def test_names_are_folded_and_numbers_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    name = "stage1.block.squeeze_excite.multiply"
    table = Table(
        ("name", "a long head"), [(name, "123,456 k"), (name, "1")], frozenset({"a long head"})
    )
    assert table.text() == (
        "name                              a long\n"
        "                                    head\n"
        "-----------------------------  ---------\n"
        "stage1.block.squeeze_excite.   123,456 k\n"
        "  multiply\n"
        "                                       1\n"
    )


@given(st.text(st.sampled_from("ab ._名")), st.integers(8, 40))
def test_a_fold_keeps_every_word(text: str, most: int) -> None:
    lines = list(folded(text, most, "  "))
    assert all(width(line) <= most for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_lists_and_paragraphs_are_laid_out_anew() -> None:
    page = "One two three four\nfive.\n\n  name  what it is, and\n        more of it\n  f(x)\n"
    assert filled(page, 80) == page
    assert filled(page, 16) == (
        "One two three\nfour five.\n\n"
        "  name  what it\n        is, and\n        more of\n        it\n  f(x)\n"
    )


def on_a_terminal(columns: int, folder: Path, *command: str) -> list[str]:
    """The lines that a command prints to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    import termios

    termios.tcsetwinsize(theirs, (24, columns))
    environment = {k: v for k, v in os.environ.items() if k != "COLUMNS"}
    environment |= {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    call = [sys.executable, "-m", "archdsl", *command]
    done = subprocess.Popen(call, cwd=folder, env=environment, stdout=theirs, stderr=theirs)
    os.close(theirs)
    printed = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        printed += part
    done.wait()
    os.close(ours)
    return printed.decode().replace("\r\n", "\n").splitlines()


def test_a_terminal_has_the_width(tmp_path: Path) -> None:
    long = "  return x -> relu -> conv(8, kernel = 3) -> relu -> conv(8, kernl = 3) -> relu\n"
    (tmp_path / "a.arch").write_text(f"network a() {{\n  input x: 3 x 8^2\n{long}}}\n")
    lines = on_a_terminal(50, tmp_path, "check", "a.arch")
    assert all(width(line) <= 50 for line in lines)
    (caret,) = (n for n, line in enumerate(lines) if "^" in line)
    at = lines[caret].index("^")
    assert lines[caret - 1][at:].startswith("kernl = 3")
