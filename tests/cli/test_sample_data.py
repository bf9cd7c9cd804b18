"""`archdsl sample-data`: which files it makes, and which it leaves alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archdsl import samples
from archdsl.cli.main import main
from archdsl.samples import FRAMES, HEIGHT, MOTIONS, RATE, WIDTH

av = pytest.importorskip("av")


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(samples, "SETS", {"train": 1, "val": 1})
    return


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_same_files_each_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample-data", str(tmp_path / "a")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path}/a/train.txt: 8 videos in 8 classes",
        f"{tmp_path}/a/val.txt: 8 videos in 8 classes",
    ]
    assert main(["sample-data", str(tmp_path / "sub" / "b")]) == 0
    written = contents(tmp_path / "a")
    assert written == contents(tmp_path / "sub" / "b")
    videos = [name for name in written if name.endswith(".mp4")]
    assert len(videos) == 16
    assert len({written[name] for name in videos}) == 16
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "sub"]


def test_videos_and_lists(tmp_path: Path) -> None:
    assert main(["sample-data", str(tmp_path)]) == 0
    lines = [line.split() for line in (tmp_path / "val.txt").read_text().splitlines()]
    assert [int(label) for _, label in lines] == list(range(len(MOTIONS)))
    with av.open(str(tmp_path / lines[0][0])) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert (stream.width, stream.height, stream.average_rate) == (WIDTH, HEIGHT, RATE)
        assert sum(1 for _ in container.decode(stream)) == FRAMES


def test_existing_files_are_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "val.txt").write_text("mine")
    (tmp_path / "notes").write_text("mine too")
    assert main(["sample-data", str(tmp_path)]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert contents(tmp_path) == {"val.txt": b"mine", "notes": b"mine too"}
    assert main(["sample-data", str(tmp_path), "--force"]) == 0
    written = contents(tmp_path)
    assert written["notes"] == b"mine too"
    assert written["val.txt"] != b"mine"
    assert len(written) == 16 + 2 + 1


def test_a_folder_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["sample-data", str(tmp_path / "file")]) == 1
    assert "must be a folder, but this is a file" in capsys.readouterr().err
    assert main(["sample-data", str(tmp_path / "file" / "a")]) == 1
    assert "cannot write" in capsys.readouterr().err


def test_a_failure_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(path: Path, sample: samples.Sample) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(samples, "_encode", full)
    assert main(["sample-data", str(tmp_path / "a")]) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_without_pyav(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.delitem(sys.modules, "archdsl.samples")
    monkeypatch.delattr("archdsl.samples")
    assert main(["sample-data", str(tmp_path / "a")]) == 1
    assert 'pip install "archdsl[video]"' in capsys.readouterr().err
