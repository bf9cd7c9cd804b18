"""Rectifiers: ReLU and its variants."""

from __future__ import annotations

from fractions import Fraction

from archdsl.ir.types import TensorType
from archdsl.ops.activation import Activation
from archdsl.ops.base import Cost, Mismatch, Types
from archdsl.ops.forms import Layer, LayerArgument
from archdsl.params.kinds import Boolean, Real, number, parameter
from archdsl.params.numbers import Number, show_number


class Relu(Activation):
    """max(x, 0)."""

    name = "relu"
    constructor = "nn.ReLU"


class Relu6(Activation):
    """min(max(x, 0), 6)."""

    name = "relu6"
    constructor = "nn.ReLU6"


class LeakyRelu(Activation):
    """x above 0, `negative_slope` x below."""

    name = "leaky_relu"
    constructor = "nn.LeakyReLU"
    negative_slope: Number = parameter(Real(), Fraction(1, 100))


class RandomRelu(Activation):
    """x above 0, a x below: a is drawn from `lower` to `upper`, and in evaluation their middle."""

    name = "rrelu"
    constructor = "nn.RReLU"
    lower: Number = parameter(Real(), Fraction(1, 8))
    upper: Number = parameter(Real(), Fraction(1, 3))

    def infer(self, *operands: TensorType) -> Types:
        if self.lower > self.upper:
            lower, upper = show_number(self.lower), show_number(self.upper)
            message = f"`lower` must be at most `upper` ({upper}), but this is {lower}"
            raise Mismatch(message, parameter="lower")
        return operands


class ParametricRelu(Activation):
    """x above 0, a x below, where a is learned: one number, or one for each channel.

    `initial` is what a starts at.

    Example: `16 x 14^2 -> prelu(channelwise = true)`
    """

    name = "prelu"
    needs_batch = True
    channelwise: bool = parameter(Boolean(), False)
    initial: Number = parameter(Real(), Fraction(1, 4))

    def cost(self, operands: Types, results: Types) -> Cost:
        return Cost(self._count(operands[0]))

    def emit(self, operands: Types, results: Types) -> Layer:
        arguments = (
            LayerArgument("num_parameters", self._count(operands[0]), 1),
            LayerArgument("init", number(self.initial), 0.25),
        )
        return Layer("nn.PReLU", arguments, "prelu")

    def _count(self, x: TensorType) -> int:
        return x.channels if self.channelwise else 1


class Elu(Activation):
    """x above 0, alpha (exp(x) - 1) below."""

    name = "elu"
    constructor = "nn.ELU"
    alpha: Number = parameter(Real(), 1)


class Celu(Activation):
    """x above 0, alpha (exp(x / alpha) - 1) below."""

    name = "celu"
    constructor = "nn.CELU"
    alpha: Number = parameter(Real(), 1)

    def infer(self, *operands: TensorType) -> Types:
        if self.alpha == 0:
            raise Mismatch(
                "`alpha` of `celu` must not be 0: `celu` divides by it", parameter="alpha"
            )
        return operands


class Selu(Activation):
    """ELU scaled such that activations normalise themselves."""

    name = "selu"
    constructor = "nn.SELU"


class HardTanh(Activation):
    """x held between `min_val` and `max_val`."""

    name = "hard_tanh"
    constructor = "nn.Hardtanh"
    min_val: Number = parameter(Real(), -1)
    max_val: Number = parameter(Real(), 1)

    def infer(self, *operands: TensorType) -> Types:
        if self.min_val >= self.max_val:
            low, high = show_number(self.min_val), show_number(self.max_val)
            message = f"`min_val` must be below `max_val` ({high}), but this is {low}"
            raise Mismatch(message, parameter="min_val")
        return operands


class Threshold(Activation):
    """x above `threshold`, `value` elsewhere.

    Example: `16 x 14^2 -> threshold(0.1, 0)`
    """

    name = "threshold"
    threshold: Number = parameter(Real())
    value: Number = parameter(Real())

    def emit(self, operands: Types, results: Types) -> Layer:
        arguments = (
            LayerArgument("threshold", number(self.threshold), positional=True),
            LayerArgument("value", number(self.value), positional=True),
        )
        return Layer("nn.Threshold", arguments, "threshold", shared=True)
