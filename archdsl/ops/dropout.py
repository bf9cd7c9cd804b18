"""Dropouts: elements, channels or samples left out in training, the shape unchanged."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from archdsl.ir.types import TensorType
from archdsl.ops.base import Operation, Reordered, Types, kind
from archdsl.ops.forms import Layer, LayerArgument
from archdsl.ops.order import by_element
from archdsl.ops.shapes import check_spatial
from archdsl.params.kinds import Choice, Real, number, parameter
from archdsl.params.numbers import Number


class Dropout(Operation):
    """In training, each element is 0 with probability `p`, and the others are scaled up."""

    name = "dropout"
    constructor: ClassVar[str] = "nn.Dropout"
    p: Number = parameter(Real(0, 1), Fraction(1, 2))

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return by_element(axes, operands)

    def emit(self, operands: Types, results: Types) -> Layer:
        p = LayerArgument("p", number(self.p), positional=True)
        constructor = self.constructor.format(axes=operands[0].rank - 1)
        return Layer(constructor, (p,), "dropout", shared=True)


class ChannelDropout(Dropout):
    """In training, each channel of C x (L | H x W | T x H x W) is 0 as a whole."""

    name = "channel_dropout"
    needs_batch = True
    constructor = "nn.Dropout{axes}d"

    def infer(self, x: TensorType) -> Types:
        check_spatial(x, self.name)
        return (x,)


AlphaDropout = kind(
    Dropout,
    "alpha_dropout",
    "Dropout that keeps the mean and variance behind a SELU.",
    constructor="nn.AlphaDropout",
)
FeatureAlphaDropout = kind(
    ChannelDropout,
    "feature_alpha_dropout",
    "Alpha dropout of whole channels of C x (L | H x W | T x H x W).",
    constructor="nn.FeatureAlphaDropout",
)


class StochasticDepth(Operation):
    """In training, x is 0 as a whole with probability `p`, and scaled up otherwise.

    It leaves out branches of residual blocks (Huang et al., ECCV 2016), `per` sample, or all
    samples of a batch at once. It is torchvision's `StochasticDepth` and timm's `DropPath`.

    Example: `64 x 28^2 -> stochastic_depth(0.1)`
    """

    name = "stochastic_depth"
    needs_batch = True
    p: Number = parameter(Real(0, 1))
    per: str = parameter(Choice(("sample", "batch")), "sample")

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return by_element(axes, operands)

    def emit(self, operands: Types, results: Types) -> Layer:
        p = LayerArgument("p", number(self.p), positional=True)
        mode = LayerArgument("mode", {"sample": "row", "batch": "batch"}[self.per], "row")
        return Layer("StochasticDepth", (p, mode), "stochastic_depth", shared=True)
