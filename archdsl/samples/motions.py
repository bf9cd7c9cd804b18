"""The classes of the sample data: ways to move.

Every object starts anywhere, with equal chance, on a picture whose opposite edges meet. So
wherever it is in a frame, that is as likely in every class, and only several frames tell.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

Place = tuple[float, float]


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
