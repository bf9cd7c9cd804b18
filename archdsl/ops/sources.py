"""Where tensors come from: what a network is given, and what it learns."""

from __future__ import annotations

from archdsl.ir.types import TensorType
from archdsl.ops.base import Cost, Form, Mismatch, Operation, Types, Weight
from archdsl.ops.shapes import entries
from archdsl.params.kinds import Choice, Extent, Real, Sizes, number, parameter
from archdsl.params.numbers import Number

INITIAL = {"zeros": "torch.zeros", "ones": "torch.ones", "normal": "torch.randn"}
"""The functions that give a parameter its first value."""


class Input(Operation):
    """An input of the network, one sample of `shape`. It has no form: `forward` names it."""

    name = "input"
    arity = (0, 0)
    shape: Extent = parameter(Sizes())

    def infer(self, *operands: TensorType) -> Types:
        return (TensorType(entries(self.shape)),)

    def emit(self, operands: Types, results: Types) -> Form:
        raise TypeError("an input has no form of its own")


class Parameter(Operation):
    """A tensor of `shape` that is learned, the same for all samples: nn.Parameter.

    With an operand, it is repeated for each sample of the operand's batch, as a class token must
    be before it is concatenated. It starts as `initial` says; `std` is the standard deviation of
    `normal`.

    Example: `196 x 768 -> parameter((1, 768), normal, std = 0.02)`
    """

    name = "parameter"
    arity = (0, 1)
    shape: Extent = parameter(Sizes())
    initial: str = parameter(Choice(tuple(INITIAL)), "zeros")
    std: Number = parameter(Real(least=0), 1)

    def infer(self, *operands: TensorType) -> Types:
        if self.std != 1 and self.initial != "normal":
            message = f"`std` is for the initial `normal`, but this is `{self.initial}`"
            raise Mismatch(message, parameter="std")
        return (TensorType(entries(self.shape)),)

    def samples(self, *operands: TensorType) -> int:
        return operands[0].samples if operands else 0

    def cost(self, operands: Types, results: Types) -> Cost:
        return Cost(results[0].elements)

    def emit(self, operands: Types, results: Types) -> Weight:
        shape = (1, *entries(self.shape))
        return Weight(INITIAL[self.initial], shape, number(self.std), expanded=bool(operands))
