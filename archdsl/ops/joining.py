"""Tensors joined, and tensors split, along an axis."""

from __future__ import annotations

from archdsl.ir.types import TensorType
from archdsl.limits import OPERATIONS
from archdsl.ops.base import Mismatch, OrderMatters, Rearrangement, Reordered, Types
from archdsl.ops.forms import SAME, Expression
from archdsl.ops.shapes import Axis, axis_index, dimension, entries, with_size
from archdsl.params.kinds import AxisName, Integer, Sizes, parameter


class Concat(Rearrangement):
    """Tensors one after another along an axis: the channels unless given.

    Example: `concat(64 x 8 x 56^2, 16 x 8 x 56^2)`
    """

    name = "concat"
    arity = (1, None)
    joins_samples = True
    axis: Axis = parameter(AxisName(), 0)

    def infer(self, *operands: TensorType) -> Types:
        first = operands[0]
        index = axis_index(self.axis, first.rank)
        for slot, operand in enumerate(operands):
            if operand.rank != first.rank or with_size(operand, index, 0) != with_size(
                first, index, 0
            ):
                must = f"`concat` takes tensors that differ in axis {index} only"
                raise Mismatch(f"{must}, but these are {first} and {operand}", operand=slot)
        return (with_size(first, index, sum(x.shape[index] for x in operands)),)

    def joined_axis(self, operands: Types) -> int | None:
        return axis_index(self.axis, operands[0].rank)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        own = self.joined_axis(operands)
        if set(axes) - {own, None}:
            raise OrderMatters
        return own

    def emit(self, operands: Types, results: Types) -> Expression:
        dim = dimension(self.axis, operands[0])
        if len(operands) == 1:
            return SAME
        return Expression("torch.cat([{operands}], dim={dim})", {"dim": dim})


class Stack(Rearrangement):
    """Tensors of one shape side by side along a new axis, at `axis` of the result.

    Example: `stack(64 x 14^2, 64 x 14^2, axis = 1)`
    """

    name = "stack"
    arity = (1, None)
    joins_samples = True
    axis: Axis = parameter(AxisName(), 0)

    def infer(self, *operands: TensorType) -> Types:
        first = operands[0]
        index = axis_index(self.axis, first.rank + 1)
        for slot, operand in enumerate(operands):
            if operand.shape != first.shape:
                must = "`stack` takes tensors of one shape"
                raise Mismatch(f"{must}, but these are {first} and {operand}", operand=slot)
        return (TensorType((*first.shape[:index], len(operands), *first.shape[index:])),)

    def joined_axis(self, operands: Types) -> int | None:
        return axis_index(self.axis, operands[0].rank + 1)

    def emit(self, operands: Types, results: Types) -> Expression:
        dim = dimension(self.axis, results[0])
        return Expression("torch.stack([{operands}], dim={dim})", {"dim": dim})


def part_types(x: TensorType, index: int, sizes: list[int]) -> Types:
    """The types of the parts into which an axis is split."""
    return tuple(with_size(x, index, size) for size in sizes)


def unpacked(template: str, results: Types) -> str:
    """A call that splits, as an expression for its results: torch returns a tuple even of one."""
    return template if len(results) > 1 else f"{template}[0]"


def check_count(name: str, count: int, parameter: str) -> None:
    """Check the number of parts before their types are made: a spec is untrusted.

    Raises:
        Mismatch: there would be more than a network has operations.
    """
    if count > OPERATIONS:
        must = f"`{name}` gives at most {OPERATIONS:,} tensors"
        raise Mismatch(f"{must}, but these would be {count:,}", parameter=parameter)


class Split(Rearrangement):
    """An axis divided into `sizes`, or into parts of one size, the last of which may be smaller.

    It gives several values: `near, far = x -> split((16, 48))`.

    Example: `64 x 28^2 -> split((16, 48))`
    """

    name = "split"
    is_view = True
    sizes: int | tuple[int, ...] = parameter(Sizes())
    axis: Axis = parameter(AxisName(), 0)

    def infer(self, x: TensorType) -> Types:
        index = axis_index(self.axis, x.rank)
        return part_types(x, index, self._sizes(x, index))

    def emit(self, operands: Types, results: Types) -> Expression:
        sizes = {f"size{i}": size for i, size in enumerate(entries(self.sizes))}
        listed = ", ".join(f"{{{name}}}" for name in sizes)
        listed = listed if isinstance(self.sizes, int) else f"[{listed}]"
        # A placeholder for each size, since each can follow from an argument in its own way.
        values = sizes | {"dim": dimension(self.axis, operands[0])}
        return Expression(unpacked(f"torch.split({{0}}, {listed}, dim={{dim}})", results), values)

    def _sizes(self, x: TensorType, index: int) -> list[int]:
        total = x.shape[index]
        if isinstance(self.sizes, int):
            check_count(self.name, -(-total // self.sizes), "sizes")
            return [min(self.sizes, total - start) for start in range(0, total, self.sizes)]
        if sum(self.sizes) != total:
            must = f"`sizes` must add up to {total}, axis {index} of {x}"
            shown = " + ".join(map(str, self.sizes))
            message = f"{must}, but this is {shown} = {sum(self.sizes)}"
            raise Mismatch(message, parameter="sizes")
        return list(self.sizes)


class Chunk(Rearrangement):
    """An axis divided into `parts`, of one size but for the last.

    It gives several values: `query, key, value = x -> chunk(3, -1)`.

    Example: `196 x 2304 -> chunk(3, -1)`
    """

    name = "chunk"
    is_view = True
    parts: int = parameter(Integer())
    axis: Axis = parameter(AxisName(), 0)

    def infer(self, x: TensorType) -> Types:
        index = axis_index(self.axis, x.rank)
        total = x.shape[index]
        size = -(-total // self.parts)
        if -(-total // size) != self.parts:
            # torch.chunk then returns fewer chunks than it was asked for, without an error.
            message = f"axis {index} of {x} cannot be split into {self.parts} parts of {size}"
            raise Mismatch(message, parameter="parts")
        check_count(self.name, self.parts, "parts")
        return part_types(x, index, [min(size, total - start) for start in range(0, total, size)])

    def emit(self, operands: Types, results: Types) -> Expression:
        values = {"parts": self.parts, "dim": dimension(self.axis, operands[0])}
        return Expression(unpacked("{0}.chunk({parts}, dim={dim})", results), values)
