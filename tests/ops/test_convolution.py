"""Convolutions and poolings."""

from __future__ import annotations

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from archdsl.ir.types import TensorType
from archdsl.ops.base import Mismatch, Operation, infer_types
from archdsl.ops.convolution import Convolution, TransposedConvolution
from archdsl.ops.pooling import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, LpPool, MaxPool

from .harness import accepted, agree, shape, text
from .strategies import extents, flags, given, spatial


@given(st.data(), spatial, flags)
def test_conv(data: st.DataObject, x: TensorType, bias: bool) -> None:
    axes = len(x.extents)
    groups = data.draw(st.sampled_from([n for n in range(1, x.channels + 1) if not x.channels % n]))
    operation = Convolution(
        groups * data.draw(st.integers(1, 3)),
        *(data.draw(extents(axes)) for _ in range(2)),
        data.draw(st.none() | extents(axes, 0)),
        data.draw(extents(axes)),
        groups,
        bias,
    )
    assume(accepted(operation, x))
    agree(operation, x)


@given(st.data(), spatial, flags)
def test_conv_transpose(data: st.DataObject, x: TensorType, bias: bool) -> None:
    axes = len(x.extents)
    groups = data.draw(st.sampled_from([n for n in range(1, x.channels + 1) if not x.channels % n]))
    operation = TransposedConvolution(
        groups * data.draw(st.integers(1, 3)),
        *(data.draw(extents(axes)) for _ in range(2)),
        *(data.draw(extents(axes, 0, 2)) for _ in range(2)),
        data.draw(extents(axes)),
        groups,
        bias,
    )
    assume(accepted(operation, x))
    agree(operation, x)


@given(st.data(), spatial, flags, flags)
def test_pools(data: st.DataObject, x: TensorType, ceil: bool, include: bool) -> None:
    axes = len(x.extents)
    kernel, stride = data.draw(extents(axes, 1, 4)), data.draw(st.none() | extents(axes, 1, 4))
    padding, dilation = data.draw(extents(axes, 0, 2)), data.draw(extents(axes))
    pools = (
        MaxPool(kernel, stride, padding, dilation, ceil),
        AvgPool(kernel, stride, padding, ceil, include),
        LpPool(data.draw(st.integers(1, 3)), kernel, stride, ceil),
    )
    for pool in pools:
        if accepted(pool, x):
            agree(pool, x)


@given(st.data(), spatial)
def test_adaptive_pools(data: st.DataObject, x: TensorType) -> None:
    entry = st.none() | st.integers(1, 5)
    size = data.draw(st.integers(1, 5) | st.tuples(*[entry] * len(x.extents)))
    assume(accepted(AdaptiveAvgPool(size), x))
    agree(AdaptiveAvgPool(size), x)
    agree(AdaptiveMaxPool(size), x)


def test_text() -> None:
    video = shape(24, 13, 80, 80)
    assert text(Convolution(54, (3, 3, 3), (1, 2, 2), groups=2), video) == (
        "nn.Conv3d(24, 54, 3, stride=(1, 2, 2), padding=1, groups=2, bias=False)"
    )
    assert text(MaxPool(3, 2, 1), shape(64, 112, 112)) == "nn.MaxPool2d(3, stride=2, padding=1)"
    assert text(AvgPool(2), shape(8, 6)) == "nn.AvgPool1d(2)"
    assert text(AdaptiveAvgPool((None, 1, 1)), video) == "nn.AdaptiveAvgPool3d((None, 1, 1))"


@pytest.mark.parametrize(
    ("operation", "x", "message"),
    [
        (
            Convolution(8, groups=3),
            shape(16, 4),
            "input channels must be a multiple of `groups` (3), but these are 16",
        ),
        (
            Convolution(8, groups=3),
            shape(9, 4),
            "output channels must be a multiple of `groups` (3), but these are 8",
        ),
        (
            Convolution(8),
            shape(9),
            "`conv` takes channels and one to three more axes, but this is 9",
        ),
        (
            Convolution(8, (3, 3)),
            shape(9, 4),
            "`kernel` must have an entry for each axis (1), but it has 2",
        ),
        (
            Convolution(8, 7, padding=0),
            shape(9, 4, 4),
            "a kernel must fit into its padded axis, 4 + 2 x 0 of 9 x 4^2, but this spans 7",
        ),
        (
            TransposedConvolution(8, 3, 2, output_padding=2),
            shape(9, 4),
            "`output_padding` must be below the stride (2) or the dilation (1), but this is 2",
        ),
        (
            TransposedConvolution(8, 1, padding=2),
            shape(9, 4),
            "a padding of 2 on each side leaves nothing of an axis of 4",
        ),
        (
            MaxPool(3, padding=2),
            shape(9, 4),
            "the padding of a pool must be at most half its kernel of 3, but this is 2",
        ),
        (LpPool(0), shape(9, 4), "`p` must be above 0, but this is 0"),
        (
            AvgPool(2, padding=1),
            shape(9, 4, 4, 1),
            "but these are 2 x 2^2",
        ),
        (
            AdaptiveAvgPool((None, None)),
            shape(9, 4, 4),
            "`size` must change an axis, but `none` leaves 9 x 4^2 as it is",
        ),
        (
            AdaptiveAvgPool((1, 1)),
            shape(9, 4),
            "`size` must have an entry for each axis (1), but it has 2",
        ),
        (
            Convolution(2**52),
            shape(3, 4, 4),
            "but the result of `conv` would be 4503599627370496 x 4^2",
        ),
    ],
)
def test_mismatch(operation: Operation, x: TensorType, message: str) -> None:
    with pytest.raises(Mismatch) as caught:
        infer_types(operation, (x,))
    assert message in caught.value.message
