"""Types of values: the shape of one sample, without the batch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

from archdsl.ir.integers import Range

AXES: dict[int, tuple[str, ...]] = {
    1: ("channels",),
    2: ("channels", "length"),
    3: ("channels", "height", "width"),
    4: ("channels", "frames", "height", "width"),
}
"""The names of a tensor's axes by its rank: C, C x L, C x H x W, C x T x H x W."""

AXIS_NAMES = ("channels", "length", "frames", "height", "width")
"""All names of axes, each once."""

POSITIONS = "positions"
"""The word for all axes after the channels."""


REAL_BYTES = 4
"""Bytes of a number in single precision, such as a weight."""


@dataclass(frozen=True, slots=True)
class TensorType:
    """The type of a tensor: its `shape` without the batch, (C, T, H, W) for video.

    `samples` counts such tensors for each sample of the network. It is above 1 where an axis was
    folded into the batch, as groups of frames are, and 0 where one tensor serves the whole batch,
    as parameters and constants do: it has no axis for it. `integers` is the range of a tensor of
    integers, or of conditions, and None for real numbers.
    """

    shape: tuple[int, ...]
    samples: int = 1
    integers: Range | None = None

    def with_shape(self, shape: tuple[int, ...]) -> TensorType:
        """The same type with another shape."""
        return replace(self, shape=shape)

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def leading(self) -> int:
        """How many axes torch has before these: the batch, or none of a learned tensor."""
        return min(self.samples, 1)

    @property
    def elements(self) -> int:
        return prod(self.shape)

    @property
    def times(self) -> int:
        """How often an operation with this result runs for each sample of the network."""
        return max(self.samples, 1)

    @property
    def volume(self) -> int:
        """The number of elements for each sample of the network."""
        return self.elements * self.times

    @property
    def bytes(self) -> int:
        """The memory of these: of reals in single precision, integers of 64 bits, truths of 8."""
        if self.integers is None:
            return REAL_BYTES * self.volume
        return self.volume if self.integers.is_truth else 8 * self.volume

    @property
    def channels(self) -> int:
        return self.shape[0]

    @property
    def extents(self) -> tuple[int, ...]:
        """The sizes after the channels: (T, H, W) for video."""
        return self.shape[1:]

    @property
    def positions(self) -> int:
        """The number of positions, each with a vector of channels: T H W for video."""
        return prod(self.extents)

    def __str__(self) -> str:
        shape = show_shape(self.shape)
        shown = f"{self.samples} of {shape}" if self.samples > 1 else shape
        if self.integers is None:
            return shown
        return (
            f"{shown} of true and false"
            if self.integers.is_truth
            else f"{shown} in {self.integers}"
        )


def show_shape(shape: tuple[int, ...]) -> str:
    """A shape as papers print it: `24 x 13 x 80^2` for equal height and width."""
    square = len(shape) >= 3 and shape[-1] == shape[-2]
    sizes = [*map(str, shape[:-2]), f"{shape[-1]}^2"] if square else map(str, shape)
    return " x ".join(sizes)
