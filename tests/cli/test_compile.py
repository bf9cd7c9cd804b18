"""`archdsl compile`: where the file goes, and what it may replace."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl import files
from archdsl.cli.main import main

SPEC = "specs/x3d_xs.arch"


def test_writes_one_file_and_names_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"
    assert main(["compile", SPEC, "-o", str(folder)]) == 0
    path = folder / "x3d_xs.py"
    assert capsys.readouterr().out == f"{path}\n"
    assert files.is_ours(path.read_bytes())
    assert [entry.name for entry in folder.iterdir()] == ["x3d_xs.py"]


def test_the_default_folder_is_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = Path(SPEC).resolve()
    monkeypatch.chdir(tmp_path)
    assert main(["compile", str(spec)]) == 0
    assert (tmp_path / "build" / "x3d_xs.py").is_file()


def test_same_spec_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        assert main(["compile", SPEC, "-o", str(tmp_path / folder)]) == 0
    first, second = ((tmp_path / folder / "x3d_xs.py").read_bytes() for folder in "ab")
    assert first == second


def test_an_edited_file_stays(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "x3d_xs.py"
    assert main(["compile", SPEC, "-o", str(tmp_path)]) == 0
    path.write_text("# mine\n" + path.read_text())
    edited = path.read_text()
    assert main(["compile", SPEC, "-o", str(tmp_path)]) == 1
    printed = capsys.readouterr().err
    assert "was edited since it was generated" in printed
    assert "--force overwrites it" in printed
    assert path.read_text() == edited
    assert main(["compile", SPEC, "-o", str(tmp_path), "--force"]) == 0
    assert files.is_ours(path.read_bytes())


def test_nothing_is_written_for_a_bad_spec(tmp_path: Path) -> None:
    spec = tmp_path / "a.arch"
    spec.write_text("network a() { input x: 3 x 8^2\n cnv(3) }")
    assert main(["compile", str(spec), "-o", str(tmp_path / "build")]) == 1
    assert not (tmp_path / "build").exists()
