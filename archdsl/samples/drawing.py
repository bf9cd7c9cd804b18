"""The frames of a sample: a few objects that move alike before a still background."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from archdsl.samples.motions import MOTIONS, Pace

WIDTH, HEIGHT = 96, 72
RATE, FRAMES = 30, 60

_OBJECTS = 3
_WAVES = 6

Image = npt.NDArray[np.float64]


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
