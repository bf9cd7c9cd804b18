"""What operations give for operands in another order along an axis: rules that families share.

Two branches may be joined in either order if what reads them takes their channels in any order. So
these rules say which spellings are one network (`archdsl/space/`).
"""

from __future__ import annotations

from archdsl.ops.base import OrderMatters, Reordered, Types


def by_element(axes: Reordered, operands: Types) -> int | None:
    """The rule of what is computed element by element, from operands that broadcast.

    Raises:
        OrderMatters: an operand has several entries along the axis, and is not in that order.
    """
    rank = max(operand.rank for operand in operands)
    pairs = list(zip(axes, operands, strict=True))
    moved = {axis + rank - x.rank for axis, x in pairs if axis is not None}
    if not moved:
        return None
    place = moved.pop()
    own = [(axis, x, place - rank + x.rank) for axis, x in pairs]
    if moved or any(axis is None and at >= 0 and x.shape[at] > 1 for axis, x, at in own):
        raise OrderMatters
    return place


def by_channel(axes: Reordered) -> int | None:
    """The rule of what each channel of the first operand gives by itself.

    Of other operands, only the sizes are read.

    Raises:
        OrderMatters: the other order is not one of the channels.
    """
    if axes[0] not in (0, None):
        raise OrderMatters
    return axes[0]


def beside(axis: int, axes: Reordered) -> int | None:
    """The rule of what works along one axis of the first operand, alike beside that axis.

    Raises:
        OrderMatters: the other order is along that axis.
    """
    if axes[0] == axis:
        raise OrderMatters
    return axes[0]


def summed(axis: int, axes: Reordered) -> int | None:
    """The rule of a layer that sums over an axis of its only operand, with a weight for each entry.

    Raises:
        OrderMatters: the other order is along another axis.
    """
    if axes[0] not in (axis, None):
        raise OrderMatters
    return None
