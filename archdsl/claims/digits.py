"""Printed numbers: what their last digit is worth, and other numbers printed alike."""

from __future__ import annotations

from fractions import Fraction

from archdsl.syntax.literals import SUFFIXES


def last_digit(text: str) -> Fraction:
    """What one in the last printed digit is worth: 100,000 in `6.1M`, 1 in `3794274`."""
    scale, decimals = _scale(text)
    return scale / Fraction(10) ** decimals


def in_unit_of(text: str, measured: int | Fraction) -> str:
    """A measured number as the claim prints its own, with two digits more."""
    if text[-1] not in SUFFIXES:
        return str(measured)
    scale, decimals = _scale(text)
    return f"{float(measured / scale):.{decimals + 2}f}{text[-1]}"


def signed(text: str, difference: int | Fraction) -> str:
    """A difference as the claim prints its own, with its sign."""
    if difference < 0:
        return f"-{in_unit_of(text, -difference)}"
    return f"+{in_unit_of(text, difference)}"


def _scale(text: str) -> tuple[Fraction, int]:
    """What a literal multiplies its digits by, and how many of them are decimals."""
    digits = text.rstrip("".join(SUFFIXES))
    mantissa, _, exponent = digits.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    power = int(exponent or 0)
    scale: Fraction = Fraction(10) ** power * SUFFIXES.get(text[-1], 1)
    return scale, decimals
