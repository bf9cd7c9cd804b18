"""Dropouts: elements or channels left out in training, the shape unchanged."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from archdsl.ir.types import TensorType
from archdsl.ops.base import Layer, LayerArgument, Operation, Types, kind
from archdsl.ops.shapes import check_spatial
from archdsl.params.kinds import Real, number, parameter
from archdsl.params.numbers import Number


class Dropout(Operation):
    """In training, each element is 0 with probability `p`, and the others are scaled up."""

    name = "dropout"
    constructor: ClassVar[str] = "nn.Dropout"
    p: Number = parameter(Real(0, 1), Fraction(1, 2))

    def emit(self, operands: Types, results: Types) -> Layer:
        p = LayerArgument("p", number(self.p), positional=True)
        constructor = self.constructor.format(axes=operands[0].rank - 1)
        return Layer(constructor, (p,), "dropout", shared=True)


class ChannelDropout(Dropout):
    """In training, each channel of C x (L | H x W | T x H x W) is 0 as a whole."""

    name = "channel_dropout"
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
