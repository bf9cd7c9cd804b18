"""Attention as one operation: torch computes it without keeping the weights."""

from __future__ import annotations

from archdsl.ir.types import TensorType
from archdsl.ops.base import Cost, Mismatch, Operation, Types
from archdsl.ops.forms import Expression, PyValue
from archdsl.params.kinds import Boolean, Maybe, Real, number, parameter
from archdsl.params.numbers import Number


class ScaledDotProductAttention(Operation):
    """softmax(Q K' scale) V: ... x N x D, ... x M x D and ... x M x E become ... x N x E.

    The axes before the last two, such as heads, must agree. `scale` is 1 / sqrt(D) unless given.
    With `causal`, each query sees the keys up to its own place; the multiply-adds of both products
    are counted in full all the same. fvcore does not see them, so the convention `fvcore` leaves
    them out.

    Example: `scaled_dot_product_attention(12 x 196 x 64, 12 x 196 x 64, 12 x 196 x 64)`
    """

    name = "scaled_dot_product_attention"
    arity = (3, 3)
    causal: bool = parameter(Boolean(), False)
    scale: Number | None = parameter(Maybe(Real()), None)

    def infer(self, q: TensorType, k: TensorType, v: TensorType) -> Types:
        for slot, operand in enumerate((q, k, v)):
            if operand.rank < 2 or operand.shape[:-2] != q.shape[:-2]:
                must = "queries, keys and values must be matrices with the same axes before them"
                raise Mismatch(f"{must}, but these are {q}, {k} and {v}", operand=slot)
        if q.shape[-1] != k.shape[-1]:
            must = f"keys must have as many features as queries ({q.shape[-1]})"
            raise Mismatch(f"{must}, but these have {k.shape[-1]}", operand=1)
        if k.shape[-2] != v.shape[-2]:
            must = f"there must be as many values as keys ({k.shape[-2]})"
            raise Mismatch(f"{must}, but these are {v.shape[-2]}", operand=2)
        return (TensorType((*q.shape[:-1], v.shape[-1])),)

    def cost(self, operands: Types, results: Types) -> Cost:
        q, _, v = operands
        # N D M for the scores and M E N for their product with V, for all heads. The softmax and
        # the scale are element by element, which no convention counts.
        macs = q.elements * v.shape[-2] + v.elements * q.shape[-2]
        return Cost(macs=macs, fvcore=-macs)

    def emit(self, operands: Types, results: Types) -> Expression:
        values: dict[str, PyValue] = {}
        if self.scale is not None:
            values["scale"] = number(self.scale)
        causal = ", is_causal=True" if self.causal else ""
        scale = ", scale={scale}" if values else ""
        call = f"F.scaled_dot_product_attention({{operands}}{causal}{scale})"
        return Expression(call, values)
