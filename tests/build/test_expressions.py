"""Expressions are exact: they agree with rational arithmetic."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archdsl.build.values import Given, OperationValue
from archdsl.ops import OPERATIONS
from archdsl.source import Source, Span
from tests.build.harness import build, build_body


def value_of(expression: str) -> object:
    """What an expression evaluates to, read from the bindings of the network."""
    network = build_body(f"answer = {expression}\n  relu")
    return network.graph.scopes[0].bindings["answer"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("ceil(2.2 * 5)", 11),
        ("int(2.25 * 54)", 121),
        ("int(-2.5)", -2),
        ("floor(-2.5)", -3),
        ("round(2.5)", 3),
        ("round_to(24 * 1.45, 8)", 32),
        ("round_to(12, 8)", 16),
        ("round_to(3, 8)", 8),
        ("7 // 2 + 7 % 2", 4),
        ("-7 // 2", -4),
        ("1 / 3 * 3 == 1", True),
        ("0.1 + 0.2 == 0.3", True),
        ("sqrt(0.25)", Fraction(1, 2)),
        ("sqrt(768 / 12)", 8),
        ("abs(-1.5)", Fraction(3, 2)),
        ("min(3, 2) + max((3, 4)) + sum(range(4))", 12),
        ("len(range(2, 10, 3))", 3),
        ("range(3, 0, -1)", (3, 2, 1)),
        ("range(5, 0)", ()),
        ("()", ()),
        ("(1,) + (2, 3)", (1, 2, 3)),
        ("(1, 2, 3)[-1]", 3),
        ("3 x 2 x 4^2", (3, 2, 4, 4)),
        ("x.shape", (8, 8, 8)),
        ("x.positions * x.channels == x.elements", True),
        ("1 if size == 8 and not false else 2", 1),
        ("2 if size != 8 or size > 9 else 3", 3),
        ("true == 1", False),
        ("none == none", True),
        ("3.8M", 3_800_000),
    ],
)
def test_value(expression: str, value: object) -> None:
    assert value_of(expression) == value
    assert type(value_of(expression)) is type(value)


_OPERATORS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": lambda a, b: Fraction(a // b),
    "%": operator.mod,
}

_literals = st.decimals(0, 99, places=2).map(str).map(lambda text: (text, Fraction(text)))


def _combined(
    sides: st.SearchStrategy[tuple[str, Fraction]],
) -> st.SearchStrategy[tuple[str, Fraction]]:
    def combine(sign: str, left: tuple[str, Fraction], right: tuple[str, Fraction]) -> object:
        if sign in ("/", "//", "%") and right[1] == 0:
            return left
        return f"({left[0]} {sign} {right[0]})", Fraction(_OPERATORS[sign](left[1], right[1]))

    return st.builds(combine, st.sampled_from(list(_OPERATORS)), sides, sides)  # type: ignore[arg-type]


expressions = st.recursive(_literals, _combined, max_leaves=6)


@settings(max_examples=60)
@given(expressions)
def test_arithmetic_is_rational(drawn: tuple[str, Fraction]) -> None:
    text, value = drawn
    if max(abs(value.numerator), value.denominator) < 2**60:
        assert value_of(text) == value


@settings(max_examples=40)
@given(expressions, expressions)
def test_rounding_and_order_are_exact(a: tuple[str, Fraction], b: tuple[str, Fraction]) -> None:
    texts = f"(ceil({a[0]}), floor({a[0]}), {a[0]} < {b[0]}, {a[0]} == {b[0]})"
    assert value_of(texts) == (math.ceil(a[1]), math.floor(a[1]), a[1] < b[1], a[1] == b[1])


def test_values_of_parameters() -> None:
    text = "network n(a = 2, b = 2 * a) { input x: 1 x b\n relu }"
    assert build(text).inputs == {"x": (1, 4)}
    assert build(text, None, a=5).inputs == {"x": (1, 10)}
    assert build(text, None, a=2.5).inputs == {"x": (1, 5)}
    assert build(text, None, b=3).inputs == {"x": (1, 3)}


def test_operations_with_equal_parameters_are_equal_keys() -> None:
    """Emission caches by written values, which may be operations with some parameters given."""
    source = Source("n.arch", "0.001")
    eps = Given(Fraction(1, 1000), Span(source, 0, 5))
    one, other = (OperationValue(OPERATIONS["batch_norm"], {"eps": eps}) for _ in range(2))
    assert {one: "known"}[other] == "known"
    assert one != OperationValue(OPERATIONS["batch_norm"])
