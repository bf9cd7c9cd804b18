"""The axes of a network's inputs, each with a name, and which of them change together.

The frames of two inputs may be independent, or keep a proportion, as those of a slow and a fast
pathway do. Names and shapes alone do not say which: `ranges.py` tries it out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from archdsl.ir.types import AXES

Shape = tuple[int, ...]
Shapes = tuple[Shape, ...]
"""The shapes of all inputs, in order, with the batch."""


class Input(NamedTuple):
    """The shape of one sample, and what its integers are below; None for real numbers."""

    shape: Shape
    below: int | None = None


Sizes = Mapping[str, int]
"""The size of each axis, by its name."""

BATCH = "batch"


@dataclass(frozen=True)
class Place:
    """An axis of one input: its position in a batch, its declared size, and its usual name."""

    input: str
    position: int
    size: int
    kind: str


@dataclass(frozen=True)
class Axis:
    """Axes of the inputs that have one size, or sizes in one proportion; the first counts."""

    name: str
    places: tuple[Place, ...]

    @property
    def declared(self) -> int:
        return self.places[0].size


@dataclass(frozen=True)
class Axes:
    """The axes of a network's inputs, whose declared shapes `inputs` has."""

    inputs: Mapping[str, Input]
    all: tuple[Axis, ...]

    @cached_property
    def declared(self) -> dict[str, int]:
        return {axis.name: axis.declared for axis in self.all}

    @cached_property
    def by_place(self) -> dict[tuple[str, int], Axis]:
        """The axis at each position of an input; the channels of real numbers are none."""
        return {(place.input, place.position): axis for axis in self.all for place in axis.places}

    def shapes(self, sizes: Sizes) -> Shapes | None:
        """The shapes of the inputs at these sizes; an axis that is not given has its declared one.

        None if an axis cannot keep its proportion, as with 7 frames where one input has a fourth of
        the other's.
        """
        shapes = {name: [1, *entering.shape] for name, entering in self.inputs.items()}
        for axis in self.all:
            for place in axis.places:
                wanted = place.size * sizes.get(axis.name, axis.declared)
                size, rest = divmod(wanted, axis.declared)
                if rest:
                    return None
                shapes[place.input][place.position] = size
        return tuple(map(tuple, shapes.values()))

    def tied(self, names: Collection[str], name: str) -> Axes:
        """The same axes, of which some are one, at the place of the first of them."""
        places = tuple(place for axis in self.all if axis.name in names for place in axis.places)
        first = next(axis.name for axis in self.all if axis.name in names)
        kept = (axis for axis in self.all if axis.name == first or axis.name not in names)
        return Axes(self.inputs, tuple(Axis(name, places) if a.name == first else a for a in kept))


def separate(inputs: Mapping[str, Input]) -> Axes:
    """Every axis for itself, but for the batch, which all inputs share."""
    places = [place for name, entering in inputs.items() for place in _places(name, entering)]
    kinds = [place.kind for place in places]
    batch = Axis(BATCH, tuple(Place(name, 0, 1, BATCH) for name in inputs))
    named = (
        Axis(f"{p.input} {p.kind}" if kinds.count(p.kind) > 1 else p.kind, (p,)) for p in places
    )
    return Axes(inputs, (batch, *named))


def _places(name: str, entering: Input) -> Iterator[Place]:
    """The axes of an input after the batch and the channels, which integers have none of."""
    shape, below = entering
    if below is None:
        known = AXES.get(len(shape), ())
        kinds = {position: kind for position, kind in enumerate(known, start=1) if position > 1}
    else:
        kinds = {1: "length"} if len(shape) == 1 else {}
    for position in range(2 if below is None else 1, len(shape) + 1):
        kind = kinds.get(position, f"axis {position}")
        yield Place(name, position, shape[position - 1], kind)
