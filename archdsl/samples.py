"""Sample data: a small set of videos whose classes no single frame tells.

The classes are ways to move. Every object starts anywhere, with equal chance, on a picture whose
opposite edges meet. So wherever it is in a frame, that is as likely in every class, and only
several frames tell.
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
"""How many videos of each class a set has."""

_X264 = {"crf": "23", "preset": "veryfast", "threads": "1", "mbtree": "0"}
"""Without macroblock trees, for which x264 chooses otherwise from run to run."""

WIDTH, HEIGHT = 96, 72
RATE, FRAMES = 30, 60

_OBJECTS = 3
_WAVES = 6

Place = tuple[float, float]
Image = npt.NDArray[np.float64]


# Motions


@dataclass(frozen=True)
class Pace:
    """How a video's objects move: pixels a second, the width of a turn or swing, its phase."""

    speed: float
    reach: float
    phase: float

    def angle(self, second: float) -> float:
        return self.phase + self.speed * second / self.reach


def _straight(across: int, down: int) -> Callable[[Pace, float], Place]:
    return lambda pace, second: (across * pace.speed * second, down * pace.speed * second)


def _round(sense: int) -> Callable[[Pace, float], Place]:
    """Along a circle; y points down, so that a growing angle turns clockwise."""

    def move(pace: Pace, second: float) -> Place:
        angle = sense * pace.angle(second)
        return pace.reach * math.cos(angle), pace.reach * math.sin(angle)

    return move


def _swing(across: int, down: int) -> Callable[[Pace, float], Place]:
    def move(pace: Pace, second: float) -> Place:
        out = pace.reach * math.sin(pace.angle(second))
        return across * out, down * out

    return move


MOTIONS: dict[str, Callable[[Pace, float], Place]] = {
    "anticlockwise": _round(-1),
    "clockwise": _round(1),
    "down": _straight(0, 1),
    "left": _straight(-1, 0),
    "right": _straight(1, 0),
    "side_to_side": _swing(1, 0),
    "up": _straight(0, -1),
    "up_and_down": _swing(0, 1),
}
"""Where an object is at a second, from where it started, by the class's name."""


# Drawing


@dataclass(frozen=True)
class Thing:
    """An object: where it starts, half its width, its colour and how its outline is round."""

    x: float
    y: float
    radius: float
    colour: Image
    roundness: float


def frames(motion: str, seed: int) -> Iterator[npt.NDArray[np.uint8]]:
    """The frames of a video, each (height, width, 3); the seed gives all but the motion."""
    chance = np.random.default_rng(seed)
    background = _background(chance)
    things = [_thing(chance) for _ in range(_OBJECTS)]
    pace = Pace(chance.uniform(45, 75), chance.uniform(9, 13), chance.uniform(0, 2 * np.pi))
    for number in range(FRAMES):
        x, y = MOTIONS[motion](pace, number / RATE)
        image = background.copy()
        for thing in things:
            _draw(image, thing, thing.x + x, thing.y + y)
        yield np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _background(chance: np.random.Generator) -> Image:
    """Soft waves around a colour; they fit together at opposite edges."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    image = np.tile(chance.uniform(70, 180, 3), (HEIGHT, WIDTH, 1))
    for _ in range(_WAVES):
        across, down = chance.integers(-3, 4, 2)
        turns = across * x / WIDTH + down * y / HEIGHT + chance.uniform()
        image += chance.uniform(-9, 9, 3) * np.sin(2 * np.pi * turns)[..., None]
    return image


def _thing(chance: np.random.Generator) -> Thing:
    colour = chance.choice([chance.uniform(0, 50, 3), chance.uniform(205, 255, 3)])
    return Thing(
        chance.uniform(0, WIDTH),
        chance.uniform(0, HEIGHT),
        chance.uniform(5, 9),
        colour,
        chance.choice([1.0, 2.0, 8.0]),
    )


def _draw(image: Image, thing: Thing, x: float, y: float) -> None:
    """Put an object in its place; what leaves at one edge comes in at the other."""
    across, down = _distances(x, WIDTH), _distances(y, HEIGHT)
    reach = thing.radius + 0.5
    columns, rows = np.flatnonzero(across < reach), np.flatnonzero(down < reach)
    power = thing.roundness
    distance = np.add.outer(down[rows] ** power, across[columns] ** power) ** (1 / power)
    cover = np.clip(reach - distance, 0, 1)[..., None]
    place = np.ix_(rows, columns)
    image[place] += cover * (thing.colour - image[place])


def _distances(centre: float, length: int) -> Image:
    """How far each place along a side is from one of them, the short way round."""
    offsets = np.arange(length) - centre
    found: Image = np.abs((offsets + length / 2) % length - length / 2)
    return found


# Files


@dataclass(frozen=True)
class Sample:
    """A video: which list names it, where it lies, what its class is."""

    list: str
    path: str
    motion: str
    seed: int


def _samples() -> Iterator[Sample]:
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
        container.mux(stream.encode(None))
