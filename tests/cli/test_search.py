"""`archdsl search`: what the command line needs, and what it does without training anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from search.workers.fakes import Numbers, search_of, work

from archdsl.cli.main import main
from archdsl.search import extra

SPEC = """
use conv_norm_act

network small(frames = 1, size = 16, classes: int = 4) {
  input video: 3 x frames x size^2
  table {
    | block         | channels | stride    |
    |---------------|----------|-----------|
    | conv_norm_act | 8        | (1, 2, 2) |
  }
  in -> mean -> linear(classes)
}

recipe short for small {
  epochs 2
  batch 4
  optimizer sgd(lr = 0.1)
  clip(frames = video.frames, stride = 6)
  scale_jitter video.height..video.height
  crop video.height
  test views(clips = 1, size = video.height)
}

search grow for small {
  method expansion(axes = (fast, temporal, width), times = 2)
  train short
  macs <= 200k
  maximise top1
}
"""


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "small.arch"
    path.write_text(SPEC)
    return str(path)


def test_a_dry_run_shows_what_is_trained_first(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", spec, "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("grow for small: the first step\n")
    assert [line.split("#")[0] for line in out.splitlines()[4:]] == ["small"] * 3
    assert [path.name for path in tmp_path.iterdir()] == ["small.arch"]


SUPERNET = (
    SPEC.split("search grow")[0].replace("| conv_norm_act | 8 ", "| conv_norm_act | {8, 12} ")
    + "search s for small {\n  method probabilistic\n}\n"
)


def test_a_supernet_is_shown_without_being_searched(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(spec).write_text(SUPERNET)
    assert main(["search", spec, "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("s for small: some of the members within the bounds\n")
    assert [line.split("#")[0] for line in out.splitlines()[4:]] == ["small"] * 2
    assert [path.name for path in tmp_path.iterdir()] == ["small.arch"]


def test_what_no_supernet_can_share_is_told_before_anything_runs(
    spec: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(spec).write_text(SUPERNET.replace("probabilistic", "differentiable"))
    assert main(["search", spec, "--dry-run"]) == 1
    shown = capsys.readouterr()
    assert "must be between tensors" in shown.err
    assert not shown.out


def test_a_supernet_is_searched_in_the_folder_that_compile_writes(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The data has no videos: search.py says so in its own words."""
    Path(spec).write_text(SUPERNET)
    run, data = tmp_path / "run", tmp_path / "data"
    assert main(["search", spec, "--data", str(data), "-o", str(run)]) == 1
    assert f"there is no {data}" in capsys.readouterr().err
    assert not run.exists()
    data.mkdir()
    assert main(["search", spec, "--data", str(data), "-o", str(run)]) == 1
    shown = capsys.readouterr()
    assert "error[search]: search.py ended with exit status 1" in shown.err
    assert "= note: error: there is no train.txt, train.csv or folder train" in shown.err
    assert f"cd {run / 'search'} && " in shown.err
    monkeypatch.chdir(tmp_path)
    assert main(["compile", spec]) == 0
    for path in (tmp_path / "build/small").iterdir():
        assert path.read_bytes() == (run / "search" / path.name).read_bytes()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--data", "."], "-o RUN is missing"),
        (["-o", "run"], "--data DIR is missing"),
        (["--data", ".", "-o", "run", "--trials", "0"], "must be an integer of at least 1"),
        (["--data", ".", "-o", "run", "--stale", "1"], "5 at least, but this is '1'"),
        (["--data", ".", "-o", "run", "--baseline", "-1"], "must be an integer"),
        (["--data", ".", "-o", "run", "--train-args=--seed 3"], "--train-args has --seed"),
        (["--data", ".", "-o", "run", "--search-args=--data a"], "--search-args has --data"),
        (["--dry-run", "--search-args=--keep 1"], "is for supernets, and `grow` is expansion("),
        (["--dry-run", "--trials", "3"], "that have a number of them, and `grow` is expansion("),
    ],
)
def test_what_is_wrong_in_the_command_line(
    spec: str, flags: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", spec, *flags]) == 2
    assert words in capsys.readouterr().err


def test_a_spec_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search"]) == 2
    assert "SPEC is missing, or --status RUN" in capsys.readouterr().err


def test_data_that_is_not_there(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert main(["search", spec, "--data", str(tmp_path / "none"), "-o", str(run)]) == 1
    assert "there is no" in capsys.readouterr().err
    assert not run.exists()


def test_without_its_packages(
    spec: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(extra, "_version", lambda package: "")
    assert main(["search", spec, "--dry-run"]) == 1
    assert "pip install 'archdsl[search]'" in capsys.readouterr().err


def test_a_folder_with_something_else_is_left_alone(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", spec, "--data", str(tmp_path), "-o", str(tmp_path)]) == 1
    assert "is not empty, and no search has made it" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["small.arch"]


def test_a_storage_that_workers_cannot_share(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    flags = ["--data", str(tmp_path), "-o", str(run), "--storage", "sqlite:///trials.db"]
    assert main(["search", spec, *flags]) == 1
    assert "SQLite is no storage of a search" in capsys.readouterr().err
    assert not run.exists()


def test_the_status_of_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from archdsl.search.records.storage import Address
    from archdsl.search.results.about import About
    from archdsl.search.results.run_folder import make_run

    run = tmp_path / "run"
    setup = search_of(Numbers(), tmp_path, trials=1)
    make_run(run, About.of(setup, Address.of(None, run), run), {})
    work(setup, run)
    assert main(["search", "--status", str(run)]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first == "numbers_search for numbers: 1 trained, of 1 asked for"
