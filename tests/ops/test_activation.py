"""Activations, and operations along an axis such as softmax."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction

import pytest
from hypothesis import strategies as st

from archdsl.ir.types import TensorType
from archdsl.ops import OPERATIONS
from archdsl.ops.activation import Activation, Gelu
from archdsl.ops.base import Mismatch, Operation, infer_types
from archdsl.ops.forms import Layer
from archdsl.ops.rectifier import Celu, HardTanh, LeakyRelu, ParametricRelu, RandomRelu, Threshold
from archdsl.ops.softmax import Glu, LogSoftmax, Softmax, Softmin
from archdsl.params.numbers import Number

from .harness import agree, shape, text
from .strategies import axes_of, flags, given, sizes, tensors

PLAIN = [
    kind
    for kind in OPERATIONS.values()
    if issubclass(kind, Activation) and kind not in (Gelu, ParametricRelu, Threshold)
]


@pytest.mark.parametrize("kind", PLAIN)
def test_activations_with_and_without_numbers(kind: type[Operation]) -> None:
    numbers: list[Number] = [Fraction(1, 5), Fraction(2, 7)][: len(fields(kind))]
    for operation in (kind(), kind(*numbers)):
        agree(operation, shape(3, 4, 5))
    form = kind().emit((shape(3),), (shape(3),))
    assert isinstance(form, Layer)
    assert (form.label, form.shared) == (kind.name, True)


@given(tensors(), flags)
def test_other_activations(x: TensorType, flag: bool) -> None:
    agree(Gelu("tanh" if flag else None), x)
    agree(ParametricRelu(flag, Fraction(1, 3)), x)
    agree(Threshold(Fraction(1, 10), 20), x)


@given(st.data(), tensors())
def test_along_an_axis(data: st.DataObject, x: TensorType) -> None:
    axis = data.draw(axes_of(x.rank))
    for kind in (Softmax, Softmin, LogSoftmax):
        agree(kind(axis), x)


@given(tensors(channels=sizes.map(lambda n: 2 * n)))
def test_glu(x: TensorType) -> None:
    agree(Glu(), x)
    agree(Glu("channels"), x)


def test_text() -> None:
    x = shape(400, 5)
    assert text(Softmax("channels"), x) == "nn.Softmax(dim=1)"
    assert text(Softmax(), x) == "nn.Softmax(dim=-1)"
    assert text(LeakyRelu(), x) == "nn.LeakyReLU()"
    assert text(LeakyRelu(Fraction(1, 5)), x) == "nn.LeakyReLU(negative_slope=0.2)"
    assert text(ParametricRelu(True), x) == "nn.PReLU(num_parameters=400)"
    assert text(Threshold(0, 6), x) == "nn.Threshold(0, 6)"


@pytest.mark.parametrize(
    ("operation", "x", "message"),
    [
        (Glu(), shape(3, 4), "`glu` takes an even size on axis 0, but 3 x 4 has 3"),
        (Softmax(2), shape(3, 4), "a tensor of rank 2 has no axis 2"),
        (Softmax("frames"), shape(3, 4), "a tensor of rank 2 has no axis `frames`"),
        (Celu(0), shape(3), "`alpha` of `celu` must not be 0: `celu` divides by it"),
        (RandomRelu(2, 1), shape(3), "`lower` must be at most `upper` (1), but this is 2"),
        (HardTanh(1, 1), shape(3), "`min_val` must be below `max_val` (1), but this is 1"),
    ],
)
def test_mismatch(operation: Operation, x: TensorType, message: str) -> None:
    with pytest.raises(Mismatch) as caught:
        infer_types(operation, (x,))
    assert message in caught.value.message
