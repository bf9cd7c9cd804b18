"""Ranges of integers: what the compiler knows of the elements of a tensor of integers.

An index must stay within the axis that it is looked up in. The bounds follow the arithmetic of a
spec, so a table that is too small is a mistake of the spec and not of a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from operator import add, floordiv, mul, sub
from typing import NamedTuple


class Range(NamedTuple):
    """The integers from `least` to `most`, both included; of conditions, false (0) and true (1)."""

    least: int
    most: int
    is_truth: bool = False

    def __str__(self) -> str:
        return f"{self.least}..{self.most}"

    @property
    def bounds(self) -> tuple[int, int]:
        return self.least, self.most

    @classmethod
    def of(cls, value: int | float) -> Range | None:
        """The range of one number as torch gets it; None for a float."""
        return cls(value, value) if isinstance(value, int) else None

    def join(self, other: Range) -> Range:
        """The range of what is in either of two; conditions beside integers become integers."""
        least, most = min(self.least, other.least), max(self.most, other.most)
        return Range(least, most, self.is_truth and other.is_truth)

    def to_the(self, exponent: int) -> Range:
        """The range of its integers to the power of a number of at least 0."""
        # A larger one takes all but -1, 0 and 1 beyond 64 bits, as the bound does.
        exponent = min(exponent, 64 + exponent % 2)
        base = self if exponent % 2 else abs(self)
        return Range(base.least**exponent, base.most**exponent)

    def __neg__(self) -> Range:
        return Range(-self.most, -self.least)

    def __abs__(self) -> Range:
        sizes = [abs(bound) for bound in self.bounds]
        return Range(0 if self.least <= 0 <= self.most else min(sizes), max(sizes))


TRUTH = Range(0, 1, is_truth=True)
"""What a comparison gives: no numbers, so no arithmetic takes it."""


def joined(ranges: Iterable[Range | None]) -> Range | None:
    """The range of tensors put together; None if one of them has real numbers, as all have then."""
    whole: Range | None = None
    for one in ranges:
        if one is None:
            return None
        whole = one if whole is None else whole.join(one)
    return whole


def _by_corners(compute: Callable[[int, int], int]) -> Callable[[Range, Range], Range]:
    """An operator on ranges: its extremes are at the bounds of both."""

    def over(a: Range, b: Range) -> Range:
        found = [compute(x, y) for x, y in product(a.bounds, b.bounds)]
        return Range(min(found), max(found))

    return over


def _remainder(a: Range, b: Range) -> Range:
    """The range of `a % b`, which has the sign of b as in Python; b is not 0."""
    if a.least >= 0 and b.least > 0 and a.most < b.least:
        return a
    return Range(min(b.least + 1, 0), max(b.most - 1, 0))


_OPERATORS: dict[str, Callable[[Range, Range], Range]] = {
    "+": _by_corners(add),
    "-": _by_corners(sub),
    "*": _by_corners(mul),
    "//": _by_corners(floordiv),
    "%": _remainder,
    "maximum": _by_corners(max),
    "minimum": _by_corners(min),
}


def over(operator: str, left: Range | None, right: Range | None) -> Range | None:
    """The range of an operator or a function on integers, None beside real numbers.

    `operator` is `+`, `-`, `*`, `//`, `%`, `maximum` or `minimum`. A divisor must not be 0.
    """
    return _OPERATORS[operator](left, right) if left and right else None
