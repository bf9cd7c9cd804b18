"""Calls in rounds: all ways in turn, so that whatever else the machine does slows all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter_ns

_ROUND = 200_000_000
"""Nanoseconds that the calls of a round take at least, if they are more than one."""

_MOST_CALLS = 100


def time_of(call: Callable[[], object]) -> float:
    """The nanoseconds of a call: the median of some, after one that is not counted.

    Since the last round others have run, and it finds neither its operands nor its code in a cache.
    """
    call()
    times: list[int] = []
    while not times or (sum(times) < _ROUND and len(times) < _MOST_CALLS):
        started = perf_counter_ns()
        call()
        times.append(perf_counter_ns() - started)
    return median(times)


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
