"""Which frames are read: those shown at the seconds asked for, of any kind of video."""

from __future__ import annotations

import gc
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import numpy as np
import pytest
import torch

from scripts.loaded import Scripts
from scripts.recipes import CROP, FRAMES, STRIDE
from scripts.videos import numbers, write_images, write_sound, write_video


def as_it_is(height: int, width: int) -> tuple[int, int]:
    return height, width


def frames(
    script: ModuleType, path: str, numbers: list[float], scale: Any, rate: float = 1
) -> torch.Tensor:
    """Those of these numbers: at one a second, those that a video shows at these seconds."""
    with script.opened(path) as opened:
        shown: torch.Tensor = opened.frames(numbers, rate, scale)
        return shown


VIDEOS: dict[str, dict[str, Any]] = {
    "plain.mp4": {},
    "one_key_frame.mp4": {"g": "250", "bf": "3", "frames": 120},
    "key_frames_only.mp4": {"g": "1"},
    "open_groups.mkv": {"g": "12", "bf": "3", "x264-params": "open-gop=1"},
    "no_index.ts": {"g": "15", "bf": "2"},
    "fragments.mp4": {"container_options": {"movflags": "frag_keyframe+empty_moov"}, "g": "10"},
    "old.avi": {"codec": "mpeg4", "g": "12"},
    "film.mov": {"rate": 24},
    "fast.mp4": {"rate": 60, "frames": 120},
}


@pytest.mark.parametrize("name", VIDEOS)
def test_frames_are_those_on_show(name: str, tmp_path: Path, decoding: ModuleType) -> None:
    options = VIDEOS[name]
    path = str(write_video(tmp_path / name, **options))
    rate = Fraction(options.get("rate", 30))
    for start, stride in ((0, 3), (7, 5), (29, 1), (59, 1)):
        seconds = [(start + i * stride) / 30 for i in range(4 if start < 50 else 1)]
        expected = [int((Fraction(second) + Fraction(1, 1000)) * rate) for second in seconds]
        assert numbers(frames(decoding, path, seconds, as_it_is)) == expected


def test_odd_rate_in_rounded_time_stamps(tmp_path: Path, decoding: ModuleType) -> None:
    rate = Fraction(30000, 1001)
    path = str(write_video(tmp_path / "ntsc.mkv", rate=rate))
    for within in (0.0, 0.5, 0.9):
        seconds = [float((number + Fraction(within)) / rate) for number in (0, 1, 29, 30, 59)]
        assert numbers(frames(decoding, path, seconds, as_it_is)) == [0, 1, 29, 30, 59]


def test_avi_with_frames_out_of_order(tmp_path: Path, decoding: ModuleType) -> None:
    """An AVI has no times but an order; what is sent ahead delays none of them."""
    for codec in ("mpeg4", "libx264"):
        path = str(write_video(tmp_path / f"{codec}.avi", codec=codec, g="12", bf="2"))
        shown = frames(decoding, path, [i / 30 for i in (0, 1, 2, 20, 59)], as_it_is)
        assert numbers(shown) == [0, 1, 2, 20, 59]


def test_varying_frame_rate(tmp_path: Path, decoding: ModuleType) -> None:
    ticks = [0, 1, 2, 10, 11, 30, 31, 45]
    path = str(write_video(tmp_path / "a.mkv", ticks=ticks))
    seconds = [tick / 30 for tick in (0, 5, 10, 20, 30, 40, 46)]
    shown = frames(decoding, path, seconds, as_it_is)
    assert numbers(shown) == [0, 2, 3, 4, 5, 6, 7]


def test_parts_far_apart(tmp_path: Path, decoding: ModuleType) -> None:
    path = str(write_video(tmp_path / "a.mp4", frames=250, rate=10, g="20"))
    with decoding.opened(path) as opened:
        assert opened.seconds == pytest.approx(25)
        shown = opened.frames([0.0, 0.5, 12.0, 12.1, 24.9], 1, as_it_is)
    assert numbers(shown) == [0, 5, 120, 121, 249]


def test_pixels_are_those_of_ffmpeg(
    tmp_path: Path, decoding: ModuleType, video: ModuleType
) -> None:
    path = write_video(tmp_path / "a.mp4", frames=30)
    with av.open(str(path)) as container:
        decoded = list(container.decode(video=0))
    size = {"width": 64, "height": 48, "format": "rgb24", "interpolation": "BILINEAR"}
    expected = [decoded[i].reformat(**size).to_ndarray() for i in (3, 9, 15)]
    shown = frames(decoding, str(path), [0.1, 0.3, 0.5], video.shorter_side(48))
    assert shown.dtype is torch.uint8
    np.testing.assert_array_equal(shown.numpy(), np.stack(expected))


def test_upright(tmp_path: Path, decoding: ModuleType, video: ModuleType) -> None:
    """A phone's video: lying frames, and how far they are to be turned."""
    path = tmp_path / "lying.mp4"
    write_video(tmp_path / "a.mp4", frames=10)
    with av.open(str(tmp_path / "a.mp4")) as given, av.open(str(path), "w") as turned:
        stream = turned.add_stream_from_template(given.streams.video[0])
        if not hasattr(stream, "set_display_rotation"):
            pytest.skip("this PyAV cannot write a rotation")
        stream.set_display_rotation(90)
        for packet in given.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                turned.mux(packet)
    shown = frames(decoding, str(path), [0.0], video.shorter_side(72))
    assert shown.shape[1:3] == (96, 72)


def test_folder_of_images(tmp_path: Path, decoding: ModuleType) -> None:
    folder = str(write_images(tmp_path / "a", 12))
    for rate in (1, 30, 1000):  # an image is a frame, at whatever rate they are counted
        shown = frames(decoding, folder, [0, 1, 9, 10, 11], as_it_is, rate)
        assert numbers(shown) == [0, 1, 9, 10, 11]


def test_a_clip_is_all_that_is_decoded(
    tmp_path: Path, decoding: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(write_video(tmp_path / "a.mp4", frames=120, g="10", bf="0"))
    count = 0
    picture = decoding.Scaler.picture

    def counted(*scaled: object) -> torch.Tensor:
        nonlocal count
        count += 1
        shown: torch.Tensor = picture(*scaled)
        return shown

    monkeypatch.setattr(decoding.Scaler, "picture", counted)
    frames(decoding, path, [2.0, 2.1, 2.2], as_it_is)
    assert count == 3


def views(scripts: Scripts, path: str) -> list[torch.Tensor]:
    """The views that a test takes of a video."""
    with scripts.decoding.opened(path) as opened:
        taken: list[torch.Tensor] = scripts.recipe.test_views(opened)
        return taken


def cut(path: Path, share: float) -> Path:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    return path


def write_bad(folder: Path, kind: str) -> Path:
    path = folder / "bad.mp4"
    if kind == "zero":
        path.touch()
    elif kind == "text":
        path.write_text("no video at all, but a page that says: not found\n" * 20)
    elif kind == "headless":
        cut(write_video(path), 0.2)
    elif kind == "truncated":
        path = cut(write_video(folder / "bad.mkv", g="10"), 0.5)
    elif kind == "faststart":
        faststart = {"movflags": "faststart"}
        cut(write_video(path, container_options=faststart, g="10"), 0.6)
    elif kind == "short":
        write_video(path, frames=5)
    elif kind == "sound":
        write_sound(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "image":
        write_images(path, 20)
        (path / "img_10.png").write_bytes(b"")
    return path


REASONS = {
    "missing": "No such file or directory",
    "zero": "zero bytes",
    "text": "Invalid data found",
    "headless": "Invalid data found",
    "truncated": "truncated: ends at ",
    "faststart": "truncated: ends at ",
    "short": "too short: 0.2 s of 0.3 s",
    "sound": "no video stream",
    "folder": "no images in the folder",
    "image": "img_10.png has zero bytes",
}


@pytest.mark.parametrize("kind", REASONS)
def test_why_a_video_is_bad(kind: str, tmp_path: Path, in_views: Scripts) -> None:
    path = str(write_bad(tmp_path, kind))
    with pytest.raises(in_views.decoding.BadVideo) as fault:
        views(in_views, path)
    assert REASONS[kind] in str(fault.value)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("short", "shown"), [("loop", [0, 3, 1, 4]), ("hold", [0, 3, 4, 4])], ids=["loop", "hold"]
)
def test_a_clip_of_a_shorter_video(
    short: str, shown: list[int], tmp_path: Path, in_views: Scripts
) -> None:
    clip = in_views.video.Clip(4, 3, 30, short)
    sources = (write_video(tmp_path / "short.mp4", 5), write_images(tmp_path / "images", 5))
    for path in map(str, sources):
        with in_views.decoding.opened(path) as video:
            assert clip.starts(video) == 1
            frames = clip.read(video, 0, as_it_is)
            clips = in_views.video.spread_clips(video, clip, 3, as_it_is)
            assert [numbers(view.permute(1, 2, 3, 0)) for view in clips] == [shown] * 3
        assert numbers(frames.permute(1, 2, 3, 0)) == shown


def test_a_clip_as_long_as_its_video(tmp_path: Path, in_views: Scripts) -> None:
    path = str(write_video(tmp_path / "just.mp4", 10))
    for short in ("loop", "hold", "skip"):
        clip = in_views.video.Clip(4, 3, 30, short)
        with in_views.decoding.opened(path) as video:
            assert clip.starts(video) == 1
            assert clip.numbers(video, 0) == [0, 3, 6, 9]


@pytest.mark.parametrize("kind", ["truncated", "faststart", "short", "sound"])
def test_bad_videos_do_not_stay_open(kind: str, tmp_path: Path, in_views: Scripts) -> None:
    path = str(write_bad(tmp_path, kind))
    gc.disable()
    try:
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(10):
            with pytest.raises(in_views.decoding.BadVideo):
                views(in_views, path)
        assert len(list(Path("/proc/self/fd").iterdir())) == before
    finally:
        gc.enable()


def test_training_goes_on_with_the_next_video(tmp_path: Path, in_views: Scripts) -> None:
    video, random_clip = in_views.video, in_views.recipe.random_clip
    good = str(write_video(tmp_path / "good.mp4"))
    bad = str(write_bad(tmp_path, "zero"))
    clips = video.VideoDataset([video.Video(bad, (1,)), video.Video(good, (2,))], random_clip)
    sample = clips.usable((3, 0))
    assert (sample.target, sample.faults) == (2, [(bad, "zero bytes")])
    assert sample.clip.shape == (3, 4, 24, 24)
    alone = video.VideoDataset([video.Video(bad, (1,))], random_clip).usable((0, 0))
    assert (alone.clip, alone.faults) == (None, [(bad, "zero bytes")])


def test_chance_follows_from_seed_epoch_and_index(tmp_path: Path, in_views: Scripts) -> None:
    video, random_clip = in_views.video, in_views.recipe.random_clip
    path = str(write_video(tmp_path / "a.mp4"))
    clips = video.VideoDataset([video.Video(path, (0,))] * 4, random_clip, seed=5)
    again = video.VideoDataset([video.Video(path, (0,))] * 4, random_clip, seed=5)
    made = [clips[epoch, index][0] for epoch in (0, 1) for index in range(4)]
    torch.manual_seed(1)
    for place in (7, 0, 3):
        assert torch.equal(again[divmod(place, 4)][0], made[place])
    assert len({clip.contiguous().numpy().tobytes() for clip in made}) > 5


def test_a_loop_over_a_dataset_ends(tmp_path: Path, in_views: Scripts) -> None:
    path = str(write_video(tmp_path / "a.mp4"))
    videos = [in_views.video.Video(path, (label,)) for label in (3, 1)]
    clips = in_views.video.VideoDataset(videos, in_views.recipe.random_clip)
    assert [label for _, label in clips] == [3, 1]
    with pytest.raises(IndexError, match="no video 2 among 2"):
        clips[0, 2]


def test_a_training_clip_is_one_crop_of_frames_in_step(tmp_path: Path, in_views: Scripts) -> None:
    video = in_views.video
    path = write_video(tmp_path / "a.mp4", frames=20)
    clips = video.VideoDataset([video.Video(str(path), (0,))], in_views.recipe.random_clip)
    with av.open(str(path)) as container:
        decoded = list(container.decode(video=0))
    for epoch in range(3):
        clip = clips[epoch, 0][0].permute(1, 2, 3, 0).numpy()
        assert any(places(clip, decoded, side) for side in range(24, 33))


def places(clip: np.ndarray, decoded: list[av.VideoFrame], side: int) -> list[int]:
    """From which frames on a clip is a crop of them, at the same place in each."""
    size = {"width": round(96 * side / 72), "height": side, "format": "rgb24"}
    frames = np.stack([f.reformat(**size, interpolation="BILINEAR").to_ndarray() for f in decoded])
    found = []
    for start in range(len(frames) - (FRAMES - 1) * STRIDE):
        shown = frames[start : start + (FRAMES - 1) * STRIDE + 1 : STRIDE]
        windows = np.lib.stride_tricks.sliding_window_view(shown, (CROP, CROP), (1, 2))
        same = (windows.transpose(1, 2, 0, 4, 5, 3) == clip).all((2, 3, 4, 5))
        found += [start] * bool(same.any())
    return found


@pytest.mark.parametrize("size", [24, 25])
def test_validation_and_a_test_of_one_crop_see_the_same(video: ModuleType, size: int) -> None:
    clip = torch.arange(3 * 2 * 31 * 40).view(3, 2, 31, 40)
    (view,) = video.crops(clip, size, 1)
    assert torch.equal(video.centre_crop(clip, size), view)
    assert view[0, 0, 0, 0] == clip[0, 0, (31 - size + 1) // 2, (40 - size + 1) // 2]
