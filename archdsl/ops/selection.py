"""Parts and repetitions: slices of tensors, and tensors rolled, flipped or extended."""

from __future__ import annotations

from typing import NamedTuple

from archdsl.ir.traced import is_literal
from archdsl.ir.types import TensorType
from archdsl.ops.base import Mismatch, Rearrangement, Types
from archdsl.ops.forms import SAME, Expression, PyValue
from archdsl.ops.layout import without_axes
from archdsl.ops.shapes import Axes, Axis, axis_index, axis_indices, dimensions, per_axis, with_size
from archdsl.params.kinds import AxisName, AxisNames, Integer, Maybe, Several, Sizes, parameter


def subscript(x: TensorType, index: int, inside: str) -> str:
    """`x[:, :, inside]`, with a colon for the batch and for each axis before `index`."""
    return "{0}[" + ":, " * (x.leading + index) + inside + "]"


class Slice(Rearrangement):
    """Every `step`-th element of an axis, from `start` up to but without `stop`; or of several.

    Negative numbers count from the end, as in Python. For several axes, each number can be a tuple.

    Example: `3 x 32 x 224^2 -> slice(frames, step = 4)`
    """

    name = "slice"
    is_view = True
    axis: Axes = parameter(AxisNames())
    start: int | tuple[int, ...] = parameter(Several(Integer(least=None)), 0)
    stop: int | tuple[int | None, ...] | None = parameter(Several(Maybe(Integer(least=None))), None)
    step: int | tuple[int, ...] = parameter(Several(Integer()), 1)

    def infer(self, x: TensorType) -> Types:
        for cut in self._cuts(x):
            x = with_size(x, cut.axis, self._count(cut, x))
        return (x,)

    def emit(self, operands: Types, results: Types) -> Expression:
        (x,) = operands
        cuts = {cut.axis: cut for cut in self._cuts(x)}
        values: dict[str, PyValue] = {}
        inside = [":"] * (x.leading + max(cuts) + 1)
        for axis, cut in cuts.items():
            number = str(axis) if len(cuts) > 1 else ""
            bounds = {f"{name}{number}": bound for name, bound in cut.written().items()}
            values |= bounds
            start, stop, step = (
                f"{{{name}{number}}}" if f"{name}{number}" in bounds else ""
                for name in ("start", "stop", "step")
            )
            inside[x.leading + axis] = f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
        return Expression(f"{{0}}[{', '.join(inside)}]", values) if values else SAME

    def _cuts(self, x: TensorType) -> list[_Cut]:
        axes = axis_indices(self.axis, x.rank, "axis")
        bounds = zip(
            axes,
            per_axis(self.start, len(axes), "start"),
            per_axis(self.stop, len(axes), "stop"),
            per_axis(self.step, len(axes), "step"),
            strict=True,
        )
        return [_Cut(*each) for each in bounds]

    @staticmethod
    def _count(cut: _Cut, x: TensorType) -> int:
        """How many elements a cut leaves of an axis."""
        index, start, step = cut.axis, cut.start, cut.step
        size = x.shape[index]
        stop = size if cut.stop is None else cut.stop
        for name, place in (("start", start), ("stop", stop)):
            if not -size <= place <= size:
                # Python and torch would cut the slice off without a word.
                must = f"`{name}` must be from {-size} to {size} on axis {index} of {x}"
                raise Mismatch(f"{must}, but this is {place}", parameter=name)
        first, last = (place + size if place < 0 else place for place in (start, stop))
        # A step of 1 needs no division. Traced, the count of a plain slice stays `stop - start`.
        count = last - first if step == 1 else -((first - last) // step)
        if count < 1:
            message = f"axis {index} of {x} has nothing from {start} up to {stop}"
            raise Mismatch(message, parameter="stop" if cut.stop is not None else "start")
        return count


class _Cut(NamedTuple):
    """A slice of one axis."""

    axis: int
    start: int
    stop: int | None
    step: int

    def written(self) -> dict[str, PyValue]:
        """The bounds that are written, even where they are 0 or 1 only for this network."""
        values: dict[str, PyValue] = {}
        if self.start or not is_literal(self.start):
            values["start"] = self.start
        if self.stop is not None:
            values["stop"] = self.stop
        if self.step > 1 or not is_literal(self.step):
            values["step"] = self.step
        return values


class Select(Rearrangement):
    """One element of an axis, which is then removed: `select(0, 0)` reads the first of N tokens.

    Example: `64 x 8 x 14^2 -> select(frames, 0)`
    """

    name = "select"
    is_view = True
    axis: Axis = parameter(AxisName())
    index: int = parameter(Integer(least=None))

    def infer(self, x: TensorType) -> Types:
        axis = axis_index(self.axis, x.rank)
        if not -x.shape[axis] <= self.index < x.shape[axis]:
            size = x.shape[axis]
            must = f"`index` must be from {-size} to {size - 1} on axis {axis} of {x}"
            raise Mismatch(f"{must}, but this is {self.index}", parameter="index")
        return (without_axes(self.name, x, (axis,)),)

    def emit(self, operands: Types, results: Types) -> Expression:
        (x,) = operands
        axis = axis_index(self.axis, x.rank)
        return Expression(subscript(x, axis, "{index}"), {"index": self.index})


class Roll(Rearrangement):
    """Axes shifted by `shift`; what leaves at the end enters at the start.

    Example: `96 x 8 x 56^2 -> roll((height, width), shift = (-3, -3))`
    """

    name = "roll"
    axes: Axes = parameter(AxisNames())
    shift: int | tuple[int, ...] = parameter(Several(Integer(least=None)), 1)

    def infer(self, x: TensorType) -> Types:
        per_axis(self.shift, len(axis_indices(self.axes, x.rank)), "shift")
        return (x,)

    def emit(self, operands: Types, results: Types) -> Expression:
        (x,) = operands
        shift = per_axis(self.shift, len(axis_indices(self.axes, x.rank)), "shift")
        if not any(shift) and is_literal(shift):
            return SAME
        values = {
            "shift": shift if len(shift) > 1 else shift[0],
            "dim": dimensions(self.axes, x),
        }
        return Expression("{0}.roll({shift}, {dim})", values)


class Flip(Rearrangement):
    """Axes in reverse.

    Example: `3 x 16 x 112^2 -> flip(frames)`
    """

    name = "flip"
    axes: Axes = parameter(AxisNames())

    def infer(self, x: TensorType) -> Types:
        axis_indices(self.axes, x.rank)
        return (x,)

    def emit(self, operands: Types, results: Types) -> Expression:
        return Expression("{0}.flip({dim})", {"dim": dimensions(self.axes, operands[0])})


class Expand(Rearrangement):
    """Axes of size 1 repeated without a copy: a size for every axis, -1 where it stays.

    Example: `64 x 1^3 -> expand((-1, 8, 14, 14))`
    """

    name = "expand"
    is_view = True
    shape: int | tuple[int, ...] = parameter(Several(Integer(least=-1)))

    def infer(self, x: TensorType) -> Types:
        sizes = per_axis(self.shape, x.rank, "shape")
        for old, new in zip(x.shape, sizes, strict=True):
            if new == 0 or (new != -1 and old not in (1, new)):
                must = "`expand` changes only axes of size 1"
                message = f"{must}, but this is {new} for the axis of {old} in {x}"
                raise Mismatch(message, parameter="shape")
        shape = (old if new == -1 else new for old, new in zip(x.shape, sizes, strict=True))
        return (TensorType(tuple(shape)),)

    def emit(self, operands: Types, results: Types) -> Expression:
        (x,) = operands
        sizes = per_axis(self.shape, x.rank, "shape")
        if sizes == (-1,) * x.rank:
            return SAME
        # -1 is written as it is, and -1 for the batch, which fits any batch size.
        values = {f"size{i}": size for i, size in enumerate(sizes) if size != -1}
        places = (f"{{size{i}}}" if size != -1 else "-1" for i, size in enumerate(sizes))
        return Expression(f"{{0}}.expand({', '.join(('-1',) * x.leading + (*places,))})", values)


class Repeat(Rearrangement):
    """Each axis repeated `times`, as tiles: C x L becomes C times[0] x L times[1].

    Example: `64 x 1 x 14^2 -> repeat((1, 8, 1, 1))`
    """

    name = "repeat"
    times: int | tuple[int, ...] = parameter(Sizes())

    def infer(self, x: TensorType) -> Types:
        times = per_axis(self.times, x.rank, "times")
        return (TensorType(tuple(s * n for s, n in zip(x.shape, times, strict=True))),)

    def emit(self, operands: Types, results: Types) -> Expression:
        (x,) = operands
        times = per_axis(self.times, x.rank, "times")
        if times == (1,) * x.rank and is_literal(times):
            return SAME
        values = {f"times{i}": count for i, count in enumerate(times)}
        places = (f"{{{name}}}" for name in values)
        return Expression(f"{{0}}.repeat({', '.join(('1',) * x.leading + (*places,))})", values)
