"""Normalisations and dropout."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from archdsl.ir.types import TensorType
from archdsl.ops.base import Mismatch, Operation, infer_types
from archdsl.ops.dropout import (
    AlphaDropout,
    ChannelDropout,
    Dropout,
    FeatureAlphaDropout,
    StochasticDepth,
)
from archdsl.ops.forms import Layer
from archdsl.ops.normalisation import (
    BatchNorm,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    LocalResponseNorm,
    RmsNorm,
)

from .harness import agree, shape, text
from .strategies import flags, given, spatial, tensors

EPS = Fraction(1, 1000)


@given(tensors(), flags)
def test_batch_norm(x: TensorType, affine: bool) -> None:
    operation = BatchNorm(affine=affine, eps=EPS, momentum=None)
    agree(operation, x)
    assert operation.cost((x,), (x,)).normalised == x.elements


def test_batch_norm_of_gamma_0_starts_at_0() -> None:
    x = shape(8, 4, 4)
    form = BatchNorm(gamma=0).emit((x,), (x,))
    assert isinstance(form, Layer)
    assert form.zero == ("weight",)
    assert text(BatchNorm(), x) == "nn.BatchNorm2d(8)"
    assert text(BatchNorm(eps=Fraction(1, 10_000)), x) == "nn.BatchNorm2d(8, eps=0.0001)"


@given(spatial, flags)
def test_instance_norm(x: TensorType, affine: bool) -> None:
    assume(x.positions > 1)
    agree(InstanceNorm(EPS, affine), x)


@given(st.data(), tensors(), flags)
def test_group_norm(data: st.DataObject, x: TensorType, affine: bool) -> None:
    groups = data.draw(st.sampled_from([n for n in range(1, x.channels + 1) if not x.channels % n]))
    assume(groups != x.elements)
    agree(GroupNorm(groups, EPS, affine), x)


@given(st.data(), tensors(), flags, flags)
def test_layer_norms(data: st.DataObject, x: TensorType, affine: bool, bias: bool) -> None:
    axes = data.draw(st.integers(1, x.rank))
    agree(LayerNorm(axes, EPS, affine, bias), x)
    agree(RmsNorm(axes, None, affine), x)
    agree(RmsNorm(axes, EPS, affine), x)


@given(spatial, st.integers(1, 5))
def test_local_response_norm(x: TensorType, size: int) -> None:
    agree(LocalResponseNorm(size), x)


@given(spatial)
def test_dropouts(x: TensorType) -> None:
    for kind in (Dropout, ChannelDropout, AlphaDropout, FeatureAlphaDropout):
        agree(kind(Fraction(1, 5)), x)
    for per in ("sample", "batch"):
        agree(StochasticDepth(Fraction(1, 5), per), x)


def test_text() -> None:
    assert text(LayerNorm(), shape(196, 768)) == "nn.LayerNorm(768)"
    assert text(LayerNorm(2), shape(3, 14, 16)) == "nn.LayerNorm((14, 16))"
    assert text(Dropout(), shape(8)) == "nn.Dropout(0.5)"
    assert text(ChannelDropout(Fraction(1, 5)), shape(8, 4, 4)) == "nn.Dropout2d(0.2)"
    assert text(StochasticDepth(Fraction(1, 5)), shape(8)) == "StochasticDepth(0.2)"
    batch = StochasticDepth(Fraction(1, 5), "batch")
    assert text(batch, shape(8)) == "StochasticDepth(0.2, mode='batch')"


@pytest.mark.parametrize(
    ("operation", "x", "message"),
    [
        (
            BatchNorm(),
            shape(1, 2, 3, 4, 5),
            "`batch_norm` takes channels and up to three more axes, but this is 1 x 2 x 3 x 4 x 5",
        ),
        (BatchNorm(0, affine=False), shape(2), "`gamma = 0` needs a scale, but `affine` is false"),
        (
            GroupNorm(3),
            shape(16, 4),
            "channels must be a multiple of `groups` (3), but these are 16",
        ),
        (
            GroupNorm(16),
            shape(16),
            "a group must have more than one element, but 16 groups of 16 have one each",
        ),
        (
            InstanceNorm(),
            shape(8, 1, 1),
            "`instance_norm` takes more than one position, but this is 8 x 1^2",
        ),
        (LayerNorm(3), shape(8, 4), "`axes` must be at most 2, the axes of 8 x 4, but this is 3"),
        (
            LocalResponseNorm(3),
            shape(8),
            "`local_response_norm` takes channels and at least one more axis, but this is 8",
        ),
        (ChannelDropout(), shape(8), "`channel_dropout` takes channels and one to three more"),
    ],
)
def test_mismatch(operation: Operation, x: TensorType, message: str) -> None:
    with pytest.raises(Mismatch) as caught:
        infer_types(operation, (x,))
    assert message in caught.value.message
