"""The axes along which clips differ, and their sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from archdsl.ir.types import AXES

Shape = tuple[int, ...]
Sizes = Mapping[str, int]

BATCH = "batch"


@dataclass(frozen=True)
class Axes:
    """The axes of a network's inputs, each input as one sample is declared.

    An axis that several inputs have is one, as the frames of a slow and a fast path are: another
    size of it changes them all in proportion.
    """

    inputs: Mapping[str, Shape]

    @cached_property
    def declared(self) -> dict[str, int]:
        """A batch of one, and each axis as the first input that has it declares it."""
        sizes = {BATCH: 1}
        for shape in self.inputs.values():
            for place, name in places(shape):
                sizes.setdefault(name, (1, *shape)[place])
        return sizes

    def shapes(self, sizes: Sizes) -> list[Shape] | None:
        """The inputs at these sizes; nothing where one would be broken."""
        made = [self._shape(shape, sizes) for shape in self.inputs.values()]
        return None if any(0 in shape for shape in made) else made

    def _shape(self, shape: Shape, sizes: Sizes) -> Shape:
        batch = [1, *shape]
        for place, name in places(shape):
            size, rest = divmod(batch[place] * sizes[name], self.declared[name])
            batch[place] = 0 if rest else size
        return tuple(batch)


def places(shape: Shape) -> Iterator[tuple[int, str]]:
    """The axes of a batch of such samples, each with its name, but for the channels."""
    yield 0, BATCH
    known = AXES.get(len(shape))
    for place in range(2, len(shape) + 1):
        yield place, known[place - 1] if known else f"axis {place}"
