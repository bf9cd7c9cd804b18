"""Numbers of the language: integers and fractions, exact, with one way to print them.

With floats, widths would depend on rounding: `int(0.29 * 100)` would be 28.
"""

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
    """The number, as an integer where its value is one."""
    return value.numerator if value.denominator == 1 else value


def decimal(value: Number) -> str | None:
    """A decimal notation of the number; None where it has none of at most 12 digits."""
    # Twelve digits are enough for numbers in papers. The comparison is exact, so no other number is
    # printed for this one.
    text = f"{float(value):.12g}"
    return text if Fraction(text) == value else None


def show_number(value: Number) -> str:
    """A number as the language writes it: `12`, `2.25`, `1e-05`, or `1/3`."""
    return str(value) if isinstance(value, int) else decimal(value) or str(value)


def round_to(value: Number, multiple: int) -> int:
    """The nearest multiple, at least one, and the next one if that is below 0.9 of the value.

    This is the rounding of widths in the code of MobileNet (`make_divisible`) and X3D.
    """
    # Halves are rounded up, as in `int(v + divisor / 2) // divisor * divisor` of the original.
    rounded = max(multiple, floor(value + Fraction(multiple, 2)) // multiple * multiple)
    return rounded + multiple if rounded < Fraction(9, 10) * value else rounded
