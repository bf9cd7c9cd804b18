"""Which members of a list repeat: the same one after the other, or the same few in turn."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

_LONGEST = 8
"""Members of a group that is found to repeat."""


class Run(NamedTuple):
    """`times` times the `period` members from `start` on."""

    start: int
    period: int
    times: int


def runs(forms: Sequence[Hashable]) -> Iterator[Run]:
    """Cut a list into runs, each as long as can be; what does not repeat runs once."""
    start = 0
    while start < len(forms):
        longest = max(range(1, _LONGEST + 1), key=lambda p: (_covered(forms, start, p), -p))
        times = _times(forms, start, longest)
        run = Run(start, longest, times) if times > 1 else Run(start, 1, 1)
        yield run
        start += run.period * run.times


def _covered(forms: Sequence[Hashable], start: int, period: int) -> int:
    times = _times(forms, start, period)
    return period * times if times > 1 else 0


def _times(forms: Sequence[Hashable], start: int, period: int) -> int:
    """How often the members from `start` on stand there, at least once."""
    end = start + period
    while end < len(forms) and forms[end] == forms[end - period]:
        end += 1
    return max(1, (end - start) // period)
