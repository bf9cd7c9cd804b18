"""Arithmetic, linear layers, products, attention and vectors."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import strategies as st

from archdsl.ir.types import TensorType
from archdsl.ops import INFIX, OPERATIONS
from archdsl.ops.arithmetic import Clamp, Maximum, Minimum, Negative, Unary
from archdsl.ops.attention import ScaledDotProductAttention
from archdsl.ops.base import Mismatch, Operation, infer_types
from archdsl.ops.linear import Bilinear, Linear, MatMul
from archdsl.ops.vectors import CosineSimilarity, Normalize, PairwiseDistance

from .harness import agree, shape, text
from .strategies import axes_of, flags, given, sizes, tensors

HALF = Fraction(1, 2)
UNARY = [kind for kind in OPERATIONS.values() if issubclass(kind, Unary)]


@st.composite
def broadcastable(draw: st.DrawFn) -> tuple[TensorType, TensorType]:
    """Two types that can be broadcast together."""
    pairs = draw(st.lists(st.tuples(sizes, st.sampled_from("=<>")), min_size=1, max_size=4))
    left = (1 if side == "<" else size for size, side in pairs)
    right = (1 if side == ">" else size for size, side in pairs)
    return TensorType(tuple(left)), TensorType(tuple(right))


@given(broadcastable())
def test_two_tensors(pair: tuple[TensorType, TensorType]) -> None:
    for symbol in INFIX:
        agree(INFIX[symbol](), *pair)
    agree(Maximum(), *pair)
    agree(Minimum(), *pair)


@given(tensors(), st.integers(1, 9) | st.just(HALF))
def test_a_tensor_and_a_constant(x: TensorType, constant: int | Fraction) -> None:
    for symbol in INFIX:
        agree(INFIX[symbol](constant, True), x)
        agree(INFIX[symbol](constant), x)
    agree(Maximum(constant), x)
    agree(Minimum(constant), x)
    agree(Clamp(constant), x)
    agree(Clamp(None, constant), x)
    agree(Clamp(-1, constant), x)


@pytest.mark.parametrize("kind", UNARY)
def test_unary(kind: type[Operation]) -> None:
    agree(kind(), shape(3, 4))


def test_text_of_arithmetic() -> None:
    x = shape(8, 4)
    assert text(INFIX["+"](), x, x) == "x + y"
    assert text(INFIX["-"](1, True), x) == "1 - x"
    assert text(INFIX["*"](HALF), x) == "x * 0.5"
    assert text(INFIX["/"](2, True), x) == "2 / x"
    assert text(INFIX["/"](Fraction(4)), x) == "x / 4"
    assert text(Negative(), x) == "-x"
    assert text(Clamp(0, 6), x) == "x.clamp(min=0, max=6)"
    assert text(Maximum(0), x) == "x.clamp(min=0)"
    assert text(MatMul(), shape(2, 4), shape(4, 3)) == "x @ y"


@given(tensors(), sizes, flags)
def test_linear(x: TensorType, features: int, bias: bool) -> None:
    agree(Linear(features, bias), x)


@given(tensors(), sizes, sizes, flags)
def test_bilinear(x: TensorType, width: int, features: int, bias: bool) -> None:
    other = TensorType((*x.shape[:-1], width))
    operation = Bilinear(features, bias)
    agree(operation, x, other)
    weights = x.shape[-1] * width * features
    assert operation.cost((x, other), ()).macs == weights * x.elements // x.shape[-1]


@given(broadcastable(), sizes, sizes, sizes)
def test_matmul(pair: tuple[TensorType, TensorType], n: int, k: int, m: int) -> None:
    a, b = pair
    agree(MatMul(), TensorType((*a.shape, n, k)), TensorType((*b.shape, k, m)))
    agree(MatMul(), TensorType((*a.shape, n, k)), shape(k, m))
    agree(MatMul(), shape(n, k), TensorType((*b.shape, k, m)))


def test_learned_tensors_may_have_fewer_axes() -> None:
    learned = TensorType((4,), samples=0)
    for operation in (INFIX["+"](), Maximum(), CosineSimilarity(-1)):
        agree(operation, shape(2, 3, 4), learned)
        agree(operation, learned, TensorType((2, 3, 4), samples=5))
    matrix = TensorType((4, 3), samples=0)
    agree(MatMul(), shape(2, 3, 4), matrix)
    agree(MatMul(), matrix, shape(2, 3, 4))
    assert text(MatMul(), shape(2, 3, 4), matrix) == "x @ y"


def test_matmul_keeps_samples_apart() -> None:
    """As many samples as the other tensor has heads: torch would multiply each with a head."""
    agree(MatMul(), shape(2, 3, 4), shape(4, 3))
    agree(MatMul(), shape(3, 4), shape(2, 1, 4, 5))
    assert text(MatMul(), shape(6, 2, 3, 4), shape(4, 3)) == "x @ y[:, None, None]"


@given(st.lists(sizes, max_size=2), sizes, sizes, sizes, sizes, flags)
def test_attention(heads: list[int], n: int, m: int, d: int, e: int, scaled: bool) -> None:
    operation = ScaledDotProductAttention(scale=HALF if scaled else None)
    agree(operation, shape(*heads, n, d), shape(*heads, m, d), shape(*heads, m, e))
    agree(ScaledDotProductAttention(True), *[shape(*heads, n, d)] * 3)


@given(st.data(), broadcastable())
def test_vectors(data: st.DataObject, pair: tuple[TensorType, TensorType]) -> None:
    axis = data.draw(axes_of(pair[0].rank))
    agree(Normalize(axis), pair[0])
    if pair[0].rank > 1:
        agree(CosineSimilarity(axis), *pair)
        agree(PairwiseDistance(1), *pair)


@pytest.mark.parametrize(
    ("operation", "operands", "message"),
    [
        (INFIX["+"](), (shape(3, 4), shape(3, 5)), "`add` cannot broadcast 3 x 4 and 3 x 5"),
        (INFIX["+"](), (shape(3, 4), shape(4)), "`add` cannot broadcast 3 x 4 and 4"),
        (
            INFIX["+"](),
            (shape(4), TensorType((3, 4), samples=0)),
            "`add` cannot broadcast 4 and 3 x 4",
        ),
        (INFIX["+"](), (shape(3),), "`add` takes two tensors, or a tensor and a constant"),
        (
            INFIX["+"](1),
            (shape(3), shape(3)),
            "`add` takes two tensors, or a tensor and a constant, but this call has all three",
        ),
        (INFIX["+"](), (shape(3),) * 3, "`add` takes 1 to 2 tensors, but this call has 3"),
        (INFIX["/"](0), (shape(3),), "a tensor cannot be divided by 0"),
        (
            INFIX["**"](-2, True),
            (shape(3),),
            "the base of a power must be at least 0, but this is -2",
        ),
        (Clamp(), (shape(3),), "`clamp` takes `least`, `most` or both"),
        (Clamp(2, 1), (shape(3),), "`least` must be at most `most` (1), but this is 2"),
        (
            Linear(2**53),
            (shape(3, 4),),
            "but the result of `linear` would be 3 x 9007199254740992",
        ),
        (
            Bilinear(2),
            (shape(3, 4), shape(2, 4)),
            "but these are 3 x 4 and 2 x 4",
        ),
        (MatMul(), (shape(3), shape(3, 4)), "`matmul` takes matrices, but this is 3"),
        (
            MatMul(),
            (shape(3, 4), shape(5, 6)),
            "a matrix must have as many rows as 3 x 4 has columns (4), but 5 x 6 has 5",
        ),
        (
            MatMul(),
            (shape(5, 2, 3, 4), shape(3, 4, 6)),
            "must broadcast, but these are 5 x 2 x 3 x 4 and 3 x 4 x 6",
        ),
        (
            ScaledDotProductAttention(),
            (shape(3, 4), shape(3, 5), shape(3, 4)),
            "keys must have as many features as queries (4), but these have 5",
        ),
        (
            ScaledDotProductAttention(),
            (shape(3, 4), shape(3, 4), shape(2, 4)),
            "there must be as many values as keys (3), but these are 2",
        ),
        (
            ScaledDotProductAttention(),
            (shape(3, 4), shape(2, 3, 4), shape(3, 4)),
            "but these are 3 x 4, 2 x 3 x 4 and 3 x 4",
        ),
        (
            CosineSimilarity(),
            (shape(3), shape(3)),
            "a result must have an axis, but `cosine_similarity` leaves none of 3",
        ),
    ],
)
def test_mismatch(operation: Operation, operands: tuple[TensorType, ...], message: str) -> None:
    with pytest.raises(Mismatch) as caught:
        infer_types(operation, operands)
    assert message in caught.value.message
