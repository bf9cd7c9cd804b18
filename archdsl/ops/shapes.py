"""Rules of shapes that families share: axes by name or number, sliding windows, sizes that meet."""

from __future__ import annotations

from typing import Protocol, TypeVar

from archdsl.ir.types import AXES, POSITIONS, TensorType
from archdsl.ops.base import LayerArgument, Mismatch, Operation, Types
from archdsl.params.kinds import Extent

T = TypeVar("T")

Axis = int | str
"""An axis by name, or by number counted without the batch (0 is the channels)."""

Axes = Axis | tuple[Axis, ...]
"""One axis or several, or `positions`: all axes after the channels."""


def axis_index(axis: Axis, rank: int, name: str = "axis") -> int:
    """The place of an axis in a shape of `rank`, from 0.

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
    """The places of several axes, in the order in which they are given.

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
    """The axes after the channels.

    Raises:
        Mismatch: there is none.
    """
    if rank < 2:
        message = "a tensor of rank 1 has channels only, and no positions"
        raise Mismatch(message, parameter=name)
    return tuple(range(1, rank))


def dimension(axis: Axis, rank: int, name: str = "axis") -> int:
    """An axis as torch counts it, after the batch; a negative one stays as it is."""
    index = axis_index(axis, rank, name)
    return axis if isinstance(axis, int) and axis < 0 else index + 1


def dimensions(axes: Axes, rank: int, name: str = "axes") -> int | tuple[int, ...]:
    """Several axes as torch counts them; a number where there is but one."""
    indices = axis_indices(axes, rank, name)
    if axes == POSITIONS:
        dims = tuple(index + 1 for index in indices)
    else:
        dims = tuple(dimension(axis, rank, name) for axis in axis_tuple(axes))
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
        message = f"`{name}` has {len(value)} entries for {axes} axes"
        raise Mismatch(message, parameter=name)
    return value


def check_groups(groups: int, count: int, what: str) -> None:
    """Each group has equally many of `count` channels, which the message calls `what`.

    Raises:
        Mismatch: they cannot be dealt out so.
    """
    if count % groups:
        message = f"{groups} groups do not divide {count} {what}"
        raise Mismatch(message, parameter="groups")


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


def kernel_argument(kernel: Extent, axes: int) -> LayerArgument:
    sizes = per_axis(kernel, axes, "kernel")
    return LayerArgument("kernel_size", sizes, positional=True, uniform=True)


def window_argument(op: Operation, name: str, axes: int, default: int) -> LayerArgument:
    """A parameter of a window that torch calls as we do, with an entry for each axis."""
    value: Extent = getattr(op, name)
    return LayerArgument(name, per_axis(value, axes, name), (default,) * axes, uniform=True)


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


def broadcast(name: str, operands: Types) -> TensorType:
    """The type in which all operands meet.

    Raises:
        Mismatch: they do not.
    """
    shape = operands[0].shape
    for index, operand in enumerate(operands[1:], 1):
        sizes = broadcast_shapes(shape, operand.shape)
        if sizes is None:
            message = f"`{name}` cannot bring {TensorType(shape)} and {operand} together"
            help = "every axis must have one size on both sides, or 1 on one of them"
            raise Mismatch(message, operand=index, help=help)
        shape = sizes
    return TensorType(shape)


def broadcast_shapes(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    """The sizes in which two shapes meet, or None where they do not.

    Their ranks must agree, for the batch stands in front of each.
    """
    if len(a) != len(b) or any(
        left != right and 1 not in (left, right) for left, right in zip(a, b, strict=True)
    ):
        return None
    return tuple(max(left, right) for left, right in zip(a, b, strict=True))


def with_size(x: TensorType, index: int, size: int) -> TensorType:
    """A type with another size at one axis."""
    return TensorType((*x.shape[:index], size, *x.shape[index + 1 :]))
