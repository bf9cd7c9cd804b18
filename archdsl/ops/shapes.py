"""Shape rules that families share: axes by name or number, sliding windows, broadcasting.

All count axes without the batch, so axis 0 is the channels. Only `dimension` and `dimensions` add
the batch, for torch, if the tensor has one.
"""

from __future__ import annotations

from typing import Protocol, TypeVar

from archdsl.ir.types import AXES, POSITIONS, TensorType
from archdsl.ops.base import Mismatch, Operation, Types
from archdsl.ops.forms import LayerArgument
from archdsl.params.kinds import Extent

T = TypeVar("T")

Axis = int | str
"""An axis by name, or by number counted without the batch (0 is the channels)."""

Axes = Axis | tuple[Axis, ...]
"""One axis or several, or `positions`: all axes after the channels."""


def axis_index(axis: Axis, rank: int, name: str = "axis") -> int:
    """The index of an axis in a shape of `rank`; `name` is the parameter that names it.

    Raises:
        Mismatch: there is no such axis.
    """
    if isinstance(axis, str):
        names = AXES.get(rank, ())
        if axis not in names:
            message = f"a tensor of rank {rank} has no axis `{axis}`"
            raise Mismatch(message, parameter=name, help=_axis_help(names))
        return names.index(axis)
    if not -rank <= axis < rank:
        raise Mismatch(f"a tensor of rank {rank} has no axis {axis}", parameter=name)
    return axis % rank


def axis_indices(axes: Axes, rank: int, name: str = "axes") -> tuple[int, ...]:
    """The indices of several axes, in the order in which they are given.

    Raises:
        Mismatch: there is no such axis, or one is named twice.
    """
    if axes == POSITIONS:
        return positions(rank, name)
    indices = tuple(axis_index(axis, rank, name) for axis in axis_tuple(axes))
    for index in indices:
        if indices.count(index) > 1:
            raise Mismatch(f"`{name}` names axis {index} twice", parameter=name)
    return indices


def axis_tuple(axes: Axes) -> tuple[Axis, ...]:
    """A single axis as a tuple of one."""
    return axes if isinstance(axes, tuple) else (axes,)


def positions(rank: int, name: str) -> tuple[int, ...]:
    """The indices of the axes after the channels.

    Raises:
        Mismatch: there are none.
    """
    if rank < 2:
        message = "a tensor of rank 1 has channels only, so it has no positions"
        raise Mismatch(message, parameter=name)
    return tuple(range(1, rank))


def dimension(axis: Axis, x: TensorType, name: str = "axis") -> int:
    """An axis of `x` as torch counts it, after the batch.

    A negative axis stays negative: it counts from the end with and without the batch, and emitted
    code should say what the spec says.
    """
    index = axis_index(axis, x.rank, name)
    return axis if isinstance(axis, int) and axis < 0 else index + x.leading


def dimensions(axes: Axes, x: TensorType, name: str = "axes") -> int | tuple[int, ...]:
    """Several axes of `x` as torch counts them; a number if there is only one."""
    indices = axis_indices(axes, x.rank, name)
    if axes == POSITIONS:
        dims = tuple(index + x.leading for index in indices)
    else:
        dims = tuple(dimension(axis, x, name) for axis in axis_tuple(axes))
    return dims[0] if len(dims) == 1 else dims


def _axis_help(names: tuple[str, ...]) -> str | None:
    return f"its axes are {', '.join(names)}" if names else "number its axes from 0"


def entries(value: Extent) -> tuple[int, ...]:
    """A single integer as a tuple of one."""
    return value if isinstance(value, tuple) else (value,)


def per_axis(value: T | tuple[T, ...], axes: int, name: str) -> tuple[T, ...]:
    """`value` with an entry for each of `axes` axes.

    Raises:
        Mismatch: a tuple of another length.
    """
    if not isinstance(value, tuple):
        return (value,) * axes
    if len(value) != axes:
        message = f"`{name}` must have an entry for each axis ({axes}), but it has {len(value)}"
        raise Mismatch(message, parameter=name)
    return value


def check_groups(groups: int, count: int, what: str) -> None:
    """Check that `groups` divides `count` channels, which the message calls `what`.

    Raises:
        Mismatch: it does not.
    """
    if count % groups:
        message = f"{what} must be a multiple of `groups` ({groups}), but these are {count}"
        raise Mismatch(message, parameter="groups")


class Windowed(Protocol):
    """An operation that slides a window over the axes after the channels.

    Without a stride, windows are side by side.
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
    """Check that there are one to three axes after the channels, as torch's layers need.

    Raises:
        Mismatch: there are not.
    """
    if not 2 <= x.rank <= 4:
        takes = f"`{name}` takes channels and one to three more axes"
        raise Mismatch(f"{takes}, but this is {x}", operand=0)


def kernel_argument(kernel: Extent, axes: int) -> LayerArgument:
    sizes = per_axis(kernel, axes, "kernel")
    return LayerArgument("kernel_size", sizes, positional=True, uniform=True)


def window_argument(op: Operation, name: str, axes: int, default: int) -> LayerArgument:
    """The argument for a parameter of a window that has the same name in torch."""
    value: Extent = getattr(op, name)
    return LayerArgument(name, per_axis(value, axes, name), (default,) * axes, uniform=True)


def half_padding(op: Windowed, axes: int) -> tuple[int, ...]:
    """The padding on each side: as given, otherwise half of what the dilated kernel spans.

    Even kernels round down, so that a stride of 1 loses one position: torch's padding is the same
    on both sides.
    """
    if op.padding is not None:
        return per_axis(op.padding, axes, "padding")
    kernel = per_axis(op.kernel, axes, "kernel")
    dilation = per_axis(op.dilation, axes, "dilation")
    return tuple(d * (k // 2) for k, d in zip(kernel, dilation, strict=True))


def window_extents(op: Windowed, x: TensorType, *, ceil: bool = False) -> tuple[int, ...]:
    """The sizes after a window: floor((S + 2p - d(k - 1) - 1) / s) + 1 for each axis.

    With `ceil` the division rounds up, but as in torch's pools, no window starts beyond the input
    and its left padding.

    Raises:
        Mismatch: a kernel is larger than its padded input.
    """
    axes = len(x.extents)
    kernels = per_axis(op.kernel, axes, "kernel")
    strides = kernels if op.stride is None else per_axis(op.stride, axes, "stride")
    dilations = per_axis(op.dilation, axes, "dilation")
    paddings = half_padding(op, axes)
    extents = []
    for size, k, s, d, p in zip(x.extents, kernels, strides, dilations, paddings, strict=True):
        room = size + 2 * p - d * (k - 1) - 1  # how far the first window can still move
        steps = -(-room // s) if ceil else room // s
        if ceil and steps * s >= size + p:
            steps -= 1
        if steps < 0:
            must = f"a kernel must fit into its padded axis, {size} + 2 x {p} of {x}"
            raise Mismatch(f"{must}, but this spans {d * (k - 1) + 1}", parameter="kernel")
        extents.append(steps + 1)
    return tuple(extents)


def broadcast(name: str, operands: Types) -> TensorType:
    """The type to which all operands broadcast, as torch aligns them: from the last axis on.

    A tensor with fewer axes than the result must have no batch: torch would align it with an axis
    of the others.

    Raises:
        Mismatch: they do not broadcast.
    """
    shape = operands[0].shape
    for index, operand in enumerate(operands[1:], 1):
        sizes = broadcast_shapes(shape, operand.shape)
        if sizes is None or any(len(sizes) > x.rank and x.leading for x in operands):
            message = f"`{name}` cannot broadcast {TensorType(shape)} and {operand}"
            help = "each axis must have the same size on both sides, or 1 on one of them"
            raise Mismatch(message, operand=index, help=help)
        shape = sizes
    return TensorType(shape)


def broadcast_shapes(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape to which two shapes broadcast, or None if they do not.

    The shorter one is aligned with the last axes of the longer one.
    """
    missing = len(a) - len(b)
    pairs = list(zip((1,) * -missing + a, (1,) * missing + b, strict=True))
    if any(left != right and 1 not in (left, right) for left, right in pairs):
        return None
    return tuple(max(left, right) for left, right in pairs)


def with_rank(operand: int, x: TensorType, rank: int) -> str:
    """The template of an operand with axes of size 1 before its own: `{0}[:, None]`.

    Torch aligns the last axes of two tensors. Of one with fewer axes it would take the batch for an
    axis of the other, unless there is none.
    """
    missing = rank - x.rank
    if not (missing and x.leading):
        return f"{{{operand}}}"
    return f"{{{operand}}}[:, " + ", ".join(["None"] * missing) + "]"


def with_size(x: TensorType, index: int, size: int) -> TensorType:
    """A type with another size at one axis."""
    return TensorType((*x.shape[:index], size, *x.shape[index + 1 :]))
