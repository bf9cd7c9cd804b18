"""With any parameters, an operation agrees with torch or raises `Mismatch`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import MISSING, fields
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import strategies as st

from archdsl.ir.types import AXIS_NAMES, TensorType
from archdsl.ops import OPERATIONS
from archdsl.ops.base import Mismatch, Operation, infer_types
from archdsl.ops.sources import Input
from archdsl.params.kinds import Kind, kind_of

from .harness import agree
from .strategies import given, tensors

FRACTIONS = [Fraction(n, d) for n in (-3, 1, 5) for d in (2, 3, 10)]
SMALL = [*range(-3, 9), *FRACTIONS]
HUGE = [-(2**63), -1, 1, 2, 3, 2**31, 2**53, 2**63, Fraction(1, 2**63), Fraction(2**63, 3)]
WORDS = [*AXIS_NAMES, "positions", None, True, False]


def words(kind: object) -> list[str]:
    """The words that a kind accepts, itself or through the kinds that it contains."""
    inner = [
        word for part in vars(kind).values() if hasattr(part, "accepts") for word in words(part)
    ]
    return [*getattr(kind, "words", ()), *inner]


def accepted(kind: Kind, numbers: Sequence[object]) -> st.SearchStrategy[Any]:
    """Values of the language that a kind accepts, including tuples."""
    values = [value for value in (*numbers, *WORDS, *words(kind)) if kind.accepts(value)]
    single = st.sampled_from(values)
    if not kind.accepts((values[0],)):
        return single
    return single | st.lists(single, min_size=1, max_size=4).map(tuple).filter(kind.accepts)


@st.composite
def operations(draw: st.DrawFn, kind: type[Operation], numbers: Sequence[object]) -> Operation:
    """Operations with some parameters given, and those without a default."""
    given = {
        field.name: draw(accepted(kind_of(field), numbers))
        for field in fields(kind)
        if field.default is MISSING or draw(st.booleans())
    }
    return kind(**given)


@st.composite
def operands(draw: st.DrawFn, kind: type[Operation]) -> tuple[TensorType, ...]:
    """As many tensors as an operation takes, mostly of the same type."""
    least, most = kind.arity
    count = draw(st.integers(least, 3 if most is None else most))
    first = draw(tensors())
    return tuple(draw(st.just(first) | tensors()) for _ in range(count))


@pytest.mark.parametrize("kind", [k for k in OPERATIONS.values() if k is not Input])
@given(st.data())
def test_an_operation_agrees_with_torch_or_explains(
    kind: type[Operation], data: st.DataObject
) -> None:
    operation = data.draw(operations(kind, SMALL))
    with suppress(Mismatch):
        agree(operation, *data.draw(operands(kind)))


@pytest.mark.parametrize("kind", OPERATIONS.values(), ids=OPERATIONS)
@given(st.data())
def test_no_number_is_too_large(kind: type[Operation], data: st.DataObject) -> None:
    operation, types = data.draw(operations(kind, HUGE)), data.draw(operands(kind))
    with suppress(Mismatch):
        results = infer_types(operation, types)
        operation.cost(types, results)
        if kind is not Input:
            operation.emit(types, results)
