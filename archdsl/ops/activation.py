"""Activations: element by element, the shape unchanged. Each is a module of torch.nn."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from fractions import Fraction
from typing import ClassVar

from archdsl.ops.base import Layer, LayerArgument, Operation, Types
from archdsl.params.kinds import Choice, Maybe, Real, number, parameter
from archdsl.params.numbers import Number


def default_of(field: Field[Number]) -> Number:
    if field.default is MISSING:
        raise TypeError(f"an activation's `{field.name}` has no default")
    return field.default


class Activation(Operation):
    """Base of the activations: their fields are the module's arguments, under torch's names."""

    constructor: ClassVar[str]

    def emit(self, operands: Types, results: Types) -> Layer:
        arguments = tuple(
            LayerArgument(f.name, number(getattr(self, f.name)), number(default_of(f)))
            for f in fields(self)
        )
        return Layer(self.constructor, arguments, self.name, shared=True)


class Gelu(Activation):
    """x times the normal distribution's probability of being below x, or its tanh form."""

    name = "gelu"
    approximate: str | None = parameter(Maybe(Choice(("tanh",))), None)

    def emit(self, operands: Types, results: Types) -> Layer:
        approximate = LayerArgument("approximate", self.approximate or "none", "none")
        return Layer("nn.GELU", (approximate,), "gelu", shared=True)


class Silu(Activation):
    """x sigmoid(x), also called swish."""

    name = "silu"
    constructor = "nn.SiLU"


class Mish(Activation):
    """x tanh(softplus(x))."""

    name = "mish"
    constructor = "nn.Mish"


class Sigmoid(Activation):
    """1 / (1 + exp(-x))."""

    name = "sigmoid"
    constructor = "nn.Sigmoid"


class LogSigmoid(Activation):
    """log(1 / (1 + exp(-x)))."""

    name = "log_sigmoid"
    constructor = "nn.LogSigmoid"


class Tanh(Activation):
    """The hyperbolic tangent."""

    name = "tanh"
    constructor = "nn.Tanh"


class HardSwish(Activation):
    """x hard_sigmoid(x), of MobileNetV3."""

    name = "hard_swish"
    constructor = "nn.Hardswish"


class HardSigmoid(Activation):
    """x / 6 + 1/2, held between 0 and 1."""

    name = "hard_sigmoid"
    constructor = "nn.Hardsigmoid"


class Softplus(Activation):
    """log(1 + exp(beta x)) / beta, and x itself where beta x is above `threshold`."""

    name = "softplus"
    constructor = "nn.Softplus"
    beta: Number = parameter(Real(), 1)
    threshold: Number = parameter(Real(), 20)


class Softsign(Activation):
    """x / (1 + |x|)."""

    name = "softsign"
    constructor = "nn.Softsign"


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


class TanhShrink(Activation):
    """x - tanh(x)."""

    name = "tanh_shrink"
    constructor = "nn.Tanhshrink"
