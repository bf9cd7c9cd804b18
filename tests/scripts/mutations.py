"""Damaged and odd videos, made from whole ones of many containers and codecs.

Each is read with a build folder's decoding.py, and decoded straight from its beginning: by the
`ffmpeg` command if it is there, else by PyAV. A video may be refused. One that is used must show
the frames of that decoder, at the same times.

python -m scripts.mutations BUILD_FOLDER [FILES] [SEED] [FFMPEG]
"""

from __future__ import annotations

import multiprocessing
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, NamedTuple

import av
import numpy as np
import numpy.typing as npt

Frames = npt.NDArray[np.uint8]  # (T, H, W, 3)

RATE = 30
FRAMES = 45
WIDTH, HEIGHT = 96, 64
LIKE = 3.0  # grey levels, on average: what decoders and scalers of two versions differ by


class Kind(NamedTuple):
    """A container, a codec, and their options."""

    suffix: str
    codec: str
    options: dict[str, str]
    muxer: Mapping[str, str] = MappingProxyType({})
    pixels: str = "yuv420p"


X264 = {"g": "12", "bf": "2", "threads": "1", "preset": "veryfast"}
MPEG = {"g": "12", "bf": "2", "qscale": "4", "flags": "+qscale"}
VPX = {"g": "12", "deadline": "realtime", "cpu-used": "8", "b": "300k"}

KINDS = (
    Kind("mp4", "libx264", X264),
    Kind("mp4", "libx264", X264, {"movflags": "faststart"}),
    Kind("mp4", "libx264", X264, {"movflags": "frag_keyframe+empty_moov"}),
    Kind("mp4", "mpeg4", MPEG),
    Kind("mp4", "libx265", {"x265-params": "keyint=12:log-level=none:pools=1"}),
    Kind("mov", "libx264", X264 | {"x264-params": "open-gop=1"}),
    Kind("mov", "mjpeg", {}, pixels="yuvj420p"),
    Kind("mov", "prores_ks", {}, pixels="yuv422p10le"),
    Kind("mkv", "libx264", X264),
    Kind("mkv", "libx264", X264 | {"x264-params": "intra-refresh=1"}),
    Kind("mkv", "ffv1", {}),
    Kind("mkv", "mpeg2video", MPEG),
    Kind("webm", "libvpx", VPX),
    Kind("webm", "libvpx-vp9", VPX),
    Kind("avi", "mpeg4", MPEG | {"bf": "0"}),
    Kind("avi", "mpeg4", MPEG),
    Kind("avi", "libx264", X264),
    Kind("avi", "msmpeg4", {"g": "12"}),
    Kind("avi", "mjpeg", {}, pixels="yuvj420p"),
    Kind("avi", "huffyuv", {}, pixels="yuv422p"),
    Kind("flv", "libx264", X264),
    Kind("flv", "flv", {"g": "12"}),
    Kind("ts", "libx264", X264),
    Kind("ts", "mpeg2video", MPEG),
    Kind("mpg", "mpeg1video", MPEG),
    Kind("vob", "mpeg2video", MPEG),
    Kind("wmv", "wmv2", {"g": "12"}),
    Kind("3gp", "h263", {"g": "12"}),
    Kind("gif", "gif", {}, pixels="rgb8"),
    Kind("nut", "mpeg4", MPEG),
    Kind("h264", "libx264", X264),
    Kind("rm", "rv20", {"g": "12"}),
    Kind("mxf", "mpeg2video", {"g": "12"}),
)


def picture(number: int) -> npt.NDArray[np.uint8]:
    """A texture that moves, over which a block runs: no two frames are the same."""
    texture = np.random.default_rng(0).integers(0, 255, (HEIGHT // 8, WIDTH // 8, 3), np.uint8)
    image = np.roll(texture.repeat(8, 0).repeat(8, 1), (number, 2 * number), (0, 1))
    image[8:24, 2 * (number % 40) : 2 * (number % 40) + 16] = 5 * number % 256
    return image


def write(kind: Kind, path: Path) -> None:
    size = (176, 144) if kind.codec == "h263" else (WIDTH, HEIGHT)  # it has five sizes
    with av.open(str(path), "w", container_options=dict(kind.muxer)) as container:
        stream: Any = container.add_stream(kind.codec, rate=RATE, options=dict(kind.options))
        stream.width, stream.height = size
        stream.pix_fmt = kind.pixels
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24")
            frame = frame.reformat(*size, format=kind.pixels)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


Change = Callable[[bytearray, random.Random, list[bytes]], None]


def flip_bytes(data: bytearray, chance: random.Random, others: list[bytes]) -> None:
    for _ in range(chance.choice((1, 3, 10, 100))):
        data[chance.randrange(len(data))] ^= chance.randrange(1, 256)


def change_header(data: bytearray, chance: random.Random, others: list[bytes]) -> None:
    for _ in range(chance.choice((1, 2, 4))):
        at = chance.randrange(min(len(data), 1500))
        data[at : at + 4] = chance.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\1"))


def change_end(data: bytearray, chance: random.Random, others: list[bytes]) -> None:
    for _ in range(chance.choice((1, 2, 4))):
        data[-chance.randrange(1, min(len(data), 1500))] ^= chance.randrange(1, 256)


def change_number(data: bytearray, chance: random.Random, others: list[bytes]) -> None:
    at = chance.randrange(len(data))
    data[at : at + 4] = chance.randrange(2**32).to_bytes(4, "big")


def cut(data: bytearray, chance: random.Random, others: list[bytes]) -> None:
    del data[chance.randrange(1, len(data)) :]


def cut_hole(data: bytearray, chance: random.Random, others: list[bytes]) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.choice((1, 188, 2048, len(data) // 3))]


def cut_begin(data: bytearray, chance: random.Random, others: list[bytes]) -> None:
    del data[: chance.choice((1, 188, 1000, len(data) // 2))]


def zero(data: bytearray, chance: random.Random, others: list[bytes]) -> None:
    at = chance.randrange(len(data))
    count = min(chance.choice((4, 64, 1024, len(data) // 2)), len(data) - at)
    data[at : at + count] = bytes(count)


def insert(data: bytearray, chance: random.Random, others: list[bytes]) -> None:
    at = chance.randrange(len(data))
    data[at:at] = chance.randbytes(chance.choice((1, 16, 188, 1000)))


def join_itself(data: bytearray, chance: random.Random, others: list[bytes]) -> None:
    data *= chance.choice((2, 3))


def join_another(data: bytearray, chance: random.Random, others: list[bytes]) -> None:
    data += chance.choice(others)


def join_parts(data: bytearray, chance: random.Random, others: list[bytes]) -> None:
    at = chance.randrange(len(data))
    data[:] = data[at:] + data[:at]


def leave(data: bytearray, chance: random.Random, others: list[bytes]) -> None:
    """Whole files are among them."""


CHANGES: tuple[Change, ...] = (
    *(flip_bytes, flip_bytes, change_header, change_end, change_number, cut, cut_hole, cut_begin),
    *(zero, insert, join_itself, join_another, join_parts, leave),
)


class Verdict(NamedTuple):
    """What became of a file: used, refused, or a fault of the reader."""

    word: str
    text: str = ""

    @property
    def is_fault(self) -> bool:
        return self.word not in ("used", "refused", "odd times", "undefined")


@dataclass(frozen=True)
class Judge:
    """Compares a build folder's frames with those of a decoder that goes straight ahead."""

    decoding: ModuleType
    ffmpeg: str | None

    def verdict(self, path: Path) -> Verdict:
        try:
            with self.decoding.opened(str(path)) as video:
                count = min(video.count(RATE), 40 * RATE)
                if count == 0:
                    return Verdict("refused", "not one frame")
                shown = video.frames(range(count), RATE, lambda h, w: (h, w)).numpy()
        except self.decoding.BadVideo as fault:
            return Verdict("refused", re.sub(r"[\d.]+", "#", str(fault)))
        except Exception as fault:
            return Verdict("exception", f"{type(fault).__name__}: {fault}")
        frames, times = self.reference(path, *shown.shape[1:3])
        verdict = compared(shown, frames, times)
        if verdict.is_fault and self.ffmpeg is not None:
            again, _ = self.reference(path, *shown.shape[1:3])
            if not np.array_equal(frames, again):
                return Verdict("undefined", "ffmpeg shows other frames each time")
        return verdict

    def reference(self, path: Path, height: int, width: int) -> tuple[Frames, list[float]]:
        if self.ffmpeg is None:
            frames, times = straight(path, height, width)
        else:
            frames, times = by_command(self.ffmpeg, path, height, width)
        return frames, continued(times)


def compared(shown: Frames, frames: Frames, times: list[float]) -> Verdict:
    """Whether the frames shown at a rate are, of those with these times, the ones on show."""
    if not len(frames):
        return Verdict("differs", "the decoder has no frames")
    places = np.searchsorted(
        np.array(times) - times[0], np.arange(len(shown)) / RATE + 1e-3, "right"
    )
    places = np.maximum(places - 1, 0)
    late = [i for i, place in enumerate(places) if distance(shown[i], frames[place]) > LIKE]
    if not late:
        return Verdict("used")
    strange = [i for i in late if min(distance(shown[i], frame) for frame in frames) > LIKE]
    if strange:
        return Verdict("differs", f"{len(strange)} of {len(shown)} frames, from {strange[0]} on")
    return Verdict("odd times", f"{len(late)} of {len(shown)} frames, from {late[0]} on")


def distance(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(np.int16) - other).mean())


def continued(times: list[float]) -> list[float]:
    """Times that go on where they begin again, or leap."""
    made: list[float] = []
    shift = 0.0
    for moment in times:
        step = moment + shift - made[-1] if made else 0.0
        if not -1e-6 <= step <= 10:
            shift += 1 / RATE - step
        made.append(moment + shift)
    return made


def by_command(ffmpeg: str, path: Path, height: int, width: int) -> tuple[Frames, list[float]]:
    scale = f"scale={width}:{height}:flags=bilinear,showinfo=checksum=0"
    command = [ffmpeg, "-hide_banner", "-nostdin", "-threads", "1", "-i", str(path)]
    command += ["-map", "0:v:0", "-vf", scale, "-fps_mode", "passthrough"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(command, capture_output=True, timeout=300, check=False)
    times = [float(found) for found in re.findall(rb"pts_time:\s*(-?[\d.]+)", done.stderr)]
    count = min(len(done.stdout) // (width * height * 3), len(times))
    raw = np.frombuffer(done.stdout[: count * width * height * 3], np.uint8)
    return raw.reshape(count, height, width, 3), times[:count]


def straight(path: Path, height: int, width: int) -> tuple[Frames, list[float]]:
    """PyAV's frames, of all packets one after the other, whatever is wrong with some."""
    frames: list[Frames] = []
    times: list[float] = []
    with av.open(str(path), metadata_errors="ignore") as container:
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                continue
            for frame in decoded:
                rgb = frame.reformat(width, height, "rgb24", interpolation="BILINEAR")
                frames.append(rgb.to_ndarray().astype(np.uint8))
                order = len(times) / RATE
                times.append(order if frame.pts is None else float(frame.pts * packet.time_base))
    if path.suffix == ".avi":
        times.sort()  # it has no times, but an order
    return np.stack(frames) if frames else np.zeros((0, height, width, 3), np.uint8), times


def write_kinds(folder: Path, kinds: tuple[Kind, ...] = KINDS) -> list[Path]:
    """A whole file of each kind that this FFmpeg can write."""
    paths = []
    for number, kind in enumerate(kinds):
        path = folder / f"{number:02}_{kind.codec}.{kind.suffix}"
        try:
            write(kind, path)
        except (av.FFmpegError, ValueError):
            path.unlink(missing_ok=True)
            continue
        paths.append(path)
    return paths


def mutated(wholes: list[Path], number: int, seed: int) -> tuple[str, str, bytes]:
    """A file's suffix, what was done to it, and its bytes: from a seed and its number."""
    chance = random.Random(f"{seed} {number}")
    whole = wholes[number % len(wholes)]
    others = [path.read_bytes() for path in wholes if path.suffix == whole.suffix]
    data = bytearray(whole.read_bytes())
    done = []
    for change in chance.choices(CHANGES, k=chance.choice((1, 1, 1, 2))):
        change(data, chance, others)
        data += b"\0" * (not data)
        done.append(change.__name__)
    return whole.suffix, f"{whole.name} {' '.join(done)}", bytes(data)


def judge_all(
    judge: Judge, wholes: list[Path], numbers: range, seed: int, keep: Path | None = None
) -> Iterator[tuple[str, Verdict]]:
    """What was done to each file, and its verdict. Another process reads them: it may crash."""
    context = multiprocessing.get_context("fork")
    left = list(numbers)
    while left:
        ours, theirs = context.Pipe(duplex=False)
        reader = context.Process(target=_judge_some, args=(theirs, judge, wholes, left, seed, keep))
        reader.start()
        theirs.close()
        try:
            while left:
                told = ours.recv()
                left.pop(0)
                yield told
        except EOFError:
            _, done, _ = mutated(wholes, left.pop(0), seed)
            yield done, Verdict("crash")
        reader.join()


def _judge_some(
    pipe: Connection,
    judge: Judge,
    wholes: list[Path],
    left: list[int],
    seed: int,
    keep: Path | None,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number in left:
            suffix, done, data = mutated(wholes, number, seed)
            path = Path(folder) / f"{number}{suffix}"
            path.write_bytes(data)
            started = time.perf_counter()
            verdict = judge.verdict(path)
            if keep is not None and verdict.word not in ("used", "refused"):
                shutil.copy(path, keep)
            seconds = time.perf_counter() - started
            pipe.send((f"{number} {seconds:.1f} s {done}", verdict))
            path.unlink()


def main() -> int:
    build, files, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    ffmpeg = sys.argv[4] if len(sys.argv) > 4 else shutil.which("ffmpeg")
    sys.path.insert(0, build)
    judge = Judge(import_module("decoding"), ffmpeg)
    words: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    keep = Path(f"mutated_{seed}")
    keep.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        wholes = write_kinds(Path(folder))
        print(f"{len(wholes)} kinds of {len(KINDS)}", flush=True)
        for what, verdict in judge_all(judge, wholes, range(files), seed, keep):
            words[verdict.word] += 1
            reasons[verdict.text] += verdict.word == "refused"
            if verdict.word not in ("used", "refused"):
                print(f"{verdict.word}: {what}: {verdict.text}", flush=True)
    print(dict(words))
    print(*(f"{count:6} {text}" for text, count in reasons.most_common()), sep="\n")
    return int(any(words[word] for word in ("crash", "exception", "differs")))


if __name__ == "__main__":
    sys.exit(main())
