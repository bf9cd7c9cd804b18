"""Tensors added with weights that are learned: the connections of attention cells."""

from __future__ import annotations

from archdsl.ir.types import TensorType
from archdsl.ops.base import Cost, Mismatch, Operation, Reordered, Types
from archdsl.ops.forms import Layer, LayerArgument
from archdsl.ops.order import by_element
from archdsl.params.kinds import Choice, Real, number, parameter
from archdsl.params.numbers import Number, show_number

_CLASSES = {"softmax": "WeightedSum", "sigmoid": "GatedSum"}


class WeightedSum(Operation):
    """Tensors of one shape, added with a learned weight for each: one tensor is as it is.

    With `softmax` the weights sum to 1, with `sigmoid` each is between 0 and 1 by itself. The
    learned numbers start as zeros, and are divided by `temperature`. No convention counts the sum.

    Example: `weighted_sum(64 x 8 x 14^2, 64 x 8 x 14^2, 64 x 8 x 14^2)`
    """

    name = "weighted_sum"
    arity = (1, None)
    joins_samples = True
    commutes = True
    passes_one = True
    phi: str = parameter(Choice(tuple(_CLASSES)), "softmax")
    temperature: Number = parameter(Real(least=0), 1)

    def infer(self, *operands: TensorType) -> Types:
        first = operands[0]
        for slot, operand in enumerate(operands):
            if operand.shape != first.shape:
                must = "`weighted_sum` takes tensors of one shape"
                raise Mismatch(f"{must}, but these are {first} and {operand}", operand=slot)
        if self.temperature == 0:
            message = f"`temperature` must be above 0, but this is {show_number(self.temperature)}"
            raise Mismatch(message, parameter="temperature")
        return (TensorType(first.shape),)

    def cost(self, operands: Types, results: Types) -> Cost:
        return Cost(len(operands))

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return by_element(axes, operands)

    def emit(self, operands: Types, results: Types) -> Layer:
        arguments = (
            LayerArgument("count", len(operands), positional=True),
            LayerArgument("temperature", number(self.temperature), 1),
        )
        return Layer(_CLASSES[self.phi], arguments, "weighted_sum")
