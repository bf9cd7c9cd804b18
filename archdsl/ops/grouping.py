"""Groups along an axis, folded into the batch: each is a sample of its own until they merge."""

from __future__ import annotations

from archdsl.ir.integers import Range, joined
from archdsl.ir.types import TensorType
from archdsl.ops.base import Mismatch, Operation, Reordered, Types, missing_batch
from archdsl.ops.forms import Expression
from archdsl.ops.order import beside
from archdsl.ops.shapes import Axis, axis_index, with_size
from archdsl.params.kinds import AxisName, Integer, parameter


class Group(Operation):
    """x in groups of `size` along an axis, each a sample: C x T x H x W is n of C x size x H x W.

    What follows sees one group at a time. The last group is filled up with zeros.

    Example: `ungroup(group(64 x 50 x 14^2, 16), 64 x 50 x 14^2)`
    """

    name = "group"
    size: int = parameter(Integer())
    axis: Axis = parameter(AxisName(), "frames")

    def infer(self, x: TensorType) -> Types:
        place = axis_index(self.axis, x.rank)
        return (with_size(x, place, self.size),)

    def samples(self, x: TensorType) -> int:
        if not x.samples:
            raise missing_batch(self, 0)
        groups = -(-x.shape[axis_index(self.axis, x.rank)] // self.size)  # rounded up
        return groups * x.samples

    def integers(self, x: TensorType) -> Range | None:
        is_filled = x.shape[axis_index(self.axis, x.rank)] % self.size
        zeros = x.integers and Range(0, 0, x.integers.is_truth)
        return joined((x.integers, zeros)) if is_filled else x.integers

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return beside(axis_index(self.axis, operands[0].rank), axes)

    def emit(self, operands: Types, results: Types) -> Expression:
        values = {"size": self.size, "dim": axis_index(self.axis, operands[0].rank) + 1}
        return Expression("group({0}, {size}, {dim})", values)


class Ungroup(Operation):
    """The groups of x put together along an axis, cut to the size that y has there.

    y is what was grouped, or another tensor of its batch.

    Example: `ungroup(group(64 x 50 x 14^2, 16), 64 x 50 x 14^2)`
    """

    name = "ungroup"
    arity = (2, 2)
    axis: Axis = parameter(AxisName(), "frames")

    def infer(self, x: TensorType, like: TensorType) -> Types:
        place = axis_index(self.axis, x.rank)
        if like.rank <= place:
            must = f"the second tensor of `ungroup` must have an axis {place}"
            raise Mismatch(f"{must}, but this is {like}", operand=1)
        size = like.shape[place]
        if x.samples == 0 or like.samples == 0 or self._groups(x, like) * x.shape[place] < size:
            message = f"`ungroup` takes groups made of {like}, but this is {x}"
            raise Mismatch(message, operand=0, help="make them with `group`")
        return (with_size(x, place, size),)

    def samples(self, x: TensorType, like: TensorType) -> int:
        return like.samples

    def integers(self, x: TensorType, like: TensorType) -> Range | None:
        return x.integers

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return beside(axis_index(self.axis, operands[0].rank), axes)

    def emit(self, operands: Types, results: Types) -> Expression:
        dim = axis_index(self.axis, operands[0].rank) + 1
        return Expression("ungroup({0}, {1}, {dim})", {"dim": dim})

    @staticmethod
    def _groups(x: TensorType, like: TensorType) -> int:
        return x.samples // like.samples if x.samples % like.samples == 0 else 0
