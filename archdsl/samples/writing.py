"""The sample data as files: H.264 videos, a folder for each class, and two lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av

from archdsl.samples.drawing import HEIGHT, RATE, WIDTH, frames
from archdsl.samples.motions import MOTIONS

SETS = {"train": 40, "val": 10}
"""How many videos of each class a set has."""

_X264 = {"crf": "23", "preset": "veryfast", "threads": "1", "mbtree": "0"}
"""Without macroblock trees, for which x264 chooses otherwise from run to run."""


@dataclass(frozen=True)
class Sample:
    """A video: which list names it, where it lies, what its class is."""

    list: str
    path: str
    motion: str
    seed: int


def samples() -> Iterator[Sample]:
    """All videos; the names say nothing that the lists do not."""
    seed = 0
    for motion in MOTIONS:
        for name, count in SETS.items():
            for number in range(count):
                yield Sample(name, f"{name}/{motion}/{number:03}.mp4", motion, seed)
                seed += 1


def write(folder: Path) -> None:
    """Write the data into a folder that is there.

    Raises:
        OSError: something cannot be written.
    """
    labels = {motion: label for label, motion in enumerate(MOTIONS)}
    lines: dict[str, list[str]] = {name: [] for name in SETS}
    for sample in samples():
        path = folder / sample.path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _encode(path, sample)
        except av.FFmpegError as fault:
            raise OSError(fault.errno, fault.strerror) from fault
        lines[sample.list].append(f"{sample.path} {labels[sample.motion]}\n")
    for name, written in lines.items():
        (folder / f"{name}.txt").write_text("".join(written))


def _encode(path: Path, sample: Sample) -> None:
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options=_X264)
        stream.width, stream.height = WIDTH, HEIGHT
        stream.pix_fmt = "yuv420p"
        for image in frames(sample.motion, sample.seed):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
