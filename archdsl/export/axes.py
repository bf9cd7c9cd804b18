"""The axes of a network's inputs, each with a name, and which of them change together.

The frames of two inputs may be independent, or keep a proportion, as those of a slow and a fast
pathway do. Names and shapes alone do not say which: `ranges.py` tries it out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from archdsl.ir.types import AXES

Shape = tuple[int, ...]
Shapes = tuple[Shape, ...]
"""The shapes of all inputs, in order, with the batch."""

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
    """The axes of a network's inputs; `inputs` has the declared shape of one sample each."""

    inputs: Mapping[str, Shape]
    all: tuple[Axis, ...]

    @cached_property
    def declared(self) -> dict[str, int]:
        return {axis.name: axis.declared for axis in self.all}

    @cached_property
    def by_place(self) -> dict[tuple[str, int], Axis]:
        """The axis at each position of an input; the channels are none."""
        return {(place.input, place.position): axis for axis in self.all for place in axis.places}

    def shapes(self, sizes: Sizes) -> Shapes | None:
        """The shapes of the inputs at these sizes; an axis that is not given has its declared one.

        None if an axis cannot keep its proportion, as with 7 frames where one input has a fourth of
        the other's.
        """
        shapes = {name: [1, *shape] for name, shape in self.inputs.items()}
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


def separate(inputs: Mapping[str, Shape]) -> Axes:
    """Every axis for itself, but for the batch, which all inputs share."""
    places = [place for name, shape in inputs.items() for place in _places(name, shape)]
    kinds = [place.kind for place in places]
    batch = Axis(BATCH, tuple(Place(name, 0, 1, BATCH) for name in inputs))
    named = (
        Axis(f"{p.input} {p.kind}" if kinds.count(p.kind) > 1 else p.kind, (p,)) for p in places
    )
    return Axes(inputs, (batch, *named))


def _places(name: str, shape: Shape) -> Iterator[Place]:
    """The axes of an input after the batch and the channels."""
    known = AXES.get(len(shape))
    for position in range(2, len(shape) + 1):
        kind = known[position - 1] if known else f"axis {position}"
        yield Place(name, position, shape[position - 1], kind)
