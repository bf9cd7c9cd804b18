"""Reductions over axes: sums, means, extremes and norms."""

from __future__ import annotations

from typing import ClassVar

from archdsl.ir.integers import Range
from archdsl.ir.types import POSITIONS, TensorType
from archdsl.ops.base import Mismatch, Operation, Reordered, Types, kind
from archdsl.ops.forms import Expression, PyValue
from archdsl.ops.layout import without_axes
from archdsl.ops.shapes import Axes, axis_indices, dimensions
from archdsl.params.kinds import AxisNames, Boolean, Integer, Real, number, parameter
from archdsl.params.numbers import Number


class Reduction(Operation):
    """Base of the reductions over `axes`, which go, or with `keep` stay with size 1.

    Over the positions, the default, C x T x H x W becomes C, or C x 1 x 1 x 1.
    """

    call: ClassVar[str] = ""
    """The call that reduces, up to its options, where it is not the tensor's method of the name."""

    axes: Axes = parameter(AxisNames(), POSITIONS)
    keep: bool = parameter(Boolean(), False)

    def infer(self, x: TensorType) -> Types:
        gone = axis_indices(self.axes, x.rank)
        if not self.keep:
            return (without_axes(self.name, x, gone),)
        return (TensorType(tuple(1 if i in gone else size for i, size in enumerate(x.shape))),)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        (axis,) = axes
        gone = axis_indices(self.axes, operands[0].rank)
        if axis is None or axis in gone:
            return None
        return axis if self.keep else axis - sum(i < axis for i in gone)

    def emit(self, operands: Types, results: Types) -> Expression:
        values = {"dim": dimensions(self.axes, operands[0]), **self._options()}
        options = "".join(f", {name}={{{name}}}" for name in values if name != "dim")
        keep = ", keepdim=True" if self.keep else ""
        call = self.call or f"{{0}}.{self.name}("
        return Expression(f"{call}dim={{dim}}{options}{keep})", values)

    def _options(self) -> dict[str, PyValue]:
        return {}


Mean = kind(Reduction, "mean", "The mean over axes: global average pooling, over the positions.")


class Sum(Reduction):
    """The sum over axes."""

    name = "sum"

    def integers(self, x: TensorType) -> Range | None:
        if x.integers is None:
            return None
        (y,) = self.infer(x)
        count = x.elements // y.elements
        return Range(count * x.integers.least, count * x.integers.most)


class Choosing(Reduction):
    """Base of the reductions that give one of the elements."""

    def integers(self, x: TensorType) -> Range | None:
        return x.integers


# Not Tensor.max and Tensor.min: these take one axis, and return indices too.
Max = kind(Choosing, "max", "The largest value over axes.", call="{0}.amax(")
Min = kind(Choosing, "min", "The smallest value over axes.", call="{0}.amin(")
LogSumExp = kind(Reduction, "logsumexp", "The logarithm of the sum of exp(x) over axes.")


class Prod(Reduction):
    """The product over axes, one call for each, since torch takes one axis at a time."""

    name = "prod"

    def emit(self, operands: Types, results: Types) -> Expression:
        # From the last axis on, so that those before keep their numbers.
        (x,) = operands
        indices = sorted(axis_indices(self.axes, x.rank), reverse=True)
        values = {f"dim{i}": index + x.leading for i, index in enumerate(indices)}
        keep = ", keepdim=True" if self.keep else ""
        return Expression("{0}" + "".join(f".prod({{{n}}}{keep})" for n in values), values)


class Spread(Reduction):
    """Base of variance and standard deviation, divided by the count less `correction`."""

    correction: int = parameter(Integer(least=0), 1)

    def infer(self, x: TensorType) -> Types:
        (y,) = results = super().infer(x)
        count = x.elements // y.elements
        if count <= self.correction:
            # torch divides by 0 then, and gives inf or nan with only a warning.
            must = f"`correction` must be below the elements that `{self.name}` reduces ({count})"
            raise Mismatch(f"{must}, but this is {self.correction}", parameter="correction")
        return results

    def _options(self) -> dict[str, PyValue]:
        return {} if self.correction == 1 else {"correction": self.correction}


Std = kind(Spread, "std", "The standard deviation over axes.")
Var = kind(Spread, "var", "The variance over axes.")


class Norm(Reduction):
    """The p-norm over axes, torch.linalg.vector_norm."""

    name = "norm"
    call = "torch.linalg.vector_norm({0}, "
    p: Number = parameter(Real(), 2)

    def _options(self) -> dict[str, PyValue]:
        return {} if self.p == 2 else {"ord": number(self.p)}
