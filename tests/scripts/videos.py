"""Videos in which every frame shows its own number."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from torch import Tensor

BITS, BAR = 8, 12
WIDTH, HEIGHT = BITS * BAR, 72


def numbered(number: int, width: int = WIDTH) -> npt.NDArray[np.uint8]:
    """A frame with a bar for each bit of its number, the highest first."""
    bits = np.array([number >> bit & 1 for bit in reversed(range(BITS))])
    row = np.repeat(40 + 170 * bits, width // BITS)
    return np.broadcast_to(row[None, :, None], (HEIGHT, width, 3)).astype(np.uint8).copy()


def numbers(frames: Tensor) -> list[int]:
    """What frames, (T, H, W, 3), show; each must be the whole picture."""
    found = []
    for frame in frames.float().mean(3).numpy():
        bars = frame[:, : BITS * (frame.shape[1] // BITS)].reshape(len(frame), BITS, -1)
        middle = bars[:, :, bars.shape[2] // 2].mean(0)
        assert all(abs(value - 40) < 45 or abs(value - 210) < 45 for value in middle), middle
        found.append(int("".join("1" if value > 125 else "0" for value in middle), 2))
    return found


def write_video(
    path: Path,
    frames: int = 60,
    rate: int | Fraction = 30,
    codec: str = "libx264",
    first: int = 0,
    ticks: Iterable[int] | None = None,
    container_options: dict[str, str] | None = None,
    **options: str,
) -> Path:
    """A video numbered from `first` on; `ticks` are the frames' times, where not 0, 1, 2..."""
    opened = av.open(str(path), "w", container_options=container_options or {})
    with opened as container:
        stream = container.add_stream(codec, rate=rate, options={"threads": "1", **options})
        stream.width, stream.height = WIDTH, HEIGHT
        stream.pix_fmt = "yuv420p"
        for number, tick in enumerate(range(frames) if ticks is None else ticks, first):
            frame = av.VideoFrame.from_ndarray(numbered(number), format="rgb24")
            frame.pts, frame.time_base = tick, 1 / Fraction(rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_sound(path: Path) -> Path:
    """A file with sound alone."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000, layout="mono")
        for _ in range(20):
            sound = np.zeros((1, 1024), np.float32)
            frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout="mono")
            frame.rate = 16000
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_images(folder: Path, frames: int = 60) -> Path:
    """The frames of a video as images, numbered from 1 on, without leading zeros."""
    folder.mkdir()
    for number in range(frames):
        image = av.VideoFrame.from_ndarray(numbered(number), format="rgb24")
        image.save(str(folder / f"img_{number + 1}.png"))
    return folder
