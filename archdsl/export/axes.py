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
            for name, extent in zip(names(shape), shape[1:], strict=True):
                sizes.setdefault(name, extent)
        return sizes

    def shapes(self, sizes: Sizes) -> list[Shape] | None:
        """The inputs at these sizes; nothing where one would be broken."""
        made = [tuple(self._shape(shape, sizes)) for shape in self.inputs.values()]
        return None if any(0 in shape for shape in made) else made

    def _shape(self, shape: Shape, sizes: Sizes) -> Iterator[int]:
        yield sizes[BATCH]
        yield shape[0]
        for name, extent in zip(names(shape), shape[1:], strict=True):
            size, rest = divmod(extent * sizes[name], self.declared[name])
            yield 0 if rest else size


def names(shape: Shape) -> tuple[str, ...]:
    """The names of a sample's axes but the channels: of these there are always as many."""
    return (
        AXES[len(shape)][1:]
        if len(shape) in AXES
        else tuple(f"axis {place}" for place in range(1, len(shape)))
    )
