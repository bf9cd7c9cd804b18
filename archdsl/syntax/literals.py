"""Numbers, texts and doc strings as they are written, to what they mean."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from fractions import Fraction

from archdsl import limits

SUFFIXES = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
"""What a letter behind a number multiplies it by."""

_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}


def exact(text: str) -> int | Fraction | None:
    """The value of `2.25`, `1e-4` or `3.8M`; None where it has too many digits."""
    if len(text) <= limits.DIGITS and text.isdecimal():
        return int(text)
    digits = text.rstrip("".join(SUFFIXES))
    mantissa, _, exponent = digits.lower().partition("e")
    power = exponent.lstrip("+-0")
    if len(mantissa) > limits.DIGITS or len(power) > 3 or int(power or 0) > limits.DIGITS:
        return None
    value = Fraction(digits) * SUFFIXES.get(text[-1], 1)
    return value.numerator if value.denominator == 1 else value


def unquoted(text: str) -> str:
    """What stands between the quotes; an unknown escape stands for nothing."""
    return _ESCAPE.sub(lambda escape: _ESCAPES.get(escape[1], ""), text[1:-1])


def unknown_escapes(text: str) -> Iterator[tuple[int, str]]:
    """Where a text holds escapes that mean nothing, and which."""
    for escape in _ESCAPE.finditer(text, 1, len(text) - 1):
        if escape[1] not in _ESCAPES:
            yield escape.start(), escape[0]


def description(text: str) -> str:
    """A doc string without the indentation and the blanks that only its place gave it."""
    lines = textwrap.dedent(text[3:-3]).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()
