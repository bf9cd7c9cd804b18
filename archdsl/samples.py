"""Sample data: a small set of videos whose class no single frame shows.

The classes are motions. Every object starts at a uniformly random position, and leaves the picture
at one edge to enter at the opposite one. So a single frame has the same distribution in every
class, and a network that ignores time cannot do better than chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

SETS = {"train": 40, "val": 10}
"""The number of videos of each class in each set."""

_X264 = {"crf": "23", "preset": "veryfast", "threads": "1", "mbtree": "0"}
"""One thread and no macroblock trees: otherwise x264's output differs from run to run."""

WIDTH, HEIGHT = 96, 72
RATE, FRAMES = 30, 60

_OBJECTS = 3
_WAVES = 6

Offset = tuple[float, float]
Image = npt.NDArray[np.float64]


# Motions


@dataclass(frozen=True)
class Pace:
    """The motion of a video's objects.

    `speed` is in pixels per second, `reach` the radius of a turn or swing in pixels, `phase` in
    radians.
    """

    speed: float
    reach: float
    phase: float

    def angle(self, second: float) -> float:
        return self.phase + self.speed * second / self.reach


def _straight(across: int, down: int) -> Callable[[Pace, float], Offset]:
    return lambda pace, second: (across * pace.speed * second, down * pace.speed * second)


def _round(sense: int) -> Callable[[Pace, float], Offset]:
    """Along a circle. The y axis points down, so a growing angle turns clockwise."""

    def move(pace: Pace, second: float) -> Offset:
        angle = sense * pace.angle(second)
        return pace.reach * math.cos(angle), pace.reach * math.sin(angle)

    return move


def _swing(across: int, down: int) -> Callable[[Pace, float], Offset]:
    def move(pace: Pace, second: float) -> Offset:
        out = pace.reach * math.sin(pace.angle(second))
        return across * out, down * out

    return move


MOTIONS: dict[str, Callable[[Pace, float], Offset]] = {
    "anticlockwise": _round(-1),
    "clockwise": _round(1),
    "down": _straight(0, 1),
    "left": _straight(-1, 0),
    "right": _straight(1, 0),
    "side_to_side": _swing(1, 0),
    "up": _straight(0, -1),
    "up_and_down": _swing(0, 1),
}
"""The offset of an object from its start, after some seconds, for each class."""


# Drawing


@dataclass(frozen=True)
class Sprite:
    """An object: its start, half its width, its colour, and the exponent of its outline.

    The outline is a superellipse: a rhombus at 1, a circle at 2, nearly a square at 8.
    """

    x: float
    y: float
    radius: float
    colour: Image
    exponent: float


def frames(motion: str, seed: int) -> Iterator[npt.NDArray[np.uint8]]:
    """The frames of a video, each (height, width, 3), RGB.

    The seed decides everything but the motion.
    """
    chance = np.random.default_rng(seed)
    background = _background(chance)
    sprites = [_sprite(chance) for _ in range(_OBJECTS)]
    pace = Pace(chance.uniform(45, 75), chance.uniform(9, 13), chance.uniform(0, 2 * np.pi))
    for number in range(FRAMES):
        x, y = MOTIONS[motion](pace, number / RATE)
        image = background.copy()
        for sprite in sprites:
            _draw(image, sprite, sprite.x + x, sprite.y + y)
        yield np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _background(chance: np.random.Generator) -> Image:
    """Soft waves around a colour, with whole periods, so that opposite edges match."""
    # Whole numbers of waves across and down, so that the picture has no seam at its edges.
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    image = np.tile(chance.uniform(70, 180, 3), (HEIGHT, WIDTH, 1))
    for _ in range(_WAVES):
        across, down = chance.integers(-3, 4, 2)
        turns = across * x / WIDTH + down * y / HEIGHT + chance.uniform()
        image += chance.uniform(-9, 9, 3) * np.sin(2 * np.pi * turns)[..., None]
    return image


def _sprite(chance: np.random.Generator) -> Sprite:
    colour = chance.choice([chance.uniform(0, 50, 3), chance.uniform(205, 255, 3)])
    return Sprite(
        chance.uniform(0, WIDTH),
        chance.uniform(0, HEIGHT),
        chance.uniform(5, 9),
        colour,
        chance.choice([1.0, 2.0, 8.0]),
    )


def _draw(image: Image, sprite: Sprite, x: float, y: float) -> None:
    """Draw an object with its centre at (x, y), wrapped around the edges of the picture."""
    across, down = _distances(x, WIDTH), _distances(y, HEIGHT)
    reach = sprite.radius + 0.5
    columns, rows = np.flatnonzero(across < reach), np.flatnonzero(down < reach)
    power = sprite.exponent
    distance = np.add.outer(down[rows] ** power, across[columns] ** power) ** (1 / power)
    cover = np.clip(reach - distance, 0, 1)[..., None]
    pixels = np.ix_(rows, columns)
    image[pixels] += cover * (sprite.colour - image[pixels])


def _distances(centre: float, length: int) -> Image:
    """The distance of each pixel along a side from a centre, the shorter way around."""
    offsets = np.arange(length) - centre
    distances: Image = np.abs((offsets + length / 2) % length - length / 2)
    return distances


# Files


@dataclass(frozen=True)
class Sample:
    """A video: the list that it is in, its path, its class, and its seed."""

    list: str
    path: str
    motion: str
    seed: int


def _samples() -> Iterator[Sample]:
    """All videos."""
    seed = 0
    for motion in MOTIONS:
        for name, count in SETS.items():
            for number in range(count):
                yield Sample(name, f"{name}/{motion}/{number:03}.mp4", motion, seed)
                # Counted over all videos, so that no two of them look alike.
                seed += 1


def write(folder: Path) -> None:
    """Write the videos and their lists into a folder that exists.

    Raises:
        OSError: a file cannot be written.
    """
    labels = {motion: label for label, motion in enumerate(MOTIONS)}
    lines: dict[str, list[str]] = {name: [] for name in SETS}
    for sample in _samples():
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
        # None flushes the frames that the encoder still holds.
        container.mux(stream.encode(None))
