"""Positions moved into channels and back, channels shuffled: all are modules of torch.nn."""

from __future__ import annotations

from math import prod

from archdsl.ir.types import TensorType, show_shape
from archdsl.ops.base import Mismatch, Operation, Types
from archdsl.ops.forms import Layer, LayerArgument
from archdsl.ops.shapes import (
    check_groups,
    kernel_argument,
    per_axis,
    window_argument,
    window_extents,
)
from archdsl.params.kinds import Extent, Integer, Sizes, parameter


def check_plane(x: TensorType, name: str) -> None:
    """Check that a tensor has height and width; torch has these modules for no other axes.

    Raises:
        Mismatch: it has other axes.
    """
    if x.rank != 3:
        takes = f"`{name}` takes channels, height and width"
        raise Mismatch(f"{takes}, but this is {x}", operand=0)


def patch_arguments(op: Unfold | Fold) -> tuple[LayerArgument, ...]:
    """The arguments that nn.Unfold and nn.Fold share."""
    return (
        kernel_argument(op.kernel, 2),
        window_argument(op, "dilation", 2, 1),
        window_argument(op, "padding", 2, 0),
        window_argument(op, "stride", 2, 1),
    )


class Unfold(Operation):
    """Each window of C x H x W as a column: C k k x N, for N windows of k x k.

    Example: `3 x 224^2 -> unfold(16, stride = 16)`
    """

    name = "unfold"
    kernel: Extent = parameter(Sizes())
    stride: Extent = parameter(Sizes(), 1)
    padding: Extent = parameter(Sizes(least=0), 0)
    dilation: Extent = parameter(Sizes(), 1)

    def infer(self, x: TensorType) -> Types:
        check_plane(x, self.name)
        rows = x.channels * prod(per_axis(self.kernel, 2, "kernel"))
        return (TensorType((rows, prod(window_extents(self, x)))),)

    def emit(self, operands: Types, results: Types) -> Layer:
        return Layer("nn.Unfold", patch_arguments(self), "unfold", shared=True)


class Fold(Operation):
    """The inverse of `unfold`; windows that overlap are added: C k k x N becomes C x `size`.

    Example: `768 x 196 -> fold(224, 16, stride = 16)`
    """

    name = "fold"
    size: Extent = parameter(Sizes())
    kernel: Extent = parameter(Sizes())
    stride: Extent = parameter(Sizes(), 1)
    padding: Extent = parameter(Sizes(least=0), 0)
    dilation: Extent = parameter(Sizes(), 1)

    def infer(self, x: TensorType) -> Types:
        if x.rank != 2:
            raise Mismatch(f"`fold` takes rows x columns, but this is {x}", operand=0)
        area = prod(per_axis(self.kernel, 2, "kernel"))
        if x.channels % area:
            must = f"rows must be a multiple of a window's elements ({area})"
            raise Mismatch(f"{must}, but {x} has {x.channels}", parameter="kernel")
        size = per_axis(self.size, 2, "size")
        result = TensorType((x.channels // area, *size))
        columns = prod(window_extents(self, result))
        if columns != x.positions:
            has = f"{show_shape(size)} has {columns} windows"
            message = f"{has}, but {x} has {x.positions} columns"
            raise Mismatch(message, parameter="size")
        return (result,)

    def emit(self, operands: Types, results: Types) -> Layer:
        size = per_axis(self.size, 2, "size")
        output = LayerArgument("output_size", size, positional=True)
        return Layer("nn.Fold", (output, *patch_arguments(self)), "fold", shared=True)


class PixelShuffle(Operation):
    """C r r x H x W becomes C x H r x W r, for a `factor` of r.

    Example: `64 x 14^2 -> pixel_shuffle(2)`
    """

    name = "pixel_shuffle"
    factor: int = parameter(Integer())

    def infer(self, x: TensorType) -> Types:
        check_plane(x, self.name)
        if x.channels % self.factor**2:
            must = f"channels must be a multiple of {self.factor}^2"
            raise Mismatch(f"{must}, but {x} has {x.channels}", parameter="factor")
        extents = (size * self.factor for size in x.extents)
        return (TensorType((x.channels // self.factor**2, *extents)),)

    def emit(self, operands: Types, results: Types) -> Layer:
        factor = LayerArgument("upscale_factor", self.factor, positional=True)
        return Layer("nn.PixelShuffle", (factor,), "pixel_shuffle", shared=True)


class PixelUnshuffle(Operation):
    """C x H r x W r becomes C r r x H x W, for a `factor` of r.

    Example: `16 x 28^2 -> pixel_unshuffle(2)`
    """

    name = "pixel_unshuffle"
    factor: int = parameter(Integer())

    def infer(self, x: TensorType) -> Types:
        check_plane(x, self.name)
        for size in x.extents:
            if size % self.factor:
                must = f"height and width must be multiples of {self.factor}"
                raise Mismatch(f"{must}, but {x} has {size}", parameter="factor")
        extents = (size // self.factor for size in x.extents)
        return (TensorType((x.channels * self.factor**2, *extents)),)

    def emit(self, operands: Types, results: Types) -> Layer:
        factor = LayerArgument("downscale_factor", self.factor, positional=True)
        return Layer("nn.PixelUnshuffle", (factor,), "pixel_unshuffle", shared=True)


class ChannelShuffle(Operation):
    """The channels of C x L x ... in another order: one of each of `groups` groups in turn.

    Example: `116 x 28^2 -> channel_shuffle(2)`
    """

    name = "channel_shuffle"
    needs_batch = True
    groups: int = parameter(Integer())

    def infer(self, x: TensorType) -> Types:
        if x.rank < 2:
            takes = "`channel_shuffle` takes channels and at least one more axis"
            raise Mismatch(f"{takes}, but this is {x}", operand=0)
        check_groups(self.groups, x.channels, "channels")
        return (x,)

    def emit(self, operands: Types, results: Types) -> Layer:
        groups = LayerArgument("groups", self.groups, positional=True)
        return Layer("nn.ChannelShuffle", (groups,), "channel_shuffle", shared=True)
