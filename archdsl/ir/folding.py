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

    @property
    def size(self) -> int:
        return self.period * self.times


def runs(forms: Sequence[Hashable], readers: Sequence[int]) -> Iterator[Run]:
    """Cut a list into runs, each as long as can be; what does not repeat runs once.

    `readers` has for each member the last place that reads it. Only the last member of a run
    is read beyond it: what is folded away has no name there.
    """
    start = 0
    while start < len(forms):
        found = [_run(forms, readers, start, period) for period in range(1, _LONGEST + 1)]
        longest = max(found, key=lambda run: (run.size if run.times > 1 else 0, -run.period))
        run = longest if longest.times > 1 else Run(start, 1, 1)
        yield run
        start += run.size


def _run(forms: Sequence[Hashable], readers: Sequence[int], start: int, period: int) -> Run:
    """The longest run of a period from a place on."""
    times, farthest, end = 1, 0, start + period
    inside = start
    while end + period <= len(forms) and _repeats(forms, end, period):
        end += period
        farthest = max(farthest, *readers[inside : end - 1])
        inside = end - 1
        if farthest < end:
            times = (end - start) // period
    return Run(start, period, times)


def _repeats(forms: Sequence[Hashable], start: int, period: int) -> bool:
    """Whether the members from a place on are those before it once more."""
    return forms[start : start + period] == forms[start - period : start]
