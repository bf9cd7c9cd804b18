"""Integers at which a growing cost crosses a bound, in few measurements."""

from __future__ import annotations

from collections.abc import Callable
from math import log

_HALVED = 3
"""Every so many probes the interval is halved, whatever the curve is like."""

_FARTHEST = 4.0
"""How many times the cost a step may aim at: a curve is known where it was measured."""

_AHEAD = 1.1
"""How much farther to look than where a bound should be, once it was not there."""


def last_within(cost: Callable[[int], int], bound: int, low: int, high: int, close: int = 0) -> int:
    """The last integer whose cost is within a bound, or one less than `close` below the bound.

    `cost` grows, is within the bound at `low` and is beyond it at `high`; it is asked the same
    more than once. Probes stand where a power through both ends meets the bound.
    """
    probes = 0
    while high - low > 1 and bound - cost(low) >= close:
        probes += 1
        middle = (low + high) // 2
        if probes % _HALVED:
            middle = _meeting(low, high, cost(low), cost(high), bound)
        if cost(middle) <= bound:
            low = middle
        else:
            high = middle
    return low


def beyond(
    cost: Callable[[int], int], bound: int, start: int, most: int, power: int = 1
) -> int | None:
    """An integer above `start` whose cost is beyond a bound, None where none up to `most` is.

    It is first looked for where it would be if the cost grew by a power.
    """
    place, ahead = start, 1.0
    while place < most:
        farther: float = min(_FARTHEST, bound / max(cost(place), 1)) ** (1 / power)
        place = min(most, max(place + 1, round(place * farther * ahead)))
        if cost(place) > bound:
            return place
        ahead = _AHEAD
    return None


def _meeting(low: int, high: int, least: int, most: int, bound: int) -> int:
    """Where a power through both ends meets a bound, strictly between them."""
    if min(low, least) < 1 or least == most:
        return (low + high) // 2
    part = log(max(bound, 1) / least) / log(most / least)
    place = low * (high / low) ** part
    return min(max(int(place + 1e-9), low + 1), high - 1)
