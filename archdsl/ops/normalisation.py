"""Normalisations: the convention `pytorchvideo` counts the elements that each puts out."""

from __future__ import annotations

from fractions import Fraction
from math import prod

from archdsl.ir.types import TensorType
from archdsl.ops.base import Cost, Mismatch, Operation, Reordered, Types
from archdsl.ops.forms import Layer, LayerArgument
from archdsl.ops.order import by_channel
from archdsl.ops.shapes import check_groups, check_spatial
from archdsl.params.kinds import Boolean, Integer, Maybe, Real, number, parameter
from archdsl.params.numbers import Number

EPS = Fraction(1, 100_000)
"""torch's default of `eps`, except for RMSNorm."""

MOMENTUM = Fraction(1, 10)
"""torch's default of BatchNorm's `momentum`."""


def maybe_number(value: Number | None) -> int | float | None:
    return None if value is None else number(value)


def fvcore_per_element(affine: bool) -> int:
    """What fvcore counts for each element of a normalisation by the input's own statistics.

    Its `norm_flop_counter` takes 5 for an affine one and 4 otherwise. Batch norm has fixed
    statistics in evaluation, so there fvcore takes 2 and 1.
    """
    return 5 if affine else 4


def channel_cost(x: TensorType, affine: bool, per_element: int) -> Cost:
    """The cost of a normalisation with a scale and a shift for each channel, if it is affine.

    `per_element` is what fvcore counts for each element.
    """
    fvcore = x.elements * per_element
    return Cost(2 * x.channels * affine, normalised=x.elements, fvcore=fvcore)


def trailing_sizes(x: TensorType, axes: int) -> tuple[int, ...]:
    """The sizes of the last `axes` axes.

    Raises:
        Mismatch: there are fewer.
    """
    if axes > x.rank:
        must = f"`axes` must be at most {x.rank}, the axes of {x}"
        hint = "`axes` says how many of the last axes; their sizes are known"
        raise Mismatch(f"{must}, but this is {axes}", parameter="axes", help=hint)
    return x.shape[-axes:]


def normalised_shape(sizes: tuple[int, ...]) -> LayerArgument:
    value = sizes[0] if len(sizes) == 1 else sizes
    return LayerArgument("normalized_shape", value, positional=True)


class BatchNorm(Operation):
    """Batch normalisation per channel of C or C x (L | H x W | T x H x W).

    `gamma` is what its scale starts at: with 0, a residual branch starts as zero. A `momentum` of
    `none` averages the statistics of all batches.

    Example: `24 x 16 x 56^2 -> batch_norm(eps = 1e-3)`
    """

    name = "batch_norm"
    needs_batch = True
    gamma: int = parameter(Integer(0, 1), 1)
    eps: Number = parameter(Real(0, 1), EPS)
    momentum: Number | None = parameter(Maybe(Real(0, 1)), MOMENTUM)
    affine: bool = parameter(Boolean(), True)

    def infer(self, x: TensorType) -> Types:
        if not 1 <= x.rank <= 4:
            takes = "`batch_norm` takes channels and up to three more axes"
            raise Mismatch(f"{takes}, but this is {x}", operand=0)
        if not self.gamma and not self.affine:
            message = "`gamma = 0` needs a scale, but `affine` is false"
            raise Mismatch(message, parameter="gamma")
        return (x,)

    def cost(self, operands: Types, results: Types) -> Cost:
        return channel_cost(operands[0], self.affine, 2 if self.affine else 1)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return by_channel(axes)

    def emit(self, operands: Types, results: Types) -> Layer:
        (x,) = operands
        arguments = (
            LayerArgument("num_features", x.channels, positional=True),
            LayerArgument("eps", number(self.eps), 1e-5),
            LayerArgument("momentum", maybe_number(self.momentum), 0.1),
            LayerArgument("affine", self.affine, True),
        )
        zero = () if self.gamma else ("weight",)
        # nn.BatchNorm1d takes vectors too. It is never shared: statistics are state, even where it
        # has no weights.
        return Layer(f"nn.BatchNorm{max(x.rank - 1, 1)}d", arguments, "norm", zero)


class InstanceNorm(Operation):
    """Normalisation of each channel of C x (L | H x W | T x H x W) over its own positions.

    Example: `64 x 56^2 -> instance_norm(affine = true)`
    """

    name = "instance_norm"
    eps: Number = parameter(Real(0, 1), EPS)
    affine: bool = parameter(Boolean(), False)

    def infer(self, x: TensorType) -> Types:
        check_spatial(x, self.name)
        if x.positions == 1:
            # torch raises, since the variance of one number is 0.
            takes = "`instance_norm` takes more than one position"
            raise Mismatch(f"{takes}, but this is {x}", operand=0)
        return (x,)

    def cost(self, operands: Types, results: Types) -> Cost:
        return channel_cost(operands[0], self.affine, fvcore_per_element(self.affine))

    def emit(self, operands: Types, results: Types) -> Layer:
        (x,) = operands
        arguments = (
            LayerArgument("num_features", x.channels, positional=True),
            LayerArgument("eps", number(self.eps), 1e-5),
            LayerArgument("affine", self.affine, False),
        )
        return Layer(f"nn.InstanceNorm{x.rank - 1}d", arguments, "norm", shared=not self.affine)


class GroupNorm(Operation):
    """Normalisation of C x ... over the positions and channels of each of `groups` groups.

    Example: `64 x 16 x 56^2 -> group_norm(32)`
    """

    name = "group_norm"
    needs_batch = True
    groups: int = parameter(Integer())
    eps: Number = parameter(Real(0, 1), EPS)
    affine: bool = parameter(Boolean(), True)

    def infer(self, x: TensorType) -> Types:
        check_groups(self.groups, x.channels, "channels")
        if x.elements == self.groups:
            # torch raises for a batch of one, since the variance of one number is 0.
            have = f"{self.groups} groups of {x} have one each"
            message = f"a group must have more than one element, but {have}"
            raise Mismatch(message, parameter="groups")
        return (x,)

    def cost(self, operands: Types, results: Types) -> Cost:
        return channel_cost(operands[0], self.affine, fvcore_per_element(self.affine))

    def emit(self, operands: Types, results: Types) -> Layer:
        (x,) = operands
        arguments = (
            LayerArgument("num_groups", self.groups, positional=True),
            LayerArgument("num_channels", x.channels, positional=True),
            LayerArgument("eps", number(self.eps), 1e-5),
            LayerArgument("affine", self.affine, True),
        )
        return Layer("nn.GroupNorm", arguments, "norm", shared=not self.affine)


class LayerNorm(Operation):
    """Normalisation over the last `axes` axes, whose sizes become those of the weights.

    On tokens, N x features, that is over the features.

    Example: `196 x 768 -> layer_norm(eps = 1e-6)`
    """

    name = "layer_norm"
    axes: int = parameter(Integer(), 1)
    eps: Number = parameter(Real(0, 1), EPS)
    affine: bool = parameter(Boolean(), True)
    bias: bool = parameter(Boolean(), True)

    def infer(self, x: TensorType) -> Types:
        trailing_sizes(x, self.axes)
        return (x,)

    def cost(self, operands: Types, results: Types) -> Cost:
        (x,) = operands
        # Without `affine`, torch makes no bias either.
        weights = prod(trailing_sizes(x, self.axes)) * self.affine * (1 + self.bias)
        fvcore = x.elements * fvcore_per_element(self.affine)
        return Cost(weights, normalised=x.elements, fvcore=fvcore)

    def emit(self, operands: Types, results: Types) -> Layer:
        sizes = trailing_sizes(operands[0], self.axes)
        arguments = (
            normalised_shape(sizes),
            LayerArgument("eps", number(self.eps), 1e-5),
            LayerArgument("elementwise_affine", self.affine, True),
            LayerArgument("bias", self.bias, True),
        )
        return Layer("nn.LayerNorm", arguments, "norm", shared=not self.affine)


class RmsNorm(Operation):
    """Division by the root of the mean square over the last `axes` axes; fvcore adds nothing.

    Without `eps` torch takes the smallest step of the type it computes in.

    Example: `196 x 768 -> rms_norm(eps = 1e-6)`
    """

    name = "rms_norm"
    axes: int = parameter(Integer(), 1)
    eps: Number | None = parameter(Maybe(Real(0, 1)), None)
    affine: bool = parameter(Boolean(), True)

    def infer(self, x: TensorType) -> Types:
        trailing_sizes(x, self.axes)
        return (x,)

    def cost(self, operands: Types, results: Types) -> Cost:
        (x,) = operands
        return Cost(prod(trailing_sizes(x, self.axes)) * self.affine, normalised=x.elements)

    def emit(self, operands: Types, results: Types) -> Layer:
        sizes = trailing_sizes(operands[0], self.axes)
        arguments = (
            normalised_shape(sizes),
            LayerArgument("eps", maybe_number(self.eps), None),
            LayerArgument("elementwise_affine", self.affine, True),
        )
        return Layer("nn.RMSNorm", arguments, "norm", shared=not self.affine)


class LocalResponseNorm(Operation):
    """Division of C x L x ... by a norm of the `size` channels around each; fvcore adds nothing.

    Example: `96 x 27^2 -> local_response_norm(5)`
    """

    name = "local_response_norm"
    needs_batch = True
    size: int = parameter(Integer())
    alpha: Number = parameter(Real(), Fraction(1, 10_000))
    beta: Number = parameter(Real(), Fraction(3, 4))
    k: Number = parameter(Real(), 1)

    def infer(self, x: TensorType) -> Types:
        if x.rank < 2:
            takes = "`local_response_norm` takes channels and at least one more axis"
            raise Mismatch(f"{takes}, but this is {x}", operand=0)
        return (x,)

    def cost(self, operands: Types, results: Types) -> Cost:
        return Cost(normalised=operands[0].elements)

    def emit(self, operands: Types, results: Types) -> Layer:
        arguments = (
            LayerArgument("size", self.size, positional=True),
            LayerArgument("alpha", number(self.alpha), 1e-4),
            LayerArgument("beta", number(self.beta), 0.75),
            LayerArgument("k", number(self.k), 1),
        )
        return Layer("nn.LocalResponseNorm", arguments, "norm", shared=True)
