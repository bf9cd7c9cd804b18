"""Numbers of the language, which are exact: what is one, how it is rounded, how it is shown."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import TypeAlias, TypeGuard

Number: TypeAlias = int | Fraction


def is_number(value: object) -> TypeGuard[Number]:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def reduced(value: Number) -> Number:
    """An integer where the number is one."""
    return value.numerator if value.denominator == 1 else value


def decimal(value: Number) -> str | None:
    """How it is written with a point or an exponent; None where that takes more than 12 digits."""
    text = f"{float(value):.12g}"
    return text if Fraction(text) == value else None


def show_number(value: Number) -> str:
    """A number as the language writes it: `12`, `2.25`, `1e-05`, else `1/3`."""
    return str(value) if isinstance(value, int) else decimal(value) or str(value)


def round_to(value: Number, multiple: int) -> int:
    """To the nearest multiple, at least one, and one more if below 0.9 of the value.

    The rounding of widths in MobileNet and X3D.
    """
    rounded = max(multiple, floor(value + Fraction(multiple, 2)) // multiple * multiple)
    return rounded + multiple if rounded < Fraction(9, 10) * value else rounded
