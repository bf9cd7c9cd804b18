"""Calls in rounds: all ways in turn, so that whatever else the machine does slows all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter_ns, process_time_ns
from typing import NamedTuple

_ROUND = 200_000_000
"""Nanoseconds that the calls of a round take at least, if they are more than one."""

_MOST_CALLS = 100


class Spent(NamedTuple):
    """The nanoseconds of a call: those that pass, and those of the processor, over all threads."""

    wall: float
    cpu: float


def time_of(call: Callable[[], object]) -> Spent:
    """What a call takes: the medians of some, after one that is not counted.

    Since the last round others have run, and it finds neither its operands nor its code in a cache.
    """
    call()
    spent: list[Spent] = []
    while not spent or (sum(each.wall for each in spent) < _ROUND and len(spent) < _MOST_CALLS):
        started, used = perf_counter_ns(), process_time_ns()
        call()
        spent.append(Spent(perf_counter_ns() - started, process_time_ns() - used))
    return Spent(*map(median, zip(*spent, strict=True)))


@dataclass(frozen=True)
class Times:
    """The nanoseconds of a call, in each round."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.rounds)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Half of the rounds are between these."""
        if len(self.rounds) < 2:
            return self.median, self.median
        low, _, high = quantiles(self.rounds, n=4, method="inclusive")
        return low, high
