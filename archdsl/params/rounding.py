"""Rounding as networks have it, in exact numbers."""

from __future__ import annotations

from fractions import Fraction
from math import floor


def round_to(value: int | Fraction, multiple: int) -> int:
    """To the nearest multiple, at least one, and one more if below 0.9 of the value.

    The rounding of widths in MobileNet and X3D.
    """
    rounded = max(multiple, floor(value + Fraction(multiple, 2)) // multiple * multiple)
    return rounded + multiple if rounded < Fraction(9, 10) * value else rounded
