"""Activations: element by element, the shape unchanged. Each is a module of torch.nn."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from fractions import Fraction
from typing import ClassVar

from archdsl.ops.base import Operation, Reordered, Types, kind
from archdsl.ops.forms import Layer, LayerArgument
from archdsl.ops.order import by_element
from archdsl.params.kinds import Choice, Maybe, Real, number, parameter
from archdsl.params.numbers import Number


def default_of(field: Field[Number]) -> Number:
    """The default of an activation's field, which is torch's own default."""
    if field.default is MISSING:
        raise TypeError(f"an activation's `{field.name}` has no default")
    return field.default


class Activation(Operation):
    """Base of the activations: their fields are the module's arguments, under torch's names."""

    constructor: ClassVar[str]

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return by_element(axes, operands)

    def emit(self, operands: Types, results: Types) -> Layer:
        # All have torch's defaults, so an argument with its default is not written.
        arguments = tuple(
            LayerArgument(f.name, number(getattr(self, f.name)), number(default_of(f)))
            for f in fields(self)
        )
        return Layer(self.constructor, arguments, self.name, shared=True)


class Gelu(Activation):
    """x times the normal distribution's probability of being below x; `tanh` approximates it."""

    name = "gelu"
    approximate: str | None = parameter(Maybe(Choice(("tanh",))), None)

    def emit(self, operands: Types, results: Types) -> Layer:
        approximate = LayerArgument("approximate", self.approximate or "none", "none")
        return Layer("nn.GELU", (approximate,), "gelu", shared=True)


Silu = kind(Activation, "silu", "x sigmoid(x), also called swish.", constructor="nn.SiLU")
Mish = kind(Activation, "mish", "x tanh(softplus(x)).", constructor="nn.Mish")
Sigmoid = kind(Activation, "sigmoid", "1 / (1 + exp(-x)).", constructor="nn.Sigmoid")
LogSigmoid = kind(Activation, "log_sigmoid", "log(1 / (1 + exp(-x))).", constructor="nn.LogSigmoid")
Tanh = kind(Activation, "tanh", "The hyperbolic tangent.", constructor="nn.Tanh")
HardSwish = kind(
    Activation, "hard_swish", "x hard_sigmoid(x), of MobileNetV3.", constructor="nn.Hardswish"
)
HardSigmoid = kind(
    Activation, "hard_sigmoid", "x / 6 + 1/2, held between 0 and 1.", constructor="nn.Hardsigmoid"
)


class Softplus(Activation):
    """log(1 + exp(beta x)) / beta, and x itself where beta x is above `threshold`."""

    name = "softplus"
    constructor = "nn.Softplus"
    beta: Number = parameter(Real(), 1)
    threshold: Number = parameter(Real(), 20)


Softsign = kind(Activation, "softsign", "x / (1 + |x|).", constructor="nn.Softsign")


class SoftShrink(Activation):
    """x moved by `lambd` towards 0."""

    name = "softshrink"
    constructor = "nn.Softshrink"
    lambd: Number = parameter(Real(0), Fraction(1, 2))


class HardShrink(Activation):
    """x, but 0 between -`lambd` and `lambd`."""

    name = "hard_shrink"
    constructor = "nn.Hardshrink"
    lambd: Number = parameter(Real(), Fraction(1, 2))


TanhShrink = kind(Activation, "tanh_shrink", "x - tanh(x).", constructor="nn.Tanhshrink")
