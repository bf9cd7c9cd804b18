"""Tensors of integers: what torch computes of them stays in the range that the compiler knows."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import torch
from hypothesis import strategies as st

from archdsl.ir.integers import TRUTH, Range
from archdsl.ir.types import TensorType
from archdsl.ops import INFIX, OPERATIONS
from archdsl.ops.activation import Sigmoid
from archdsl.ops.arithmetic import Clamp, Power
from archdsl.ops.base import Mismatch, Operation, Types, infer_types
from archdsl.ops.comparison import MaskedFill, Where
from archdsl.ops.constants import Arange, Full
from archdsl.ops.convolution import Convolution
from archdsl.ops.embedding import Embedding
from archdsl.ops.forms import Form, Layer
from archdsl.ops.indexing import Gather
from archdsl.ops.joining import Concat
from archdsl.ops.padding import Pad
from archdsl.ops.reduction import Sum
from archdsl.ops.sources import Input

from .harness import Emitted, agree, shape, text
from .strategies import axes_of, given, tensors
from .test_mistakes import SMALL, operands, operations

HALF = Fraction(1, 2)
least = st.integers(-9, 9)
ranges = st.just(TRUTH) | st.builds(lambda a, count: Range(a, a + count), least, st.integers(0, 9))


def integers(least: int, most: int, *sizes: int) -> TensorType:
    return TensorType(sizes, 1, Range(least, most))


def drawn(type_: TensorType) -> torch.Tensor:
    """A batch of two with elements of a type, its extremes among them."""
    shape = (2, *type_.shape)
    if type_.integers is None:
        return torch.rand(shape)
    least, most = type_.integers.bounds
    tensor = torch.randint(least, most + 1, shape)
    tensor.flatten()[0], tensor.flatten()[-1] = least, most
    return tensor.bool() if type_.integers.is_truth else tensor


def computed(form: Form, types: Types) -> tuple[torch.Tensor, ...]:
    results = Emitted(form)(*map(drawn, types))
    return results if isinstance(results, tuple) else (results,)


@pytest.mark.parametrize("kind", [k for k in OPERATIONS.values() if k is not Input])
@given(st.data())
def test_results_are_in_their_range(kind: type[Operation], data: st.DataObject) -> None:
    operation = data.draw(operations(kind, SMALL))
    held = st.none() | ranges
    types = tuple(TensorType(t.shape, 1, data.draw(held)) for t in data.draw(operands(kind)))
    try:
        results = infer_types(operation, types)
    except Mismatch:
        return
    form = operation.emit(types, results)
    if isinstance(form, Layer):
        assert kind is Embedding or not any(t.integers for t in types)
        return
    for result, tensor in zip(results, computed(form, types), strict=True):
        assert (result.integers is None) == tensor.is_floating_point()
        assert (result.integers is not None and result.integers.is_truth) == (
            tensor.dtype is torch.bool
        )
        if result.integers is not None:
            assert result.integers.least <= int(tensor.min())
            assert result.integers.most >= int(tensor.max())


@pytest.mark.parametrize(
    ("symbol", "constant", "expected"),
    [
        ("+", 2, Range(-1, 6)),
        ("-", 4, Range(-7, 0)),
        ("*", -2, Range(-8, 6)),
        ("//", 2, Range(-2, 2)),
        ("//", -2, Range(-2, 1)),
        ("%", 9, Range(0, 8)),
        ("%", -9, Range(-8, 0)),
        ("**", 2, Range(0, 16)),
        ("**", 3, Range(-27, 64)),
        ("/", 1, None),
        ("+", Fraction(1, 2), None),
    ],
)
def test_bounds(symbol: str, constant: int | Fraction, expected: Range | None) -> None:
    (result,) = infer_types(INFIX[symbol](constant), (integers(-3, 4, 5),))
    assert result.integers == expected


def test_bounds_of_a_remainder_that_changes_nothing() -> None:
    (result,) = infer_types(INFIX["%"](9), (integers(2, 5, 5),))
    assert result.integers == Range(2, 5)


def test_integers_with_real_numbers_are_real() -> None:
    x, y = integers(0, 4, 5), shape(5)
    assert infer_types(INFIX["+"](), (x, y))[0].integers is None
    assert infer_types(Concat(), (x, y))[0].integers is None
    assert infer_types(Concat(), (x, integers(7, 8, 5)))[0].integers == Range(0, 8)


@given(tensors(), ranges)
def test_comparisons_and_choices(x: TensorType, held: Range) -> None:
    condition, whole = replace(x, integers=TRUTH), replace(x, integers=held)
    one = TensorType((1,) * x.rank, 0, TRUTH)
    for symbol in ("==", "!=", "<", "<=", ">", ">="):
        assert infer_types(INFIX[symbol](), (x, x))[0] == condition
    agree(Where(0, -100), condition)
    agree(Where(), condition, whole, x)
    agree(MaskedFill(2), x, condition)
    agree(MaskedFill(HALF), x, one)


@given(tensors(), st.data())
def test_gather(x: TensorType, data: st.DataObject) -> None:
    axis = data.draw(axes_of(x.rank))
    index = replace(data.draw(tensors(most=3)), samples=0, integers=Range(0, x.shape[axis] - 1))
    table = replace(x, samples=0, integers=Range(2, 3))
    agree(Gather(axis), x, index)
    agree(Gather(axis), table, index)
    agree(Gather(0), table, replace(index, samples=1, integers=Range(0, x.shape[0] - 1)))
    (found,) = infer_types(Gather(axis), (table, index))
    assert found.integers == Range(2, 3)


@given(st.integers(-9, 9), st.integers(1, 20), st.sampled_from((-3, -1, 1, 2)))
def test_constants(start: int, count: int, step: int) -> None:
    arange = Arange(start, start + count * step, step)
    agree(arange)
    agree(Arange(count))
    agree(Full((2, count), HALF))
    own = infer_types(arange, ())[0].integers
    numbers = torch.arange(start, start + count * step, step)
    assert own is not None
    assert own.bounds == (int(numbers.min()), int(numbers.max()))


def test_text_of_constants() -> None:
    assert text(Arange(4)) == "torch.arange(4)"
    assert text(Arange(1, 4)) == "torch.arange(1, 4)"
    assert text(Arange(4, step=2)) == "torch.arange(0, 4, 2)"
    assert text(Full(3, 1)) == "torch.full((3,), 1)"
    image, index = shape(3, 8, 8), TensorType((4, 4), 0, Range(0, 2))
    assert text(Gather(0), TensorType((3, 8), 0), index) == "x[y]"
    assert text(Gather(0), image, index) == "x[:, y]"
    assert text(Gather(-1), image, index) == "x[:, :, :, y]"
    assert text(INFIX["<="](), index, index) == "x <= y"


def test_types_are_shown_with_their_range() -> None:
    assert str(integers(0, 168, 49, 49)) == "49 x 49 in 0..168"
    assert str(TensorType((4, 4), 0, TRUTH)) == "4 x 4 of true and false"
    assert str(TensorType((8, 7, 7), 4, Range(-1, 1))) == "4 of 8 x 7^2 in -1..1"


@pytest.mark.parametrize(
    ("operation", "operands", "message"),
    [
        (
            Convolution(8),
            (integers(0, 9, 3, 4),),
            "`conv` takes real numbers, but this is 3 x 4 in 0..9",
        ),
        (Sigmoid(), (integers(0, 9, 3),), "`sigmoid` takes real numbers, but this is 3 in 0..9"),
        (
            INFIX["//"](),
            (integers(0, 9, 3), integers(-1, 1, 3)),
            "`//` must not divide by 0, but the divisor is in -1..1",
        ),
        (INFIX["%"](0), (integers(0, 9, 3),), "a tensor cannot be divided by 0"),
        (
            Power(-1),
            (integers(0, 9, 3),),
            "integers must have a constant exponent of at least 0, but this is in -1..-1",
        ),
        (
            INFIX["*"](-(2**62)),
            (integers(-2, 0, 3),),
            f"integers have 64 bits, but the result of `multiply` would be 3 in 0..{2**63}",
        ),
        (
            Sum(axes=0),
            (integers(0, 2**62, 3, 3),),
            "integers have 64 bits, but the result of `sum` would be 3 in 0..13835058055282163712",
        ),
        (
            INFIX["+"](1),
            (TensorType((3,), 0, TRUTH),),
            "`add` takes numbers, but this is 3 of true and false",
        ),
        (
            Where(1, 0),
            (integers(0, 1, 3),),
            "`where` takes a condition, but this is 3 in 0..1",
        ),
        (
            Where(1),
            (TensorType((3,), 0, TRUTH), shape(3)),
            "`where` takes a condition and two tensors, or a condition and two numbers, "
            "but this call has 2 tensors and 1 number",
        ),
        (
            Gather(0),
            (shape(3, 4), TensorType((5,), 0, Range(0, 3))),
            "an index into axis 0 of 3 x 4 must be in 0..2, but this is 5 in 0..3",
        ),
        (
            Gather(1),
            (shape(3, 4), TensorType((5,), 0, Range(-1, 3))),
            "an index into axis 1 of 3 x 4 must be in 0..3, but this is 5 in -1..3",
        ),
        (
            Gather(0),
            (shape(3, 4), TensorType((5,), 0)),
            "an index must be integers, but this is 5 of real numbers",
        ),
        (
            Gather(0),
            (shape(3, 4), integers(0, 2, 5)),
            "`gather` takes a tensor or an index that is one for all samples, "
            "but these are 3 x 4 and 5 in 0..2",
        ),
        (Arange(0), (), "there is nothing from 0 up to 0 in steps of 1"),
        (Arange(2, 5, -1), (), "there is nothing from 2 up to 5 in steps of -1"),
        (Arange(2, 5, 0), (), "`step` must not be 0"),
        (
            Arange(2**60),
            (),
            "a tensor has at most 9,007,199,254,740,992 elements, but the result of `arange` would "
            f"be {2**60} in 0..{2**60 - 1}",
        ),
        (
            Pad(1, axes=0, value=Fraction(1, 2)),
            (integers(0, 9, 3),),
            "`value` must be an integer beside integers, but this is 0.5",
        ),
    ],
)
def test_mistakes(operation: Operation, operands: Types, message: str) -> None:
    with pytest.raises(Mismatch) as caught:
        infer_types(operation, operands)
    assert caught.value.message == message


def test_a_clamp_by_a_fraction_is_real() -> None:
    assert infer_types(Clamp(Fraction(1, 2)), (integers(0, 4, 5),))[0].integers is None
    assert infer_types(Clamp(6, 8), (integers(0, 4, 5),))[0].integers == Range(6, 6)
