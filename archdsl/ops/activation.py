"""Activations: element by element, the shape unchanged. Each is a module of torch.nn."""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, fields
from fractions import Fraction
from typing import ClassVar

from archdsl.ir.types import TensorType
from archdsl.ops.base import Cost, Layer, LayerArgument, Mismatch, Operation, Types
from archdsl.ops.parameters import Boolean, Choice, Maybe, Number, Real, number, parameter


def default_of(field: Field[Number]) -> Number:
    if field.default is MISSING:
        raise TypeError(f"an activation's `{field.name}` has no default")
    return field.default


@dataclass(frozen=True)
class Activation(Operation):
    """Base of the activations: their fields are the module's arguments, under torch's names."""

    constructor: ClassVar[str]

    def infer(self, *operands: TensorType) -> Types:
        return operands

    def emit(self, operands: Types, results: Types) -> Layer:
        arguments = tuple(
            LayerArgument(f.name, number(getattr(self, f.name)), number(default_of(f)))
            for f in fields(self)
        )
        return Layer(self.constructor, arguments, self.name, shared=True)


@dataclass(frozen=True)
class Relu(Activation):
    """max(x, 0)."""

    name = "relu"
    constructor = "nn.ReLU"


@dataclass(frozen=True)
class Relu6(Activation):
    """min(max(x, 0), 6)."""

    name = "relu6"
    constructor = "nn.ReLU6"


@dataclass(frozen=True)
class LeakyRelu(Activation):
    """x above 0, `negative_slope` x below."""

    name = "leaky_relu"
    constructor = "nn.LeakyReLU"
    negative_slope: Number = parameter(Real(), Fraction(1, 100))


@dataclass(frozen=True)
class RandomRelu(Activation):
    """nn.RReLU: a slope below 0 drawn from `lower` to `upper`; in evaluation, their middle."""

    name = "rrelu"
    constructor = "nn.RReLU"
    lower: Number = parameter(Real(), Fraction(1, 8))
    upper: Number = parameter(Real(), Fraction(1, 3))

    def infer(self, *operands: TensorType) -> Types:
        if self.lower > self.upper:
            raise Mismatch(f"`lower` {self.lower} is above `upper` {self.upper}", parameter="lower")
        return operands


@dataclass(frozen=True)
class ParametricRelu(Activation):
    """nn.PReLU: x above 0, a x below, where a is learned: one number, or one for each channel."""

    name = "prelu"
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


@dataclass(frozen=True)
class Elu(Activation):
    """x above 0, alpha (exp(x) - 1) below."""

    name = "elu"
    constructor = "nn.ELU"
    alpha: Number = parameter(Real(), 1)


@dataclass(frozen=True)
class Celu(Activation):
    """x above 0, alpha (exp(x / alpha) - 1) below."""

    name = "celu"
    constructor = "nn.CELU"
    alpha: Number = parameter(Real(), 1)

    def infer(self, *operands: TensorType) -> Types:
        if self.alpha == 0:
            raise Mismatch("`celu` divides by alpha, which cannot be 0", parameter="alpha")
        return operands


@dataclass(frozen=True)
class Selu(Activation):
    """ELU scaled such that activations normalise themselves."""

    name = "selu"
    constructor = "nn.SELU"


@dataclass(frozen=True)
class Gelu(Activation):
    """x times the normal distribution's probability of being below x, or its tanh form."""

    name = "gelu"
    approximate: str | None = parameter(Maybe(Choice(("tanh",))), None)

    def emit(self, operands: Types, results: Types) -> Layer:
        approximate = LayerArgument("approximate", self.approximate or "none", "none")
        return Layer("nn.GELU", (approximate,), "gelu", shared=True)


@dataclass(frozen=True)
class Silu(Activation):
    """x sigmoid(x), also called swish."""

    name = "silu"
    constructor = "nn.SiLU"


@dataclass(frozen=True)
class Mish(Activation):
    """x tanh(softplus(x))."""

    name = "mish"
    constructor = "nn.Mish"


@dataclass(frozen=True)
class Sigmoid(Activation):
    """1 / (1 + exp(-x))."""

    name = "sigmoid"
    constructor = "nn.Sigmoid"


@dataclass(frozen=True)
class LogSigmoid(Activation):
    """log(1 / (1 + exp(-x)))."""

    name = "log_sigmoid"
    constructor = "nn.LogSigmoid"


@dataclass(frozen=True)
class Tanh(Activation):
    """The hyperbolic tangent."""

    name = "tanh"
    constructor = "nn.Tanh"


@dataclass(frozen=True)
class HardSwish(Activation):
    """x hard_sigmoid(x), of MobileNetV3."""

    name = "hard_swish"
    constructor = "nn.Hardswish"


@dataclass(frozen=True)
class HardSigmoid(Activation):
    """x / 6 + 1/2, held between 0 and 1."""

    name = "hard_sigmoid"
    constructor = "nn.Hardsigmoid"


@dataclass(frozen=True)
class HardTanh(Activation):
    """x held between `min_val` and `max_val`."""

    name = "hard_tanh"
    constructor = "nn.Hardtanh"
    min_val: Number = parameter(Real(), -1)
    max_val: Number = parameter(Real(), 1)

    def infer(self, *operands: TensorType) -> Types:
        if self.min_val >= self.max_val:
            message = f"`min_val` {self.min_val} is not below `max_val` {self.max_val}"
            raise Mismatch(message, parameter="min_val")
        return operands


@dataclass(frozen=True)
class Softplus(Activation):
    """log(1 + exp(beta x)) / beta, and x itself where beta x is above `threshold`."""

    name = "softplus"
    constructor = "nn.Softplus"
    beta: Number = parameter(Real(), 1)
    threshold: Number = parameter(Real(), 20)


@dataclass(frozen=True)
class Softsign(Activation):
    """x / (1 + |x|)."""

    name = "softsign"
    constructor = "nn.Softsign"


@dataclass(frozen=True)
class SoftShrink(Activation):
    """x moved by `lambd` towards 0."""

    name = "softshrink"
    constructor = "nn.Softshrink"
    lambd: Number = parameter(Real(0), Fraction(1, 2))


@dataclass(frozen=True)
class HardShrink(Activation):
    """x, but 0 between -`lambd` and `lambd`."""

    name = "hard_shrink"
    constructor = "nn.Hardshrink"
    lambd: Number = parameter(Real(), Fraction(1, 2))


@dataclass(frozen=True)
class TanhShrink(Activation):
    """x - tanh(x)."""

    name = "tanh_shrink"
    constructor = "nn.Tanhshrink"


@dataclass(frozen=True)
class Threshold(Activation):
    """x above `threshold`, `value` elsewhere."""

    name = "threshold"
    threshold: Number = parameter(Real())
    value: Number = parameter(Real())

    def emit(self, operands: Types, results: Types) -> Layer:
        arguments = (
            LayerArgument("threshold", number(self.threshold), positional=True),
            LayerArgument("value", number(self.value), positional=True),
        )
        return Layer("nn.Threshold", arguments, "threshold", shared=True)


FAMILY: tuple[type[Operation], ...] = (
    Relu,
    Relu6,
    LeakyRelu,
    RandomRelu,
    ParametricRelu,
    Elu,
    Celu,
    Selu,
    Gelu,
    Silu,
    Mish,
    Sigmoid,
    LogSigmoid,
    Tanh,
    HardSwish,
    HardSigmoid,
    HardTanh,
    Softplus,
    Softsign,
    SoftShrink,
    HardShrink,
    TanhShrink,
    Threshold,
)
