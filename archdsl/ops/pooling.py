"""Pools: windows that keep the largest value, the mean or a norm."""

from __future__ import annotations

from typing import ClassVar

from archdsl.ir.types import TensorType, show_shape
from archdsl.ops.base import Cost, Mismatch, Operation, Reordered, Types
from archdsl.ops.forms import Layer, LayerArgument
from archdsl.ops.order import by_channel
from archdsl.ops.shapes import (
    check_spatial,
    kernel_argument,
    per_axis,
    window_argument,
    window_extents,
)
from archdsl.params.kinds import (
    Boolean,
    Extent,
    Integer,
    Maybe,
    Real,
    Several,
    Sizes,
    number,
    parameter,
)
from archdsl.params.numbers import Number, show_number


def check_padding(op: MaxPool | AvgPool, axes: int) -> None:
    """Check that no window of a pool is all padding.

    Raises:
        Mismatch: it would be.
    """
    paddings = per_axis(op.padding, axes, "padding")
    # torch compares with the kernel without its dilation, so this does too.
    for k, p in zip(per_axis(op.kernel, axes, "kernel"), paddings, strict=True):
        if p > k // 2:
            must = f"the padding of a pool must be at most half its kernel of {k}"
            raise Mismatch(f"{must}, but this is {p}", parameter="padding")


def check_average(op: AvgPool | LpPool, x: TensorType) -> None:
    """Check that windows over three axes fit into the input without its padding.

    Only torch's AvgPool3d asks for that; over one or two axes, a window may be larger.

    Raises:
        Mismatch: they do not fit.
    """
    kernels = per_axis(op.kernel, len(x.extents), "kernel")
    if len(kernels) == 3 and any(k > size for k, size in zip(kernels, x.extents, strict=True)):
        must = f"over three axes, the windows of `{op.name}` must fit into {x} without padding"
        raise Mismatch(f"{must}, but these are {show_shape(kernels)}", parameter="kernel")


def pool_arguments(op: MaxPool | AvgPool | LpPool, axes: int) -> tuple[LayerArgument, ...]:
    """The arguments that all pools share. As here, torch's stride is the kernel by default."""
    kernel = per_axis(op.kernel, axes, "kernel")
    stride = kernel if op.stride is None else per_axis(op.stride, axes, "stride")
    return (
        kernel_argument(op.kernel, axes),
        LayerArgument("stride", stride, kernel, uniform=True),
        LayerArgument("ceil_mode", op.ceil, False),
    )


class MaxPool(Operation):
    """The largest value of each window of C x (L | H x W | T x H x W).

    The stride is the kernel's size unless given, and nothing is padded. With `ceil`, a last window
    that reaches beyond the end counts as well.

    Example: `64 x 16 x 112^2 -> max_pool((1, 3, 3), (1, 2, 2), padding = (0, 1, 1))`
    """

    name = "max_pool"
    kernel: Extent = parameter(Sizes())
    stride: Extent | None = parameter(Maybe(Sizes()), None)
    padding: Extent = parameter(Sizes(least=0), 0)
    dilation: Extent = parameter(Sizes(), 1)
    ceil: bool = parameter(Boolean(), False)

    def infer(self, x: TensorType) -> Types:
        check_spatial(x, self.name)
        check_padding(self, len(x.extents))
        return (TensorType((x.channels, *window_extents(self, x, ceil=self.ceil))),)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return by_channel(axes)

    def emit(self, operands: Types, results: Types) -> Layer:
        axes = len(operands[0].extents)
        arguments = (
            *pool_arguments(self, axes),
            window_argument(self, "padding", axes, 0),
            window_argument(self, "dilation", axes, 1),
        )
        return Layer(f"nn.MaxPool{axes}d", arguments, "max_pool", shared=True)


class AvgPool(Operation):
    """The mean of each window of C x (L | H x W | T x H x W).

    The stride is the kernel's size unless given, and nothing is padded. The zeros of a padding
    count towards the mean unless `count_include_pad` is false.

    Example: `64 x 16 x 56^2 -> avg_pool(2)`
    """

    name = "avg_pool"
    # torch's average pools have no dilation, but `window_extents` asks for one.
    dilation: ClassVar[int] = 1
    kernel: Extent = parameter(Sizes())
    stride: Extent | None = parameter(Maybe(Sizes()), None)
    padding: Extent = parameter(Sizes(least=0), 0)
    ceil: bool = parameter(Boolean(), False)
    count_include_pad: bool = parameter(Boolean(), True)

    def infer(self, x: TensorType) -> Types:
        check_spatial(x, self.name)
        check_padding(self, len(x.extents))
        check_average(self, x)
        return (TensorType((x.channels, *window_extents(self, x, ceil=self.ceil))),)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return by_channel(axes)

    def emit(self, operands: Types, results: Types) -> Layer:
        axes = len(operands[0].extents)
        arguments = (
            *pool_arguments(self, axes),
            window_argument(self, "padding", axes, 0),
            LayerArgument("count_include_pad", self.count_include_pad, True),
        )
        return Layer(f"nn.AvgPool{axes}d", arguments, "avg_pool", shared=True)


class LpPool(Operation):
    """The p-norm of each window of C x (L | H x W | T x H x W).

    The stride is the kernel's size unless given.

    Example: `64 x 56^2 -> lp_pool(2, 2)`
    """

    name = "lp_pool"
    # torch's Lp pools have neither, but `window_extents` asks for both.
    dilation: ClassVar[int] = 1
    padding: ClassVar[int] = 0
    p: Number = parameter(Real(), 2)
    kernel: Extent = parameter(Sizes(), 2)
    stride: Extent | None = parameter(Maybe(Sizes()), None)
    ceil: bool = parameter(Boolean(), False)

    def infer(self, x: TensorType) -> Types:
        check_spatial(x, self.name)
        if self.p <= 0:
            must = "`p` must be above 0"
            raise Mismatch(f"{must}, but this is {show_number(self.p)}", parameter="p")
        check_average(self, x)
        return (TensorType((x.channels, *window_extents(self, x, ceil=self.ceil))),)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return by_channel(axes)

    def emit(self, operands: Types, results: Types) -> Layer:
        axes = len(operands[0].extents)
        power = LayerArgument("norm_type", number(self.p), positional=True)
        arguments = (power, *pool_arguments(self, axes))
        return Layer(f"nn.LPPool{axes}d", arguments, "lp_pool", shared=True)


class AdaptivePool(Operation):
    """Base of the pools that are given the size they put out; `none` keeps an axis as it is."""

    constructor: ClassVar[str]
    label: ClassVar[str]
    size: int | tuple[int | None, ...] | None = parameter(Several(Maybe(Integer())), 1)

    def infer(self, x: TensorType) -> Types:
        check_spatial(x, self.name)
        sizes = per_axis(self.size, len(x.extents), "size")
        if all(size is None for size in sizes):
            message = f"`size` must change an axis, but `none` leaves {x} as it is"
            raise Mismatch(message, parameter="size")
        extents = (old if new is None else new for old, new in zip(x.extents, sizes, strict=True))
        return (TensorType((x.channels, *extents)),)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return by_channel(axes)

    def emit(self, operands: Types, results: Types) -> Layer:
        axes = len(operands[0].extents)
        sizes = per_axis(self.size, axes, "size")
        size = LayerArgument("output_size", sizes, positional=True, uniform=True)
        return Layer(f"{self.constructor}{axes}d", (size,), self.label, shared=True)


class AdaptiveAvgPool(AdaptivePool):
    """Means over windows that share the input evenly: C x T x H x W becomes C x `size`.

    `none` keeps an axis as it is. fvcore adds the elements read, over height and width only.

    Example: `432 x 16 x 7^2 -> adaptive_avg_pool((none, 1, 1))`
    """

    name = "adaptive_avg_pool"
    constructor = "nn.AdaptiveAvgPool"
    label = "avg_pool"

    def cost(self, operands: Types, results: Types) -> Cost:
        (x,) = operands
        return Cost(fvcore=x.elements if x.rank == 3 else 0)


class AdaptiveMaxPool(AdaptivePool):
    """Largest values of windows that share the input evenly: C x T x H x W becomes C x `size`.

    `none` keeps an axis as it is.

    Example: `432 x 16 x 7^2 -> adaptive_max_pool`
    """

    name = "adaptive_max_pool"
    constructor = "nn.AdaptiveMaxPool"
    label = "max_pool"
