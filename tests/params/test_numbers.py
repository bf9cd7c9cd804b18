"""Numbers of the language: their text reads back as the same number."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.params.numbers import is_integer, is_number, reduced, round_to, show_number

NUMBERS = st.integers(-(10**15), 10**15) | st.fractions(-1000, 1000, max_denominator=10**6)


@given(NUMBERS)
def test_the_text_of_a_number_reads_back(value: int | Fraction) -> None:
    assert Fraction(show_number(value)) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12, "12"),
        (10**15, "1000000000000000"),
        (Fraction(9, 4), "2.25"),
        (Fraction(-1, 3), "-1/3"),
        (Fraction(1, 100_000), "1e-05"),
        (Fraction("2.2361875"), "2.2361875"),
    ],
)
def test_shown(value: int | Fraction, shown: str) -> None:
    assert show_number(value) == shown


def test_booleans_are_no_numbers() -> None:
    assert [is_number(v) for v in (1, Fraction(1, 2), True, 0.5, "1")] == [True] * 2 + [False] * 3
    assert [is_integer(v) for v in (1, Fraction(1), False)] == [True, False, False]


@given(NUMBERS)
def test_reduced(value: int | Fraction) -> None:
    assert reduced(value) == value
    assert isinstance(reduced(value), int) == (Fraction(value).denominator == 1)


@given(st.integers(1, 10**6) | st.fractions(1, 1000), st.integers(1, 64))
def test_rounded_to_a_multiple(value: int | Fraction, multiple: int) -> None:
    rounded = round_to(value, multiple)
    assert rounded % multiple == 0
    assert rounded >= max(multiple, Fraction(9, 10) * value) - multiple * (value < multiple)
    assert abs(rounded - value) <= multiple
