"""The arithmetic of sliding windows, which convolutions and pools share."""

from __future__ import annotations

from typing import Protocol

from archdsl.ir.types import TensorType
from archdsl.ops.axes import per_axis
from archdsl.ops.base import Mismatch
from archdsl.params.kinds import Extent


class Windowed(Protocol):
    """An operation that slides a window over the axes after the channels.

    Without a stride, windows stand side by side.
    """

    @property
    def kernel(self) -> Extent: ...
    @property
    def stride(self) -> Extent | None: ...
    @property
    def padding(self) -> Extent | None: ...
    @property
    def dilation(self) -> Extent: ...


def check_spatial(x: TensorType, name: str) -> None:
    """Windows slide over one to three axes after the channels."""
    if not 2 <= x.rank <= 4:
        message = f"`{name}` takes channels and one to three more axes, not {x}"
        raise Mismatch(message, operand=0)


def half_padding(op: Windowed, axes: int) -> tuple[int, ...]:
    """The padding on each side: as given, else half of what the dilated kernel spans."""
    if op.padding is not None:
        return per_axis(op.padding, axes, "padding")
    kernel = per_axis(op.kernel, axes, "kernel")
    dilation = per_axis(op.dilation, axes, "dilation")
    return tuple(d * (k // 2) for k, d in zip(kernel, dilation, strict=True))


def window_extents(op: Windowed, x: TensorType, *, ceil: bool = False) -> tuple[int, ...]:
    """Output sizes: floor((S + 2p - d(k - 1) - 1) / s) + 1 per axis.

    With `ceil` the division rounds up, but a window never starts beyond the input and its
    left padding (the rule of torch's pools).

    Raises:
        Mismatch: a kernel larger than its padded input.
    """
    axes = len(x.extents)
    kernels = per_axis(op.kernel, axes, "kernel")
    strides = kernels if op.stride is None else per_axis(op.stride, axes, "stride")
    dilations = per_axis(op.dilation, axes, "dilation")
    paddings = half_padding(op, axes)
    extents = []
    for size, k, s, d, p in zip(x.extents, kernels, strides, dilations, paddings, strict=True):
        room = size + 2 * p - d * (k - 1) - 1
        steps = -(-room // s) if ceil else room // s
        if ceil and steps * s >= size + p:
            steps -= 1
        if steps < 0:
            message = f"a kernel of {d * (k - 1) + 1} does not fit into {size} + 2 x {p} of {x}"
            raise Mismatch(message, parameter="kernel")
        extents.append(steps + 1)
    return tuple(extents)
