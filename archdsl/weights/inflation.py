"""Kernels over images as kernels over videos: a shape with one more axis, and the same response.

On a clip of equal frames an inflated kernel gives, away from the first and last frames, what the
kernel over space gives on one frame (Carreira and Zisserman, CVPR 2017, section 2.4).
"""

from __future__ import annotations

from enum import Enum
from math import prod
from typing import TYPE_CHECKING

from archdsl.weights.layout import Shape
from archdsl.weights.rule import import_torch, weights_error

if TYPE_CHECKING:
    from torch import Tensor

TIME = 2
"""The axis of time in the weight of a convolution, behind output and input channels."""


class Inflation(Enum):
    """What becomes of a kernel over space: it is repeated along time and divided, or centred."""

    REPEAT = "repeat"
    CENTRE = "centre"

    def told(self, there: Shape, here: Shape) -> str:
        """How a weight of one shape becomes one of the other, in words; "" if it stays."""
        if not is_inflated(there, here) or here[TIME] == 1:
            return ""
        frames = here[TIME]
        if self is Inflation.CENTRE:
            return f"in the middle of {frames}"
        return f"repeated {frames} times, / {frames}"


def fits(there: Shape, here: Shape) -> bool:
    """Whether a weight over images can become one of this shape: of a kernel, or of a linear layer.

    A linear layer and a convolution whose kernel has one position have the same numbers.
    """
    if is_inflated(there, here) or there == here:
        return True
    least = min(len(there), len(here))
    return least >= 2 and there[:least] == here[:least] and prod(there) == prod(here)


def is_inflated(there: Shape, here: Shape) -> bool:
    """Whether the shape here has an axis of time more, and is the same else."""
    return len(here) == 5 and there == (*here[:TIME], *here[TIME + 1 :])


def inflated(weight: Tensor, here: Shape, inflation: Inflation) -> Tensor:
    """A weight over images in the shape that it has here.

    Raises:
        CompileError: it is to be centred in an even number of frames, which have no middle.
    """
    if not is_inflated(tuple(weight.shape), here):
        return weight.reshape(here)
    frames = here[TIME]
    repeated = weight.unsqueeze(TIME).expand(here)
    if inflation is Inflation.REPEAT:
        return repeated / frames
    if frames % 2 == 0:
        message = f"a kernel of {frames} frames has no middle, in which weights could be centred"
        raise weights_error(message, "`--inflate repeat` divides them among the frames")
    return repeated * _middle(frames).to(weight.dtype)


def identity(here: Shape) -> Tensor:
    """The weight of a convolution over time alone that passes on what it is given.

    Raises:
        CompileError: no weight of this shape does.
    """
    channels, frames = here[0], here[TIME]
    if here != (channels, channels, frames, 1, 1) or frames % 2 == 0:
        shape = " x ".join(map(str, here))
        raise weights_error(f"a convolution with a weight of {shape} cannot pass on what it gets")
    eye = import_torch().eye(channels)[:, :, None, None, None]
    passed: Tensor = eye * _middle(frames)
    return passed


def _middle(frames: int) -> Tensor:
    """1 in the middle of so many frames and 0 in the others, along the axis of time."""
    torch = import_torch()
    middle: Tensor = torch.zeros(1, 1, frames, 1, 1)
    middle[0, 0, frames // 2] = 1
    return middle
