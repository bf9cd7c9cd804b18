"""Random samples that go into a network, the same in every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archdsl.export.axes import Shapes

if TYPE_CHECKING:
    from torch import Tensor


def draw(shapes: Shapes) -> tuple[Tensor, ...]:
    """A tensor for each input."""
    import torch

    source = torch.Generator().manual_seed(0)
    return tuple(torch.randn(shape, generator=source) for shape in shapes)
