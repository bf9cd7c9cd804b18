"""Operations that no text has: what several operations of the language become in one step.

They have the costs of what they stand for. Which code computes them is up to a target.
"""

from __future__ import annotations

from archdsl.ir.types import TensorType
from archdsl.ops.activation import HardSigmoid, HardSwish, Sigmoid, Silu, Tanh
from archdsl.ops.base import Cost, Mismatch, Operation, Reordered, Types
from archdsl.ops.convolution import Convolution
from archdsl.ops.rectifier import Relu
from archdsl.params.kinds import Choice, parameter

ACTIVATIONS: tuple[type[Operation], ...] = (Relu, Silu, Sigmoid, Tanh, HardSwish, HardSigmoid)
"""The activations without parameters that a convolution can do behind itself."""

NOTHING = "none"


class FusedConvolution(Convolution):
    """A convolution, to whose result a second operand is added, and then an activation."""

    name = "fused_conv"
    arity = (1, 2)
    activation: str = parameter(Choice((NOTHING, *(each.name for each in ACTIVATIONS))), NOTHING)

    def infer(self, x: TensorType, added: TensorType | None = None) -> Types:
        (result,) = super().infer(x)
        if added is not None and added.shape != result.shape:
            raise Mismatch(f"{added} cannot be added to {result}", operand=1)
        return (result,)

    def cost(self, operands: Types, results: Types) -> Cost:
        return super().cost(operands[:1], results)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return super().reordered(axes[:1], operands[:1])


def fused(operation: Convolution, **done: str) -> FusedConvolution:
    """A convolution as one that can do more, and does what is `done`."""
    names = type(operation).__match_args__
    return FusedConvolution(**{**{name: getattr(operation, name) for name in names}, **done})
