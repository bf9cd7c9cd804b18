"""Tensors rearranged: the same elements under other axes."""

from __future__ import annotations

from math import prod

from archdsl.ir.integers import Range
from archdsl.ir.traced import is_literal
from archdsl.ir.types import POSITIONS, TensorType, show_shape
from archdsl.ops.base import Mismatch, Operation, Rearrangement, Types
from archdsl.ops.forms import SAME, Expression
from archdsl.ops.shapes import Axes, Axis, axis_index, axis_tuple, dimension, entries, positions
from archdsl.params.kinds import AxisName, Choice, Either, Several, Shape, parameter


def resolve_sizes(sizes: tuple[int, ...], elements: int, what: str, name: str) -> tuple[int, ...]:
    """`sizes` with -1 replaced by what is left of `elements`.

    `what` has the elements, and `name` is the parameter with the sizes.

    Raises:
        Mismatch: the sizes hold another number of elements.
    """
    known = prod(size for size in sizes if size != -1)
    if (-1 in sizes and elements % known) or (-1 not in sizes and elements != known):
        wrong = f"{show_shape(sizes)} has {known}"
        if -1 in sizes:
            wrong = f"{known} does not divide them"
        raise Mismatch(f"{what} has {elements} elements, but {wrong}", parameter=name)
    return tuple(elements // known if size == -1 else size for size in sizes)


class Transpose(Rearrangement):
    """Two axes exchanged, the last two unless given: N x M becomes M x N.

    Example: `64 x 16 x 14^2 -> transpose(channels, frames)`
    """

    name = "transpose"
    is_view = True
    a: Axis = parameter(AxisName(), -2)
    b: Axis = parameter(AxisName(), -1)

    def infer(self, x: TensorType) -> Types:
        i, j = axis_index(self.a, x.rank, "a"), axis_index(self.b, x.rank, "b")
        sizes = list(x.shape)
        sizes[i], sizes[j] = sizes[j], sizes[i]
        return (TensorType(tuple(sizes)),)

    def emit(self, operands: Types, results: Types) -> Expression:
        (x,) = operands
        if self.a == self.b and is_literal((self.a, self.b)):
            return SAME
        values = {"a": dimension(self.a, x, "a"), "b": dimension(self.b, x, "b")}
        return Expression("{0}.transpose({a}, {b})", values)


class Permute(Rearrangement):
    """All axes in another order: `permute((1, 0))` makes C x L into L x C.

    Example: `96 x 8 x 56^2 -> permute((frames, height, width, channels))`
    """

    name = "permute"
    is_view = True
    axes: Axes = parameter(Several(AxisName()))

    def infer(self, x: TensorType) -> Types:
        order = self._order(x)
        if sorted(order) != list(range(x.rank)):
            must = f"`axes` must name each of the {x.rank} axes of {x} once"
            message = f"{must}, but these are axes {', '.join(map(str, order))}"
            raise Mismatch(message, parameter="axes")
        return (TensorType(tuple(x.shape[index] for index in order)),)

    def emit(self, operands: Types, results: Types) -> Expression:
        (x,) = operands
        if self._order(x) == tuple(range(x.rank)) and is_literal(self.axes):
            return SAME
        values = {f"axis{i}": x.leading + index for i, index in enumerate(self._order(x))}
        batch = "0, " * x.leading
        return Expression(f"{{0}}.permute({batch}{slots(values)})", values)

    def _order(self, x: TensorType) -> tuple[int, ...]:
        return tuple(axis_index(axis, x.rank, "axes") for axis in axis_tuple(self.axes))


def slots(values: dict[str, int]) -> str:
    """The placeholders of all values in a template, separated by commas."""
    return ", ".join(f"{{{name}}}" for name in values)


class Reshape(Rearrangement):
    """The same elements, in order, with another `shape`, in which -1 stands for what is left.

    With plain numbers it fits one size of clips; `flatten`, `unflatten` and `restore` fit any.

    Example: `64 x 4 x 7^2 -> reshape((8, 8, -1))`
    """

    name = "reshape"
    is_view = True
    shape: int | tuple[int, ...] = parameter(Shape())

    def infer(self, x: TensorType) -> Types:
        return (TensorType(resolve_sizes(entries(self.shape), x.elements, str(x), "shape")),)

    def emit(self, operands: Types, results: Types) -> Expression:
        (x,) = operands
        shape = entries(self.shape)
        if x.leading and len(shape) == 1:
            return Expression("{0}.flatten(1)")
        sizes = {f"size{i}": size for i, size in enumerate(shape, start=1)}
        # Not x.reshape(-1, ...): of a clip of another size, it would make more samples, silently.
        batch = "{0}.shape[0], " if x.leading else ""
        return Expression(f"{{0}}.reshape({batch}{slots(sizes)})", sizes)


class Flatten(Rearrangement):
    """The axes from `start` to `end` as one: `flatten` gives one, `flatten(positions)` C x N.

    Example: `768 x 8 x 14^2 -> flatten(positions)`
    """

    name = "flatten"
    is_view = True
    start: Axis = parameter(Either(AxisName(), Choice((POSITIONS,))), 0)
    end: Axis = parameter(AxisName(), -1)

    def infer(self, x: TensorType) -> Types:
        first, last = self._start(x), axis_index(self.end, x.rank, "end")
        if first > last:
            must = f"`start` must not come after `end`, axis {last} of {x}"
            raise Mismatch(f"{must}, but this is axis {first}", parameter="start")
        shape = x.shape
        return (TensorType((*shape[:first], prod(shape[first : last + 1]), *shape[last + 1 :])),)

    def emit(self, operands: Types, results: Types) -> Expression:
        (x,) = operands
        last = axis_index(self.end, x.rank, "end")
        if self._start(x) == last and is_literal((self.start, self.end)):
            return SAME
        values = {"start": self._start(x) + x.leading, "end": dimension(self.end, x, "end")}
        if last == x.rank - 1:
            return Expression("{0}.flatten({start})", {"start": values["start"]})
        return Expression("{0}.flatten({start}, {end})", values)

    def _start(self, x: TensorType) -> int:
        if self.start == POSITIONS:
            return positions(x.rank, "start")[0]
        return axis_index(self.start, x.rank, "start")


class Unflatten(Rearrangement):
    """One axis divided into several, of `sizes`, in which -1 stands for what is left.

    Example: `196 x 768 -> unflatten(-1, (12, -1))`
    """

    name = "unflatten"
    is_view = True
    axis: Axis = parameter(AxisName())
    sizes: int | tuple[int, ...] = parameter(Shape())

    def infer(self, x: TensorType) -> Types:
        index = axis_index(self.axis, x.rank)
        sizes = resolve_sizes(entries(self.sizes), x.shape[index], f"axis {index} of {x}", "sizes")
        return (TensorType((*x.shape[:index], *sizes, *x.shape[index + 1 :])),)

    def emit(self, operands: Types, results: Types) -> Expression:
        dim, sizes = dimension(self.axis, operands[0]), entries(self.sizes)
        if len(sizes) == 1:
            return SAME
        return Expression("torch.unflatten({0}, {dim}, {sizes})", {"dim": dim, "sizes": sizes})


class Restore(Operation):
    """The last axis of x as the axes of y, from `start` on: the positions unless given.

    It undoes `flatten`: C x THW becomes C x T x H x W again.

    Example: `restore(768 x 1568, 768 x 8 x 14^2)`
    """

    name = "restore"
    arity = (2, 2)
    is_view = True
    start: Axis = parameter(AxisName(), 1)

    def infer(self, x: TensorType, like: TensorType) -> Types:
        sizes = like.shape[axis_index(self.start, like.rank, "start") :]
        if x.shape[-1] != prod(sizes):
            held = f"the last {len(sizes)} axes of {like} have {prod(sizes)} elements"
            message = f"{held}, but the last axis of {x} has {x.shape[-1]}"
            raise Mismatch(message, operand=0)
        return (TensorType((*x.shape[:-1], *sizes)),)

    def samples(self, x: TensorType, like: TensorType) -> int:
        super().samples(x, like)
        return x.samples

    def integers(self, x: TensorType, like: TensorType) -> Range | None:
        return x.integers

    def emit(self, operands: Types, results: Types) -> Expression:
        # The sizes are read when the module runs, so it takes clips of any size.
        like = operands[1]
        first = axis_index(self.start, like.rank, "start") + like.leading
        return Expression("torch.unflatten({0}, -1, {1}.shape[{first}:])", {"first": first})


class Squeeze(Rearrangement):
    """An axis of size 1 removed.

    Example: `512 x 1 x 7^2 -> squeeze(frames)`
    """

    name = "squeeze"
    is_view = True
    axis: Axis = parameter(AxisName())

    def infer(self, x: TensorType) -> Types:
        index = axis_index(self.axis, x.rank)
        if x.shape[index] != 1:
            # torch leaves such an axis as it is, without an error.
            message = f"`axis` must have size 1, but axis {index} of {x} has {x.shape[index]}"
            raise Mismatch(message, parameter="axis")
        return (without_axes(self.name, x, (index,)),)

    def emit(self, operands: Types, results: Types) -> Expression:
        return Expression("{0}.squeeze({dim})", {"dim": dimension(self.axis, operands[0])})


def without_axes(name: str, x: TensorType, gone: tuple[int, ...]) -> TensorType:
    """A type without some of its axes.

    Raises:
        Mismatch: no axis would be left. The language has no tensors of rank 0.
    """
    shape = tuple(size for index, size in enumerate(x.shape) if index not in gone)
    if not shape:
        raise Mismatch(f"a result must have an axis, but `{name}` leaves none of {x}", operand=0)
    return TensorType(shape)


class Unsqueeze(Rearrangement):
    """An axis of size 1 inserted, to stand at `axis` of the result.

    Example: `12 x 49^2 -> unsqueeze(0)`
    """

    name = "unsqueeze"
    is_view = True
    axis: Axis = parameter(AxisName())

    def infer(self, x: TensorType) -> Types:
        index = axis_index(self.axis, x.rank + 1)
        return (TensorType((*x.shape[:index], 1, *x.shape[index:])),)

    def emit(self, operands: Types, results: Types) -> Expression:
        return Expression("{0}.unsqueeze({dim})", {"dim": dimension(self.axis, results[0])})
