"""How the costs of all members are spread, in bins.

A histogram is one integer: its digits, in a large enough base, are the numbers of members in the
bins. To put two parts of a network together is then to multiply their histograms, and Python
multiplies long integers fast. So a space of 10^27 members takes a moment, and no count is rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_BYTE = 8


@dataclass(frozen=True, slots=True)
class Bins:
    """So many bins, each with a count of so many bytes. What is beyond the last bin is left out."""

    number: int
    bytes: int

    @property
    def _digit(self) -> int:
        return _BYTE * self.bytes

    @property
    def _all(self) -> int:
        return (1 << self.number * self._digit) - 1

    def of(self, cost: int, read: Sequence[int]) -> int:
        """The histogram of a row: its cost, in bins, and the histograms that it reads."""
        if cost >= self.number:
            return 0
        histogram = self.product(read)
        return (histogram << cost * self._digit) & self._all if cost else histogram

    def over(self, values: Sequence[int]) -> int:
        return sum(values)

    def product(self, histograms: Sequence[int]) -> int:
        """The histogram of parts together."""
        if not histograms:
            return 1
        first, *rest = histograms
        for other in rest:
            first = first * other & self._all
        return first

    def count(self, histogram: int, bin_: int) -> int:
        """How many there are in one bin."""
        if bin_ < 0:
            return 0
        return histogram >> bin_ * self._digit & (1 << self._digit) - 1

    def counts(self, histogram: int) -> list[int]:
        """How many there are in each bin."""
        digits = histogram.to_bytes(self.number * self.bytes, "little")
        starts = range(0, len(digits), self.bytes)
        return [int.from_bytes(digits[start : start + self.bytes], "little") for start in starts]


def bins(number: int, most: int) -> Bins:
    """Bins for counts of at most `most` members."""
    return Bins(number, most.bit_length() // _BYTE + 1)
