"""Resizing, patches, shuffles and reductions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from archdsl.ir.types import TensorType
from archdsl.ops import OPERATIONS
from archdsl.ops.base import Mismatch, Operation, infer_types
from archdsl.ops.patches import ChannelShuffle, Fold, PixelShuffle, PixelUnshuffle, Unfold
from archdsl.ops.reduction import LogSumExp, Max, Mean, Norm, Prod, Reduction, Spread, Std
from archdsl.ops.resampling import MODES, AffineGrid, GridSample, Interpolate, ResizeLike

from .harness import accepted, agree, shape, text
from .strategies import extents, flags, given, several_axes, sizes, spatial, tensors

REDUCTIONS = [kind for kind in OPERATIONS.values() if issubclass(kind, Reduction)]
PLANE = shape(8, 6, 6)
scales = st.sampled_from([1, 2, 3, Fraction(3, 2), Fraction(29, 100), Fraction(1, 10)])


@given(st.data(), spatial, st.sampled_from(MODES), flags, flags)
def test_resizing(
    data: st.DataObject, x: TensorType, mode: str, corners: bool, antialias: bool
) -> None:
    axes = len(x.extents)
    options = (mode, corners and mode in ("linear", "cubic"), antialias)
    like = shape(2, *data.draw(st.tuples(*[sizes] * axes)))
    assume(accepted(ResizeLike(*options), x, like))
    agree(ResizeLike(*options), x, like)
    agree(Interpolate(data.draw(extents(axes, 1, 9)), None, *options), x)
    scaled = Interpolate(None, data.draw(scales | st.tuples(*[scales] * axes)), *options)
    if accepted(scaled, x):
        agree(scaled, x)


def test_an_axis_is_kept() -> None:
    clip = shape(3, 5, 8, 6)
    agree(Interpolate((None, 4, 9), mode="linear"), clip)
    assert "x.shape[2], 4, 9" in text(Interpolate((None, 4, 9)), clip)


@given(scales, st.integers(1, 300))
def test_scales_round_as_in_torch(scale: int | Fraction, size: int) -> None:
    operation = Interpolate(scale=scale)
    if accepted(operation, shape(1, size)):
        agree(operation, shape(1, size))


@pytest.mark.parametrize("mode", ["linear", "nearest", "cubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
def test_grids(mode: str, padding: str) -> None:
    agree(GridSample(mode, padding), PLANE, shape(4, 5, 2))
    if mode != "cubic":
        agree(GridSample(mode, padding, True), shape(8, 4, 6, 6), shape(2, 3, 4, 3))
    agree(AffineGrid(), shape(2, 3), PLANE)
    agree(AffineGrid(True), shape(3, 4), shape(8, 4, 6, 6))


@given(st.data(), tensors(least=3, most=3))
def test_patches(data: st.DataObject, x: TensorType) -> None:
    kernel, stride, dilation = (data.draw(extents(2)) for _ in range(3))
    unfold = Unfold(kernel, stride, data.draw(extents(2, 0)), dilation)
    assume(accepted(unfold, x))
    agree(unfold, x)
    columns = infer_types(unfold, (x,))
    fold = Fold(x.extents, kernel, stride, unfold.padding, dilation)
    agree(fold, *columns)
    assert infer_types(fold, columns) == (x,)


@given(sizes, sizes, sizes, st.integers(1, 3))
def test_shuffles(channels: int, height: int, width: int, factor: int) -> None:
    x = shape(channels * factor**2, height, width)
    (y,) = infer_types(PixelShuffle(factor), (x,))
    agree(PixelShuffle(factor), x)
    agree(PixelUnshuffle(factor), y)
    assert infer_types(PixelUnshuffle(factor), (y,)) == (x,)
    agree(ChannelShuffle(factor), shape(channels * factor, height))


@given(st.data(), tensors(), flags)
def test_reductions(data: st.DataObject, x: TensorType, keep: bool) -> None:
    axes = data.draw(several_axes(x.rank))
    for kind in REDUCTIONS:
        operation = kind(axes, keep, 0) if issubclass(kind, Spread) else kind(axes, keep)
        if accepted(operation, x):
            agree(operation, x)
    if keep or len(axes) < x.rank:
        agree(Norm(axes, keep, 1), x)


@given(spatial, flags)
def test_reductions_over_positions(x: TensorType, keep: bool) -> None:
    agree(Mean(keep=keep), x)
    assert infer_types(Mean(keep=keep), (x,))[0].shape == (x.channels, *[1] * (keep * (x.rank - 1)))


def test_text() -> None:
    video = shape(8, 4, 6, 6)
    assert text(Mean(), video) == "x.mean(dim=(2, 3, 4))"
    assert text(Max("frames", True), video) == "x.amax(dim=2, keepdim=True)"
    assert text(LogSumExp(-1), video) == "x.logsumexp(dim=-1)"
    assert text(Prod((0, -1)), video) == "x.prod(4).prod(1)"
    assert text(Std(0, correction=0), video) == "x.std(dim=1, correction=0)"
    assert text(Interpolate(14, mode="linear"), video) == (
        "F.interpolate(x, size=(14, 14, 14), mode='trilinear')"
    )
    assert text(ResizeLike(), PLANE, PLANE) == (
        "F.interpolate(x, size=y.shape[2:], mode='nearest')"
    )
    assert text(Unfold(3), PLANE) == "nn.Unfold(3)"


@pytest.mark.parametrize(
    ("operation", "operands", "message"),
    [
        (Mean(), (shape(3),), "a tensor of rank 1 has channels only, so it has no positions"),
        (
            Mean((0, 1)),
            (shape(3, 4),),
            "a result must have an axis, but `mean` leaves none of 3 x 4",
        ),
        (
            Std(0),
            (shape(1, 4),),
            "but this is 1",
        ),
        (Interpolate(), (PLANE,), "`interpolate` takes either `size` or `scale`"),
        (Interpolate(2, 2), (PLANE,), "`interpolate` takes either `size` or `scale`"),
        (
            Interpolate(scale=Fraction(1, 9)),
            (PLANE,),
            "this scale leaves an axis of 8 x 6^2 without elements",
        ),
        (Interpolate(3, mode="cubic"), (shape(3, 4),), "`cubic` takes channels, height and width"),
        (
            Interpolate(3, align_corners=True),
            (PLANE,),
            "`align_corners` is for the modes `linear` and `cubic`, but this is `nearest`",
        ),
        (
            Interpolate(3, antialias=True),
            (PLANE,),
            "but this is `nearest` on 8 x 6^2",
        ),
        (
            ResizeLike(),
            (PLANE, shape(3, 4)),
            "must have rank 3, as 8 x 6^2, but this is 3 x 4",
        ),
        (
            GridSample(),
            (PLANE, shape(4, 4, 3)),
            "but this is 4 x 4 x 3",
        ),
        (GridSample(), (shape(3, 4), PLANE), "takes channels and two or three more axes"),
        (
            AffineGrid(),
            (shape(3, 4), PLANE),
            "a matrix of 3 x 4 cannot move the positions of 8 x 6^2",
        ),
        (Unfold(3), (shape(3, 4),), "`unfold` takes channels, height and width, but this is 3 x 4"),
        (
            Fold(6, 3),
            (shape(8, 16),),
            "rows must be a multiple of a window's elements (9), but 8 x 16 has 8",
        ),
        (Fold(6, 3), (shape(9, 15),), "6 x 6 has 16 windows, but 9 x 15 has 15 columns"),
        (PixelShuffle(3), (PLANE,), "channels must be a multiple of 3^2, but 8 x 6^2 has 8"),
        (PixelUnshuffle(4), (PLANE,), "height and width must be multiples of 4, but 8 x 6^2 has 6"),
        (
            ChannelShuffle(3),
            (PLANE,),
            "channels must be a multiple of `groups` (3), but these are 8",
        ),
        (ChannelShuffle(2), (shape(8),), "`channel_shuffle` takes channels and at least one more"),
    ],
)
def test_mismatch(operation: Operation, operands: tuple[TensorType, ...], message: str) -> None:
    with pytest.raises(Mismatch) as caught:
        infer_types(operation, operands)
    assert message in caught.value.message
