"""Tensors of integers: what torch computes of them stays in the range that the compiler knows."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from hypothesis import strategies as st

from archdsl.ir.integers import Range
from archdsl.ir.types import TensorType
from archdsl.ops import OPERATIONS
from archdsl.ops.activation import Sigmoid
from archdsl.ops.arithmetic import Clamp, Power, infix
from archdsl.ops.base import Form, Layer, Mismatch, Operation, Types, infer_types
from archdsl.ops.convolution import Convolution
from archdsl.ops.joining import Concat
from archdsl.ops.padding import Pad
from archdsl.ops.reduction import Sum
from archdsl.ops.sources import Input

from .harness import Emitted, shape
from .strategies import given
from .test_mistakes import SMALL, operands, operations

ranges = st.tuples(st.integers(-9, 9), st.integers(0, 9)).map(lambda r: Range(r[0], r[0] + r[1]))


def integers(least: int, most: int, *sizes: int) -> TensorType:
    return TensorType(sizes, 1, Range(least, most))


def drawn(type_: TensorType) -> torch.Tensor:
    """A batch of two with elements of a type, its extremes among them."""
    shape = (2, *type_.shape)
    if type_.integers is None:
        return torch.rand(shape)
    least, most = type_.integers
    tensor = torch.randint(least, most + 1, shape)
    tensor.flatten()[0], tensor.flatten()[-1] = least, most
    return tensor


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
        assert not any(t.integers for t in types)
        return
    for result, tensor in zip(results, computed(form, types), strict=True):
        assert (result.integers is None) == tensor.is_floating_point()
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
    (result,) = infer_types(infix(symbol)(constant), (integers(-3, 4, 5),))
    assert result.integers == expected


def test_bounds_of_a_remainder_that_changes_nothing() -> None:
    (result,) = infer_types(infix("%")(9), (integers(2, 5, 5),))
    assert result.integers == Range(2, 5)


def test_integers_with_real_numbers_are_real() -> None:
    x, y = integers(0, 4, 5), shape(5)
    assert infer_types(infix("+")(), (x, y))[0].integers is None
    assert infer_types(Concat(), (x, y))[0].integers is None
    assert infer_types(Concat(), (x, integers(7, 8, 5)))[0].integers == Range(0, 8)


def test_types_are_shown_with_their_range() -> None:
    assert str(integers(0, 168, 49, 49)) == "49 x 49 in 0..168"
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
            infix("//")(),
            (integers(0, 9, 3), integers(-1, 1, 3)),
            "`//` must not divide by 0, but the divisor is in -1..1",
        ),
        (infix("%")(0), (integers(0, 9, 3),), "a tensor cannot be divided by 0"),
        (
            Power(-1),
            (integers(0, 9, 3),),
            "integers must have a constant exponent of at least 0, but this is in -1..-1",
        ),
        (
            infix("*")(-(2**62)),
            (integers(-2, 0, 3),),
            f"integers have 64 bits, but the result of `multiply` would be 3 in 0..{2**63}",
        ),
        (
            Sum(axes=0),
            (integers(0, 2**62, 3, 3),),
            "integers have 64 bits, but the result of `sum` would be 3 in 0..13835058055282163712",
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
