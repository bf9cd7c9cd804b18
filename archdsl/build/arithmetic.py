"""Exact arithmetic on compile-time values: the operators, and functions such as `round_to`.

A decimal is a rational, and only the functions that say so round: with floats, the width
`int(0.29 * 100)` would be 28.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from fractions import Fraction

from archdsl import limits
from archdsl.build.values import FunctionValue, Value, describe
from archdsl.params.numbers import Number, is_integer, is_number, reduced, round_to
from archdsl.program import names


class BadValue(Exception):
    """An operator or a function does not take a value. The message is for a diagnostic.

    `culprit` is the value that it does not take; an ellipsis where none is at fault by itself.
    """

    def __init__(self, message: str, culprit: object = ...) -> None:
        super().__init__(message)
        self.culprit = culprit


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
    """A number as `int` where it is one, as `Fraction` otherwise.

    A bound on its size keeps each step of arithmetic cheap, since a spec is untrusted.

    Raises:
        BadValue: numerator or denominator grew beyond the limit.
    """
    if max(abs(value.numerator), value.denominator) > limits.MAGNITUDE:
        raise BadValue("the numerator and the denominator of a number must be at most 2^63")
    return reduced(value)


def binary(symbol: str, left: Value, right: Value) -> Value:
    """`left symbol right`: `==` and `!=` for all values, `+` also for tuples, others for numbers.

    Raises:
        BadValue: the operator does not take these values.
    """
    if symbol == "==":
        # In Python `1 == True`. In the language, a number never equals a condition.
        return left == right and isinstance(left, bool) == isinstance(right, bool)
    if symbol == "!=":
        return not binary("==", left, right)
    if symbol == "+" and isinstance(left, tuple) and isinstance(right, tuple):
        return left + right
    a, b = _operand(symbol, left), _operand(symbol, right)
    if symbol in _ORDER:
        return _ORDER[symbol](a, b)
    if symbol in ("/", "//", "%") and b == 0:
        raise BadValue(f"`{symbol}` divides by 0", right)
    return exact(_ARITHMETIC[symbol](a, b))


def negative(value: Value) -> Value:
    return -_operand("-", value)


def _operand(symbol: str, value: Value) -> Number:
    if not is_number(value):
        raise BadValue(f"`{symbol}` takes numbers, but this is {describe(value)}", value)
    return value


# Functions


def _number(value: Value) -> Number:
    if not is_number(value):
        raise BadValue(f"the argument must be a number, but this is {describe(value)}", value)
    return value


def _integer(value: Value) -> int:
    number = _number(value)
    if not is_integer(number):
        raise BadValue(f"the argument must be an integer, but this is {describe(value)}", value)
    return number


def _sqrt(value: Value) -> Value:
    """Exact for squares of rationals, otherwise the nearest double as a fraction."""
    number = Fraction(_number(value))
    if number < 0:
        message = f"the argument must not be negative, but this is {describe(value)}"
        raise BadValue(message, value)
    root = Fraction(math.isqrt(number.numerator), math.isqrt(number.denominator))
    if root * root != number:
        # A double's own denominator can be 2^52, which a few products take beyond the bound.
        root = Fraction(math.sqrt(number)).limit_denominator(10**9)
    return exact(root)


def _numbers(values: tuple[Value, ...]) -> Iterable[Number]:
    """The numbers that a function is given, as arguments or as one tuple."""
    items = values[0] if len(values) == 1 and isinstance(values[0], tuple) else values
    if not items:
        message = "there must be at least one number, but the tuple is empty"
        raise BadValue(message, items)
    return map(_number, items)


def _len(value: Value) -> Value:
    if not isinstance(value, tuple):
        raise BadValue(f"the argument must be a tuple, but this is {describe(value)}", value)
    return len(value)


def _range(*values: Value) -> Value:
    """`range(n)`, `range(start, stop)` or `range(start, stop, step)`, as a tuple."""
    bounds = [_integer(value) for value in values]
    if 0 in bounds[2:]:
        raise BadValue("the step must not be 0", values[2])
    start, stop = (0, bounds[0]) if len(bounds) == 1 else bounds[:2]
    step = bounds[2] if len(bounds) == 3 else 1
    count = max(0, -((start - stop) // step))
    if count > limits.OPERATIONS:
        most = limits.OPERATIONS
        raise BadValue(f"a tuple has at most {most:,} numbers, but these are {count:,}")
    return tuple(range(start, stop, step))


def _round_to(value: Value, multiple: Value) -> Value:
    """The rounding of widths in MobileNet and X3D: see `params.numbers.round_to`."""
    number, unit = _number(value), _integer(multiple)
    if unit < 1:
        raise BadValue(f"the multiple must be at least 1, but this is {unit}", multiple)
    return round_to(number, unit)


_CALLS: dict[str, Callable[..., Value]] = {
    "int": lambda value: math.trunc(_number(value)),
    "floor": lambda value: math.floor(_number(value)),
    "ceil": lambda value: math.ceil(_number(value)),
    # Halves go up. Python's `round` takes them to the even neighbour, which no paper means.
    "round": lambda value: math.floor(_number(value) + Fraction(1, 2)),
    "abs": lambda value: abs(_number(value)),
    "sqrt": _sqrt,
    "min": lambda *values: min(_numbers(values)),
    "max": lambda *values: max(_numbers(values)),
    "sum": lambda *values: exact(sum(_numbers(values))),
    "len": _len,
    "range": _range,
    "round_to": _round_to,
}

FUNCTIONS = {
    name: FunctionValue(function, _CALLS[name]) for name, function in names.FUNCTIONS.items()
}
