"""Elements that are looked up by integers."""

from __future__ import annotations

from archdsl.ir.integers import Range
from archdsl.ir.types import TensorType
from archdsl.ops.base import Mismatch, Operation, Types
from archdsl.ops.forms import Expression
from archdsl.ops.selection import subscript
from archdsl.ops.shapes import Axis, axis_index
from archdsl.params.kinds import AxisName, parameter


class Gather(Operation):
    """Elements of an axis, looked up by integers: the axes of the index take its place.

    The index and x cannot both be for each sample; an index for each sample looks up along the
    first axis. torch has this as `x[index]` and `index_select`; its `gather` is another function.

    Example: `32 x 8 -> gather(arange(0, 32, 2))`
    """

    name = "gather"
    arity = (2, 2)
    axis: Axis = parameter(AxisName(), 0)

    def infer(self, x: TensorType, index: TensorType) -> Types:
        if index.integers is None or index.integers.is_truth:
            this = index if index.integers else f"{index} of real numbers"
            raise Mismatch(f"an index must be integers, but this is {this}", operand=1)
        axis = axis_index(self.axis, x.rank)
        if x.samples and index.samples:
            must = "`gather` takes a tensor or an index that is one for all samples"
            raise Mismatch(f"{must}, but these are {x} and {index}", operand=1)
        if index.samples and axis:
            must = "`gather` looks an index for each sample up along axis 0"
            raise Mismatch(f"{must}, but this is axis {axis}", parameter="axis")
        return (TensorType((*x.shape[:axis], *index.shape, *x.shape[axis + 1 :])),)

    def samples(self, x: TensorType, index: TensorType) -> int:
        return x.samples or index.samples

    def integers(self, x: TensorType, index: TensorType) -> Range | None:
        axis = axis_index(self.axis, x.rank)
        last = x.shape[axis] - 1
        if not (index.integers and 0 <= index.integers.least <= index.integers.most <= last):
            # torch counts negative ones from the end, and a GPU reads what is beyond it.
            must = f"an index into axis {axis} of {x} must be in 0..{last}"
            raise Mismatch(f"{must}, but this is {index}", operand=1)
        return x.integers

    def reads(self, operands: Types, results: Types) -> int:
        return operands[1].bytes + results[0].bytes

    def emit(self, operands: Types, results: Types) -> Expression:
        x, _ = operands
        return Expression(subscript(x, axis_index(self.axis, x.rank), "{1}"))
