"""When frames are shown: of streams that were joined, of headers that know no end."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import pytest

from scripts.videos import numbers, write_video

ALL = range(60)


def shown(decoding: ModuleType, path: Path, seconds: list[float]) -> list[int]:
    """The numbers of the frames on show at these seconds."""
    with decoding.opened(str(path)) as video:
        return numbers(video.frames(seconds, 1, lambda h, w: (h, w)))


def length(decoding: ModuleType, path: Path) -> float:
    with decoding.opened(str(path)) as video:
        seconds: float = video.seconds
        return seconds


class Pipe:
    """What a muxer writes to that cannot go back, to mend the header at the end."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("wb")

    def write(self, data: bytes) -> int:
        return self.file.write(data)

    def close(self) -> None:
        self.file.close()


def through_a_pipe(whole: Path, path: Path, form: str) -> Path:
    pipe = Pipe(path)
    with av.open(str(whole)) as given, av.open(pipe, "w", format=form) as made:
        stream = made.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(video=0):
            if packet.size:
                packet.stream = stream
                made.mux(packet)
    pipe.close()
    return path


X264: dict[str, Any] = {"g": "12", "bf": "2"}
MPEG4: dict[str, Any] = {"codec": "mpeg4", "g": "12"}
PIPES: dict[str, tuple[str, dict[str, Any]]] = {
    "flv": ("flv", X264),
    "mkv": ("matroska", X264),
    "webm": ("webm", {"codec": "libvpx", "g": "12"}),
    "avi": ("avi", MPEG4),
    "b.avi": ("avi", MPEG4 | {"bf": "2"}),
    "ts": ("mpegts", X264),
    "nut": ("nut", MPEG4),
}


@pytest.mark.parametrize("suffix", PIPES)
def test_headers_that_were_never_finished(
    suffix: str, tmp_path: Path, decoding: ModuleType
) -> None:
    form, options = PIPES[suffix]
    whole = write_video(tmp_path / f"a.{suffix}", **options)
    path = through_a_pipe(whole, tmp_path / f"pipe.{suffix}", form)
    for video in (whole, path):
        assert length(decoding, video) == pytest.approx(2, abs=0.01)
        assert shown(decoding, video, [i / 30 for i in ALL]) == [*ALL]
        assert shown(decoding, video, [1.5, 1.6, 59 / 30]) == [45, 48, 59]


JOINED: dict[str, dict[str, Any]] = {
    "a.ts": X264,
    "b.ts": {"codec": "mpeg2video", "g": "12", "bf": "2", "qscale": "2", "flags": "+qscale"},
    "a.mpg": {"codec": "mpeg1video", "g": "12", "bf": "2", "qscale": "2", "flags": "+qscale"},
    "a.vob": {"codec": "mpeg2video", "g": "12", "qscale": "2", "flags": "+qscale"},
    "a.mkv": X264,
    "a.webm": {"codec": "libvpx", "g": "12"},
}


@pytest.mark.parametrize("name", JOINED)
def test_streams_that_were_joined(name: str, tmp_path: Path, decoding: ModuleType) -> None:
    """Time goes on, though the stamps of each begin anew."""
    one = write_video(tmp_path / f"one_{name}", **JOINED[name])
    two = write_video(tmp_path / f"two_{name}", first=100, **JOINED[name])
    path = tmp_path / name
    path.write_bytes(one.read_bytes() + two.read_bytes())
    assert length(decoding, path) == pytest.approx(4, abs=0.01)
    seconds = [i / 30 for i in range(120)]
    assert shown(decoding, path, seconds) == [*ALL, *range(100, 160)]
    assert shown(decoding, path, [1.9, 2.0, 2.1, 3.9]) == [57, 100, 103, 157]


def test_time_stamps_of_33_bits_that_overflow(tmp_path: Path, decoding: ModuleType) -> None:
    path = tmp_path / "a.ts"
    last = 2**33 - 90_000  # a second before
    whole = write_video(tmp_path / "a.mp4", **X264)
    copied = {"mpegts_copyts": "1"}
    with av.open(str(whole)) as given, av.open(str(path), "w", options=copied) as made:
        stream = made.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(video=0):
            if packet.size:
                step = 90_000 * packet.time_base
                packet.pts = last + round((packet.pts or 0) * step)
                packet.dts = last + round((packet.dts or 0) * step)
                packet.duration = 3000
                packet.time_base = Fraction(1, 90_000)
                packet.stream = stream
                made.mux(packet)
    assert length(decoding, path) == pytest.approx(2, abs=0.05)
    assert shown(decoding, path, [0.0, 0.5, 1.0, 1.5, 1.95]) == [0, 15, 30, 45, 58]


def test_a_start_that_is_not_zero(tmp_path: Path, decoding: ModuleType) -> None:
    for name, first in (("a.mp4", 30), ("a.mkv", 30), ("b.mkv", 600), ("a.ts", 900)):
        path = write_video(tmp_path / name, ticks=range(first, first + 60), **X264)
        assert length(decoding, path) == pytest.approx(2, abs=0.05)
        assert shown(decoding, path, [0.0, 0.5, 1.9]) == [0, 15, 57]


def test_pictures_that_stay_long(tmp_path: Path, decoding: ModuleType) -> None:
    """A pause of many seconds in a recorded screen is no restart."""
    ticks = [0, 1, 2, 600, 601, 1500, 1501]
    for suffix in ("mp4", "mkv"):
        path = write_video(tmp_path / f"a.{suffix}", ticks=ticks)
        seconds = [0.0, 1 / 30, 10.0, 20.0, 20.05, 40.0, 50.0]
        assert shown(decoding, path, seconds) == [0, 1, 2, 3, 4, 4, 5]


def test_a_stream_without_any_times(tmp_path: Path, decoding: ModuleType) -> None:
    path = write_video(tmp_path / "a.h264", **X264)
    assert length(decoding, path) == pytest.approx(2)
    assert shown(decoding, path, [i / 30 for i in ALL]) == [*ALL]


def test_a_recording_that_begins_between_key_frames(tmp_path: Path, decoding: ModuleType) -> None:
    """What comes before the first key frame cannot be decoded: time begins there."""
    path = write_video(tmp_path / "a.ts", g="20", bf="2", sc_threshold="0")
    packets = path.read_bytes()
    path.write_bytes(packets[188 * (len(packets) // 188 // 6) :])
    found = shown(decoding, path, [0.0, 0.1])
    assert found[0] % 20 == 0
    assert found[1] == found[0] + 3


Spoil = Callable[[Path], None]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "webm", "avi"])
def test_what_is_truncated_is_called_so(suffix: str, tmp_path: Path, decoding: ModuleType) -> None:
    options: dict[str, dict[str, Any]] = {"mp4": {"container_options": {"movflags": "faststart"}}}
    given = {"avi": MPEG4, "webm": {"codec": "libvpx"}}.get(suffix, X264)
    path = write_video(tmp_path / f"a.{suffix}", **(options.get(suffix, {}) | given))
    cut(path)
    with pytest.raises(decoding.BadVideo, match=r"^truncated: ends at \d\.\d s of 2\.\d s$"):
        length(decoding, path)


def test_a_header_that_says_more(tmp_path: Path, decoding: ModuleType) -> None:
    """The file is whole, so that it is not called truncated."""
    path = write_video(tmp_path / "a.flv", **X264)
    data = bytearray(path.read_bytes())
    at = data.index(b"duration\0") + 9
    data[at : at + 8] = b"\x40\x24" + bytes(6)  # 10.0
    path.write_bytes(data)
    with pytest.raises(decoding.BadVideo) as fault:
        length(decoding, path)
    assert str(fault.value) == "ends at 2.0 s, but its header says 10.0 s"


def test_a_header_that_says_less(tmp_path: Path, decoding: ModuleType) -> None:
    path = write_video(tmp_path / "a.flv", **X264)
    data = bytearray(path.read_bytes())
    at = data.index(b"duration\0") + 9
    data[at : at + 8] = b"\x3f\xe0" + bytes(6)  # 0.5
    path.write_bytes(data)
    assert length(decoding, path) == pytest.approx(2, abs=0.01)


def test_a_copy_under_another_name(tmp_path: Path, decoding: ModuleType) -> None:
    """What a file is, its contents say."""
    path = tmp_path / "a.mp4"
    shutil.copy(write_video(tmp_path / "a.flv", **X264), path)
    assert shown(decoding, path, [0.5]) == [15]
