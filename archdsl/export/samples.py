"""What goes into a network: tensors without content, and random samples, the same in every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archdsl.export.axes import Axes, Sizes

if TYPE_CHECKING:
    from torch import Tensor


def blank(axes: Axes, sizes: Sizes) -> tuple[Tensor, ...]:
    """A tensor for each input; real ones have any content, integers are 0."""
    import torch

    return tuple(
        torch.empty(shape) if below is None else torch.zeros(shape, dtype=torch.long)
        for (_, below), shape in zip(axes.inputs.values(), axes.shapes(sizes) or (), strict=True)
    )


def draw(axes: Axes, sizes: Sizes) -> tuple[Tensor, ...]:
    """A random tensor for each input."""
    import torch

    source = torch.Generator().manual_seed(0)
    return tuple(
        torch.randn(shape, generator=source)
        if below is None
        else torch.randint(below, shape, generator=source)
        for (_, below), shape in zip(axes.inputs.values(), axes.shapes(sizes) or (), strict=True)
    )
