"""Convolutions over one to three axes."""

from __future__ import annotations

from math import prod

from archdsl.ir.types import TensorType
from archdsl.ops.base import Cost, Mismatch, Operation, OrderMatters, Reordered, Types
from archdsl.ops.forms import Layer, LayerArgument
from archdsl.ops.order import summed
from archdsl.ops.shapes import (
    check_groups,
    check_spatial,
    half_padding,
    kernel_argument,
    per_axis,
    window_argument,
    window_extents,
)
from archdsl.params.kinds import Boolean, Extent, Integer, Maybe, Sizes, parameter


class Convolution(Operation):
    """Convolution of C x (L | H x W | T x H x W); `channels` is the number of filters.

    Padding is half of what the dilated kernel spans unless given, so at stride 1 an odd kernel
    keeps the size. There is no bias unless `bias` is true.

    Example: `3 x 16 x 112^2 -> conv(24, (1, 3, 3), stride = (1, 2, 2))`
    """

    name = "conv"
    is_weighted = True
    channels: int = parameter(Integer())
    kernel: Extent = parameter(Sizes(), 1)
    stride: Extent = parameter(Sizes(), 1)
    padding: Extent | None = parameter(Maybe(Sizes(least=0)), None)
    dilation: Extent = parameter(Sizes(), 1)
    groups: int = parameter(Integer(), 1)
    # Not torch's default: in video networks, a norm follows nearly every convolution.
    bias: bool = parameter(Boolean(), False)

    def infer(self, x: TensorType) -> Types:
        check_spatial(x, "conv")
        check_groups(self.groups, x.channels, "input channels")
        check_groups(self.groups, self.channels, "output channels")
        return (TensorType((self.channels, *window_extents(self, x))),)

    def cost(self, operands: Types, results: Types) -> Cost:
        (x,), (y,) = operands, results
        kernel = per_axis(self.kernel, len(x.extents), "kernel")
        weights = self.channels * (x.channels // self.groups) * prod(kernel)
        # No convention counts the additions of a bias.
        return Cost(weights + self.channels * self.bias, macs=weights * y.positions)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        if self.groups > 1:
            raise OrderMatters
        return summed(0, axes)

    def emit(self, operands: Types, results: Types) -> Layer:
        axes = len(operands[0].extents)
        arguments = (
            *leading_arguments(self, operands[0]),
            LayerArgument("padding", half_padding(self, axes), (0,) * axes, uniform=True),
            window_argument(self, "dilation", axes, 1),
            LayerArgument("groups", self.groups, 1),
            LayerArgument("bias", self.bias, True),
        )
        return Layer(f"nn.Conv{axes}d", arguments, "conv")


def leading_arguments(
    op: Convolution | TransposedConvolution, x: TensorType
) -> tuple[LayerArgument, ...]:
    """The arguments with which both of torch's layers begin: channels, kernel, stride."""
    axes = len(x.extents)
    return (
        LayerArgument("in_channels", x.channels, positional=True),
        LayerArgument("out_channels", op.channels, positional=True),
        kernel_argument(op.kernel, axes),
        window_argument(op, "stride", axes, 1),
    )


class TransposedConvolution(Operation):
    """Transposed convolution of C x (L | H x W | T x H x W), for decoders.

    Per axis S becomes (S - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.
    Each multiply-add takes a position of the input, so the multiply-adds are counted over these.

    Example: `64 x 28^2 -> conv_transpose(32, 2, stride = 2)`
    """

    name = "conv_transpose"
    is_weighted = True
    channels: int = parameter(Integer())
    kernel: Extent = parameter(Sizes(), 1)
    stride: Extent = parameter(Sizes(), 1)
    padding: Extent = parameter(Sizes(least=0), 0)
    output_padding: Extent = parameter(Sizes(least=0), 0)
    dilation: Extent = parameter(Sizes(), 1)
    groups: int = parameter(Integer(), 1)
    bias: bool = parameter(Boolean(), False)

    def infer(self, x: TensorType) -> Types:
        check_spatial(x, self.name)
        check_groups(self.groups, x.channels, "input channels")
        check_groups(self.groups, self.channels, "output channels")
        return (TensorType((self.channels, *self._extents(x))),)

    def cost(self, operands: Types, results: Types) -> Cost:
        (x,) = operands
        kernel = per_axis(self.kernel, len(x.extents), "kernel")
        # Each position of the input meets every weight once, whatever the stride.
        weights = x.channels * (self.channels // self.groups) * prod(kernel)
        return Cost(weights + self.channels * self.bias, macs=weights * x.positions)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        if self.groups > 1:
            raise OrderMatters
        return summed(0, axes)

    def emit(self, operands: Types, results: Types) -> Layer:
        axes = len(operands[0].extents)
        # In the order of nn.ConvTranspose, where the dilation comes last.
        arguments = (
            *leading_arguments(self, operands[0]),
            window_argument(self, "padding", axes, 0),
            window_argument(self, "output_padding", axes, 0),
            LayerArgument("groups", self.groups, 1),
            LayerArgument("bias", self.bias, True),
            window_argument(self, "dilation", axes, 1),
        )
        return Layer(f"nn.ConvTranspose{axes}d", arguments, "conv")

    def _extents(self, x: TensorType) -> tuple[int, ...]:
        names = ("kernel", "stride", "padding", "output_padding", "dilation")
        windows = [per_axis(getattr(self, name), len(x.extents), name) for name in names]
        extents = []
        for size, k, s, p, extra, d in zip(x.extents, *windows, strict=True):
            if extra >= max(s, d):
                # torch's own condition.
                must = f"`output_padding` must be below the stride ({s}) or the dilation ({d})"
                raise Mismatch(f"{must}, but this is {extra}", parameter="output_padding")
            extent = (size - 1) * s - 2 * p + d * (k - 1) + extra + 1
            if extent < 1:
                full = extent + 2 * p
                message = f"a padding of {p} on each side leaves nothing of an axis of {full}"
                raise Mismatch(message, parameter="padding")
            extents.append(extent)
        return tuple(extents)
