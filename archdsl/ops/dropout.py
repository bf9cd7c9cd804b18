"""Dropouts: elements or channels left out in training, the shape unchanged."""

from __future__ import annotations

from fractions import Fraction

from archdsl.ir.types import TensorType
from archdsl.ops.base import Layer, LayerArgument, Operation, Types
from archdsl.ops.shapes import check_spatial
from archdsl.params.kinds import Real, number, parameter
from archdsl.params.numbers import Number


class Dropout(Operation):
    """Each element 0 with probability `p`, the others scaled up."""

    name = "dropout"
    p: Number = parameter(Real(0, 1), Fraction(1, 2))

    def emit(self, operands: Types, results: Types) -> Layer:
        return self._layer("nn.Dropout")

    def _layer(self, constructor: str) -> Layer:
        p = LayerArgument("p", number(self.p), positional=True)
        return Layer(constructor, (p,), "dropout", shared=True)


class ChannelDropout(Dropout):
    """Each channel of C x (L | H x W | T x H x W) 0 as a whole, nn.Dropout1d to nn.Dropout3d."""

    name = "channel_dropout"

    def infer(self, x: TensorType) -> Types:
        check_spatial(x, self.name)
        return (x,)

    def emit(self, operands: Types, results: Types) -> Layer:
        return self._layer(f"nn.Dropout{operands[0].rank - 1}d")


class AlphaDropout(Dropout):
    """Dropout that keeps the mean and variance behind a SELU."""

    name = "alpha_dropout"

    def emit(self, operands: Types, results: Types) -> Layer:
        return self._layer("nn.AlphaDropout")


class FeatureAlphaDropout(ChannelDropout):
    """Alpha dropout of whole channels of C x (L | H x W | T x H x W)."""

    name = "feature_alpha_dropout"

    def emit(self, operands: Types, results: Types) -> Layer:
        return self._layer("nn.FeatureAlphaDropout")
