"""Exact arithmetic on compile-time numbers. A decimal is a rational; nothing is rounded unasked."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction

from archdsl import limits
from archdsl.build.values import Value, describe
from archdsl.params.numbers import Number, is_number, reduced


class BadValue(Exception):
    """A value does not suit; the message says why in the language's words."""


_ARITHMETIC: dict[str, Callable[[Number, Number], Number]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: Fraction(a) / b,
    "//": operator.floordiv,
    "%": operator.mod,
}
_ORDER: dict[str, Callable[[Number, Number], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def exact(value: Number) -> Number:
    """An integer where the number is one; bounded, for a spec is untrusted.

    Raises:
        BadValue: numerator or denominator grew beyond the limit.
    """
    if max(abs(value.numerator), value.denominator) > limits.MAGNITUDE:
        raise BadValue("the number grows beyond 2^63")
    return reduced(value)


def binary(symbol: str, left: Value, right: Value) -> Value:
    """`left symbol right` for numbers, equality for every value, `+` also for tuples.

    Raises:
        BadValue: the operator does not take these values.
    """
    if symbol == "==":
        return left == right and isinstance(left, bool) == isinstance(right, bool)
    if symbol == "!=":
        return not binary("==", left, right)
    if symbol == "+" and isinstance(left, tuple) and isinstance(right, tuple):
        return left + right
    a, b = _number(symbol, left), _number(symbol, right)
    if symbol in _ORDER:
        return _ORDER[symbol](a, b)
    if symbol in ("/", "//", "%") and b == 0:
        raise BadValue("division by zero")
    return exact(_ARITHMETIC[symbol](a, b))


def negative(value: Value) -> Value:
    return -_number("-", value)


def _number(symbol: str, value: Value) -> Number:
    if not is_number(value):
        raise BadValue(f"`{symbol}` takes numbers, not {describe(value)}")
    return value
