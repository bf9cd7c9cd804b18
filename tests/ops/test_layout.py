"""Transposing, flattening, joining, splitting, selecting and padding tensors."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from archdsl.ir.types import TensorType
from archdsl.ops.base import Mismatch, Operation, infer_types
from archdsl.ops.joining import Chunk, Concat, Split, Stack
from archdsl.ops.layout import (
    Flatten,
    Permute,
    Reshape,
    Restore,
    Squeeze,
    Transpose,
    Unflatten,
    Unsqueeze,
)
from archdsl.ops.padding import Pad
from archdsl.ops.selection import Expand, Flip, Repeat, Roll, Select, Slice
from archdsl.ops.weighing import WeightedSum

from .harness import accepted, agree, shape, text
from .strategies import axes_of, extents, given, several_axes, sizes, spatial, tensors

VIDEO = shape(8, 4, 6, 6)


@given(st.data(), tensors())
def test_axes_moved(data: st.DataObject, x: TensorType) -> None:
    axis, other = data.draw(axes_of(x.rank)), data.draw(axes_of(x.rank))
    agree(Transpose(axis, other), x)
    order = data.draw(st.permutations(range(x.rank)))
    agree(Permute(tuple(order)), x)
    agree(Unsqueeze(data.draw(axes_of(x.rank + 1))), x)
    agree(Flip(data.draw(several_axes(x.rank))), x)
    axes = data.draw(several_axes(x.rank))
    agree(Roll(axes, data.draw(extents(len(axes), -3))), x)


@given(st.data(), tensors())
def test_axes_flattened_and_unflattened(data: st.DataObject, x: TensorType) -> None:
    first = data.draw(st.integers(0, x.rank - 1))
    last = data.draw(st.integers(first, x.rank - 1))
    agree(Flatten(first, last), x)
    agree(Flatten(first, last - x.rank), x)
    agree(Reshape((x.elements,)), x)
    agree(Reshape(-1), x)
    agree(Reshape((1, -1, x.shape[-1])), x)
    agree(Reshape(x.shape[::-1]), x)
    axis = data.draw(axes_of(x.rank))
    agree(Unflatten(axis, (x.shape[axis], 1)), x)
    agree(Unflatten(axis, (1, -1)), x)


@given(spatial, sizes)
def test_positions_flattened_and_restored(x: TensorType, channels: int) -> None:
    agree(Flatten("positions"), x)
    flat = shape(channels, x.positions)
    agree(Restore(), flat, x)
    assert infer_types(Restore(), (flat, x)) == (shape(channels, *x.extents),)
    agree(Restore(-1), shape(channels, x.shape[-1]), x)
    agree(Restore(0), shape(channels, x.elements), x)


@given(st.data(), tensors())
def test_squeeze_and_expand(data: st.DataObject, x: TensorType) -> None:
    axis = data.draw(st.integers(0, x.rank))
    (y,) = infer_types(Unsqueeze(axis), (x,))
    agree(Squeeze(axis), y)
    agree(Expand((*[-1] * axis, 3, *[-1] * (x.rank - axis))), y)
    agree(Repeat(data.draw(extents(x.rank))), x)


@given(st.data(), tensors(), st.integers(1, 3))
def test_concatenation(data: st.DataObject, x: TensorType, count: int) -> None:
    agree(Concat(data.draw(axes_of(x.rank))), *[x] * count)
    agree(Stack(data.draw(axes_of(x.rank + 1))), *[x] * count)


@given(st.data(), tensors())
def test_split(data: st.DataObject, x: TensorType) -> None:
    axis = data.draw(axes_of(x.rank))
    size = x.shape[axis]
    agree(Split(data.draw(st.integers(1, 8)), axis), x)
    first = data.draw(st.integers(1, size))
    agree(Split((first, size - first) if first < size else (first,), axis), x)
    chunk = Chunk(data.draw(st.integers(1, 4)), axis)
    assume(accepted(chunk, x))
    agree(chunk, x)


@given(st.data(), tensors(least=2))
def test_selection(data: st.DataObject, x: TensorType) -> None:
    axis = data.draw(axes_of(x.rank))
    size = x.shape[axis]
    agree(Select(axis, data.draw(st.integers(-size, size - 1))), x)
    start = data.draw(st.integers(-size, size - 1))
    stop = data.draw(st.none() | st.integers(-size, size))
    cut = Slice(axis, start, stop, data.draw(st.integers(1, 3)))
    assume(accepted(cut, x))
    agree(cut, x)


@given(st.data(), tensors())
def test_slices_of_several_axes(data: st.DataObject, x: TensorType) -> None:
    axes = data.draw(several_axes(x.rank))
    start = tuple(data.draw(st.integers(0, x.shape[axis] - 1)) for axis in axes)
    stop = tuple(data.draw(st.none() | st.just(x.shape[axis])) for axis in axes)
    agree(Slice(axes, start, stop, data.draw(extents(len(axes)))), x)


@given(st.data(), tensors())
def test_pad_with_constants(data: st.DataObject, x: TensorType) -> None:
    axes = data.draw(several_axes(x.rank))
    before, after = (data.draw(extents(len(axes), 0)) for _ in range(2))
    agree(Pad(before, after, axes, value=data.draw(st.integers(0, 1))), x)
    agree(Pad(before, axes=axes), x)


@given(st.data(), spatial, st.sampled_from(["reflect", "replicate", "circular"]))
def test_pad_with_the_tensor(data: st.DataObject, x: TensorType, mode: str) -> None:
    axes = len(x.extents)
    pad = Pad(data.draw(extents(axes, 0)), data.draw(extents(axes, 0)), mode=mode)
    assume(accepted(pad, x))
    agree(pad, x)


def test_text() -> None:
    assert text(Transpose(), shape(5, 3)) == "x.transpose(-2, -1)"
    assert text(Permute((1, 0)), shape(5, 3)) == "x.permute(0, 2, 1)"
    assert text(Flatten("positions"), VIDEO) == "x.flatten(2)"
    assert text(Flatten(), VIDEO) == "x.flatten(1)"
    assert text(Reshape((4, -1)), VIDEO) == "x.reshape(x.shape[0], 4, -1)"
    assert text(Restore(), shape(8, 144), VIDEO) == "torch.unflatten(x, -1, y.shape[2:])"
    assert text(Concat(), VIDEO, VIDEO) == "torch.cat([x, y], dim=1)"
    assert text(Chunk(2), VIDEO) == "x.chunk(2, dim=1)"
    assert text(Split(8), VIDEO) == "torch.split(x, 8, dim=1)[0]"
    assert text(Slice("frames", stop=2), VIDEO) == "x[:, :, :2]"
    assert text(Slice("frames", step=2), VIDEO) == "x[:, :, ::2]"
    assert text(Slice((0, 3), (0, 1), (2, None), 2), VIDEO) == "x[:, :2:2, :, :, 1::2]"
    assert text(Select("frames", -1), VIDEO) == "x[:, :, -1]"
    assert text(Expand((8, 4, -1, 6)), shape(8, 1, 6, 1)) == "x.expand(-1, 8, 4, -1, 6)"
    assert text(Pad(1), VIDEO) == "F.pad(x, (1, 1, 1, 1, 1, 1))"
    assert text(Pad(1, 0, "frames"), VIDEO) == "F.pad(x, (0, 0, 0, 0, 1, 0))"


@pytest.mark.parametrize(
    ("operation", "operands", "message"),
    [
        (
            Permute((0, 0)),
            (shape(3, 4),),
            "`axes` must name each of the 2 axes of 3 x 4 once, but these are axes 0, 0",
        ),
        (Reshape((5, 2)), (shape(3, 4),), "3 x 4 has 12 elements, but 5 x 2 has 10"),
        (Reshape((5, -1)), (shape(3, 4),), "3 x 4 has 12 elements, but 5 does not divide them"),
        (Unflatten(1, (3, 2)), (shape(3, 4),), "axis 1 of 3 x 4 has 4 elements, but 3 x 2 has 6"),
        (
            Flatten(1, 0),
            (shape(3, 4),),
            "`start` must not come after `end`, axis 0 of 3 x 4, but this is axis 1",
        ),
        (Flatten("positions"), (shape(3),), "a tensor of rank 1 has channels only"),
        (
            Restore(),
            (shape(3, 4), VIDEO),
            "the last 3 axes of 8 x 4 x 6^2 have 144 elements, but the last axis of 3 x 4 has 4",
        ),
        (Squeeze(0), (shape(3, 4),), "`axis` must have size 1, but axis 0 of 3 x 4 has 3"),
        (Squeeze(0), (shape(1),), "a result must have an axis, but `squeeze` leaves none of 1"),
        (
            Concat(),
            (VIDEO, shape(8, 4, 6, 5)),
            "but these are 8 x 4 x 6^2 and 8 x 4 x 6 x 5",
        ),
        (
            Concat(),
            (VIDEO, shape(8)),
            "`concat` takes tensors that differ in axis 0 only, but these are 8 x 4 x 6^2 and 8",
        ),
        (Concat(), (), "`concat` takes at least 1 tensor, but this call has 0"),
        (
            Stack(),
            (shape(3), shape(4)),
            "`stack` takes tensors of one shape, but these are 3 and 4",
        ),
        (
            WeightedSum(),
            (shape(3), shape(4)),
            "`weighted_sum` takes tensors of one shape, but these are 3 and 4",
        ),
        (WeightedSum(temperature=0), (VIDEO,), "`temperature` must be above 0, but this is 0"),
        (
            Split((3, 4)),
            (VIDEO,),
            "`sizes` must add up to 8, axis 0 of 8 x 4 x 6^2, but this is 3 + 4 = 7",
        ),
        (
            Split(1),
            (shape(10**9),),
            "`split` gives at most 110,000 tensors, but these would be 1,000,000,000",
        ),
        (Chunk(7), (VIDEO,), "axis 0 of 8 x 4 x 6^2 cannot be split into 7 parts of 2"),
        (
            Chunk(10**9),
            (shape(10**9),),
            "`chunk` gives at most 110,000 tensors, but these would be 1,000,000,000",
        ),
        (
            Slice(0, 9),
            (VIDEO,),
            "`start` must be from -8 to 8 on axis 0 of 8 x 4 x 6^2, but this is 9",
        ),
        (Slice(0, 4, 4), (VIDEO,), "axis 0 of 8 x 4 x 6^2 has nothing from 4 up to 4"),
        (
            Select(0, 8),
            (VIDEO,),
            "`index` must be from -8 to 7 on axis 0 of 8 x 4 x 6^2, but this is 8",
        ),
        (Roll((0, 0)), (VIDEO,), "`axes` names axis 0 twice"),
        (
            Expand((2, 4)),
            (shape(3, 4),),
            "`expand` changes only axes of size 1, but this is 2 for the axis of 3 in 3 x 4",
        ),
        (
            Repeat((1, 2, 3)),
            (shape(3, 4),),
            "`times` must have an entry for each axis (2), but it has 3",
        ),
        (
            Pad(4, mode="reflect"),
            (shape(3, 4),),
            "`reflect` pads an axis of 4 by at most 3, but this is 4",
        ),
        (
            Pad(1, mode="reflect", value=1),
            (shape(3, 4),),
            "`value` is for the mode `constant`, but this is `reflect`",
        ),
        (Pad(1, axes=0, mode="reflect"), (shape(3, 4),), "pads one to three axes after"),
        (
            Unsqueeze(0),
            (shape(*[1] * 24),),
            "a tensor has at most 24 axes, but the result of `unsqueeze` would have 25",
        ),
    ],
)
def test_mismatch(operation: Operation, operands: tuple[TensorType, ...], message: str) -> None:
    with pytest.raises(Mismatch) as caught:
        infer_types(operation, operands)
    assert message in caught.value.message


def test_weighted_sum() -> None:
    x = shape(6, 2, 4, 4)
    agree(WeightedSum(), x, x, x)
    agree(WeightedSum("sigmoid", Fraction(1, 2)), shape(3), shape(3))
