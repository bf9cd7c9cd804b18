"""Operations that no text has: what several operations of the language become in one step.

They have the costs of what they stand for. Which code computes them is up to a target.
"""

from __future__ import annotations

from typing import Any

from archdsl.ir.integers import Range
from archdsl.ir.types import TensorType
from archdsl.ops.activation import HardSigmoid, HardSwish, Sigmoid, Silu, Tanh
from archdsl.ops.base import Cost, Mismatch, Operation, Reordered, Types
from archdsl.ops.convolution import Convolution
from archdsl.ops.forms import Form
from archdsl.ops.rectifier import Relu, Relu6
from archdsl.params.kinds import Boolean, Choice, parameter

ACTIVATIONS: tuple[type[Operation], ...] = (
    Relu,
    Relu6,
    Silu,
    Sigmoid,
    Tanh,
    HardSwish,
    HardSigmoid,
)
"""The activations without parameters that a convolution can do behind itself."""

NOTHING = "none"


class Chunks:
    """What a convolution is of a pair that runs in chunks of channels."""

    NEITHER = "neither"
    FIRST = "first"
    SECOND = "second"


class FusedConvolution(Convolution):
    """A convolution, to whose result a second operand is added, and then an activation.

    If it `overwrites`, the result is written over the second operand. `chunks` says what it is of a
    pair of convolutions of which the second needs the result of the first only by channels.
    """

    name = "fused_conv"
    arity = (1, 2)
    activation: str = parameter(Choice((NOTHING, *(each.name for each in ACTIVATIONS))), NOTHING)
    overwrites: bool = parameter(Boolean(), False)
    chunks: str = parameter(Choice((Chunks.NEITHER, Chunks.FIRST, Chunks.SECOND)), Chunks.NEITHER)

    def infer(self, x: TensorType, added: TensorType | None = None) -> Types:
        (result,) = super().infer(x)
        if added is None:
            return (result,)
        if added.shape != result.shape:
            raise Mismatch(f"{added} cannot be added to {result}", operand=1)
        # Its extents are known without the rule of the convolution, so emission writes those.
        return (result.with_shape((result.channels, *added.extents)),)

    def cost(self, operands: Types, results: Types) -> Cost:
        return super().cost(operands[:1], results)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return super().reordered(axes[:1], operands[:1])


def fused(operation: Convolution, **done: str) -> FusedConvolution:
    """A convolution as one that can do more, and does what is `done`."""
    own: dict[str, Any] = {name: getattr(operation, name) for name in operation.__match_args__}
    return FusedConvolution(**{**own, **done})


class InPlace(Operation):
    """An operation that writes its result over the operand at a place."""

    name = "in_place"
    arity = (1, 2)
    operation: Operation
    overwritten: int

    @property
    def basis(self) -> Operation:
        return self.operation

    def infer(self, *operands: TensorType) -> Types:
        return self.operation.infer(*operands)

    def integers(self, *operands: TensorType) -> Range | None:
        return self.operation.integers(*operands)

    def cost(self, operands: Types, results: Types) -> Cost:
        return self.operation.cost(operands, results)

    def emit(self, operands: Types, results: Types) -> Form:
        # What a target writes that does not overwrite: the values are the same.
        return self.operation.emit(operands, results)
