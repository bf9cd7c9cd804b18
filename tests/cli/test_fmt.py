"""`archdsl fmt`: which files it rewrites, and what `--check` reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.cli.main import main

UGLY = "network a( ){\ninput x:3x8^2\n conv( 3 )}"
NEAT = "network a() {\n  input x: 3 x 8^2\n  conv(3)\n}\n"


def test_rewritten_files_are_listed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    spec = tmp_path / "a.arch"
    spec.write_text(UGLY)
    assert main(["fmt", str(spec)]) == 0
    assert spec.read_text() == NEAT
    assert capsys.readouterr().out == f"rewrote {spec}\n"
    assert main(["fmt", str(spec)]) == 0
    assert capsys.readouterr().out == ""


def test_check_rewrites_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    spec = tmp_path / "a.arch"
    spec.write_text(UGLY)
    assert main(["fmt", "--check", str(spec)]) == 1
    assert spec.read_text() == UGLY
    assert capsys.readouterr().out == f"would rewrite {spec}\n"


def test_a_broken_file_does_not_affect_the_others(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.arch", tmp_path / "good.arch"
    bad.write_text("network a( {")
    good.write_text(UGLY)
    assert main(["fmt", str(bad), str(good)]) == 1
    assert bad.read_text() == "network a( {"
    assert good.read_text() == NEAT
