"""Vectors along one axis: divided by their norm, and compared."""

from __future__ import annotations

from fractions import Fraction

from archdsl.ir.types import TensorType
from archdsl.ops.base import Operation, Types
from archdsl.ops.forms import Expression
from archdsl.ops.layout import without_axes
from archdsl.ops.shapes import Axis, axis_index, broadcast, dimension
from archdsl.params.kinds import AxisName, Real, number, parameter
from archdsl.params.numbers import Number


class Normalize(Operation):
    """Division by the p-norm along one axis: vectors of length 1.

    Example: `196 x 64 -> normalize(-1)`
    """

    name = "normalize"
    axis: Axis = parameter(AxisName(), 0)
    p: Number = parameter(Real(0), 2)
    eps: Number = parameter(Real(0), Fraction(1, 10**12))

    def infer(self, x: TensorType) -> Types:
        axis_index(self.axis, x.rank)
        return (x,)

    def emit(self, operands: Types, results: Types) -> Expression:
        values = {
            "p": number(self.p),
            "dim": dimension(self.axis, operands[0]),
            "eps": number(self.eps),
        }
        return Expression("F.normalize({0}, p={p}, dim={dim}, eps={eps})", values)


class CosineSimilarity(Operation):
    """The cosine between vectors along one axis, which is reduced: two of C x N give N.

    Two single vectors need another axis: `cosine_similarity(x -> unsqueeze(1), y -> unsqueeze(1))`.

    Example: `cosine_similarity(64 x 196, 64 x 196)`
    """

    name = "cosine_similarity"
    arity = (2, 2)
    axis: Axis = parameter(AxisName(), 0)
    eps: Number = parameter(Real(0), Fraction(1, 10**8))

    def infer(self, *operands: TensorType) -> Types:
        both = broadcast(self.name, operands)  # as torch does, before it looks at the axis
        return (without_axes(self.name, both, (axis_index(self.axis, both.rank),)),)

    def emit(self, operands: Types, results: Types) -> Expression:
        widest = max(operands, key=lambda x: x.rank + x.leading)
        values = {"dim": dimension(self.axis, widest), "eps": number(self.eps)}
        return Expression("F.cosine_similarity({0}, {1}, dim={dim}, eps={eps})", values)


class PairwiseDistance(Operation):
    """The p-norm of the difference of vectors along the last axis, which is reduced.

    Example: `pairwise_distance(196 x 64, 196 x 64)`
    """

    name = "pairwise_distance"
    arity = (2, 2)
    p: Number = parameter(Real(0), 2)
    eps: Number = parameter(Real(0), Fraction(1, 10**6))

    def infer(self, *operands: TensorType) -> Types:
        both = broadcast(self.name, operands)
        return (without_axes(self.name, both, (both.rank - 1,)),)

    def emit(self, operands: Types, results: Types) -> Expression:
        values = {"p": number(self.p), "eps": number(self.eps)}
        return Expression("F.pairwise_distance({0}, {1}, p={p}, eps={eps})", values)
