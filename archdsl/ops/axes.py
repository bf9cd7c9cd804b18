"""Axes by name or number, the dimensions that torch calls them by, and values for each."""

from __future__ import annotations

from typing import TypeVar

from archdsl.ir.types import AXES, POSITIONS
from archdsl.ops.base import Mismatch
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
    indices = tuple(axis_index(axis, rank, name) for axis in each(axes))
    for index in indices:
        if indices.count(index) > 1:
            raise Mismatch(f"`{name}` names axis {index} twice", parameter=name)
    return indices


def each(axes: Axes) -> tuple[Axis, ...]:
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
        dims = tuple(dimension(axis, rank, name) for axis in each(axes))
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
