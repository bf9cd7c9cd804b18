"""Damage that decoders conceal, and good videos that look like it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import pytest

from scripts import mutations
from scripts.videos import numbers, write_video


def shown(decoding: ModuleType, path: Path, seconds: Iterable[float]) -> list[int]:
    with decoding.opened(str(path)) as video:
        return numbers(video.frames([*seconds], 1, lambda h, w: (h, w)))


def spoil(path: Path, places: range) -> Path:
    """Change most of the longest of these packets, and nothing else in the file."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        content = max((bytes(packets[place]) for place in places), key=len)
    data = bytearray(path.read_bytes())
    at = data.index(content)
    begin = len(content) // 8
    data[at + begin : at + len(content)] = random.Random(0).randbytes(len(content) - begin)
    path.write_bytes(data)
    return path


CODECS = {
    "libx264": "mp4",
    "mpeg4": "avi",
    "mpeg2video": "mkv",
    "mjpeg": "mov",
}


@pytest.mark.parametrize("codec", CODECS)
def test_a_frame_that_is_not_whole_is_not_used(
    codec: str, tmp_path: Path, decoding: ModuleType
) -> None:
    """It is named with its second; what is decoded apart from it is good."""
    path = tmp_path / f"a.{CODECS[codec]}"
    kind = next(kind for kind in mutations.KINDS if kind.codec == codec)
    mutations.write(kind._replace(muxer={}), path)
    with decoding.opened(str(path)) as video:
        good = video.frames([30, 40], 30, lambda h, w: (h, w))
    spoil(path, range(14, 18))
    with decoding.opened(str(path)) as video:
        with pytest.raises(decoding.BadVideo, match=r"^damaged at 0\.\d s$"):
            video.frames(range(12, 20), 30, lambda h, w: (h, w))
        later = video.frames([40], 30, lambda h, w: (h, w))
        assert (later[0].float() - good[1].float()).abs().mean() < 1


GOOD: dict[str, dict[str, Any]] = {
    "refreshed.mkv": {"x264-params": "intra-refresh=1", "g": "20", "bf": "2"},
    "open.mp4": {"x264-params": "open-gop=1", "g": "12", "bf": "3"},
    "slices.mp4": {"x264-params": "slices=4", "g": "12"},
    "pyramid.mkv": {"x264-params": "b-pyramid=normal", "bf": "7", "g": "30"},
    "lossless.mp4": {"qp": "0"},
    "x265.mp4": {"codec": "libx265", "x265-params": "log-level=none:open-gop=1:keyint=12"},
    "vp8.webm": {"codec": "libvpx", "auto-alt-ref": "1", "lag-in-frames": "16", "g": "30"},
    "vp9.webm": {"codec": "libvpx-vp9", "lag-in-frames": "16", "g": "30"},
    "mpeg4.avi": {"codec": "mpeg4", "bf": "2", "g": "12"},
}


@pytest.mark.parametrize("name", GOOD)
def test_good_videos_stay_good(name: str, tmp_path: Path, decoding: ModuleType) -> None:
    path = write_video(tmp_path / name, **GOOD[name])
    assert shown(decoding, path, [i / 30 for i in range(60)]) == [*range(60)]
    for second in (0.4, 0.9, 1.5, 1.9):
        assert shown(decoding, path, [second]) == [round(second * 30)]


def test_an_image_that_is_cut_off(tmp_path: Path, decoding: ModuleType) -> None:
    path = tmp_path / "1.jpg"
    av.VideoFrame.from_ndarray(mutations.picture(3), format="rgb24").save(str(path))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(decoding.BadVideo), decoding.opened(str(tmp_path)) as folder:
        folder.frames([0], 1, lambda h, w: (h, w))


@pytest.fixture(scope="module")
def wholes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A file of each kind."""
    return mutations.write_kinds(tmp_path_factory.mktemp("wholes"))


def test_whole_files_of_all_kinds_are_used(wholes: list[Path], decoding: ModuleType) -> None:
    judge = mutations.Judge(decoding, None)
    verdicts = {path.name: judge.verdict(path) for path in wholes}
    assert {name: told for name, told in verdicts.items() if told.word != "used"} == {}


@pytest.mark.parametrize("files", [60, pytest.param(2000, marks=pytest.mark.slow)])
def test_mutated_files(files: int, wholes: list[Path], decoding: ModuleType) -> None:
    """None ends the process, nor shows a frame that FFmpeg does not."""
    judge = mutations.Judge(decoding, None)
    told = [*mutations.judge_all(judge, wholes, range(files), seed=1)]
    assert len(told) == files
    assert {what: verdict for what, verdict in told if verdict.is_fault} == {}
    assert sum(verdict.word == "used" for _, verdict in told) > files // 5
