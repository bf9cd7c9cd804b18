"""What operations say of operands in another order, against torch."""

from __future__ import annotations

import pytest
import torch

from archdsl.ops.activation import Gelu
from archdsl.ops.arithmetic import Add, Clamp, Exp, Maximum, Multiply, Power
from archdsl.ops.base import Operation, OrderMatters, Reordered, infer_types
from archdsl.ops.comparison import Less
from archdsl.ops.convolution import Convolution, TransposedConvolution
from archdsl.ops.dropout import ChannelDropout, Dropout, StochasticDepth
from archdsl.ops.joining import Concat, Stack
from archdsl.ops.linear import Linear, MatMul
from archdsl.ops.normalisation import BatchNorm, GroupNorm, LayerNorm
from archdsl.ops.patches import ChannelShuffle
from archdsl.ops.pooling import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, LpPool, MaxPool
from archdsl.ops.rectifier import ParametricRelu, Relu
from archdsl.ops.reduction import LogSumExp, Mean, Norm, Std, Sum
from archdsl.ops.resampling import Interpolate, ResizeLike
from archdsl.ops.softmax import Softmax

from .harness import Emitted, shape

IMAGE, CHANNELS = shape(6, 4, 6), shape(6, 1, 1)
ORDER = torch.tensor([3, 0, 5, 1, 4, 2])

FOLLOWS = [
    (Relu(), (0,), (IMAGE,), 0),
    (Gelu(), (2,), (IMAGE,), 2),
    (ParametricRelu(channelwise=True), (0,), (IMAGE,), 0),
    (Exp(), (2,), (IMAGE,), 2),
    (Clamp(least=0), (0,), (IMAGE,), 0),
    (Add(constant=2), (0,), (IMAGE,), 0),
    (Add(), (0, 0), (IMAGE, IMAGE), 0),
    (Multiply(), (0, 0), (IMAGE, CHANNELS), 0),
    (Multiply(), (2, None), (IMAGE, CHANNELS), 2),
    (Multiply(), (0, None), (shape(6, 1, 4), shape(1, 1, 4)), 0),
    (Maximum(), (None, 1), (shape(4, 1), shape(1, 6)), 1),
    (Less(), (0, 0), (IMAGE, IMAGE), 0),
    (Dropout(), (0,), (IMAGE,), 0),
    (ChannelDropout(), (2,), (IMAGE,), 2),
    (StochasticDepth(p=0.5), (0,), (IMAGE,), 0),
    (Softmax(axis=0), (0,), (IMAGE,), 0),
    (Softmax(axis=0), (2,), (IMAGE,), 2),
    (BatchNorm(), (0,), (IMAGE,), 0),
    (MaxPool(kernel=2), (0,), (IMAGE,), 0),
    (AvgPool(kernel=2), (0,), (IMAGE,), 0),
    (LpPool(p=2, kernel=2), (0,), (IMAGE,), 0),
    (AdaptiveAvgPool(), (0,), (IMAGE,), 0),
    (AdaptiveMaxPool(), (0,), (IMAGE,), 0),
    (Interpolate(size=8), (0,), (IMAGE,), 0),
    (ResizeLike(), (0, None), (IMAGE, shape(2, 8, 8)), 0),
    (Sum(axes=1), (0,), (IMAGE,), 0),
    (Sum(axes=(0, 1)), (2,), (IMAGE,), 0),
    (Mean(axes=0, keep=True), (2,), (IMAGE,), 2),
    (Linear(5), (0,), (IMAGE,), 0),
]
LOSES = [
    (Sum(axes=0), (0,), (IMAGE,)),
    (Mean(), (2,), (IMAGE,)),
    (LogSumExp(axes=0), (0,), (IMAGE,)),
    (Std(axes=0), (0,), (IMAGE,)),
    (Norm(axes=0), (0,), (IMAGE,)),
    (Convolution(5, 3), (0,), (IMAGE,)),
    (Linear(5), (2,), (IMAGE,)),
    (TransposedConvolution(5, 2), (0,), (IMAGE,)),
]
MATTERS = [
    (Add(), (0, None), (IMAGE, IMAGE)),
    (Add(), (0, 2), (IMAGE, IMAGE)),
    (Power(), (None, 0), (IMAGE, IMAGE)),
    (Convolution(6, 3), (2,), (IMAGE,)),
    (Convolution(6, 3, groups=2), (0,), (IMAGE,)),
    (MaxPool(kernel=2), (2,), (IMAGE,)),
    (Interpolate(size=8), (2,), (IMAGE,)),
    (Stack(), (0, 0), (IMAGE, IMAGE)),
    (Concat(axis=1), (0, 0), (IMAGE, IMAGE)),
    (GroupNorm(groups=2), (0,), (IMAGE,)),
    (LayerNorm(), (2,), (IMAGE,)),
    (ChannelShuffle(groups=2), (0,), (IMAGE,)),
    (MatMul(), (0, None), (shape(6, 4), shape(4, 3))),
]


def run(operation: Operation, axes: Reordered, operands: tuple, weight_axis: int | None = None):
    """The results on random operands, and on the same ones in another order along `axes`."""
    torch.manual_seed(0)
    module = Emitted(operation.emit(operands, infer_types(operation, operands))).eval()
    given = [torch.rand(2, *operand.shape) for operand in operands]
    before = module(*given)
    if weight_axis is not None:
        weight = module.layer.weight
        weight.data = weight.data.index_select(weight_axis, ORDER)
    other = [
        x if axis is None else x.index_select(axis + 1, ORDER)
        for x, axis in zip(given, axes, strict=True)
    ]
    return before, module(*other)


@pytest.mark.parametrize(("operation", "axes", "operands", "place"), FOLLOWS, ids=str)
def test_result_is_in_the_other_order(operation, axes, operands, place) -> None:
    assert operation.reordered(axes, operands) == place
    before, after = run(operation, axes, operands)
    torch.testing.assert_close(after, before.index_select(place + 1, ORDER))


@pytest.mark.parametrize(("operation", "axes", "operands"), LOSES, ids=str)
def test_result_is_as_it_was(operation, axes, operands) -> None:
    """Weights of layers are in the other order too."""
    assert operation.reordered(axes, operands) is None
    layers = {"conv": 1, "linear": 1, "conv_transpose": 0}
    before, after = run(operation, axes, operands, layers.get(operation.name))
    torch.testing.assert_close(after, before)


@pytest.mark.parametrize(("operation", "axes", "operands"), MATTERS, ids=str)
def test_order_matters(operation, axes, operands) -> None:
    with pytest.raises(OrderMatters):
        operation.reordered(axes, operands)


@pytest.mark.parametrize("operation", [Add(), Multiply(), Maximum()], ids=str)
def test_operands_may_stand_in_any_order(operation) -> None:
    assert operation.commutes
    torch.manual_seed(0)
    module = Emitted(operation.emit((IMAGE, IMAGE), (IMAGE,)))
    x, y = torch.rand(2, *IMAGE.shape), torch.rand(2, *IMAGE.shape)
    assert torch.equal(module(x, y), module(y, x))


def test_joined_channels_are_in_another_order_if_a_part_is() -> None:
    assert Concat().reordered((0, None), (IMAGE, IMAGE)) == 0


def test_joined_axis_is_of_the_result() -> None:
    assert Concat(axis=-1).joined_axis((IMAGE, IMAGE)) == 2
    assert Stack(axis=-1).joined_axis((IMAGE, IMAGE)) == 3
    assert Add().joined_axis((IMAGE, IMAGE)) is None
