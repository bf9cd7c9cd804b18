"""Linear layers and products of matrices."""

from __future__ import annotations

from math import prod

from archdsl.ir.types import TensorType
from archdsl.ops.base import Cost, Mismatch, Operation, Reordered, Types
from archdsl.ops.forms import Expression, Layer, LayerArgument
from archdsl.ops.order import summed
from archdsl.ops.shapes import broadcast_shapes, with_rank
from archdsl.params.kinds import Boolean, Integer, parameter


class Linear(Operation):
    """Linear layer on the last axis: ... x F becomes ... x `features`.

    Example: `196 x 768 -> linear(3072)`
    """

    name = "linear"
    is_weighted = True
    features: int = parameter(Integer())
    bias: bool = parameter(Boolean(), True)

    def infer(self, x: TensorType) -> Types:
        return (TensorType((*x.shape[:-1], self.features)),)

    def cost(self, operands: Types, results: Types) -> Cost:
        (x,) = operands
        weights = x.shape[-1] * self.features
        return Cost(weights + self.features * self.bias, macs=x.elements * self.features)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        last = operands[0].rank - 1
        return summed(last, axes) if axes[0] == last else axes[0]

    def weight(self, x: TensorType) -> tuple[int, ...]:
        return (self.features, x.shape[-1])

    def emit(self, operands: Types, results: Types) -> Layer:
        (x,) = operands
        arguments = (
            LayerArgument("in_features", x.shape[-1], positional=True),
            LayerArgument("out_features", self.features, positional=True),
            LayerArgument("bias", self.bias, True),
        )
        return Layer("nn.Linear", arguments, "linear")


class Bilinear(Operation):
    """x' W y for each of `features`: ... x A and ... x B become ... x `features`.

    Each weight counts one multiply-add at each position. Neither torch's counter nor fvcore sees
    into nn.Bilinear, so the convention `fvcore` leaves these out.

    Example: `bilinear(4 x 64, 4 x 32, 16)`
    """

    name = "bilinear"
    is_weighted = True
    arity = (2, 2)
    joins_samples = True
    features: int = parameter(Integer())
    bias: bool = parameter(Boolean(), True)

    def infer(self, a: TensorType, b: TensorType) -> Types:
        if a.shape[:-1] != b.shape[:-1]:
            must = "`bilinear` takes tensors that differ in the last axis only"
            raise Mismatch(f"{must}, but these are {a} and {b}", operand=1)
        return (TensorType((*a.shape[:-1], self.features)),)

    def cost(self, operands: Types, results: Types) -> Cost:
        a, b = operands
        weights = a.shape[-1] * b.shape[-1] * self.features
        macs = prod(a.shape[:-1]) * weights
        return Cost(weights + self.features * self.bias, macs=macs, fvcore=-macs)

    def emit(self, operands: Types, results: Types) -> Layer:
        a, b = operands
        arguments = (
            LayerArgument("in1_features", a.shape[-1], positional=True),
            LayerArgument("in2_features", b.shape[-1], positional=True),
            LayerArgument("out_features", self.features, positional=True),
            LayerArgument("bias", self.bias, True),
        )
        return Layer("nn.Bilinear", arguments, "bilinear")


class MatMul(Operation):
    """Product of matrices: ... x N x K and ... x K x M become ... x N x M.

    The axes before them broadcast as in torch.matmul, from the last on: one of them may have fewer.
    fvcore counts only the first operand's, so the convention `fvcore` falls short of the
    multiply-adds where these are fewer.

    Example: `matmul(12 x 196 x 64, 12 x 64 x 196)`
    """

    name = "matmul"
    arity = (2, 2)

    def infer(self, a: TensorType, b: TensorType) -> Types:
        for index, operand in enumerate((a, b)):
            if operand.rank < 2:
                raise Mismatch(f"`matmul` takes matrices, but this is {operand}", operand=index)
        if a.shape[-1] != b.shape[-2]:
            must = f"a matrix must have as many rows as {a} has columns ({a.shape[-1]})"
            raise Mismatch(f"{must}, but {b} has {b.shape[-2]}", operand=1)
        batch = broadcast_shapes(a.shape[:-2], b.shape[:-2])
        if batch is None:
            must = "the axes before two matrices must broadcast"
            help = (
                "from the last on, they must have the same size on both sides, or 1 on one of them"
            )
            raise Mismatch(f"{must}, but these are {a} and {b}", operand=1, help=help)
        return (TensorType((*batch, a.shape[-2], b.shape[-1])),)

    def cost(self, operands: Types, results: Types) -> Cost:
        (a, b), (y,) = operands, results
        macs = y.elements * a.shape[-1]
        return Cost(macs=macs, fvcore=a.elements * b.shape[-1] - macs)

    def emit(self, operands: Types, results: Types) -> Expression:
        (y,) = results
        a, b = (with_rank(i, x, y.rank) for i, x in enumerate(operands))
        return Expression(f"{a} @ {b}", loose=True)
