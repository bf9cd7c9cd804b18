"""The cost of some work as the number of calls that Python makes, which no machine changes."""

from __future__ import annotations

import sys
from collections.abc import Callable


def steps(work: Callable[[], object]) -> int:
    """The calls of functions of Python and C that some work makes."""
    count = 0

    def count_call(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count_call)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def grows_in_proportion(work: Callable[[int], object], size: int) -> bool:
    """Whether twice the size is about twice the work; a first run fills caches."""
    work(size)
    return steps(lambda: work(2 * size)) < 2.2 * steps(lambda: work(size))
